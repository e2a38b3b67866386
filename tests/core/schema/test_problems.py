"""What is wrong with a schema is said in words, at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shunter.core.schema.compile import compile_document, compile_schema
from shunter.core.schema.links import leaving
from shunter.core.schema.problems import TOO_DEEP, Problem, is_remote, of_dialect, of_pattern, of_references, of_text


def test_a_text_that_is_no_json_is_told_where_it_stops_being_some() -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads('{\n "a": }')
    told = of_text(b'{\n "a": }', raised.value)
    assert (told.place, told.rule, told.fatal) == ((2, 7), "schema-broken", True)
    assert "UTF-16" in of_text("{}".encode("utf-16"), raised.value).message
    assert of_text(b"[", RecursionError()) is TOO_DEEP
    assert of_text(b'{"a": NaN}', ValueError("NaN is no JSON value")).place == (1, 7)


@pytest.mark.parametrize(
    ("dialect", "rules"),
    [
        ("http://json-schema.org/draft-07/schema#", []),
        ("https://json-schema.org/draft/2020-12/schema", []),
        ("https://example.org/draft", [("remote-schema", False)]),
        ("draft-07", [("schema-broken", True)]),
        ("https://known.example/draft", []),
        (7, []),
    ],
)
def test_a_draft_that_helm_has_not_is_told(dialect: Any, rules: list[tuple[str, bool]]) -> None:
    known = {"https://known.example/draft": {}}
    found = list(of_dialect({"$schema": dialect}, known))
    assert [(one.rule, one.fatal) for one in found] == rules
    assert all(one.path == ("$schema",) for one in found)


def test_references_are_told_by_where_they_lead() -> None:
    document = {
        "properties": {"a": {"$ref": "#/gone"}, "b": {"$ref": "https://e.example/x#/y"}, "c": {"$ref": "d.json"}}
    }
    nowhere, remote, relative = leaving(document)
    assert [is_remote(one) for one in (nowhere, remote, relative)] == [False, True, False]
    assert of_references(nowhere).message == "`#/gone` leads nowhere in this schema"
    assert "(2 references)" in of_references(remote, remote).message
    assert not of_references(remote).fatal
    assert "root of the file system" in of_references(relative).message


def test_a_pattern_and_a_keyword_of_the_wrong_type_are_told_at_their_path() -> None:
    assert of_pattern(("pattern",), "`(?=a)`: look-ahead").path == ("pattern",)
    (problem,) = compile_document({"properties": {"a": {"type": "strnig"}}}).problems
    assert problem.path == ("properties", "a", "type")
    assert problem.message.startswith("the schema is not valid")
    assert isinstance(compile_schema(b"[]").problems[0], Problem)
