"""Verdicts against the embedded Helm, and the findings that people read, as golden text."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from helpers.charts.judged import judged
from helpers.oracles.agreement import verdict_agrees
from helpers.oracles.embedded_helm import METADATA, archive
from helpers.workspaces import shop
from shunter.core.charts.load import Chart, load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.catalogue import RULES
from shunter.core.rules.fixes import fixed
from shunter.core.rules.verdict import judge, not_for_helm
from shunter.core.values.coalesce import coalesce
from shunter.model.findings import Finding, Kind, Severity


def printed(finding: Finding) -> str:
    """A finding as the golden texts have it."""
    span = finding.span
    fix = "".join(f" fix {edit.span.line}:{edit.span.column} {edit.replacement!r}" for edit in finding.fix)
    head = f"{span.path}:{span.line}:{span.column}-{span.end} {finding.severity} {finding.kind} [{finding.rule}]"
    return "\n".join(
        [f"{head}{fix}", f"  {finding.message}", f"  hint: {finding.hint}", *(f"  {n}" for n in finding.notes)]
    )


def umbrella(**options: bool) -> Chart:
    return load_archive(archive(shop.files(**options)), "shop.tgz")


SECTION = ("    repository: x/y", '    tag: "1.0"', "    pullPolicy: IfNotPresent")
MISTAKES = {
    1: ("replicaCount: 3", "replicasCount: 3"),
    2: ("port: 8080", "port: http"),
    3: ("IfNotPresent", "ifNotPresent"),
    4: ('tag: "1.0"', "tag: null"),
    5: ('"1.0"', "1.10"),
    6: ('"on"', "on"),
    7: ("\n".join(SECTION), "\n".join(line[2:] for line in SECTION)),
    8: ('debug: "on"', "replicaCount: 5"),
    9: ('service:\n    port: 8080\n  debug: "on"\n', "debug: 'on'\nsvc:\n"),
    10: ("replicaCount: 3", 'replicaCount: "3"'),
}

GOLDEN = {
    1: """\
envs/01.yaml:3:3-16 error verdict [unknown-key] fix 3:3 'replicaCount'
  `api.replicasCount` is not a key of chart svc 1.2.0 (alias api)
  hint: did you mean `replicaCount`?
  schema: svc 1.2.0 (alias api), values.schema.json#""",
    2: """\
envs/02.yaml:9:11-15 error verdict [type]
  `api.service.port` must be an integer, not a string
  hint: write an integer from 1 to 65535
  schema: svc 1.2.0 (alias api), values.schema.json#/properties/service/properties/port""",
    3: """\
envs/03.yaml:7:17-29 error verdict [enum] fix 7:17 'IfNotPresent'
  `api.image.pullPolicy` must be one of "Always", "IfNotPresent", "Never", not "ifNotPresent"
  hint: did you mean `IfNotPresent`?
  schema: svc 1.2.0 (alias api), values.schema.json#/properties/image/properties/pullPolicy""",
    4: """\
envs/04.yaml:6:10-14 error verdict [null-value]
  `api.image.tag` is null, and chart svc 1.2.0 (alias api) requires a string
  hint: drop the key to keep the default "a": Helm deletes a default that null overrides
  schema: svc 1.2.0 (alias api), values.schema.json#/properties/image""",
    5: """\
envs/05.yaml:6:10-14 error verdict [unquoted-string] fix 6:10 '"1.10"'
  `api.image.tag` must be a string, not a number
  hint: quote it: tag: "1.10" (unquoted, YAML reads 1.1)
  schema: svc 1.2.0 (alias api), values.schema.json#/properties/image/properties/tag""",
    6: """\
envs/06.yaml:10:10-12 error verdict [unquoted-string] fix 10:10 '"on"'
  `api.debug` must be one of "on", "off", not true
  hint: quote it: debug: "on" (unquoted, YAML reads true)
  schema: svc 1.2.0 (alias api), values.schema.json#/properties/debug""",
    7: """\
envs/07.yaml:4:3-8 error verdict [indentation] fix 5:1 '  ' fix 6:1 '  ' fix 7:1 '  '
  `api.image` is empty, and repository, tag, pullPolicy (lines 5-7) belong below it
  hint: indent lines 5-7 by two more spaces
  schema: svc 1.2.0 (alias api), values.schema.json#""",
    8: """\
envs/08.yaml:10:3-15 error lint [duplicate-key]
  `api.replicaCount` is already set on line 3; Helm silently keeps this one
  hint: delete one of the two""",
    9: """\
envs/09.yaml:9:1-4 error lint [unknown-release]
  `svc` is the name of a chart that is deployed as `api` and `web`; Helm ignores this block
  hint: write the values below `api` or `web`""",
    10: """\
envs/10.yaml:3:17-20 error verdict [quoted-value] fix 3:17 '3'
  `api.replicaCount` must be an integer, not a string
  hint: remove the quotes: replicaCount: 3
  schema: svc 1.2.0 (alias api), values.schema.json#/properties/replicaCount""",
}


@pytest.mark.parametrize("number", MISTAKES)
def test_the_ten_typical_mistakes_are_one_finding_each(number: int) -> None:
    old, new = MISTAKES[number]
    text = shop.VALUES.format(number)
    assert old in text
    layer = read(text.replace(old, new).encode(), f"envs/{number:02}.yaml")
    assert "\n".join(map(printed, judge(umbrella(), [layer]))) == GOLDEN[number]


def test_valid_values_are_silent() -> None:
    for options in ({}, {"condition": True}, {"root_schema": True}):
        assert judge(umbrella(**options), [read(shop.VALUES.encode(), "v.yaml")]) == ()


@pytest.mark.slow  # random values, which Helm judges one by one
def test_random_mistakes_are_verdicts_exactly_where_helm_refuses() -> None:
    random = Random(5)
    variants = [
        archive(shop.files(condition=condition, root_schema=root))
        for condition in (True, False)
        for root in (True, False)
    ]
    charts = [load_archive(data, "shop.tgz") for data in variants]
    wrong = []
    for index in range(1500):
        which = random.randrange(len(variants))
        text = shop.mutated(random, shop.VALUES.format(index)).encode()
        if not verdict_agrees(variants[which], charts[which], text)[0]:
            wrong.append(text)
        found = judge(charts[which], [read(text, "v.yaml")])
        for finding in found:
            assert finding.hint
            assert finding.rule in RULES
            assert RULES[finding.rule].kind is finding.kind
            assert finding.span.path
    assert wrong == []


WRONG = ("null", "[1]", "{a: 1}", "text", "1.10", "on", "-1", '""', "''", "70000", "[]", "x: y", "*no", "[", "!!int x")


def test_a_single_wrong_value_is_a_verdict_on_its_line() -> None:
    data = archive(shop.files())
    chart = load_archive(data, "shop.tgz")
    lines = shop.VALUES.format("x").splitlines()
    refused = 0
    for index, line in enumerate(lines):
        key, colon, value = line.partition(": ")
        for wrong in WRONG if colon and value else ():
            text = "\n".join([*lines[:index], f"{key}: {wrong}", *lines[index + 1 :]]).encode()
            agrees, helm_refuses = verdict_agrees(data, chart, text)
            assert agrees, text
            if helm_refuses:
                refused += 1
                found = [f for f in judge(chart, [read(text, "v.yaml")]) if f.kind is Kind.VERDICT]
                assert index + 1 in {finding.span.line for finding in found}, (text, found)
    assert refused > 60


def test_a_single_misspelt_key_is_a_verdict_on_its_line() -> None:
    data = archive(shop.files(root_schema=True))
    chart = load_archive(data, "shop.tgz")
    lines = shop.VALUES.format("x").splitlines()
    for index, line in enumerate(lines):
        name = line.partition(":")[0].strip()
        if line.startswith("#") or name == "port":  # the section `service` is open
            continue
        text = "\n".join([*lines[:index], line.replace(name, f"{name}x", 1), *lines[index + 1 :]]).encode()
        agrees, helm_refuses = verdict_agrees(data, chart, text)
        assert agrees
        assert helm_refuses
        (first, *_) = [f for f in judge(chart, [read(text, "v.yaml")]) if f.rule == "unknown-key"]
        assert (first.span.line, first.key[-1]) == (index + 1, f"{name}x")


def rules(text: str, **options: bool) -> list[tuple[str, int]]:
    return [
        (finding.rule, finding.span.line) for finding in judge(umbrella(**options), [read(text.encode(), "v.yaml")])
    ]


OTHERS = [
    ("api: true\n", {}, [("subchart-type", 1)]),
    ("api:\n  service:\n    port: 70000\n", {}, [("range", 3)]),
    ("api:\n  hosts: [a, '']\n", {}, [("length", 2)]),
    ("api:\n  hosts: a\n", {}, [("type", 2)]),
    ("api:\n  image: x\n", {}, [("type", 2)]),
    ("api:\n  service: null\n  image: null\n", {}, [("null-value", 3)]),
    ("api:\n  nothing: null\n", {}, [("unknown-key", 2)]),
    ("wbe:\n  replicaCount: 2\n", {}, [("unknown-alias", 1)]),
    ("wbe:\n  replicaCount: 2\n", {"root_schema": True}, [("unknown-key", 1)]),
    ("api:\n  enabled: 'false'\n", {"condition": True}, [("quoted-value", 2)]),
    ("api:\n  enabled: false\n  replicaCount: x\n", {"condition": True}, [("disabled-values", 3)]),
    ("api: {replicaCount: x}\nweb: {replicaCount: x}\n", {}, [("type", 1), ("type", 2)]),
    ("api: &a {replicaCount: x}\nweb: *a\n", {}, [("type", 1)]),
    ("api:\n  debug: 5\n", {}, [("enum", 2)]),
    ("api:\n  debug: null\n", {}, []),
    ("web:\n  hosts: null\nglobal: {x: null}\n", {}, [("null-value", 2)]),
]


@pytest.mark.parametrize(("text", "options", "expected"), OTHERS, ids=[case[0] for case in OTHERS])
def test_other_mistakes(text: str, options: dict[str, bool], expected: list[tuple[str, int]]) -> None:
    assert rules(text, **options) == expected


def test_one_value_for_several_aliases_is_one_finding_that_names_them() -> None:
    text = b"base: &b\n  replicaCount: '3'\napi:\n  <<: *b\nweb: *b\n"
    (finding,) = judge(umbrella(), [read(text, "v.yaml")])
    assert (finding.rule, finding.span.line, finding.key) == ("quoted-value", 2, ("api", "replicaCount"))
    assert "the same for `web.replicaCount`" in finding.notes


def test_an_unquoted_boolean_key_says_what_helm_reads() -> None:
    (finding,) = judge(umbrella(), [read(b"api:\n  y: 1\n", "v.yaml")])
    assert finding.rule == "unknown-key"
    assert 'unquoted, the key `y` is the boolean true to Helm, so it becomes "true"' in finding.notes


FIXES = [
    ("x: &v 1.10 # c\napi: {image: {tag: *v}}\n", 'x: &v "1.10" # c\napi: {image: {tag: *v}}\n'),
    ("x: &v yes\n", "x: &v true\n"),
    ("api: {debug: !!bool on}\n", 'api: {debug: "on"}\n'),
    ("api: {replicaCount: !!str 3}\n", "api: {replicaCount: 3}\n"),
    ("api: {replicaCount: !!str &x 3}\n", "api: {replicaCount: !!str &x 3}\n"),
    ('api: {"replicasCount": 3}\n', 'api: {"replicaCount": 3}\n'),
    ("api: {&k replicasCount: 3}\n", "api: {&k replicaCount: 3}\n"),
    (
        "api:\n  image:\n  # of the tag\n\n  tag: a\n  # in the block\n  repository: |\n    # text\n  debug: 'on'\n",
        "api:\n  image:\n    # of the tag\n\n    tag: a\n    # in the block\n    repository: |\n      # text\n  debug: 'on'\n",
    ),
    ("api: {host: x}\n", "api: {host: x}\n"),  # a list is wanted under `hosts`
    ("api: {host: [x]}\n", "api: {hosts: [x]}\n"),
    ("api: {image: {pullPolicy: always}}\n", "api: {image: {pullPolicy: Always}}\n"),
]


@pytest.mark.parametrize(("text", "wanted"), FIXES, ids=[case[0] for case in FIXES])
def test_a_fix_changes_what_is_wrong_and_nothing_else(text: str, wanted: str) -> None:
    found = judge(umbrella(), [read(text.encode(), "v.yaml")])
    assert fixed(text.encode(), found, "v.yaml")[0].decode() == wanted


KID = METADATA.replace(b"name: c", b"name: kid")


def chart(files: Mapping[str, str | bytes]) -> Chart:
    return load_archive(archive({"Chart.yaml": METADATA, **files}), "c.tgz")


def test_a_null_that_a_later_file_replaces_deletes_nothing() -> None:
    loaded = chart({"values.yaml": "a: {b: 1}\n", "templates/a.yaml": "x: {{ .Values.a.b }}\n"})
    layers = [read(b"a: null\n", "common.yaml"), read(b"a: {b: 2}\n", "pro.yaml")]
    assert judge(loaded, layers) == ()
    (finding,) = judge(loaded, layers[:1])
    ((label, place),) = finding.related
    assert (label, place.path, place.line) == ("the default", "c.tgz/values.yaml", 1)


REQUIRED = '{"required": ["policy"], "properties": {"policy": {"type": "string"}}}'


def test_a_required_key_that_is_null_by_default_is_told_where_the_null_is() -> None:
    loaded = chart({"values.yaml": "# top\nlogLevel: info\n\npolicy:   # one\n", "values.schema.json": REQUIRED})
    for layers in ([], [read(b"logLevel: debug\n", "o.yaml")]):
        (finding,) = judge(loaded, layers)
        assert (finding.rule, finding.key, finding.hint) == ("missing-key", ("policy",), "set it to a string")
        assert (finding.span.path, finding.span.line, finding.span.column) == ("c.tgz/values.yaml", 4, 1)
    (finding,) = judge(loaded, [read(b"policy: null\n", "o.yaml")])
    assert (finding.rule, finding.span.path, finding.span.line) == ("null-value", "o.yaml", 1)
    assert finding.hint == "set it to a string: there is no default"


def test_a_null_of_a_subcharts_own_values_is_told_beside_the_section() -> None:
    below = {
        "Chart.yaml": KID,
        "values.yaml": "policy:\n",
        "values.schema.json": REQUIRED,
    }
    loaded = chart({"values.yaml": "a: 1\n", **{f"charts/kid/{name}": text for name, text in below.items()}})
    (finding,) = judge(loaded, [read(b"b: 1\nkid:\n  x: 1\n", "o.yaml")])
    assert (finding.rule, finding.key) == ("missing-key", ("kid", "policy"))
    assert (finding.span.path, finding.span.line) == ("o.yaml", 3)
    ((label, place),) = finding.related
    assert (label, place.path, place.line) == ("null here, which Helm drops", "c.tgz/charts/kid/values.yaml", 1)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ("kid: {size: 1}\n", ("c.tgz/charts/kid/values.schema.json", 1)),
        ("a: 1\nglobal: {x: 1}\n", ("c.tgz/values.yaml", 2)),
        ("a: 1\nkid:\n  global: {x: 1}\n", ("c.tgz/values.yaml", 3)),
    ],
)
def test_globals_that_a_subchart_refuses_are_never_to_be_deleted(values: str, place: tuple[str, int]) -> None:
    schema = '{"additionalProperties": false, "properties": {"size": {}}}'
    below = {"Chart.yaml": KID, "values.schema.json": schema}
    loaded = chart({"values.yaml": values, **{f"charts/kid/{name}": text for name, text in below.items()}})
    (finding,) = judge(loaded, [])
    assert (finding.rule, (finding.span.path, finding.span.line)) == ("unknown-key", place)
    assert finding.hint == 'add "global": {} to the properties of the schema'
    (finding,) = judge(chart({"values.yaml": "global: 1\n", "values.schema.json": schema}), [])
    assert finding.hint.startswith("delete it")


def test_a_null_of_global_deletes_nothing_for_subcharts() -> None:
    files = {
        "values.yaml": "global: {site: {code: north}}\n",
        "templates/a.yaml": "x: {{ .Values.global.site.code }}\n",
    }
    named = METADATA + b"dependencies: [{name: kid, version: 1.0.0}]\n"
    kid = {"Chart.yaml": named, "charts/kid/Chart.yaml": KID}
    (finding,) = judge(chart({**files, **kid}), [read(b"global: {site: null}\n", "o.yaml")])
    assert finding.message == "the null of `global.site` deletes the chart's default for c alone: kid still get it"
    (finding,) = judge(chart(files), [read(b"global: {site: null}\n", "o.yaml")])
    assert finding.message == "the null of `global.site` deletes the chart's default"


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (b'{"a": 1,\n  "b" 2}\n', (2, 7, 8, '  "b" 2}')),
        (b'\xef\xbb\xbf{"a":\r\n x}', (2, 2, 3, " x}")),
        (b'{"a": "NaN",\n "b": NaN}', (2, 7, 8, ' "b": NaN}')),
        (b"{} x", (1, 4, 5, "{} x")),
        (b'{"a": {\n', (1, 7, 8, '{"a": {')),
        (b"", (1, 1, 1, "")),
    ],
)
def test_a_schema_that_is_no_json_says_where(schema: bytes, place: tuple[int, int, int, str]) -> None:
    (finding,) = judge(chart({"values.schema.json": schema}), [])
    span = finding.span
    assert finding.rule == "schema-broken"
    assert (span.path, span.line, span.column, span.end, span.text) == ("c.tgz/values.schema.json", *place)


@pytest.mark.parametrize(
    ("defaults", "text", "severity"),
    [
        ("a: true", "a: off", Severity.NOTE),
        ("a: {b: false}", "a: {b: yes}", Severity.NOTE),
        ("a: ''", "a: off", Severity.WARNING),
        ("", "a: off", Severity.WARNING),
        ("a: yes", "a: off", Severity.NOTE),
    ],
)
def test_a_word_of_yaml_1_1_is_a_note_where_the_chart_wants_a_boolean(
    defaults: str, text: str, severity: Severity
) -> None:
    (finding,) = judged({}, text, defaults)
    assert (finding.rule, finding.severity) == ("yaml-1.1-boolean", severity)
    assert finding.fix


@pytest.mark.parametrize(
    ("schema", "severity"),
    [
        ({"type": "boolean"}, Severity.NOTE),
        ({"type": ["boolean", "null"]}, Severity.NOTE),
        ({"anyOf": [{"type": "boolean"}, {"type": "integer"}]}, Severity.NOTE),
        ({"type": ["boolean", "string"]}, Severity.WARNING),
        ({}, Severity.WARNING),
    ],
)
def test_the_schema_says_so_too(schema: dict[str, object], severity: Severity) -> None:
    whole = {"properties": {"l": {"items": {"properties": {"a": schema}}}, "other": {"type": "integer"}}}
    found = [each for each in judged(whole, "l: [{a: off}]\nother: x\n") if each.rule == "yaml-1.1-boolean"]
    assert [each.severity for each in found] == [severity]


def test_in_a_charts_own_values_it_stays_a_warning() -> None:
    files: dict[str, bytes | str] = {"Chart.yaml": METADATA, "values.yaml": "a: yes\n"}
    (finding,) = judge(load_archive(archive(files), "c.tgz"), [], defaults=True)
    assert (finding.rule, finding.severity) == ("yaml-1.1-boolean", Severity.WARNING)


def test_imports_into_themselves_are_said_where_they_are_asked_for_and_helm_is_not_asked() -> None:
    """tests/core/values/test_coalesce.py has what Helm does then."""
    imports = (
        "- name: svc\n  alias: api\n  version: 1.0.0\n  import-values: [data, {child: exports.data, parent: b.c}]\n"
    )
    files = {
        "Chart.yaml": b"apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n" + imports.encode(),
        "charts/svc/Chart.yaml": METADATA.replace(b"name: c", b"name: svc"),
        "charts/svc/values.yaml": b"exports: {data: {b: {x: 1}}}\n",
    }
    chart = load_archive(archive(files), "top.tgz")
    (found,) = judge(chart, [read(b"a: 1\n", "v.yaml")])
    assert (found.rule, found.kind, found.severity) == ("import-circle", Kind.VERDICT, Severity.ERROR)
    assert (found.span.path, found.span.line, found.span.text[found.span.column - 1 : found.span.end - 1]) == (
        "top.tgz/Chart.yaml", 8, "import-values",
    )  # fmt: skip
    assert found.message == "what top imports from `api` would hold itself: Helm never comes back"
    assert not_for_helm(coalesce(chart, [])) == (found,)
    listed = {**files, "Chart.yaml": METADATA, "requirements.yaml": b"dependencies:\n" + imports.encode()}
    (found,) = judge(load_archive(archive(listed), "top.tgz"), [])
    assert (found.rule, found.span.path, found.span.line) == ("import-circle", "top.tgz/requirements.yaml", 5)
