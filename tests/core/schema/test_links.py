"""What references do to a schema: they leave it, or find nothing in it."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.schema.links import is_reached, leaving, repeated_names

SEVEN = "http://json-schema.org/draft-07/schema#"
TEXT = {"type": "string"}


def test_a_reference_that_finds_nothing_is_told_from_one_that_leaves() -> None:
    document = {
        "properties": {
            "a": {"$ref": "#/$defs/none"},
            "b": {"$ref": "https://example.org/x.json#/y"},
            "c": {"$ref": "#/$defs/there"},
        },
        "$defs": {"there": TEXT, "idle": {"$ref": "other.json"}},
    }
    found = {reference.path: reference for reference in leaving(document)}
    assert list(found) == [("properties", "a", "$ref"), ("properties", "b", "$ref"), ("$defs", "idle", "$ref")]
    nowhere, away, idle = found.values()
    assert (nowhere.dangling, away.dangling, idle.dangling) == (True, False, False)
    assert (nowhere.reached, away.reached, idle.reached) == (True, True, False)
    assert away.target == "https://example.org/x.json"
    assert idle.target.endswith("/other.json")


@pytest.mark.parametrize(
    ("document", "path", "reached"),
    [
        ({"$defs": {"a": TEXT}}, ("$defs", "a"), False),
        ({"$ref": "#/$defs/a", "$defs": {"a": TEXT}}, ("$defs", "a"), True),
        ({"$defs": {"a": {"$dynamicAnchor": "n"}}}, ("$defs", "a"), True),
        ({"then": TEXT}, ("then",), False),
        ({"if": TEXT, "then": TEXT}, ("then",), True),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": TEXT}}, ("properties", "a"), True),
        ({"$schema": SEVEN, "properties": {"a": {"$ref": "#/x"}}}, ("properties", "a"), False),
        ({"$schema": SEVEN, "$ref": "#/definitions/a", "definitions": {"a": TEXT}, "not": {}}, ("not",), False),
        ({"$schema": SEVEN, "$ref": "#/definitions/a", "definitions": {"a": TEXT}, "if": {}}, ("if",), True),
    ],
)
def test_what_the_root_reaches(document: dict[str, Any], path: tuple[str, ...], reached: bool) -> None:
    assert is_reached(document, path) is reached


def test_a_name_that_stands_twice_is_found_at_its_second_place() -> None:
    document = {
        "$defs": {
            "a": {"$anchor": "n"},
            "b": {"$anchor": "n"},
            "c": {"$id": "x.json", "$anchor": "n"},
            "d": {"$id": "x.json"},
        }
    }
    assert [path for path, _ in repeated_names(document)] == [("$defs", "b"), ("$defs", "d")]
    assert list(repeated_names(True)) == []
