"""An error of a schema, and where in values and schema it is."""

from __future__ import annotations

from typing import Any

from helpers.charts.judged import judged


def test_a_key_that_reads_as_a_number_is_a_key() -> None:
    schema = {"properties": {"ports": {"additionalProperties": {"type": "integer"}}}}
    (finding,) = judged(schema, 'ports:\n  "80": x\n')
    assert (finding.key, finding.span.line) == (("ports", "80"), 2)


def test_behind_references_the_place_that_refers_is_named() -> None:
    schema: dict[str, Any] = {
        "properties": {"a": {"$ref": "#/$defs/d"}},
        "$defs": {"d": {"additionalProperties": False, "properties": {"size": {"type": "integer"}}}},
    }
    (finding,) = judged(schema, "a: {siz: 1}\n")
    assert finding.notes == ("schema: c 1.0.0, values.schema.json#/properties/a",)
    assert finding.hint == "did you mean `size`?"


def test_a_condition_that_forbids_a_key_says_why() -> None:
    schema = {
        "if": {"properties": {"mode": {"const": "a"}}, "required": ["mode"]},
        "then": {"description": "mode a has no size", "properties": {"size": False}},
    }
    (finding,) = judged(schema, "mode: a\nsize: 1\n")
    assert (finding.key, finding.span.line) == (("size",), 2)
    assert "mode a has no size" in " ".join((finding.message, finding.hint, *finding.notes))
