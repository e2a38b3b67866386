"""Chart.yaml, requirements.yaml and lock files: what Helm loads, we load; what it refuses, we refuse."""

from __future__ import annotations

import pytest

from helpers.oracles.agreement import same_json
from helpers.oracles.embedded_helm import SHOW_VALUES, RefusedError, archive, values_of
from shunter.core.charts.load import load_archive
from shunter.core.charts.metadata import METADATA, sanitized
from shunter.core.values.coalesce import coalesce
from shunter.model.findings import Kind

HEAD = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
SUB = {"charts/s/Chart.yaml": "apiVersion: v2\nname: s\nversion: 1.0.0\n", "charts/s/values.yaml": "x: 1\n"}
VALUES = ("x", "''", "1", "1.10", "1.5e10", "12345678901234567890", "on", "~", "[]", "[a]", "[1]", "[null]", "[[a]]")
MORE = ("{}", "{a: b}", "{a: 1}", "{a: {b: c}}", "{a: null}", "[{name: s}]", "[{name: {a: 1}}]", '"a\\tb"', '"\\u200b"')
ENTRIES = (
    "{Name: s, VERSION: 1.0.0, Alias: t}",
    "{name: s, version: ' 1.0.0 ', alias: t}",
    '{name: "s\\u200b", version: "1.0.0\\t", alias: t}',
    "{name: s, version: 1.0.0, alias: t, tags: x}",
    "{name: s, version: 1.0.0, alias: t, tags: [1, on], condition: off}",
    "{name: s, version: 1.0.0, alias: t, import-values: {a: b}}",
    "{name: s, version: 1.0.0, alias: t, import-values: [1, null, x]}",
    "{name: s, version: 1.0.0, alias: 5, enabled: 'no'}",
    "{name: s, version: 1.0.0, repository: {}}",
    "{name: s, version: 1.0.0, alias: a}, {name: a, version: 1.0.0}",
    "null",
    "x",
)
LISTED = (
    "dependencies: [{name: s, version: 1.0.0, alias: t}]",
    "dependencies: [{alias: q}, {name: s, version: 1.0.0, alias: w}]",
    "dependencies: [{name: s, version: 1.0.0}]",
    "dependencies: []",
    "dependencies:",
    "dependencies: [x]",
    "version: x",
    "type: library",
    "type: x",
    "name: d",
    "- a",
    "a: [",
    "",
)
LOCKS = (
    "dependencies:\n- name: s\n  version: 1.0.0\ndigest: sha256:00\ngenerated: '2026-01-31T10:00:00.5+01:00'\n",
    "generated: 2024-02-29T00:00:00Z",
    "generated: 2025-02-29T00:00:00Z",
    "generated: 2024-02-29t00:00:00Z",
    "generated: '2024-13-01T00:00:00Z'",
    "generated: '2024-01-01T24:00:00Z'",
    "generated: '2024-01-01T00:00:00+25:00'",
    "generated: 5",
    "digest: {}",
    "dependencies: [x]",
    "- a",
    "a: [",
    "abc",
    "",
)


def agree(files: dict[str, str]) -> bool:
    """Whether we load a chart exactly if Helm does, with the values that Helm ends up with."""
    data = archive({"values.yaml": "off: false\nu: {q: 1}\n", "templates/show.yaml": SHOW_VALUES, **files})
    chart = load_archive(data, "c.tgz")
    refused = any(finding.kind is Kind.VERDICT for finding in chart.findings)
    try:
        theirs = values_of(data)
    except RefusedError:
        return refused
    except StopIteration:  # a library chart renders nothing
        return not refused
    return not refused and same_json(theirs, coalesce(chart, []).values)


def test_every_field_takes_what_helm_lets_it_take() -> None:
    wrong = [
        text
        for field in ("deprecated", "Keywords", *METADATA)
        for value in (*VALUES, *MORE)
        if not agree({"Chart.yaml": (text := f"{HEAD}{field}: {value}\n"), **SUB})
    ]
    assert wrong == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_dependencies_are_decoded_as_helm_decodes_them(entry: str) -> None:
    assert agree({"Chart.yaml": f"{HEAD}dependencies: [{entry}]\n", **SUB})


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("name", ["Chart.lock", "requirements.lock"])
def test_a_lock_that_helm_cannot_read_is_a_verdict(name: str, lock: str) -> None:
    assert agree({"Chart.yaml": HEAD, name: lock})
    assert agree({"Chart.yaml": HEAD, **SUB, f"charts/s/{name}": lock})


@pytest.mark.parametrize("listed", LISTED)
def test_requirements_are_laid_over_the_chart_in_every_version(listed: str) -> None:
    own = ["", "dependencies: [{name: s, version: 1.0.0, alias: u, condition: off}]\n"]
    own.append("dependencies: [{name: s, version: 1.0.0, alias: u}, {name: s, version: 1.0.0, alias: w}]\n")
    for api in ("", "apiVersion: v1\n", "apiVersion: v2\n"):
        for dependencies in own:
            text = f"{api}name: c\nversion: 1.0.0\n{dependencies}"
            assert agree({"Chart.yaml": text, "requirements.yaml": listed, **SUB}), text


def test_a_wrong_field_is_found_on_its_line() -> None:
    text = f"{HEAD}keywords: shop\ndependencies:\n- name: s\n  version: 1.0.0\n  tags: front\ntype: service\n"
    chart = load_archive(archive({"Chart.yaml": text, **SUB, "Chart.lock": "digest: 1\ngenerated: today\n"}), "c.tgz")
    assert [(finding.span.path, finding.span.line, finding.message) for finding in chart.findings] == [
        ("c.tgz/Chart.lock", 2, "`generated` must be a time such as 2026-01-31T12:00:00Z, not `today`"),
        ("c.tgz/Chart.yaml", 8, "`dependencies.0.tags` must be a list, not `front`"),
        ("c.tgz/Chart.yaml", 4, "`keywords` must be a list, not `shop`"),
        ("c.tgz/Chart.yaml", 9, "`type` must be application or library, not `service`"),
    ]


def test_spaces_become_blanks_and_what_cannot_be_printed_goes() -> None:
    assert sanitized("a\u2003b\x1cc\u200b\u00e9\n") == "a bc\u00e9 "
