"""Values files that SOPS encrypted."""

from __future__ import annotations

import json

import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.verdict import judge

SECRET = "ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=,type:str]"
SOPS = 'sops:\n  mac: ENC[AES256_GCM,data:x,type:str]\n  lastmodified: "2026-11-23T10:00:00Z"\n  version: 3.10.2\n'
SCHEMA = {
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "minLength": 500, "pattern": "^a"},
        "port": {"type": "integer", "minimum": 1},
        "mode": {"enum": ["a", "b"]},
        "either": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
        "list": {"type": "array", "items": {"type": "number"}},
        "map": {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "boolean"}}},
    },
}


def rules(text: str) -> list[tuple[str, int]]:
    data = archive({"Chart.yaml": METADATA, "values.schema.json": json.dumps(SCHEMA)})
    found = judge(load_archive(data, "c.tgz"), [read(text.encode(), "secrets.yaml")])
    return [(finding.rule, finding.span.line) for finding in found]


@pytest.mark.parametrize("key", ["text: {}", "port: {}", "mode: {}", "either: {}", "list: [{}]", "map: {{a: {}}}"])
def test_an_encrypted_scalar_fits_wherever_a_scalar_fits(key: str) -> None:
    assert rules(key.format(f"'{SECRET}'") + "\n" + SOPS) == []


def test_keys_are_checked_and_a_map_stays_a_map() -> None:
    assert rules(f"prot: {SECRET}\n{SOPS}") == [("unknown-key", 1)]
    assert rules(f"map: {{b: '{SECRET}'}}\n{SOPS}") == [("unknown-key", 1)]
    assert rules(f"map: {SECRET}\n{SOPS}") == [("type", 1)]
    assert rules(f"list: {SECRET}\n{SOPS}") == [("type", 1)]


def test_a_key_called_sops_without_metadata_is_a_key() -> None:
    assert rules("sops: 1\n") == [("unknown-key", 1)]
