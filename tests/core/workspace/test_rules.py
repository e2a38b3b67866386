"""Rules of shunter.yaml that span several keys: one finding a mistake, and none that follows from another one."""

from __future__ import annotations

import itertools
import json
import random
import re

import pytest

from helpers.oracles.outside_data import outside_data
from helpers.workspaces.own_files import problems

BASE = """\
name: shop
layout: {code: multi, charts: multi, envs: multi}
services:
  orders: {archetype: rest-api}
environments:
"""


def environments(routes: dict[str, str]) -> bytes:
    lines = (f"  {name}: {{{f'promotes-from: {source}' if source else ''}}}\n" for name, source in routes.items())
    return (BASE + "".join(lines)).encode()


def test_two_circles_are_two_findings_and_who_leads_into_one_is_none() -> None:
    routes = {"a": "b", "b": "c", "c": "a", "into": "a", "p": "q", "q": "p", "first": "", "next": "first"}
    found = problems("workspace", environments(routes))
    assert [(finding.rule, finding.span.line) for finding in found] == [
        ("promotion-circle", 6),
        ("promotion-circle", 10),
    ]
    assert [finding.message.rpartition(": ")[2] for finding in found] == ["a → c → b → a", "p → q → p"]
    assert [[span.line for _, span in finding.related] for finding in found] == [[7, 8], [11]]


@pytest.mark.parametrize("seed", range(30))
def test_there_is_a_circle_exactly_where_somebody_never_gets_to_a_start(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"e-{number}" for number in range(rng.randint(1, 7))]
    routes = {name: rng.choice(["", *names]) for name in names}
    inside = set()
    for name in names:
        step = routes[name]
        for _ in names:
            if step == name:
                inside.add(name)
            step = routes.get(step, "")
    found = problems("workspace", environments(routes))
    lines = {line for finding in found for line in (finding.span.line, *(span.line for _, span in finding.related))}
    assert lines == {number for number, name in enumerate(names, 6) if name in inside}, (seed, routes)


@pytest.mark.parametrize("seed", range(30))
def test_a_circle_of_several_sources_is_one_that_stands_in_the_file(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"e-{number}" for number in range(rng.randint(2, 7))]
    routes = {name: rng.sample(names, rng.randint(1, min(3, len(names)))) for name in names if rng.random() < 0.6}
    started = {name for name in names if not routes.get(name)}
    while more := {name for name, sources in routes.items() if name not in started and started.issuperset(sources)}:
        started |= more
    text = BASE + "".join(f"  {name}: {{promotes-from: {routes.get(name)}}}\n".replace("None", "e-x") for name in names)
    text = text.replace("{promotes-from: e-x}", "{}").replace("'", "")
    found = problems("workspace", text.encode())
    assert bool(found) == (started != {*names}), (seed, routes)
    for finding in found:
        circle = finding.message.rpartition(": ")[2].split(" → ")
        assert all(source in routes[name] for source, name in itertools.pairwise(circle)), (seed, routes)
        lines = text.splitlines()
        spans = [finding.span, *(span for _, span in finding.related)]
        assert {lines[span.line - 1][span.column - 1 : span.end - 1] for span in spans} == {*circle}, (seed, routes)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ([("{archetype: rest-api}", "rest-api"), ("code: multi", "code: monolith")], ["type"]),
        ([("  tst: {}", "  tst: none")], ["type"]),
        ([("  tst: {}", "  Tst: {}"), ("from: tst", "from: Tst")], ["constraint", "pattern"]),
        ([("name: shop", "name: []")], ["type"]),
        ([("environments:", "environments: x\nx:")], ["type", "unknown-key"]),
    ],
)
def test_what_the_schema_refused_breaks_no_rule_besides(changes: list[tuple[str, str]], rules: list[str]) -> None:
    text = environments({"tst": "", "pre": "tst"}).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    assert [finding.rule for finding in problems("workspace", text.encode())] == rules


def test_names_of_repositories_are_taken_once() -> None:
    text = BASE.replace("  orders:", "  shop:").replace("services:", "services:\n  shop-tst: {archetype: auth}")
    found = problems("workspace", f"{text}  tst: {{}}\n".encode())
    assert [(finding.rule, finding.span.line) for finding in found] == [("name-taken", 5), ("name-taken", 7)]
    assert "service `shop-tst`" in found[1].message


@pytest.mark.parametrize(
    ("registries", "line"),
    [
        ("registries:\n  images: ghcr.io/acme\n  charts: oci://ghcr.io/acme\n", 3),
        ("registries:\n  images: ghcr.io/{repository}\n  charts:\n    push: oci://ghcr.io/{repository}\n", 4),
        ("registries:\n  images: ghcr.io/{service}\n  charts: {url: oci://r/x, push: 'oci://ghcr.io/{service}'}\n", 3),
        ("registries:\n  images: ghcr.io/acme\n  charts: oci://ghcr.io/acme/charts\n", 0),
        ("registries:\n  images: ghcr.io/acme\n  charts: oci://quay.io/acme\n", 0),
        ("registries:\n  images: ghcr.io/acme\n", 0),
    ],
)
def test_images_and_charts_have_places_of_their_own(registries: str, line: int) -> None:
    found = problems("workspace", (registries + BASE + "  tst: {}\n").encode())
    assert [(finding.rule, finding.span.line) for finding in found] == ([("name-taken", line)] if line else [])
    assert all("image and chart of `orders` would both be ghcr.io/" in finding.message for finding in found)


@pytest.mark.parametrize("name", ["library", "trains"])
def test_the_workspaces_own_folders_are_no_repositories(name: str) -> None:
    [finding] = problems("workspace", BASE.replace("  orders:", f"  {name}:").encode() + b"  tst: {}\n")
    assert (finding.rule, finding.span.line, finding.span.column) == ("name-taken", 1, 7)


VERSIONS = "development: custom\nversions:\n  branches:\n"


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (["{match: main, label: main}", "{match: x/*, label: x}"], []),
        (["{match: main, label: main}", "{match: x/*, label: main}"], [("name-taken", 2)]),
        (["{match: main, label: main}", "{match: main, label: other}"], [("name-taken", 2)]),
        (["{match: x/*, label: pr}", "{match: y/*, label: branch}"], [("name-taken", 1), ("name-taken", 2)]),
        (["{match: x/*, label: X}"], [("pattern", 1)]),
        (["{match: x*, label: x}"], [("pattern", 1)]),
        (["{match: main, label: x, version: branch}"], [("pattern", 1)]),
        (["{match: 'release/*', label: rc, version: branch}"], []),
        (["{match: main}", "{match: x/*}"], [("missing-key", 1), ("missing-key", 2)]),
        (["main", "{match: main, label: main}"], [("type", 1)]),
    ],
)
def test_a_version_map_has_labels_of_its_own(lines: list[str], rules: list[tuple[str, int]]) -> None:
    text = BASE + "  tst: {}\n" + VERSIONS
    found = problems("workspace", (text + "".join(f"  - {line}\n" for line in lines)).encode())
    assert [(finding.rule, finding.span.line - text.count("\n")) for finding in found] == rules


def test_a_map_and_its_style_go_together() -> None:
    text = BASE + "  tst: {}\n" + VERSIONS + "  - {match: main, label: main}\n"
    assert [finding.rule for finding in problems("workspace", text.replace("custom", "trunk").encode())] == [
        "forbidden"
    ]
    assert [finding.rule for finding in problems("workspace", text.partition("versions")[0].encode())] == [
        "missing-key"
    ]


@pytest.mark.parametrize(
    ("url", "github", "gitlab"),
    [
        ("", False, False),
        ("git@git.example:acme/{name}.git", False, False),
        ("git@github.com:acme/{name}.git", True, True),
        ("https://git.example.org:8443/acme/{name}.git", True, True),
        ("ssh://git@git.example.org:7999/acme/{workspace}-{name}", True, True),
        ("https://git.example.org/acme/shops/{name}.git", False, True),
        ("/srv/git/{name}.git", False, False),
    ],
)
def test_pipelines_that_are_shared_need_an_address(url: str, github: bool, gitlab: bool) -> None:
    where = f'repositories: {{url: "{url}"}}\n' if url else ""
    for ci, expected in {"github": github, "gitlab": gitlab, "none": True}.items():
        for pipelines in ("inline", "reusable"):
            text = f"ci: {ci}\npipelines: {pipelines}\n{where}".encode() + environments({"tst": ""})
            found = [(finding.rule, finding.span.line) for finding in problems("workspace", text)]
            fine = expected or pipelines == "inline"
            assert found == ([] if fine else [("reusable-nowhere", 2)]), (ci, pipelines)
    text = f"ci: github\npipelines: reusable\n{where}".encode() + environments({"tst": ""})
    assert not problems(
        "workspace", text.replace(b"layout: {code: multi, charts: multi, envs: multi}", b"layout: mono")
    )


@pytest.mark.parametrize(
    ("url", "readers"),
    [
        ("https://git.acme.io/acme/{name}.git", {"argo", "flux"}),
        ("http://git.acme.io/acme/{name}.git", {"argo", "flux"}),
        ("ssh://git@git.acme.io/acme/{name}.git", {"argo", "flux"}),
        ("git@git.acme.io:acme/{name}.git", {"argo", "flux"}),
        ("git://git.acme.io/acme/{name}.git", {"argo"}),
        ("file:///srv/git/{name}", {"argo"}),
    ],
)
def test_a_controller_reads_the_environments_repositories(url: str, readers: set[str]) -> None:
    file = outside_data("crds") / "source.toolkit.fluxcd.io/gitrepository_v1.json"
    pattern = json.loads(file.read_bytes())
    taken = re.compile(pattern["properties"]["spec"]["properties"]["url"]["pattern"])
    for controller in ("argo", "flux"):
        text = f"deployment: {controller}\nrepositories: {{url: '{url}'}}\n".encode() + environments({"tst": ""})
        found = [(finding.rule, finding.span.line) for finding in problems("workspace", text)]
        assert found == ([] if controller in readers else [("deployed-from-nowhere", 1)])
    written = re.sub(r"^([^/@:]+@[^/:]+):", r"ssh://\1/", url)
    assert bool(taken.match(written)) == ("flux" in readers)


@pytest.mark.parametrize(
    ("calls", "rule", "said"),
    [
        ("[orders]", "uncallable", "`orders` calls itself"),
        ("[user]", "unknown-name", "`orders` calls `user`, which is no service"),
        ("[mail]", "uncallable", "`orders` calls `mail`, a worker, which has no Service"),
        ("[night]", "uncallable", "`orders` calls `night`, a cron, which has no Service"),
        ("[cache]", "uncallable", "`orders` calls `cache`, an existing chart, whose Service nobody knows here"),
    ],
)
def test_a_call_that_reaches_nobody_is_one_finding_where_it_stands(calls: str, rule: str, said: str) -> None:
    [found] = problems("workspace", calling(f"[users, {calls[1:]}"))
    assert (found.rule, found.span.line, found.key[:3]) == (rule, 4, ("services", "orders", "calls"))
    assert said in found.message
    assert found.hint


def test_services_may_call_each_other() -> None:
    assert not problems("workspace", calling("[users, store]").replace(b"users: {", b"users: {calls: [orders], "))


def test_a_chart_of_others_calls_nobody() -> None:
    assert problems("workspace", calling("[users]").replace(b"cache: {", b"cache: {calls: [orders], "))


def calling(calls: str) -> bytes:
    return f"""\
name: shop
services:
  users: {{archetype: rest-api}}
  orders: {{archetype: rest-api, calls: {calls}}}
  mail: {{archetype: worker}}
  night: {{archetype: cron}}
  store: {{archetype: database}}
  cache: {{chart: {{path: charts/cache}}}}
environments: {{}}
""".encode()


def test_there_is_one_issuer_and_it_is_an_existing_chart() -> None:
    cache = b"cache: {chart: {path: charts/cache}"
    one = calling("[users]").replace(cache, cache + b", provider: dex")
    assert not problems("workspace", one)
    more = one.replace(b"environments:", b"  other: {chart: {path: charts/other}, provider: keycloak}\nenvironments:")
    [found] = problems("workspace", more)
    assert (found.rule, found.key) == ("name-taken", ("services", "other", "provider"))
    assert problems("workspace", calling("[users]").replace(b"mail: {", b"mail: {provider: dex, "))


def with_chart(path: str) -> bytes:
    return f"{BASE.rstrip()} {{tst: {{}}}}\n".replace("{archetype: rest-api}", f"{{chart: {{path: {path}}}}}").encode()


@pytest.mark.parametrize("path", ["charts/dex", "./charts/dex/", ".charts/..dex", "a../b..c/d"])
def test_a_folder_of_the_workspace_may_have_a_chart(path: str) -> None:
    assert problems("workspace", with_chart(path)) == ()


@pytest.mark.parametrize("path", ["../dex", "charts/../../dex", "/srv/dex", "..", "charts/..", "a//b"])
def test_another_folder_may_not(path: str) -> None:
    [found] = problems("workspace", with_chart(path))
    assert "not a folder below that of shunter.yaml" in found.message
