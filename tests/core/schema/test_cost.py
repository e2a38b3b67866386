"""Schemas whose references unfold without end are refused before a validator is asked; all usual ones pass."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from helpers.charts.charts import ROOT
from shunter.core.charts.load import load_chart
from shunter.core.goyaml.document import of_mapping
from shunter.core.rules.verdict import judge
from shunter.core.schema.compile import Schema, compile_document
from shunter.core.schema.cost import MOST_CHECKS, MOST_EXPLAINED, most_checks
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Kind


def of(document: Any) -> Schema:
    return compile_document(document)


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


def chained(spelling: str, keyword: str, length: int = 34) -> dict[str, Any]:
    """Definitions d0, d1 ..., each of which refers to the next one twice."""
    definitions: dict[str, Any] = {}
    for number in range(length):
        reference = {"$ref": spelling.format(number + 1)}
        body: dict[str, Any] = {keyword: [reference, dict(reference)]} if number < length - 1 else {"type": "string"}
        names = {"#d{}": "$anchor", "d{}.json": "$id"}
        if spelling in names:
            body[names[spelling]] = spelling.format(number).lstrip("#")
        definitions[f"d{number}"] = {"allOf": [body]} if spelling.endswith("/0") else body
    return {"$ref": spelling.format(0), "$defs": definitions}


SPELLINGS = ("#/$defs/d{}", "#/%24defs/d{}", "#d{}", "d{}.json", "#/$defs/d{}/allOf/0")


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_doublings_are_refused_however_the_references_are_spelt(spelling: str, keyword: str) -> None:
    schema = json.dumps(chained(spelling, keyword))
    for text in (schema, schema.replace('"$ref"', '"\\u0024ref"')):
        chart = {"Chart.yaml": b"apiVersion: v2\nname: a\nversion: 1.0.0\n", "values.schema.json": text.encode()}
        loaded = load_chart(MemoryTree({path: FileState(data) for path, data in chart.items()}))
        start = time.process_time()
        found = judge(loaded, [of_mapping({"a": 1}, "x.yaml")])
        assert [(finding.rule, finding.message[:50]) for finding in found] == [
            ("schema-too-complex", "this schema asks for more than 100 million checks ")
        ]
        assert time.process_time() - start < 1  # what it would take without the guard has no end


def test_dynamic_references_count_what_they_may_lead_to() -> None:
    costly = {"$id": "costly", "$dynamicAnchor": "x", **chained("#/$defs/d{}", "anyOf")}
    cheap = {"$dynamicAnchor": "x", "type": "string"}
    schema = {"properties": {"a": {"$dynamicRef": "#x"}, "b": {"$ref": "costly"}}, "$defs": {"n": cheap, "c": costly}}
    assert most_checks(of({**schema, "properties": {"a": {"$ref": "#x"}}}), {}) < MOST_EXPLAINED
    assert most_checks(of({**schema, "properties": {"a": {"$dynamicRef": "#x"}}}), {}) > MOST_CHECKS
    old = {"$schema": "http://json-schema.org/draft-07/schema#", "$dynamicRef": "#x", "definitions": {"n": cheap}}
    assert most_checks(of(old), {}) < MOST_EXPLAINED


def test_names_of_properties_are_counted_as_values_are() -> None:
    assert most_checks(of({"propertyNames": chained("#/propertyNames/$defs/d{}", "anyOf")}), {"a": 1}) > MOST_CHECKS


IDLE = [
    {"then": {"$ref": "#/no"}, "else": {"$ref": "#/no"}},
    {"$schema": "http://json-schema.org/draft-06/schema#", "$ref": "#/definitions/a", "not": {"$ref": "#/no"}},
    {"$schema": "http://json-schema.org/draft-04/schema#", "contains": {"$ref": "#/no"}, "definitions": {"a": {}}},
]


@pytest.mark.parametrize("schema", IDLE)
def test_a_reference_that_judges_nothing_may_lead_nowhere(schema: dict[str, Any]) -> None:
    compiled = of({"definitions": {"a": {}}, **schema})
    assert compiled.validator is not None
    assert most_checks(compiled, {"a": 1}) < MOST_EXPLAINED


def test_what_a_draft_says_of_schemas_is_no_unknown_number() -> None:
    draft = "http://json-schema.org/draft-07/schema#"
    assert most_checks(of({"properties": {"a": {"$ref": draft}, "b": {"$ref": "urn:x"}}}), {}) < MOST_EXPLAINED


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
