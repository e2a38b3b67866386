"""shunter's own files: every mistake in one is a finding in its place, as Python's jsonschema judges and no other."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jsonschema
import pytest
import yaml

from helpers.workspaces.own_files import PARSERS, problems, schema
from shunter.core.charts.versions import is_exact
from shunter.core.goyaml import plain
from shunter.core.rules.fixes import fixed
from shunter.model.findings import Finding, Kind, Severity

SEEDS = range(60)
DIGEST = "sha256:" + "0a" * 32
WORKSPACE = """\
name: shop
layout: {code: multi, charts: mono, envs: multi}
templates: {release: 0.1.0}
registries:
  charts: {url: "https://charts.example"}
  images: ghcr.io/acme
ci: github
rules: {drift: off}
services:
  orders:
    archetype: rest-api
    team: alice
    port: 8080
  redis:
    chart:
      repository: https://charts.example
      name: redis
      version: 1.2.3
environments:
  tst:
    stage: develop
  pre:
    stage: staging
    promotes-from: tst
    values: [values.yaml, more.yaml]
"""
PIN = f"""\
    name: NAME
    version: 1.10.0
    digest: {DIGEST}
    content: {DIGEST}
"""
LIBRARY = PIN.replace("    ", "  ").replace("NAME", "shop-library")
CARS = f"cars:\n  orders:\n{PIN.replace('NAME', 'orders')}  web:\n{PIN.replace('NAME', 'web')}"
TRAIN = f'version: 1.4.0\ncut: "2026-01-31T09:30:00Z"\nlibrary:\n{LIBRARY}{CARS}'
RECORD = f"""\
train: 1.4.0
library:
{LIBRARY}{CARS}history:
  - train: 1.3.0
    from: cut
    at: "2026-01-30T09:30:00Z"
  - train: 1.4.0
    from: rollback of 1.5.0
    at: "2026-01-31T09:30:00Z"
    forced: true
"""
ANSWERS = """\
_commit: v0.1.0
_src_path: https://t.invalid/t.git
kind: environment
workspace: shop
name: tst
stage: develop
promotes_from: ''
namespace: shop-tst
cluster: ''
values_files:
  - values.yaml
helm: '4'
services:
  - orders
library: shop-library
chart_repository: ''
asked: of another template
"""
VALID = {"workspace": WORKSPACE, "train": TRAIN, "record-1": RECORD, "answers": ANSWERS}


@pytest.mark.parametrize("kind", VALID)
def test_a_file_that_is_right_has_no_problem(kind: str) -> None:
    assert problems(kind, VALID[kind].encode()) == ()


Case = tuple[Sequence[tuple[str, str]], Sequence[tuple[int, int, str, str]]]
"""Replacements in a valid file; and line, column, rule and a part of the message of each finding."""
WORKSPACES: dict[str, Case] = {
    "a misspelt key": ([("ci:", "cii:")], [(7, 1, "unknown-key", "`cii` is not a key of shunter.yaml")]),
    "a misspelt key below": ([("team:", "taem:")], [(12, 5, "unknown-key", "`services.orders.taem`")]),
    "a required key misspelt": (
        [("archetype:", "archetyp:")],
        [(11, 5, "unknown-key", "`services.orders.archetyp`")],
    ),
    "a word that is none": (
        [("archetype: rest-api", "archetype: rest-app"), ("stage: staging", "stage: stagin")],
        [(11, 16, "enum", "`services.orders.archetype` must be"), (23, 12, "enum", "`environments.pre.stage`")],
    ),
    "wrong types": (
        [("port: 8080", 'port: "8080"'), ("values: [values.yaml, more.yaml]", "values: values.yaml"), ("shop", "7")],
        [
            (1, 7, "unquoted-string", "`name` must be a string"),
            (13, 11, "quoted-value", "`services.orders.port` must be an integer"),
            (25, 13, "type", "`environments.pre.values` must be a list"),
        ],
    ),
    "null": ([("stage: develop", "stage:")], [(21, 5, "enum", "`environments.tst.stage` must be one of")]),
    "nothing below a name": (
        [("    stage: develop\n", "")],
        [(20, 3, "null-value", "`environments.tst` must be a map, not null")],
    ),
    "names": (
        [("  orders:", "  Orders_1:"), ("team: alice", "team: Alice")],
        [(10, 3, "constraint", "`services.Orders_1`"), (12, 11, "pattern", '`services.Orders_1.team` is "Alice"')],
    ),
    "keys that do not go together": (
        [("    chart:", "    port: 80\n    chart:"), ("      repository: https://charts.example\n", "")],
        [(15, 11, "forbidden", "`services.redis.port`"), (17, 7, "missing-key", "`services.redis.chart.repository`")],
    ),
    "a path, a number and a range": (
        [("more.yaml", "a/b.yaml"), ("port: 8080", "port: 80800"), ("1.2.3", "^1.2.3")],
        [
            (13, 11, "range", "`services.orders.port` must be at most 65,535"),
            (18, 16, "pattern", "not one exact version"),
            (25, 27, "pattern", "not a YAML file beside Chart.yaml"),
        ],
    ),
    "lost indentation": (
        [("  images: ghcr.io/acme", "tools:\nsource: local")],
        [(6, 1, "indentation", "`tools` is empty, and source (line 7) belongs below it")],
    ),
    "a key twice": ([("  redis:", "  orders:")], [(14, 3, "duplicate-key", "`services.orders` is already set")]),
    "names of nothing": (
        [("promotes-from: tst", "promotes-from: tets"), ("drift: off", "dirft: off, unknown-key: off")],
        [
            (8, 9, "unknown-name", "there is no rule `dirft`"),
            (8, 21, "fixed-level", "`unknown-key` is refused"),
            (24, 20, "unknown-name", "`tets`, which is no environment"),
        ],
    ),
    "direct promotions to nowhere": (
        [("ci: github", "promotions: {direct: [stage:develop, tts]}")],
        [(7, 38, "unknown-name", "`promotions.direct` has `tts`, which is no environment, stage or group")],
    ),
    "a circle": (
        [("stage: develop", "promotes-from: pre")],
        [(21, 20, "promotion-circle", "the promotion order is a circle: tst → pre → tst")],
    ),
    "a circle of one": ([("from: tst", "from: pre")], [(24, 20, "promotion-circle", "circle: pre → pre")]),
    "reserved and taken names": (
        [("  redis:", "  global:"), ("name: shop", "name: orders")],
        [(10, 3, "name-taken", "the name of the workspace"), (14, 3, "name-taken", "cannot be called `global`")],
    ),
    "a monolith of none": (
        [("code: multi", "code: monolith"), ("archetype: rest-api", "archetype: database")],
        [(2, 16, "monolith-services", "this workspace has 0")],
    ),
    "a rule beside what the schema says": (
        [("ci: github", "ci: jenkins"), ("promotes-from: tst", "promotes-from: prod"), ("archetype: rest-api", "x: 1")],
        [
            (7, 5, "enum", "`ci`"),
            (11, 5, "missing-key", "`services.orders.archetype`"),
            (11, 5, "unknown-key", "`services.orders.x`"),
            (24, 20, "unknown-name", "`prod`, which is no environment"),
        ],
    ),
    "a broken environment still has its name": (
        [("  tst:\n    stage: develop\n", "  tst: develop\n")],
        [(20, 8, "type", "`environments.tst` must be a map, not a string")],
    ),
    "no YAML": ([("services:", "services: [")], [(9, 11, "yaml-syntax", "")]),
    "nothing": (
        [(WORKSPACE, "")],
        [(0, 0, "missing-key", f"`{name}` is required") for name in ("environments", "name", "services")],
    ),
    "a list": ([(WORKSPACE, "- a\n")], [(1, 1, "yaml-root", "this file must hold a map, not a list")]),
}
TRAINS: dict[str, Case] = {
    "another version than the file's": ([("1.4.0", "1.5.0")], [(1, 10, "train-file-name", "version `1.5.0`")]),
    "a number": ([("1.4.0", "1.4")], [(1, 10, "unquoted-string", "`version` must be a string")]),
    "a required key misspelt": ([("library:", "libary:")], [(3, 1, "unknown-key", "`libary` is not a key of a train")]),
    "ranges and what is no version": (
        [("1.10.0", "^1.0.0"), ("    version: 1.10.0", "    version: 1.10.0-rc.01")],
        [(5, 12, "pattern", "`library.version`"), (11, 14, "pattern", "`cars.orders.version`")],
    ),
    "a missing name and a misspelt digest": (
        [("    name: orders\n", ""), ("    digest", "    digset")],
        [(10, 5, "missing-key", "`cars.orders.name`"), (11, 5, "unknown-key", "`cars.orders.digset`")],
    ),
    "aliases": (
        [("  web:", "  Web_1:"), ("  orders:", "  or.ders:")],
        [(9, 3, "constraint", '`cars["or.ders"]` cannot'), (14, 3, "constraint", "`cars.Web_1` cannot")],
    ),
    "no pins": (
        [(CARS, "cars:\n  web: x\n  api: [1]\n")],
        [(9, 8, "type", "`cars.web` must be a map"), (10, 8, "type", "`cars.api` must be a map")],
    ),
    "nothing": (
        [(TRAIN, "")],
        [(0, 0, "missing-key", f"`{name}` is required") for name in ("cars", "version")],
    ),
}
RECORDS: dict[str, Case] = {
    "a train's keys": (
        [("train: 1.4.0\n", "version: 1.4.0\n")],
        [(1, 1, "unknown-key", "not a key of a train record")],
    ),
    "an arrival": (
        [("    at:", "    when:"), ("forced: true", 'forced: "yes"')],
        [
            (19, 5, "missing-key", "`history[0].at`"),
            (21, 5, "unknown-key", "`history[0].when`"),
            (25, 13, "quoted-value", "`history[1].forced` must be a boolean"),
        ],
    ),
    "no list": (
        [(RECORD.partition("history:")[2], " {}\n")],
        [(18, 10, "type", "`history` must be a list, not a map")],
    ),
    "a train and a time": (
        [("train: 1.4.0", "train: latest"), ('at: "2026-01-30T09:30:00Z"', "at: yesterday")],
        [(1, 8, "pattern", '`train` is "latest"'), (21, 9, "pattern", "not a time")],
    ),
}
ANSWER_FILES: dict[str, Case] = {
    "a kind misspelt": ([("kind: environment", "kind: enviroment")], [(3, 7, "enum", "`kind` must be one of")]),
    "no name": ([("name: tst\n", "")], [(1, 1, "missing-key", "`name` is required")]),
    "Copier's keys": (
        [("_commit: v0.1.0\n", ""), ("_src_path: https://t.invalid/t.git", "_src_path: ''")],
        [(1, 1, "missing-key", "`_commit` is required"), (1, 12, "length", "`_src_path` must have at least 1")],
    ),
    "values files and Helm": (
        [("  - values.yaml", "  - ../../../values.yaml\n  - 7"), ("helm: '4'", "helm: '5'")],
        [
            (11, 5, "pattern", "`values_files[0]`"),
            (12, 5, "unquoted-string", "`values_files[1]` must be a string"),
            (13, 7, "enum", "`helm` must be one of"),
        ],
    ),
}
CASES = [
    pytest.param(kind, *case, id=f"{kind}: {name}")
    for kind, cases in {"workspace": WORKSPACES, "train": TRAINS, "record-1": RECORDS, "answers": ANSWER_FILES}.items()
    for name, case in cases.items()
]


@pytest.mark.parametrize(("kind", "changes", "expected"), CASES)
def test_all_problems_are_named_in_their_places(
    kind: str, changes: Sequence[tuple[str, str]], expected: Sequence[tuple[int, int, str, str]]
) -> None:
    text = VALID[kind]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found = problems(kind, text.encode())
    assert [(f.span.line, f.span.column, f.rule) for f in found] == [(*place, rule) for *place, rule, _ in expected]
    for finding, (*_, message) in zip(found, expected, strict=True):
        assert message in finding.message
        assert finding.hint
        assert (finding.kind, finding.severity) == (Kind.VERDICT, Severity.ERROR)
        assert finding.span.path == PARSERS[kind][0]
        assert not finding.span.line or finding.span.text == text.split("\n")[finding.span.line - 1]


def test_what_shunter_wrote_is_to_be_restored() -> None:
    for kind, old, note in (("train", "cut:", "never changes"), ("record-1", "from:", "shunter writes this file")):
        [finding, *_] = problems(kind, VALID[kind].replace(old, "x:").encode())
        assert note in finding.notes[-1]
        assert finding.notes[-2].startswith(f"schema: {kind}.schema.json#")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("workspace", "team: alice", "taem: alice"),
        ("workspace", "archetype: rest-api", "archetype: rest-apii"),
        ("workspace", "port: 8080", 'port: "8080"'),
        ("workspace", "drift: off", "dritf: off"),
        ("train", "digest:", "digset:"),
        ("train", "library:", "libary:"),
        ("record-1", "history:", "histroy:"),
        ("answers", "helm: '4'", "helm: '4'\nport: '80'"),
    ],
)
def test_what_is_certain_has_a_fix(kind: str, right: str, wrong: str) -> None:
    data = VALID[kind].replace(right, wrong, 1).encode()
    again, applied = fixed(data, problems(kind, data), PARSERS[kind][0])
    assert len(applied) == 1
    assert problems(kind, again) == ()
    assert again.decode() == VALID[kind].replace(right, wrong.replace("'80'", "80") if "\n" in wrong else right, 1)


@pytest.mark.parametrize(
    "data", [b"port: .nan", b"\xff", b"a: &a [*a]", b"{" * 5000, b"name: !!binary eA==", b"_commit: 2"]
)
@pytest.mark.parametrize("kind", VALID)
def test_no_input_makes_it_fail(kind: str, data: bytes) -> None:
    assert all(finding.hint for finding in problems(kind, data))
    assert problems(kind, data + b"\n" + VALID[kind].encode())


def test_of_very_many_problems_the_first_are_named() -> None:
    text = WORKSPACE.replace("services:\n", "services:\n" + "".join(f"  a-{number}: x\n" for number in range(700)))
    found = problems("workspace", text.encode())
    assert [finding.rule for finding in found if finding.rule != "type"] == ["too-many-findings"]
    assert len(found) == 501


# Random files


Path = tuple[str | int, ...]
Fault = tuple[Path, Callable[[Any], None], str, Path]
"""Where a fault is when it is there, what breaks the data so, whether it is seen at `key` or `value`, and where it was.

No two faults are below the same two keys, so that none hides another one.
"""


def random_file(rng: random.Random, kind: str) -> dict[str, Any]:
    """A valid file: services, cars, environments and passages by chance."""
    data: dict[str, Any] = yaml.load(VALID[kind].replace("drift: off", "drift: note"), yaml.CSafeLoader)
    names = [f"app-{number}" for number in range(rng.randint(1, 6))]
    for name in names:
        if kind == "workspace":
            data["services"][name] = {"archetype": rng.choice(["auth", "worker", "database"]), "team": f"team-{name}"}
            data["environments"][f"env-{name}"] = {"promotes-from": rng.choice(["tst", "pre"]), "helm": "3"}
        elif kind in ("train", "record-1"):
            data["cars"][name] = {"name": name, "version": f"{rng.randint(0, 20)}.1.0", "digest": DIGEST}
        else:
            data["services"].append(name)
        if kind == "record-1":
            data["history"].append({"train": "1.0.0", "from": name, "at": "2026-01-31T09:30:00Z"})
    return data


def at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(data, dict | list):
        for step, item in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(item, (*path, step))
    else:
        yield path


def maps(data: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(data, dict):
        yield path
    if isinstance(data, dict | list):
        for step, item in data.items() if isinstance(data, dict) else enumerate(data):
            yield from maps(item, (*path, step))


def random_fault(rng: random.Random, kind: str, data: Any, number: int) -> Fault:
    """One fault, in a place that it shares with no other but by chance."""
    name = f"qq-{number}"
    closed = [path for path in maps(data) if path[-1:] not in (("cars",), ("services",), ("environments",), ("rules",))]
    named = [(kind_of, key) for kind_of in ("cars", "services") for key in data.get(kind_of, {}) if kind != "answers"]
    free = [path for path in leaves(data) if path not in (("kind",), ("asked",), ("train",), ("cut",))]
    match rng.randrange(4):
        case 0 if kind != "answers":
            path = rng.choice(closed)
            return (*path, name), lambda data: at(data, path).__setitem__(name, 1), "key", path
        case 1 if named:
            place, key = rng.choice(named)
            wrong = f"QQ_{number}"
            return (
                (place, wrong),
                lambda data: data[place].__setitem__(wrong, data[place].pop(key)),
                "key",
                (place, key),
            )
        case 2 if kind == "workspace":
            path = ("environments", rng.choice(list(data["environments"])), "promotes-from")
            return path, lambda data: at(data, path[:-1]).__setitem__("promotes-from", name), "value", path
        case _:
            path = rng.choice(free)
            return path, lambda data: at(data, path[:-1]).__setitem__(path[-1], {name: [number]}), "key", path


def line_of(text: str, path: Path, of: str) -> int:
    """The line of a key or value, by PyYAML."""
    node, key = yaml.compose(text, yaml.CSafeLoader), None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next((key, value) for key, value in node.value if key.value == str(step))
        else:
            assert isinstance(node, yaml.SequenceNode)
            key, node = None, node.value[step]
    found = node if of == "value" or key is None else key
    assert found is not None
    return int(found.start_mark.line) + 1


@pytest.mark.parametrize("kind", VALID)
def test_every_random_fault_is_one_finding_on_its_line(kind: str) -> None:
    for seed in SEEDS:
        rng = random.Random(f"{kind} {seed}")
        data = random_file(rng, kind)
        assert problems(kind, plain.dump(data)) == (), seed
        faults: list[Fault] = []
        broken = copy.deepcopy(data)
        for number in range(rng.randint(1, 6)):
            fault = random_fault(rng, kind, data, number)
            if any(fault[3][:2] == other[3][:2] for other in faults):
                continue
            fault[1](broken)
            faults.append(fault)
        text = plain.dump(broken).decode()
        found = problems(kind, text.encode())
        lines = sorted(line_of(text, path, of) for path, _, of, _ in faults)
        assert sorted(finding.span.line for finding in found) == lines, f"seed {seed}: {faults}\n{text}\n{found}"


def mutated(rng: random.Random, value: Any) -> Any:
    """The value with one random change somewhere in it."""
    kinds = [None, True, 7, 8080.0, 1.5, "x", "", "1.2.0", "a-b", "A", [], ["values.yaml"], {}, {"a": 1}]
    if isinstance(value, dict | list) and value and rng.random() < 0.8:
        changed = copy.copy(value)
        step: Any = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        if rng.random() < 0.15:
            del changed[step]
        elif isinstance(changed, dict) and rng.random() < 0.15:
            changed[rng.choice(["x", "Name", "chart", "team", "helm", "0"])] = rng.choice(kinds)
        else:
            changed[step] = mutated(rng, value[step])
        return changed
    return rng.choice(kinds)


@pytest.mark.slow  # random files, judged by two libraries
@pytest.mark.parametrize("kind", VALID)
def test_pythons_jsonschema_agrees(kind: str) -> None:
    oracle = jsonschema.Draft202012Validator(json.loads(schema(kind)))
    verdicts = {True: 0, False: 0}
    for seed in range(250):
        rng = random.Random(f"{kind} {seed}")
        data = random_file(rng, kind)
        for _ in range(rng.randint(0, 3)):
            data = mutated(rng, data) if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            continue
        found = [f for f in problems(kind, plain.dump(data)) if not _is_ours(f)]
        valid = oracle.is_valid(data)
        assert valid == (not found), f"{kind} {seed}: {data}\n{found}"
        verdicts[valid] += 1
    assert min(verdicts.values()) > 40, verdicts


def _is_ours(finding: Finding) -> bool:
    """Whether a finding is about what no schema can say."""
    return finding.rule in (
        *("unknown-name", "promotion-circle", "name-taken", "monolith-services", "fixed-level", "train-file-name"),
        "values-elsewhere",
        "reusable-nowhere",
        "deployed-from-nowhere",
        "not-apart",
    )


def test_the_pattern_of_versions_says_what_an_exact_version_is() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema("train"))["$defs"]["version"])
    rng = random.Random(7)
    parts = ["0", "1", "10", "01", "v", ".", ".", ".", "-", "+", "rc", "g0a", "x", "^", "*", " ", "1.2.3", "1.2.0"]
    texts = {"".join(rng.choices(parts, k=rng.randint(1, 7))) for _ in range(20_000)}
    exact = {text for text in texts if is_exact(text)}
    assert len(exact) > 100
    assert {text for text in texts if validator.is_valid(text)} == exact
    for name in ("workspace", "record"):
        assert json.loads(schema(name))["$defs"]["version"] == json.loads(schema("train"))["$defs"]["version"]
