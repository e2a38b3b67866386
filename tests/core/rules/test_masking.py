"""Secrets are shown to nobody."""

from __future__ import annotations

import json

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.cli.formats import render
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.masking import masked, secrets_in
from shunter.core.rules.verdict import judge

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl"
LINES = [
    ("  password: hunter22", ("hunter22",)),
    ("db: {user: u, password: 'it''s # me', port: 1}  # x", ("it''s # me",)),
    ('- "apiKey": "a b"', ("a b",)),
    ("connectionString: Server=db;Pwd=abc # note", ("Server=db;Pwd=abc",)),
    ("args: [--token, AKIAIOSFODNN7EXAMPLE]", ("AKIAIOSFODNN7EXAMPLE",)),
    (f"header: Bearer {JWT}", (JWT,)),
    ("    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ==", ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ==",)),
    ("secretKey: 9f8a7b6c5d4e3f2a", ("9f8a7b6c5d4e3f2a",)),
    ("url: postgres://app:hunter22@db:5432/x", ("app:hunter22",)),
    ("url: redis://:hunter22@cache", (":hunter22",)),
    ("url: postgres://app:$(DB_PASSWORD)@db/x", ()),
    ("url: http://app:8080/a@b", ()),
    ("secretKey: db-password", ()),
    ("existingSecret: orders-db", ()),
    ("password: ${DB}", ()),
    ("password:", ()),
    ("token: |", ()),
    ("image: registry.example/orders", ()),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LINES, ids=range(len(LINES)))
def test_secrets_in_a_line(line: str, expected: tuple[str, ...]) -> None:
    assert secrets_in(line) == expected


SCHEMA = {
    "additionalProperties": False,
    "properties": {"db": {"properties": {"password": {"pattern": "^[0-9]+$"}, "token": {"enum": ["a"]}}}, "list": {}},
}
VALUES = """\
dbPassword: trustno-one
db:
  password: trustno-two
  token: 123456789
  token: trustno-four
list: {password: trustno-five, enabled: yes}
"""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
def test_no_output_shows_one(form: str) -> None:
    chart = load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(SCHEMA)}), "c.tgz")
    raw = judge(chart, [read(VALUES.encode(), "v.yaml")])
    assert {finding.rule for finding in raw} >= {"unknown-key", "pattern", "enum", "duplicate-key", "yaml-1.1-boolean"}
    found = masked(raw)
    assert [(f.rule, f.span.line, f.span.column, f.span.end) for f in found] == [
        (f.rule, f.span.line, f.span.column, f.span.end) for f in raw
    ]
    shown = repr(found) if form == "text" else render(found, form)
    assert "trustno" in repr(raw)
    assert "trustno" not in shown
    assert "123456789" not in shown


def test_a_finding_without_a_secret_is_left_as_it_is() -> None:
    chart = load_archive(archive({"Chart.yaml": METADATA}), "c.tgz")
    raw = judge(chart, [read(b"debug: yes\n", "v.yaml")])
    assert masked(raw) == raw
    assert raw[0].fix
