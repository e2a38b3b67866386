"""Lints on schemas, on secrets and on deprecated keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import Chart, load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.schema_lints import MAX_SIZE, lint_schema
from shunter.core.rules.verdict import judge

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
    ({"type": "object"}, []),
]


@pytest.mark.parametrize(("schema", "expected"), CASES, ids=range(len(CASES)))
def test_a_risky_schema_is_named_at_its_line(schema: Any, expected: list[tuple[str, int]]) -> None:
    found = lint_schema(chart(schema))
    assert [(finding.rule, finding.span.line) for finding in found] == expected
    assert all(finding.hint for finding in found)


def test_a_chart_without_a_schema_has_no_schema_lints() -> None:
    assert lint_schema(load_archive(archive({"Chart.yaml": METADATA}), "c.tgz")) == ()


SECRETS = [
    "password: hunter22",
    "db:\n  rootPassword: abcdef",
    "env:\n  API_TOKEN: abc123",
    "auth: {clientSecret: s3cr3t}",
    "key: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIE",
    "list: [AKIAIOSFODNN7EXAMPLE]",
    "apiKey: 1a2b3c",
    "url: postgres://app:hunter22@db/x",
]
HARMLESS = [
    "password: ''",
    "password: null",
    "existingSecret: orders-db",
    "secretName: x",
    "secret: {name: x}",
    "tokenTtl: 5m",
    "password: ${DB_PASSWORD}",
    "password: '{{ .Values.x }}'",
    "password: <from vault>",
    "passwordSecretRef: a",
    "imagePullSecret: x",
    "password: ref+vault://x",
    "secret: true",
    "token: 'ENC[AES256_GCM,data:x,type:str]'",
    "tokenizer: bert",
    "url: https://user@host:8080/x",
    "url: 'amqp://app:{{ .Values.x }}@host'",
    "url: postgres://app:${PASSWORD}@host",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_named(text: str) -> None:
    (finding,) = judge(chart({}), [read(text.encode(), "v.yaml")])
    assert finding.rule == "plaintext-secret"
    assert (
        finding.span.line
        == text.count("\n", 0, text.index(":", text.find("\n") if "db:" in text or "env:" in text else 0)) + 1
    )


@pytest.mark.parametrize("text", HARMLESS)
def test_references_to_secrets_are_no_secrets(text: str) -> None:
    assert judge(chart({}), [read(text.encode(), "v.yaml")]) == ()


def test_a_deprecated_key_is_named_where_a_person_set_it() -> None:
    old = {"$ref": "#/$defs/old"}
    schema = {
        "properties": {"a": {"properties": {"old": old, "new": {}}}, "l": {"items": {"properties": {"old": old}}}},
        "$defs": {"old": {"deprecated": True, "description": "use a.new\nmore"}},
    }
    default = "a: {old: 1}\n"
    assert judge(chart(schema, default), []) == ()
    found = judge(chart(schema, default), [read(b"a:\n  old: 2\nl:\n- old: 1\n", "v.yaml")])
    assert [(f.rule, f.span.line, f.span.column, f.hint) for f in found] == [
        ("deprecated-key", 2, 3, "use a.new"),
        ("deprecated-key", 4, 3, "use a.new"),
    ]
