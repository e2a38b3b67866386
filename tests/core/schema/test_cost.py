"""Schemas whose references unfold without end are refused before a validator is asked; all usual ones pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.charts.charts import ROOT
from shunter.core.charts.load import load_chart
from shunter.core.goyaml.document import of_mapping
from shunter.core.rules.verdict import judge
from shunter.core.schema.compile import Schema
from shunter.core.schema.cost import MOST_CHECKS, MOST_EXPLAINED, most_checks
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Kind


def of(document: Any) -> Schema:
    return Schema(document, None)


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def laughs(keyword: str, depth: int) -> dict[str, Any]:
    levels = {f"d{n}": {keyword: [{"$ref": f"#/$defs/d{n - 1}"}] * 2} for n in range(1, depth + 1)}
    return {"$ref": f"#/$defs/d{depth}", "$defs": {"d0": {"type": "string"}, **levels}}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
@pytest.mark.parametrize(("depth", "rule"), [(30, "schema-too-complex"), (16, "constraint")])
def test_a_chain_of_doublings_is_judged_while_that_can_be_done(keyword: str, depth: int, rule: str) -> None:
    schema = json.dumps(laughs(keyword, depth)).encode()
    chart = {"Chart.yaml": b"apiVersion: v2\nname: a\nversion: 1.0.0\n", "values.schema.json": schema}
    loaded = load_chart(MemoryTree({path: FileState(data) for path, data in chart.items()}))
    assert [finding.rule for finding in judge(loaded, [of_mapping({"a": 1}, "x.yaml")])] == [rule]


def test_a_recursion_with_two_branches_is_refused_for_deep_values_only() -> None:
    step = {"additionalProperties": {"$ref": "#"}}
    schema = {"anyOf": [step, step]}
    assert most_checks(of(schema), nested(8)) < MOST_EXPLAINED
    assert most_checks(of(schema), nested(20)) < MOST_CHECKS
    assert most_checks(of(schema), nested(40)) > MOST_CHECKS


def test_a_recursion_with_many_properties_passes() -> None:
    schema = {"properties": {f"k{n}": {"$ref": "#"} for n in range(40)}}
    assert most_checks(of(schema), nested(150)) < MOST_EXPLAINED


def test_very_many_branches_are_judged_but_not_explained() -> None:
    schema = {"oneOf": [{"required": [f"k{n}"]} for n in range(20_000)]}
    assert MOST_EXPLAINED < most_checks(of(schema), {}) < MOST_CHECKS


def test_a_circle_ends() -> None:
    schema = {"allOf": [{"$ref": "#"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#"}}}
    assert most_checks(of(schema), nested(5)) < MOST_EXPLAINED


def test_our_own_schemas_pass() -> None:
    for path in sorted((ROOT / "schemas").glob("*.json")):
        text = path.read_text("utf-8")
        assert most_checks(of(json.loads(text)), nested(12)) < MOST_EXPLAINED, path


@pytest.mark.parametrize("depth", [300, 600, 900, 5_000])
@pytest.mark.parametrize("keyword", ["not", "items", "additionalProperties"])
def test_a_schema_that_nests_deeply_is_judged_or_named(keyword: str, depth: int) -> None:
    schema = f'{{"{keyword}":'.encode() * depth + b"{}" + b"}" * depth
    chart = {"Chart.yaml": b"apiVersion: v2\nname: a\nversion: 1.0.0\n", "values.schema.json": schema}
    loaded = load_chart(MemoryTree({path: FileState(data) for path, data in chart.items()}))
    found = judge(loaded, [of_mapping({"a": 1}, "x.yaml")])
    assert {finding.kind for finding in found if finding.rule == "schema-too-complex"} <= {Kind.LINT}
    assert depth < 1_000 or [finding.rule for finding in found] == ["schema-too-complex"]
