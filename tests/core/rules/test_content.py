"""Lints on what values say: secrets, deprecated keys, nulls over defaults."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.charts.judged import judged
from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.content import looks_secret, nulls, secrets
from shunter.core.rules.verdict import judge
from shunter.model.wording import dotted

SECRETS = [
    "password: hunter22",
    "db:\n  rootPassword: abcdef",
    "env:\n  API_TOKEN: abc123",
    "auth: {clientSecret: s3cr3t}",
    "key: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIE",
    "list: [AKIAIOSFODNN7EXAMPLE]",
    "apiKey: 1a2b3c",
    "clientSecret: abc",
    "secret: 9f8a7b6c5d4e3f2a",
    "password: nonesuch",
    "password: examples4all",
    "url: postgres://app:hunter22@db/x",
    "env: [{name: DB_PASSWORD, value: hunter22}]",
    "extraEnv:\n- value: hunter22\n  name: 'API_TOKEN'",
    "parameters: [{name: auth.password, value: hunter22}]",
    "env: [{name: DB_PASSWORD, value: 77777}]",
    "password: guest",
    "password: correct horse battery",
    "key: |\n  -----BEGIN PRIVATE KEY-----\n  ...MIIE",
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
    "secret: orders-db",
    "tls: {secret: web-tls-2024}",
    "ingress: {tlsSecret: web}",
    "token: /var/run/secrets/token",
    "token: https://vault.example/v1/token",
    "password: change-me",
    "password: CHANGE_ME_PLEASE",
    "password: your-password",
    "password: '****'",
    "password: xxxx",
    "password: <password>",
    "apiKey: replaceme",
    "apiKey: REDACTED",
    "token: placeholder",
    "env: [{name: DB_PASSWORD, value: change-me}]",
    "env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]",
    "env: [{name: DB_PASSWORD}, {name: PORT, value: hunter22}]",
    "env: [{name: DB_PASSWORD_FILE, value: hunter22}]",
    "env: [{name: DB_PASSWORD, value: $(OTHER)}]",
    "value: hunter22\nname: [password]",
    "password: password",
    "token: test-token",
    "apiToken: YourPingdomApiToken",
    "snmpPrivatePassword: my_private_password",
    "initialClusterToken: etcd-cluster-k8s",
    "privateKey: |\n  -----BEGIN RSA PRIVATE KEY-----\n  -----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_named(text: str) -> None:
    (finding,) = judged({}, text)
    assert finding.rule == "plaintext-secret"
    assert (
        finding.span.line
        == text.count("\n", 0, text.index(":", max(text.find("\n"), 0) if text[:3] in ("db:", "env", "ext") else 0)) + 1
    )


LOST = [
    ("password: &Zq9\n", "`password` is empty to Helm: what begins with `&` is no text without quotes"),
    ("db: {password: !Zq9 }\n", "`db.password` is empty to Helm: what begins with `!` is no text without quotes"),
    ("password: 77777\n", "`password` looks like a secret in plain text"),
    ("password: !!str\nother: {password: }\nsecret: &a\n  x: 1\npasswordLength: 5000\ntoken: 3600\n", ""),
]


@pytest.mark.parametrize(("text", "message"), LOST)
def test_a_secret_that_is_no_text_for_want_of_quotes(text: str, message: str) -> None:
    assert [finding.message for finding in judged({}, text)] == [message][: len(message)]


@pytest.mark.parametrize("text", HARMLESS)
def test_references_to_secrets_are_no_secrets(text: str) -> None:
    assert judged({}, text) == ()


def test_a_deprecated_key_is_named_where_a_person_set_it() -> None:
    old = {"$ref": "#/$defs/old"}
    schema = {
        "properties": {"a": {"properties": {"old": old, "new": {}}}, "l": {"items": {"properties": {"old": old}}}},
        "$defs": {"old": {"deprecated": True, "description": "use a.new\nmore"}},
    }
    default = "a: {old: 1}\n"
    assert judged(schema, "", default) == ()
    found = judged(schema, "a:\n  old: 2\nl:\n- old: 1\n", default)
    assert [(f.rule, f.span.line, f.span.column, f.hint) for f in found] == [
        ("deprecated-key", 2, 3, "use a.new"),
        ("deprecated-key", 4, 3, "use a.new"),
    ]


@pytest.mark.parametrize(
    ("key", "value", "secret"),
    [
        ("password", "x", True),
        ("dbPassword", "x", True),
        ("DB_PASSWD", "x", True),
        ("passwords", "x", False),
        ("tokens", "x", False),
        ("secretKey", "db-password", False),  # mostly the name of a key
        ("secretKey", "9f8a7b6c5d4e", True),
        ("existing-secret", "x", False),
        ("pullSecrets", "x", False),
        ("apiKey", "changeme", False),
        ("apiKey", "  ", False),
        ("apiKey", "env:X", False),
    ],
)
def test_a_key_and_a_value_look_secret_together(key: str, value: str, secret: bool) -> None:
    assert looks_secret(key, value) is secret


def test_an_encrypted_file_has_no_secret_but_what_is_plain_in_it() -> None:
    text = "password: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\ntoken: plain\nsops: {mac: x, lastmodified: y}\n"
    assert [finding.key for finding in secrets(read(text.encode(), "v.yaml"))] == [("token",)]


def test_the_key_of_a_list_is_that_of_its_items() -> None:
    found = secrets(read(b"tokens: [a]\ntoken: [a, {name: b}]\n", "v.yaml"))
    assert [finding.key for finding in found] == [("token", 0)]


@pytest.mark.parametrize(
    ("schema", "deprecated"),
    [
        ({"allOf": [{"properties": {"a": {"deprecated": True}}}]}, ["a"]),
        ({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"deprecated": True}}}, ["a"]),
        ({"deprecated": True}, []),
        ({"properties": {"a": {"deprecated": "yes"}}}, []),
        ({"properties": {"a": {"items": {"deprecated": True}}}}, ["a[0]"]),
    ],
)  # fmt: skip
def test_what_a_schema_calls_deprecated(schema: Any, deprecated: list[str]) -> None:
    found = [finding for finding in judged(schema, "a: [1]\n") if finding.rule == "deprecated-key"]
    assert [finding.message for finding in found] == [f"`{key}` is deprecated in c 1.0.0" for key in deprecated]


@pytest.mark.parametrize(
    ("default", "text", "keys"),
    [
        ("a: {b: 1}\nc: 1\n", "a: 1\nc: {d: 1}\n", ["a", "c"]),
        ("a: {b: {c: 1}}\n", "a: {b: [1]}\n", ["a.b"]),
        ("a: {b: 0}\n", "a: {b: {c: 1}}\n", ["a.b"]),
        ("a: {b: 5}\n", "a: {b: {c: 1}}\n", ["a.b"]),
        ("a: {}\nb: []\nc: ''\nd: null\n", "a: 1\nb: {x: 1}\nc: {x: 1}\nd: {x: 1}\n", []),
        ("a: {b: 1}\nc: [1]\n", "a: null\nc: x\n", []),
        ("a: {b: 1}\n", "a: {b: 2}\nz: {y: 1}\n", []),
    ],
)
def test_a_map_over_what_is_none_is_told(default: str, text: str, keys: list[str]) -> None:
    found = [finding for finding in judged({}, text, default) if finding.rule == "not-a-table"]
    assert sorted(dotted(finding.key) for finding in found) == keys
    refused = judged({"properties": {"a": {"type": "object"}}}, "a: 1\n", "a: {b: 1}\n")
    assert [finding.rule for finding in refused] == ["type"]


@pytest.mark.parametrize(
    ("default", "text", "template", "told"),
    [
        ("a:\n  b: {c: 1}\n", "a: {b: null}", "{{ .Values.a.b.c }}", True),
        ("a:\n  b: {c: 1}\n", "a:\n  b:\n", "{{- $a := .Values.a }}{{ $a.b.c }}", True),
        ("a:\n  b: {c: 1}\n", "a: {b: null}", "{{ with .Values.a.b }}{{ .c }}{{ end }}", False),
        ("a:\n  b: {}\n", "a: {b: null}", "{{ .Values.a.b.c }}", False),
        ("a:\n  b: 1\n", "a: {b: null}", "{{ .Values.a.b }}", False),
        ("a:\n  b: [1]\n", "a: {b: null}", "{{ .Values.a.b.c }}", False),
        ("a: {}\n", "a: {b: null}", "{{ .Values.a.b.c }}", False),
    ],
)
def test_a_null_over_a_map_that_templates_read_is_a_note(default: str, text: str, template: str, told: bool) -> None:
    files: dict[str, bytes | str] = {"Chart.yaml": METADATA, "values.yaml": default, "templates/a.yaml": template}
    found = judge(load_archive(archive(files), "c.tgz"), [read(text.encode(), "v.yaml")])
    assert [(f.rule, f.key, f.severity) for f in found] == [("null-over-default", ("a", "b"), "note")] * told
    assert [(place.path, place.line) for f in found for _, place in f.related] == [("c.tgz/values.yaml", 2)] * told


def test_nulls_are_those_in_maps() -> None:
    assert list(nulls({"a": None, "b": {"c": None, "d": [None]}, "e": 1})) == [("a",), ("b", "c")]
