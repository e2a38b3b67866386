"""Rules about a chart's own schema, as `lint` and `validate` raise them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import shunter
from shunter.core.rules.schema_lints import MAX_SIZE

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
FAULTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "schema-unknown-keyword",
        {"properties": {"a": {"tpye": "string"}}},
        {"properties": {"tpye": {"const": {"tpye": "string"}}}, "x-tpye": "string"},
    ),
    (
        "schema-unknown-keyword",
        {"properties": {"a": {"item": {"type": "string"}}}},
        {"properties": {"a": {"items": {"$ref": "#/properties/a/item"}, "item": {"type": "string"}}}},
    ),
    ("schema-unknown-keyword", {"propertie": {}}, {"form": True, "containers": {}, "defaults": 1}),
    (
        "schema-no-global",
        {"additionalProperties": False, "properties": {"a": {}}},
        {"additionalProperties": False, "properties": {"a": {}}, "patternProperties": {"^glob": {}}},
    ),
    (
        "schema-no-global",
        {"$ref": "#/$defs/values", "$defs": {"values": {"unevaluatedProperties": False, "properties": {"a": {}}}}},
        {"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}, "global": {}}}]},
    ),
    (
        "schema-no-global",
        {"additionalProperties": False, "patternProperties": {"^a$": {}}},
        {"additionalProperties": {"type": ["object", "string"]}},
    ),
    (
        "schema-format-ignored",
        {"properties": {"a": {"format": "uri"}}},
        {"$schema": DRAFT_7, "properties": {"a": {"format": "uri"}}},
    ),
    (
        "schema-format-ignored",
        {"$schema": "http://json-schema.org/schema#", "properties": {"a": {"format": "email"}}},
        {"properties": {"a": {"format": "int32"}}},
    ),
    ("schema-size", {"description": "x" * MAX_SIZE}, {"description": "x" * (MAX_SIZE - 30)}),
]
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: {{ .Values.a }}\n"
IN_VALIDATE = {"schema-unknown-keyword", "schema-format-ignored"}
"""What makes Helm take values that the author meant to refuse."""


def said(command: str, schema: Any, folder: Path) -> str:
    (folder / "web" / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "web" / "templates" / "a.yaml").write_text(OBJECT, "utf-8")
    (folder / "web" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n", "utf-8")
    (folder / "web" / "values.yaml").write_text("a: mailto:x\n", "utf-8")
    (folder / "web" / "values.schema.json").write_text(json.dumps(schema, indent=1), "utf-8")
    result = shunter(*command.split(), cwd=folder)
    assert result.code == 0
    return "\n".join(line for line in result.err.splitlines() if "schema" in line)


@pytest.mark.parametrize(("rule", "fault", "near"), FAULTS)
def test_a_fault_is_named_and_what_is_nearly_one_is_not(
    rule: str, fault: dict[str, Any], near: dict[str, Any], tmp_path: Path
) -> None:
    for command in ("lint web", "validate web"):
        found = said(command, fault, tmp_path)
        assert (f"[{rule}]" in found) == (command.startswith("lint") or rule in IN_VALIDATE)
        assert "web/values.schema.json" in found or not found
        assert said(command, near, tmp_path) == ""


def test_who_only_passes_values_hears_nothing_of_the_schema(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("a: y\n", "utf-8")
    fault = {"properties": {"a": {"tpye": "string"}}}
    assert said("validate web -f more.yaml", fault, tmp_path) == ""
    assert said("lint web/values.schema.json", fault, tmp_path) != ""


def test_lint_reads_a_schema_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shunter.core.goyaml import nodes

    read: list[str] = []
    loads, compose = json.loads, nodes.compose
    monkeypatch.setattr(
        json,
        "loads",
        lambda text, **how: (read.append("json") if "tpye" in str(text) else 0) or loads(text, **how),
    )
    monkeypatch.setattr(nodes, "compose", lambda data: (read.append("yaml") if b"tpye" in data else 0) or compose(data))
    fault = {"additionalProperties": False, "properties": {"a": {"tpye": "string", "maximun": 1}}}
    assert said("lint web", fault, tmp_path).count("[schema-") == 3
    assert sorted(read) == ["json", "yaml"]
