"""Bundled schemas accept what the originals accept; equal definitions are stored once."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shunter.core.schema.bundle import bundle

NEW, SEVEN, FOUR = (
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-04/schema#",
)
TREE = {"type": "object", "properties": {"a": {"$ref": "#/$defs/tree"}, "b": {"type": "integer"}}, "required": ["b"]}
SCHEMAS: dict[str, Any] = {
    "pointers": {
        "$schema": NEW,
        "properties": {"a": {"$ref": "#/$defs/tree"}, "b": {"$ref": "#/$defs/a~1b%25"}},
        "$defs": {"tree": TREE, "a/b%": {"type": "integer"}},
    },
    "recursive root": {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"type": "string"}}},
    "into properties": {"properties": {"a": {"type": "integer"}, "b": {"$ref": "#/properties/a"}}},
    "through a list": {"anyOf": [{"required": ["a"]}, {"type": "integer"}], "properties": {"b": {"$ref": "#/anyOf/1"}}},
    "anchors": {"properties": {"a": {"$ref": "#here"}}, "$defs": {"x": {"$anchor": "here", "type": "integer"}}},
    "embedded": {
        "$id": "https://example.com/root.json",
        "properties": {"a": {"$ref": "inner.json"}, "b": {"$ref": "https://example.com/inner.json#/$defs/n"}},
        "$defs": {
            "i": {"$id": "inner.json", "properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "integer"}}}
        },
    },
    "urn": {"properties": {"a": {"$ref": "urn:x:y"}}, "$defs": {"y": {"$id": "urn:x:y", "type": "integer"}}},
    "names like keywords": {
        "properties": {
            "$ref": {"type": "integer"},
            "a": {"const": {"$ref": "#/nowhere"}},
            "b": {"enum": [{"$ref": "#"}, 1]},
        }
    },
    "closed": {
        "additionalProperties": False,
        "properties": {"a": {"type": "integer"}},
        "patternProperties": {"^b": False},
    },
    "siblings": {"properties": {"a": {"$ref": "#/$defs/s", "maxLength": 2}}, "$defs": {"s": {"type": "string"}}},
    "draft 7": {
        "$schema": SEVEN,
        "properties": {
            "a": {"$ref": "#/definitions/s", "maxLength": 2},
            "b": {"items": [{"type": "integer"}, {"$ref": "#/definitions/s"}], "additionalItems": False},
        },
        "dependencies": {"a": ["b"], "b": {"required": ["a"]}},
        "definitions": {"s": {"type": "string"}},
    },
    "draft 4": {
        "$schema": FOUR,
        "id": "http://example.com/four",
        "properties": {
            "a": {"$ref": "#/definitions/n"},
            "b": {
                "maximum": 3,
                "exclusiveMaximum": False,
                "items": {"$ref": "#/definitions/n"},
                "additionalItems": False,
            },
            "id": {"type": "integer"},
        },
        "definitions": {"n": {"minimum": 1, "exclusiveMinimum": True}},
    },
    "conditions": {
        "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
        "then": {"$ref": "#/$defs/b"},
        "else": False,
        "$defs": {"b": {"required": ["b"]}},
    },
}
LEAVES = st.sampled_from([None, True, 0, 1, 2, 3, 4, "", "ab", "abc", {"$ref": "#"}, {"$ref": "#/nowhere"}])
KEYS = st.sampled_from(["a", "b", "$ref", "id", "bb"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
ROOTS = st.dictionaries(KEYS, VALUES, max_size=4)


def whole(schemas: dict[str, Any]) -> dict[str, Any]:
    roots, definitions = bundle({key: json.dumps(schema).encode() for key, schema in schemas.items()})
    document = {"$schema": NEW, "properties": roots, "$defs": definitions}
    jsonschema.Draft202012Validator.check_schema(document)
    return document


DOCUMENT = whole(SCHEMAS)
BUNDLED = jsonschema.Draft202012Validator(DOCUMENT)
ORIGINALS = {
    key: jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)(schema)
    for key, schema in SCHEMAS.items()
}


@pytest.mark.slow  # random schemas, judged in two forms
@settings(derandomize=True, max_examples=500, deadline=None)
@given(ROOTS)
def test_bundled_schemas_judge_as_the_originals(values: Any) -> None:
    for key, original in ORIGINALS.items():
        assert BUNDLED.is_valid({key: values}) == original.is_valid(values), key


def test_every_case_can_be_refused() -> None:
    """The comparison above would be empty for a schema that accepts everything."""
    candidates: list[Any] = [0, "abc", {"a": "x"}, ["x", 1, 2], {}, [0]]
    for key in SCHEMAS:
        refused = [
            value
            for pair in itertools.product(candidates, repeat=2)
            if not BUNDLED.is_valid({key: (value := {"a": pair[0], "b": pair[1], "$ref": "x", "id": "x"})})
        ]
        assert refused, key


def test_every_reference_points_into_the_document() -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for key, value in node.items():
                if key not in ("const", "enum"):
                    yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(DOCUMENT))
    assert found
    assert all(reference.startswith("#/$defs/") for reference in found)


def test_equal_definitions_are_stored_once_and_different_ones_keep_apart() -> None:
    def app(kind: str, **extra: Any) -> dict[str, Any]:
        image = {"properties": {"tag": {"$ref": "#/$defs/tag"}}}
        return {
            "properties": {"image": {"$ref": "#/$defs/image"}},
            "$defs": {"image": image, "tag": {"type": kind}},
            **extra,
        }

    document = whole({"a": app("string", title="a"), "b": app("string", title="b"), "c": app("integer", title="c")})
    names = sorted(document["$defs"])
    assert [name.split(".")[0] for name in names] == ["image", "image", "tag", "tag"]
    references = {key: document["properties"][key]["properties"]["image"]["$ref"] for key in "abc"}
    assert references["a"] == references["b"] != references["c"]


def test_equal_roots_are_stored_once() -> None:
    app = {"properties": {"image": {"$ref": "#/$defs/image"}}, "$defs": {"image": {"type": "string"}}}
    hundred = whole({f"app{number}": app for number in range(100)})
    assert len(json.dumps(hundred)) < 6000
    assert not jsonschema.Draft202012Validator(hundred).is_valid({"app7": {"image": 1}})


def test_nothing_is_required_at_an_apps_root_and_enabled_is_known_where_it_is_open() -> None:
    document = whole({"open": {"required": ["a"]}, "closed": {"additionalProperties": False, "required": ["a"]}})
    check = jsonschema.Draft202012Validator(document)
    assert check.is_valid({"open": {}, "closed": {}})
    assert not check.is_valid({"open": {"enabled": "false"}})
    assert not check.is_valid({"closed": {"enabled": True}})


@pytest.mark.parametrize(
    "reference", ["https://example.com/x.json", "other.json", "#/nowhere", "#nobody", "file:///etc/x"]
)
def test_a_reference_that_leads_out_accepts_everything(reference: str) -> None:
    assert jsonschema.Draft202012Validator(whole({"a": {"properties": {"x": {"$ref": reference}}}})).is_valid(
        {"a": {"x": 1}}
    )


def test_stable_bytes_whatever_the_order() -> None:
    texts = {key: json.dumps(schema).encode() for key, schema in SCHEMAS.items()}
    backwards = dict(reversed(texts.items()))
    assert json.dumps(bundle(texts)) == json.dumps(bundle(backwards))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_left_out(data: bytes) -> None:
    assert bundle({"a": data, "b": b"\xef\xbb\xbftrue"}) == ({"b": True}, {})
