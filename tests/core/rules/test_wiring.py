"""Lints on an umbrella's wiring: what reaches no chart, deletes nothing, switches nothing."""

from __future__ import annotations

import pytest

from helpers.oracles.embedded_helm import archive, values_of
from helpers.workspaces import shop
from shunter.core.charts.load import load_archive
from shunter.core.charts.lock import render_lock
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.document import read
from shunter.core.rules.wiring import lints, stale_lock
from shunter.core.values.coalesce import coalesce
from shunter.model.findings import Finding, Kind


def linted(files: dict[str, str], text: str = "") -> list[Finding]:
    chart = load_archive(archive(files), "shop.tgz")
    return list(lints(coalesce(chart, [read(text.encode(), "v.yaml")])))


def test_a_null_in_the_umbrellas_own_file_does_nothing() -> None:
    files = shop.files()
    files["values.yaml"] = "api:\n  replicaCount: null\n"
    (finding,) = linted(files)
    assert (finding.rule, finding.span.line, finding.kind) == ("ignored-null", 2, Kind.LINT)


def test_a_condition_that_is_no_boolean_switches_nothing() -> None:
    files = shop.files(condition=True)
    files["charts/svc/values.schema.json"] = "{}"
    (finding,) = linted(files, "api:\n  enabled: 0\n")
    assert (finding.rule, finding.span.line, finding.kind) == ("condition-type", 2, Kind.LINT)


def test_a_missing_chart_is_an_error_although_helm_says_nothing() -> None:
    files = {path: text for path, text in shop.files().items() if not path.startswith("charts/")}
    found = linted(files)
    assert [(finding.rule, finding.kind, finding.span.line) for finding in found] == [
        ("missing-dependency", Kind.LINT, 5),
        ("missing-dependency", Kind.LINT, 6),
    ]


def test_another_version_in_charts_is_named() -> None:
    files = shop.files()
    files["Chart.yaml"] = files["Chart.yaml"].replace("1.2.0", "2.0.0", 1)
    (finding,) = linted(files)
    assert finding.message == "charts/ has `svc` 1.2.0, not `2.0.0`: Helm renders it, without alias, condition and tags"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("svc: {a: 1}\n", [("unknown-release", "write the values below `api` or `web`")]),
        ("wbe: {a: 1}\n", [("unknown-alias", "did you mean `web`?")]),
        ("wbe: 1\n", []),  # a value of the umbrella's own
        ("other: {a: 1}\n", []),
        ("tags: {a: true}\nglobal: {a: 1}\napi: {}\n", []),
    ],
)
def test_a_block_that_reaches_no_chart(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(finding.rule, finding.hint) for finding in linted(shop.files(), text)] == expected


def test_a_null_of_the_umbrellas_file_does_nothing_in_helm_and_one_with_f_does() -> None:
    files = shop.files() | {"values.yaml": "api: {debug: null}\n", "charts/svc/values.schema.json": "{}"}
    data = archive(files)
    assert [finding.key for finding in linted(files)] == [("api", "debug")]
    assert values_of(data)["api"]["debug"] == "off"
    files["values.yaml"] = ""
    assert linted(files, "api: {debug: null}\n") == []
    assert "debug" not in values_of(archive(files), {"api": {"debug": None}})["api"]


@pytest.mark.parametrize(
    ("value", "switches"), [("'false'", False), ("0", False), ("false", True), ("{}", True), ("null", False)]
)
def test_only_a_boolean_switches(value: str, switches: bool) -> None:
    files = shop.files(condition=True) | {"charts/svc/values.schema.json": "{}"}
    found = linted(files, f"api: {{enabled: {value}}}\n")
    assert [finding.rule for finding in found] == ([] if switches else ["condition-type"])


@pytest.mark.parametrize(
    ("dependency", "stale"),
    [
        ("{name: svc, version: 1.2.0, repository: ''}", False),
        ("{name: svc, version: 1.2.0, repository: '', condition: svc.enabled}", True),
        ("{name: svc, version: 1.2.0, repository: '', enabled: true}", False),  # hashed by Helm, not read here
        ("{name: svc, version: 1.2.0, repository: '@ours'}", False),  # another name when it is hashed
    ],
)
def test_a_lock_is_stale_where_helm_refuses_to_build_from_it(dependency: str, stale: bool) -> None:
    head = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n"
    lock = render_lock([Dependency("svc", "1.2.0")])
    chart = load_archive(archive({"Chart.yaml": f"{head}- {dependency}\n", "Chart.lock": lock}), "shop.tgz")
    found = list(stale_lock(chart))
    assert [(finding.rule, finding.span.line) for finding in found] == [("lock-out-of-sync", 4)] * stale


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ('{"properties": {"other": {}}}', ["unknown-alias"]),
        ('{"properties": {"wbe": {}}}', []),
        ('{"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"properties": {"wbe": {}}}}}', []),
        ("{", ["unknown-alias"]),
    ],
)
def test_a_schema_that_does_not_know_the_block_hides_nothing(schema: str, expected: list[str]) -> None:
    found = linted(shop.files() | {"values.schema.json": schema}, "wbe: {a: 1}\n")
    assert [finding.rule for finding in found] == expected
