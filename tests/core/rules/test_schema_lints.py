"""Lints on schemas, on secrets and on deprecated keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import Chart, load_archive
from shunter.core.rules.schema_lints import MAX_SIZE, lint_schema

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def chart(schema: Any, values: str = "") -> Chart:
    text = json.dumps(schema, indent=1)
    return load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": text, "values.yaml": values}), "c.tgz")


CASES = [
    ({"properties": {"a": {"tpye": "string"}}}, [("schema-unknown-keyword", 4)]),
    ({"patternPropertys": {}}, [("schema-unknown-keyword", 2)]),
    ({"x-order": 1, "default": {"tpye": 1}, "properties": {"tpye": {"const": {"tpye": 1}}}}, []),
    ({"additionalProperties": False, "properties": {"a": {}}}, [("schema-no-global", 2)]),
    ({"additionalProperties": False, "properties": {"global": {}}}, []),
    ({"properties": {"a": {"additionalProperties": False}}}, []),
    ({"properties": {"a": {"format": "uri"}, "b": {"format": "uri"}}}, [("schema-format-ignored", 4)]),
    ({"$schema": DRAFT_7, "properties": {"a": {"format": "uri"}}}, []),
    ({"description": "x" * MAX_SIZE}, [("schema-size", 0)]),
    ({"type": "strnig"}, [("schema-broken", 2)]),
    ({"properties": {"a": {"$ref": "https://x.example/s"}}}, [("remote-schema", 4)]),
    ({"properties": {"a": {"$ref": "urn:x:y"}}}, [("schema-reference-ignored", 4)]),
    ({"$defs": {"a": {"$ref": "urn:x:y"}}}, []),
    ({"properties": {"a": {"$ref": "urn:x:y"}}, "$defs": {"b": {"$id": "urn:x:y"}}}, []),
    ({"type": "object"}, []),
]


@pytest.mark.parametrize(("schema", "expected"), CASES, ids=range(len(CASES)))
def test_a_risky_schema_is_named_at_its_line(schema: Any, expected: list[tuple[str, int]]) -> None:
    found = lint_schema(chart(schema))
    assert [(finding.rule, finding.span.line) for finding in found] == expected
    assert all(finding.hint for finding in found)


def test_a_chart_without_a_schema_has_no_schema_lints() -> None:
    assert lint_schema(load_archive(archive({"Chart.yaml": METADATA}), "c.tgz")) == ()
