"""Walks through schemas: what holds schemas in which draft, and what is data however much it looks like a schema."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.schema.walk import (
    at,
    children,
    draft_of,
    has_names,
    has_references,
    is_applied,
    is_lazy,
    is_place,
    named_draft,
    subschemas,
)

TEXT = {"type": "string"}


def paths(schema: Any, draft: int = 0) -> list[str]:
    return ["/".join(map(str, path)) for path, _ in subschemas(schema, draft=draft)]


def test_data_is_not_looked_into() -> None:
    schema = {
        "default": {"properties": {"a": TEXT}},
        "enum": [{"items": TEXT}],
        "const": {"not": TEXT},
        "properties": {"default": {"items": TEXT}},
    }
    assert paths(schema) == ["", "properties/default", "properties/default/items"]


def test_what_is_no_schema_object_is_left_out() -> None:
    assert paths(True) == []
    assert paths({"not": False, "allOf": [True, TEXT], "properties": [TEXT], "anyOf": TEXT}) == ["", "allOf/1"]
    assert paths({"dependencies": {"a": ["b"], "c": TEXT}}) == ["", "dependencies/c"]


@pytest.mark.parametrize(
    ("keyword", "schema", "first"),
    [
        ("contains", TEXT, 6),
        ("propertyNames", TEXT, 6),
        ("if", TEXT, 7),
        ("then", TEXT, 7),
        ("else", TEXT, 7),
        ("$defs", {"a": TEXT}, 2019),
        ("dependentSchemas", {"a": TEXT}, 2019),
        ("unevaluatedProperties", TEXT, 2019),
        ("prefixItems", [TEXT], 2020),
        ("properties", {"a": TEXT}, 4),
    ],
)
def test_a_keyword_holds_schemas_since_its_draft(keyword: str, schema: Any, first: int) -> None:
    since = [draft for draft in (4, 6, 7, 2019, 2020) if list(children({keyword: schema}, draft))]
    assert since == [draft for draft in (4, 6, 7, 2019, 2020) if draft >= first]
    assert list(children({keyword: schema}))


def test_items_is_one_schema_in_the_newest_draft_and_may_be_a_list_before() -> None:
    assert [step for step, _ in children({"items": [TEXT]}, 2019)] == [("items", 0)]
    assert [step for step, _ in children({"items": TEXT}, 2020)] == [("items",)]
    assert [step for step, _ in children({"additionalItems": TEXT}, 2019)] == [("additionalItems",)]
    assert list(children({"additionalItems": TEXT}, 2020)) == []


@pytest.mark.parametrize(
    ("dialect", "draft"),
    [
        ("http://json-schema.org/draft-04/schema#", 4),
        ("http://json-schema.org/draft-06/schema", 6),
        ("https://json-schema.org/draft-07/schema#", 7),
        ("https://json-schema.org/draft/2019-09/schema", 2019),
        ("https://json-schema.org/draft/2020-12/schema", 2020),
        ("https://json-schema.org/draft/2099-01/schema", 0),
        ("https://example.org/draft-07/schema#", 0),
        (7, 0),
    ],
)
def test_a_draft_is_known_by_its_address(dialect: Any, draft: int) -> None:
    assert named_draft({"$schema": dialect}) == draft
    assert draft_of({"$schema": dialect}) == (draft or 2020)


def test_a_document_that_names_no_draft_has_the_newest() -> None:
    assert draft_of({}) == draft_of(True) == 2020


@pytest.mark.parametrize(
    ("keyword", "schema", "applied"),
    [
        ("then", {"then": TEXT}, False),
        ("then", {"if": TEXT, "then": TEXT}, True),
        ("then", {"if": False, "then": TEXT}, False),
        ("else", {"if": False, "else": TEXT}, True),
        ("else", {"if": True, "else": TEXT}, False),
        ("else", {"else": TEXT}, False),
        ("additionalItems", {"items": [TEXT]}, True),
        ("additionalItems", {"items": TEXT}, False),
        ("$defs", {}, False),
        ("definitions", {}, False),
        ("properties", {}, True),
    ],
)
def test_only_what_judges_is_applied(keyword: str, schema: dict[str, Any], applied: bool) -> None:
    assert is_applied(keyword, schema) is applied


def test_a_path_leads_to_a_value_or_to_nothing() -> None:
    value = {"a": [{"0": "zero"}], "1": "one"}
    assert at(value, ()) is value
    assert at(value, ("a", 0, 0)) == "zero"
    assert at(value, (1,)) == "one"
    assert at(value, ("a", 1)) is at(value, ("a", "0")) is at(value, ("a", 0, "0", "x")) is at(value, ("b",)) is None


@pytest.mark.parametrize(
    ("draft", "schema", "lazy"),
    [
        (4, {"$ref": "#/x", "id": "y"}, True),
        (4, {"id": "y"}, False),
        (7, {"$ref": "#/x", "if": {}}, True),
        (7, {"if": {}}, False),
        (7, {"if": {"$ref": "#/x"}}, True),
        (7, {"if": {"$ref": "#/x"}, "then": {}}, False),
        (2019, {"$ref": "#/x", "$dynamicRef": "#y"}, False),
        (2020, {"$dynamicRef": "#y"}, True),
        (2020, {"$ref": "#/x", "$id": "y"}, False),
    ],
)
def test_where_the_libraries_look_at_different_times(draft: int, schema: dict[str, Any], lazy: bool) -> None:
    assert is_lazy(draft, subschemas(schema)) is lazy


@pytest.mark.parametrize(
    ("pointer", "draft", "expected"),
    [
        ("", 4, True),
        ("/definitions/a", 4, True),
        ("/$defs/a", 4, False),
        ("/$defs/a", 2019, True),
        ("/properties/a/items/0/not", 7, True),
        ("/items/properties/a", 2020, True),
        ("/items/0", 2020, False),
        ("/properties", 7, False),
        ("/x/a", 2020, False),
        ("/properties/a/x", 2020, False),
        ("/allOf/x", 2020, False),
    ],
)
def test_where_a_draft_has_schemas(pointer: str, draft: int, expected: bool) -> None:
    assert is_place(pointer, draft) is expected


def test_the_name_of_the_root_is_no_name_inside() -> None:
    assert not has_names(subschemas({"$id": "a", "properties": {"b": {"title": "c"}}}))
    assert has_names(subschemas({"properties": {"b": {"$anchor": "c"}}}))


def test_references_are_seen_wherever_a_schema_may_stand() -> None:
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        assert has_references(subschemas({"properties": {"a": {"items": {keyword: "#"}}}}))
    assert not has_references(subschemas({"properties": {"$ref": {}}, "default": {"$ref": "#"}}))
