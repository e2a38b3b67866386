"""Which form of an `anyOf` or `oneOf` a value is meant to have."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from shunter.core.schema.branches import distance, intended, telling_key

SECRET = {"properties": {"type": {"const": "secret"}, "name": {"type": "string"}}, "required": ["type", "name"]}
VOLUME = {"properties": {"type": {"const": "volume"}, "size": {"type": "integer"}}, "required": ["type", "size"]}


def error_of(schema: dict[str, Any], value: Any) -> jsonschema_rs.ValidationError:
    (error,) = jsonschema_rs.validator_for(schema).iter_errors(value)
    return error


def said(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{list(error.instance_path)} {error.kind.name}" for error in intended(error_of(schema, value))]


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    ("branches", "value", "expected"),
    [
        ([{"type": "string"}, VOLUME], {"type": "volume", "size": "x"}, ["['size'] type"]),
        ([SECRET, VOLUME], {"type": "volume"}, ["[] required"]),
        ([SECRET, VOLUME], {"type": "other", "name": 1}, []),  # neither form is meant
        ([{"type": "string"}, {"type": "integer"}], [], []),
        ([{"required": ["a"]}, {"required": ["b"]}], {}, []),  # either may be
        ([{"required": ["a", "x"]}, {"required": ["b", "x"]}], {"a": 1, "b": 1}, ["[] required"]),  # both want x
        (
            [
                {"properties": {"a": {}}, "additionalProperties": False, "required": ["c"]},
                {"properties": {"b": {}, "d": {}}, "additionalProperties": False, "required": ["c"]},
            ],
            {"b": 1, "d": 1},
            ["[] required"],
        ),
        (
            [
                {"properties": {"a": {"type": "string"}}, "additionalProperties": False},
                {"properties": {"b": {}, "c": {}}, "additionalProperties": False},
            ],
            {"a": 1},
            ["['a'] type"],
        ),
    ],
)
def test_the_form_that_is_meant(word: str, branches: list[Any], value: Any, expected: list[str]) -> None:
    assert said({word: branches}, value) == expected


def test_an_error_of_another_kind_has_no_forms() -> None:
    assert intended(error_of({"type": "string"}, 1)) == []


def test_a_wrong_type_is_further_away_than_any_number_of_mistakes() -> None:
    branches = error_of({"anyOf": [{"type": "string"}, {"required": ["a", "b"]}]}, {}).kind.as_dict()["context"]
    assert [distance(branch, 0) for branch in branches] == [(1, 1), (0, 2)]
    assert min(branches, key=lambda branch: distance(branch, 0)) == branches[1]


def test_the_key_that_tells_forms_apart() -> None:
    def told(value: Any, *branches: Any) -> tuple[str, list[Any]]:
        return telling_key(error_of({"oneOf": list(branches)}, value).kind.as_dict()["context"], 0)

    assert told({"type": "x"}, SECRET, VOLUME) == ("type", ['"secret"', '"volume"'])
    assert told({"type": "x"}, SECRET, {"type": "string"}) == ("", [])
    modes = [{"properties": {"m": {"enum": ["a", "b"]}}}, {"properties": {"m": {"enum": ["b", "c"]}}}]
    assert told({"m": 1}, *modes) == ("m", ['"a"', '"b"', '"c"'])
    deep = [{"properties": {"m": {"properties": {"n": {"const": word}}}}} for word in "ab"]
    assert told({"m": {"n": "c"}}, *deep) == ("", [])
    assert telling_key([], 0) == ("", [])
