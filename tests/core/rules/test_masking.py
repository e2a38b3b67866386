"""Secrets are shown to nobody."""

from __future__ import annotations

import json
from html import unescape

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.cli.formats import render
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import of_mapping, read
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
    ("secretKey: db-password", ("db-password",)),
    ("password: change-me", ()),
    ("existingSecret: orders-db", ()),
    ("password: ${DB}", ()),
    ("password:", ()),
    ("token: |", ()),
    ("image: registry.example/orders", ()),
    ("db: {password: in, port: http}", ("in",)),
    ("password: a,b # c", ("a,b",)),
    ("  password: in, port: http}", ("in",)),
    ('{"password":"x","port":1}', ("x",)),
    ("password: &pw hunter22", ("hunter22",)),
    ("password: !!str hunter22", ("hunter22",)),
    ('password: "goes on', ("goes on",)),
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


ONE = {"type": "integer"}
PLACES = [
    # schema of the key `port` or `password`, values, what the messages say, what the lines show
    ({"port": ONE}, "db: {password: in, port: http}\n", "`db.port` must be an integer, not a string", "db: {password: **, port: http}"),
    ({"port": ONE}, "db: {port: e, password: e}\n", "`db.port` must be an integer, not a string", "db: {port: e, password: *}"),
    ({"port": ONE}, "db: {port: trustno, password: trustno}\n", "", "db: {port: *******, password: *******}"),
    ({"password": {"enum": ["x", "in"]}}, "db: {password: to}\n", '`db.password` must be one of "x", "in", not "**"', "db: {password: **}"),
    ({"password": {"maxLength": 3}}, "db: {password: password}\n", "`db.password` must have at most 3 characters, not 8", "db: {password: ********}"),
    ({"password": {"format": "date"}}, "db: {password: date}\n", '`db.password` is "****", which is no date', "db: {password: ****}"),
    ({"password": {"pattern": "^x$"}}, "db: {password: secret}\n", '`db.password` is "******", which does not match the pattern `^x$`', "db: {password: ******}"),
    ({"password": {"pattern": "^x$"}}, "db: {password: 'it''s me'}\n", '`db.password` is "*******", which does not match the pattern `^x$`', "db: {password: '********'}"),
    ({"password": {"pattern": "^x$"}}, f"db: {{password: {'long-' * 9}x}}\n", f'`db.password` is "{"*" * 36}..., which', "*" * 46),
    ({"password": {"pattern": "^x$"}}, "db:\n  password: |\n    hidden\n", '`db.password` is **********, which', "  password: |"),
    ({"password": {"pattern": "^x$"}}, "db:\n  password: hidden\n    more\n", '`db.password` is "***********", which', "  password: ******"),
    ({"password": {"type": "string"}}, "db: {password: 12345}\n", "`db.password` must be a string, not a number", "db: {password: *****}"),
    ({"password": {"type": "string"}}, "db: {password: 1}\n", "`db.password` must be a string, not a number", "db: {password: *}"),
]  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
@pytest.mark.parametrize(("properties", "values", "message", "line"), PLACES, ids=range(len(PLACES)))
def test_a_secret_is_masked_where_it_stands_and_no_letter_elsewhere(
    properties: dict[str, object], values: str, message: str, line: str, form: str
) -> None:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"db": {"properties": properties}}}
    chart = load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)}), "c.tgz")
    found = [f for f in masked(judge(chart, [read(values.encode(), "v.yaml")])) if f.rule != "plaintext-secret"]
    assert found[0].message.startswith(message)
    assert line in found[0].span.text
    shown = unescape(render(found, form)).replace('\\"', '"') if form != "text" else repr(found)
    assert message in shown.replace("\\'", "'")


def test_the_words_of_the_lint_stay() -> None:
    text = b'regcred:\n  password: secret\ndb:\n  password: "password"\nother:\n  token: "e"\n  apiKey: warning\n'
    chart = load_archive(archive({"Chart.yaml": METADATA}), "c.tgz")
    found = masked(judge(chart, [read(text, "v.yaml")]))
    keys = ["regcred.password", "db.password", "other.token", "other.apiKey"]
    assert [f.message for f in found] == [f"`{key}` looks like a secret in plain text" for key in keys]
    assert {f.hint for f in found} == {"name an external secret instead, or encrypt the file with SOPS"}
    assert [f.span.text for f in found] == ["  password: ******", '  password: "********"', '  token: "*"', "  apiKey: *******"]  # fmt: skip


def test_a_default_that_a_hint_quotes_is_masked_too() -> None:
    schema = {"required": ["password"], "properties": {"password": {"type": "string"}}}
    files: dict[str, bytes | str] = {"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)}
    files["values.yaml"] = "password: hidden\n"
    raw = judge(load_archive(archive(files), "c.tgz"), [read(b"password: null\n", "v.yaml")])
    assert "hidden" in repr(raw)
    assert "hidden" not in repr(masked(raw))


def test_a_secret_of_no_file_is_masked() -> None:
    schema = {"properties": {"password": {"pattern": "^x$"}}}
    chart = load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)}), "c.tgz")
    raw = judge(chart, [of_mapping({"password": "hidden"}, "--set password")])
    assert "hidden" in repr(raw)
    assert "hidden" not in repr(masked(raw))


def test_a_fix_of_something_else_stays() -> None:
    schema = {"properties": {"db": {"properties": {"password": {}, "port": {"type": "string"}}}}}
    chart = load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)}), "c.tgz")
    raw = judge(chart, [read(b"db: {password: 8, port: 80}\n", "v.yaml")])
    (found,) = (f for f in masked(raw) if f.rule == "unquoted-string")
    assert [edit.replacement for edit in found.fix] == ['"80"']


def test_a_finding_without_a_secret_is_left_as_it_is() -> None:
    chart = load_archive(archive({"Chart.yaml": METADATA}), "c.tgz")
    raw = judge(chart, [read(b"debug: yes\n", "v.yaml")])
    assert masked(raw) == raw
    assert raw[0].fix
