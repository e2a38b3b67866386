"""Schemas whose references unfold without end are refused before a validator is asked; all usual ones pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.charts import ROOT
from shunter.core.charts import load_chart
from shunter.core.reader import of_mapping
from shunter.core.schema_cost import unfolds_too_far
from shunter.core.verdict import judge
from shunter.model.files import FileState, MemoryTree


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def laughs(keyword: str, depth: int) -> dict[str, Any]:
    levels = {f"d{n}": {keyword: [{"$ref": f"#/$defs/d{n - 1}"}] * 2} for n in range(1, depth + 1)}
    return {"$ref": f"#/$defs/d{depth}", "$defs": {"d0": {"type": "string"}, **levels}}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_chain_of_doublings_is_refused(keyword: str) -> None:
    schema = json.dumps(laughs(keyword, 30)).encode()
    chart = {"Chart.yaml": b"apiVersion: v2\nname: a\nversion: 1.0.0\n", "values.schema.json": schema}
    loaded = load_chart(MemoryTree({path: FileState(data) for path, data in chart.items()}))
    assert [finding.rule for finding in judge(loaded, [of_mapping({"a": 1}, "x.yaml")])] == ["schema-too-complex"]


def test_a_recursion_with_two_branches_is_refused_for_deep_values_only() -> None:
    step = {"additionalProperties": {"$ref": "#"}}
    schema = {"anyOf": [step, step]}
    assert not unfolds_too_far(schema, 2, nested(10))
    assert unfolds_too_far(schema, 2, nested(40))


def test_a_recursion_with_many_properties_passes() -> None:
    schema = {"properties": {f"k{n}": {"$ref": "#"} for n in range(40)}}
    assert not unfolds_too_far(schema, 40, nested(150))


def test_very_many_branches_are_refused() -> None:
    schema = {"oneOf": [{"required": [f"k{n}"]} for n in range(20_000)]}
    assert unfolds_too_far(schema, 0, {}, large=True)


def test_a_circle_ends() -> None:
    schema = {"allOf": [{"$ref": "#"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#"}}}
    assert not unfolds_too_far(schema, 99, nested(5))


def test_our_own_schemas_pass() -> None:
    for path in sorted((ROOT / "schemas").glob("*.json")):
        text = path.read_text("utf-8")
        assert not unfolds_too_far(json.loads(text), 99, nested(12)), path
