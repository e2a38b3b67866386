"""Secrets are shown to nobody."""

from __future__ import annotations

import json
from html import unescape
from random import Random

import pytest

from helpers.charts.judged import judged
from helpers.oracles.embedded_helm import METADATA, archive
from shunter.cli.formats import render
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import of_mapping, read
from shunter.core.rules.masking import masked, secret_free, secrets_in
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
    ('{"password":1234,"token":["x", "y"],"port":1}', ("1234", '["x", "y"]')),
    ("password: %Zq9", ("%Zq9",)),
    ("password: *Zq9", ("*Zq9",)),
    ("password: |Zq9", ("|Zq9",)),
    ("password: >Zq9 # x", (">Zq9 # x",)),
    ("password: [Zq9", ("[Zq9",)),
    ("password: ]Zq9", ("]Zq9",)),
    ("{password: }", ()),
    ("password: {{ Zq9 }}", ("{{ Zq9 }}",)),
    ("password: &Zq9", ("&Zq9",)),
    ("password: !Zq9", ("!Zq9",)),
    ("password: $Zq9", ("$Zq9",)),
    ("password: change-me-Zq9", ("change-me-Zq9",)),
    ("password: 'Zq' 9", ("Zq' 9",)),
    ("password: [a, b] # c", ("[a, b] # c",)),
    ("db: {password: [a, {b: c}], port: 1}", ("[a, {b: c}]",)),
    ("token: >- # folded", ()),
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
    ({"password": {"pattern": "^x$"}}, "db:\n  password: |\n    hidden\n", '`db.password` is "*******", which', "  password: |"),
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


WORDS = [
    # schema of `password`, values, message, hint
    ({}, "password: 0123456\n", "this begins with a 0, and Helm reads another number", "quote it"),
    ({}, "password: 0x1F2E3D\n", "a template that prints this as it is gets a number with an exponent", "quote it"),
    ({}, "password: 77.10\n", "this is a number to Helm: the 0 at its end is lost", "quote it"),
    ({}, "password: 9007199254740993123\n", "this is more than float64 holds exactly; Helm reads another number", "quote it"),
    ({}, "password: yes\n", "this unquoted word is a boolean to Helm", "quote it"),
    ({}, "secret: {enabled: yes}\n", "unquoted `yes` is the boolean true to Helm", 'write true, or quote it: "yes"'),
    ({"not": {"minLength": 3}}, "password: 0123456\n", "`password`: the value does not fit `not: {\"minLength\": 3}` of the schema", "see the schema"),
    ({"contains": {"const": "q"}}, "password: [abc, abd]\n", "`password`: the value does not fit `contains: {\"const\": \"q\"}` of the schema", "see the schema"),
    ({"enum": ["main"]}, "password: trunk\n", '`password` must be "main", not "*****"', 'write "main"'),
    ({"type": "string"}, "password: 0123456\n", "`password` must be a string, not a number", "quote it"),
    ({"type": "number"}, "password: '123456'\n", "`password` must be a number, not a string", "remove the quotes"),
    ({}, "password:\n- %Zq9\n", "this is no YAML: found character that cannot start any token", "quote the value: this character cannot start one"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "values", "message", "hint"), WORDS, ids=range(len(WORDS)))
def test_what_is_said_of_a_secret_names_it_in_no_notation(
    schema: dict[str, object], values: str, message: str, hint: str
) -> None:
    files: dict[str, bytes | str] = {"Chart.yaml": METADATA}
    files["values.schema.json"] = json.dumps({"properties": {"password": schema}})
    found = masked(judge(load_archive(archive(files), "c.tgz"), [read(values.encode(), "v.yaml")]))
    assert (message, hint) in [(f.message, f.hint) for f in found]


ARGUMENTS = [
    ("--set password=Zebra99", "--set password=*******"),
    (r"--set a=1,db.password=x\,y,b=2", r"--set a=1,db.password=****,b=2"),
    ("--set password={a,b},port=1", "--set password=*****,port=1"),
    ("--set tokens[0]=a,password[0].x=b", "--set tokens[0]=a,password[0].x=*"),
    ("--set secret.enabled=yes", "--set secret.enabled=yes"),
    ("--set-string existingSecret=a", "--set-string existingSecret=a"),
    ("--set-literal password=a,b=c", "--set-literal password=*****"),
    ('--set-json db={"password":1}', '--set-json db={"password****'),
    ("--set-file password=secret.txt", "--set-file password=secret.txt"),
    ("--set-json a=[1]", "--set-json a=[1]"),
    ("values.yaml", "values.yaml"),
]


@pytest.mark.parametrize(("argument", "shown"), ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_an_argument_is_shown_without_its_secrets(argument: str, shown: str) -> None:
    assert secret_free(argument) == shown


SEED = 13
KEYWORDS: list[dict[str, object]] = [
    {"not": {}}, {"type": "object"}, {"type": "boolean"}, {"enum": ["main", 7]}, {"pattern": "^q{50}$", "maximum": 1},
    {"oneOf": [{"multipleOf": 77777}, {"maxLength": 1, "type": "string"}]}, {"maxItems": 0, "maxProperties": 0}, {"items": False},
]  # fmt: skip


NUMBERS = ["SS", "0SS", "+SS", "-SS", "SS.0", "SS00", "0xSS", "'SS'", "!!int SS", "1_SS", "[SS]", "{a: SS}"]
TEXTS = [
    "SS", "%SS", "*SS", "|SS", ">SS", "[SS", "]SS", "{SS", "}SS", "{{ SS }}", "@SS", "`SS", "'SS", '"SS', "[SS, SS]", "a: SS",
    "&x SS", "!x SS", "$SS", "<SS", "SS: b", "- SS", "\n  - SS", "\n  - %SS", "\n  a: SS", "\n  a: @SS", "|\n  SS", '"\\qSS"', "'a' SS",
]  # fmt: skip


def odd_secret(random: Random) -> tuple[str, str]:
    """A secret in an odd notation, and the part of it that nobody else writes."""
    digits = str(random.randrange(10**6, 10**9) * 8 + 7)
    word = "Zq" + "".join(random.choices("bcdfghjkmnpqrstvwxz", k=8))
    notations, secret = random.choice([(NUMBERS, digits), (TEXTS, word)])
    return random.choice(notations).replace("SS", secret), secret


def notations_of(secret: str) -> set[str]:
    """How a secret may be written elsewhere: a number also with other digits, or some of its own."""
    if not secret.isdigit():
        return {secret}
    scientific = f"{int(secret) / 10 ** (len(secret) - 1):.6f}"[:7]
    return {secret, scientific, str(int(secret, 16)), oct(int(secret))[2:]}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
def test_no_notation_of_a_random_secret_is_shown(form: str) -> None:
    random, told = Random(SEED), 0
    for number in range(60):
        schema = {"properties": {"password": random.choice(KEYWORDS)}}
        chart = load_archive(archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)}), "c.tgz")
        written, secret = odd_secret(random)
        layer = read(f"user: yes\npassword: {written}\n".encode(), "v.yaml")
        if not number % 5:
            layer = of_mapping({"password": secret}, f"--set password={secret}")
        raw = judge(chart, [layer])
        told += secret in repr(raw)
        found = masked(raw)
        shown = repr(found) if form == "text" else render(found, form)
        assert not [one for one in notations_of(secret) if one in shown], (SEED, number, written, shown)
    assert told > 30


def test_the_words_of_the_lint_stay() -> None:
    text = b'regcred:\n  password: looks\ndb:\n  password: "text"\nother:\n  token: "e"\n  apiKey: warning\n'
    chart = load_archive(archive({"Chart.yaml": METADATA}), "c.tgz")
    found = masked(judge(chart, [read(text, "v.yaml")]))
    keys = ["regcred.password", "db.password", "other.token", "other.apiKey"]
    assert [f.message for f in found] == [f"`{key}` looks like a secret in plain text" for key in keys]
    assert {f.hint for f in found} == {"name an external secret instead, or encrypt the file with SOPS"}
    assert [f.span.text for f in found] == ["  password: *****", '  password: "****"', '  token: "*"', "  apiKey: *******"]  # fmt: skip


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
    raw = judge(chart, [of_mapping({"password": "hidden"}, "--set password=hidden")])
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


PAIRS = [
    "- name: DB_PASSWORD\n  value: hunter22\n",
    "- value: 'hunter22'\n  name: db-password\n",
    "- {value: hunter22, name: API_TOKEN}\n",
    "- name: DB_PASSWORD\n  value: 0777777\n",
    '- {name: PORT, value: abc}\n- {\'name\': DB_PASSWORD, "value": "hunter22"}\n',
]


@pytest.mark.parametrize("rule", ["plaintext-secret", "schema"])
@pytest.mark.parametrize("text", PAIRS)
def test_what_the_name_beside_a_value_calls_a_secret_is_masked(text: str, rule: str) -> None:
    schema = {"items": {"properties": {"value": {"maxLength": 3, "type": "string"}}}} if rule == "schema" else {}
    found = masked(judged({"properties": {"env": schema}}, f"env:\n{text}"))
    shown = "\n".join(f"{one.span.text} {one.message} {one.hint} {one.notes} {one.fix}" for one in found)
    assert "***" in shown
    assert not any(secret in shown for secret in ("hunter22", "777777", "262143"))
    assert any(one.rule == "plaintext-secret" for one in found) is (rule == "plaintext-secret")


def test_the_value_of_another_name_is_shown() -> None:
    schema = {"properties": {"env": {"items": {"properties": {"value": {"type": "string"}}}}}}
    (found,) = masked(judged(schema, "env:\n- name: PORT\n  value: 8080\n"))
    assert found.span.text == "  value: 8080"
    assert found.hint == 'quote it: value: "8080"'
