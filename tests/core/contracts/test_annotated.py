"""What a comment says of a key goes before what was inferred of it."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.contracts.annotated import annotated
from shunter.core.contracts.comments import Comment

OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"type": "string"}, {"type": "integer"}, {"type": "integer"}),
    ({"type": "string"}, {"enum": ["a", None]}, {"enum": ["a", None]}),
    ({"type": "string"}, {"maxLength": 3}, {"type": "string", "maxLength": 3}),
    ({"type": "string"}, {"anyOf": [{"type": "null"}]}, {"anyOf": [{"type": "null"}]}),
    ({"type": "string"}, {"nullable": True}, {"type": ["string", "null"]}),
    ({"type": "string"}, {"hidden": True}, {}),
    (OBJECT, {"type": "array"}, {"type": "array"}),
    (OBJECT, {"properties": {"b": {}}}, {**OBJECT, "properties": {"a": {"type": "string"}, "b": {}}}),
    (OBJECT, {"skipProperties": True}, {"type": "object"}),
    (OBJECT, {"unevaluatedProperties": True}, {**OBJECT, "additionalProperties": True}),
    (OBJECT, {"required": ["a"]}, {**OBJECT, "required": ["a"]}),
    (OBJECT, {"$ref": "#/$defs/x"}, {**{k: v for k, v in OBJECT.items() if k != "type"},
                                     "allOf": [{"$ref": "#/definitions/x"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("inferred", "said", "schema"), CASES)
def test_keywords(inferred: dict[str, Any], said: dict[str, Any], schema: dict[str, Any]) -> None:
    assert annotated(inferred, Comment(said)).schema == schema


def test_what_concerns_others_comes_beside_the_schema() -> None:
    found = annotated({}, Comment({"required": True, "$defs": {"x": {"type": "string"}}, "enum": [1]}, "text"))
    assert (found.required, found.sure, found.definitions) == (True, True, {"x": {"type": "string"}})
    assert found.schema == {"description": "text", "enum": [1]}


def test_what_cannot_be_used_is_told() -> None:
    found = annotated({"type": "string"}, Comment({"$ref": "https://example.com/x.json"}, wrong=("minimum:few",)))
    assert found.schema == {"type": "string"}
    assert found.notes == (
        "`minimum:few` is no annotation that is known",
        "`$ref: https://example.com/x.json` leads out of the chart, and is left out",
    )
