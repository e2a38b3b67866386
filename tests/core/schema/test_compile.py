"""Schemas in Helm's dialect: the official JSON Schema Test Suite, and what Helm refuses about a schema itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.oracles.embedded_helm import METADATA, RefusedError, archive, values_of
from helpers.oracles.json_schema_suite import DRAFTS, groups, remotes
from helpers.oracles.outside_data import outside_data
from shunter.core.charts.load import load_archive
from shunter.core.rules.verdict import judge
from shunter.core.schema.compile import compile_document, compile_schema
from shunter.model.findings import Kind

REQUIRED = {"draft4": 618, "draft6": 839, "draft7": 927, "draft2019-09": 1259, "draft2020-12": 1299}


@pytest.mark.parametrize("draft", DRAFTS)
def test_every_required_case_of_the_official_suite_is_right(draft: str) -> None:
    vendored = remotes(outside_data("json-schema-test-suite"))
    count, wrong = 0, []
    for name, schema, tests in groups(draft):
        compiled = compile_document(schema, vendored)
        for test in tests:
            count += 1
            if compiled.validator is None or compiled.validator.is_valid(test["data"]) != test["valid"]:
                wrong.append((name, test["description"]))
    assert wrong == []
    assert count == REQUIRED[draft]


def helm_accepts(schema: Any, value: Any) -> bool:
    """Whether the embedded Helm accepts `value` as the whole of a chart's values."""
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        "values.schema.json": json.dumps(schema),
        "templates/show.yaml": "{{ toJson .Values }}",
    }
    try:
        values_of(archive(files), value)
    except RefusedError:
        return False
    return True


def test_maps_of_the_official_suite_get_helms_verdict() -> None:
    """Cases whose data can be a chart's values as they are: maps without nulls; no reference needs the network."""
    compared, wrong = 0, []
    for draft in ("draft4", "draft7", "draft2020-12"):
        for name, schema, tests in groups(draft):
            if not isinstance(schema, dict) or "localhost:1234" in json.dumps(schema):
                continue
            compiled = compile_document(schema)
            for test in tests[:4]:
                if not isinstance(test["data"], dict) or "null" in json.dumps(test["data"]):
                    continue
                compared += 1
                ours = compiled.validator is not None and compiled.validator.is_valid(test["data"])
                if ours != helm_accepts(schema, test["data"]):
                    wrong.append((draft, name, test["description"]))
    assert wrong == []
    assert compared > 500


SCHEMAS = [
    ("{", "schema-broken"),
    ("[]", "schema-broken"),
    ('{"type": "strnig"}', "schema-broken"),
    ('{"tpye": "string"}', None),
    ('{"properties": {"a": {"items": [{}]}}}', "schema-broken"),
    ('{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"items": [{}]}}}', None),
    ('{"$schema": "http://json-schema.org/schema#"}', None),
    ('{"$schema": "https://json-schema.org/draft-07/schema"}', None),
    ('{"$schema": "draft-07"}', "schema-broken"),
    ('{"$schema": ""}', "schema-broken"),
    ('{"$ref": "i.json"}', "schema-broken"),
    ('{"properties": {"b": {"$ref": "./defs/i.json#/x"}}}', "schema-broken"),
    ('{"properties": {"b": {"$ref": "#/$defs/nope"}}}', "schema-broken"),
    ('{"properties": {"b": {"$ref": "urn:example:x"}}}', None),
    ('{"$defs": {"x": {"$ref": "i.json"}}}', None),
    ('{"then": {"$ref": "i.json"}}', None),
    ('{"if": {"$ref": "i.json"}}', "schema-broken"),
    ('{"default": {"$ref": "i.json"}, "foo": {"$ref": "i.json"}}', None),
    ('{"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"not": {"$ref": "i.json"}}}}', "schema-broken"),
    (
        '{"properties": {"a": {"$ref": "#x"}}, "$defs": {"x": {"$anchor": "x", "not": {"$ref": "i.json"}}}}',
        "schema-broken",
    ),
    ('{"properties": {"a": {"$ref": "https://x.example/y"}}, "$defs": {"y": {"$id": "https://x.example/y"}}}', None),
    ('{"properties": {"a": {"pattern": "(?=x)"}}}', "schema-broken"),
    ('{"properties": {"a": {"pattern": "(a)\\\\1"}}}', "schema-broken"),
    ('{"properties": {"a": {"pattern": "x\\\\Z"}}}', "schema-broken"),
    ('{"properties": {"a": {"format": "ipv4"}}}', None),
    ('{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"format": "ipv4"}}}', "format"),
    ('{"properties": {"a": {"const": "x"}}, "default": {"$ref": "not-a-reference"}}', None),
    ("\ufeff{}", None),
    ('{"type": "object", "type": "object"}', None),
    ("true", None),
    ("false", "forbidden"),
    ('{"properties": {"a": {"maximum": NaN}}}', "schema-broken"),
    (
        '{"$id": "values.schema.json", "properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"type": "string"}}}',
        None,
    ),
]


@pytest.mark.parametrize(("schema", "rule"), SCHEMAS, ids=[case[0] for case in SCHEMAS])
def test_a_schema_that_helm_refuses_is_a_verdict(schema: str, rule: str | None) -> None:
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        "values.yaml": "a: x\n",
        "values.schema.json": schema,
        "templates/show.yaml": "{{ toJson .Values }}",
    }
    data = archive(files)
    try:
        values_of(data)
        refused = False
    except RefusedError:
        refused = True
    found = judge(load_archive(data, "c.tgz"), [])
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    assert refused == any(finding.kind is Kind.VERDICT for finding in found)


def test_a_remote_reference_is_not_judged_and_said_so() -> None:
    schema = b'{"properties": {\n  "a": {"$ref": "https://schemas.example/x.json"},\n  "b": {"type": "string"}}}'
    data = archive({"Chart.yaml": METADATA, "values.yaml": "a: x\nb: 1\n", "values.schema.json": schema})
    found = judge(load_archive(data, "c.tgz"), [])
    assert [(finding.rule, finding.kind, finding.span.path, finding.span.line) for finding in found] == [
        ("remote-schema", Kind.LINT, "c.tgz/values.schema.json", 2),
        ("unquoted-string", Kind.VERDICT, "c.tgz/values.yaml", 2),
    ]


def test_a_schema_is_compiled_once_per_content() -> None:
    assert compile_schema(b'{"type": "object"}') is compile_schema(b'{"type": "object"}')
