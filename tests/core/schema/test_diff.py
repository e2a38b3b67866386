"""Breaking changes between two schemas: named ones, and none missed on random ones."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from helpers.workspaces import shop
from shunter.core.goyaml.document import read
from shunter.core.schema.diff import breaking_changes


def changes(old: Any, new: Any) -> list[tuple[str, str]]:
    found = breaking_changes(json.dumps(old).encode(), json.dumps(new).encode())
    return [(change.kind, ".".join(map(str, change.key))) for change in found]


CLOSED = {"additionalProperties": False}
PATTERN = {"patternProperties": {"a": {}}}
CASES = [
    ({}, {}, []),
    ({"properties": {"a": {}}, **CLOSED}, CLOSED, [("removed", "a")]),
    ({"properties": {"a": {"type": "string"}}}, {}, []),
    ({"properties": {"a": {}, "b": {}}}, {"properties": {"b": {}}}, [("removed", "a")]),
    ({"properties": {"a": {}}, **PATTERN}, {"properties": {"b": {}}, **PATTERN}, []),
    (
        {"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {}}},
        {"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"required": ["k"]}}},
        [("condition", "")],
    ),
    ({"properties": {"a": {"type": ["string", "null"]}}}, {"properties": {"a": {"type": "string"}}}, [("type", "a")]),
    ({"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"type": "number"}}}, []),
    ({"properties": {"a": {"type": "number"}}}, {"properties": {"a": {"type": "integer"}}}, [("type", "a")]),
    ({"properties": {"a": {"enum": [1, 2]}}}, {"properties": {"a": {"enum": [2, 3]}}}, [("enum", "a")]),
    ({"properties": {"a": {"enum": [1]}}}, {"properties": {"a": {"enum": [1, 2]}}}, []),
    ({"properties": {"a": {"minimum": 1}}}, {"properties": {"a": {"minimum": 2}}}, [("limit", "a")]),
    ({"properties": {"a": {"minimum": 1, "maximum": 3}}}, {"properties": {"a": {"minimum": 0, "maximum": 4}}}, []),
    ({}, {"required": ["a"]}, [("required", "a")]),
    ({}, CLOSED, [("closed", "")]),
    ({"properties": {"l": {"items": {}}}}, {"properties": {"l": {"items": {"type": "string"}}}}, [("type", "l.[*]")]),
    ({}, {"anyOf": [{"required": ["a"]}]}, [("condition", "")]),
    ({"properties": {"a": {}}}, {"properties": {"a": False}}, [("forbidden", "a")]),
    (
        {"$ref": "#/$defs/x", "$defs": {"x": {}}},
        {"$ref": "#/$defs/x", "$defs": {"x": {"required": ["k"]}}},
        [("required", "k")],
    ),
    ({"additionalProperties": {}}, {"additionalProperties": {"type": "string"}}, [("type", "*")]),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES, ids=range(len(CASES)))
def test_what_breaks_is_named(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert changes(old, new) == expected


def test_a_renamed_key_means_the_same_and_is_called_nearly_so() -> None:
    def renamed(schema: Any, **new: Any) -> tuple[str, str, str]:
        old = {"properties": {"replicaCount": schema}, **CLOSED, "$defs": {"n": {"type": "integer", "title": "N"}}}
        later = {"properties": new, **CLOSED, "$defs": {"n": {"type": "integer"}}}
        (change,) = breaking_changes(json.dumps(old).encode(), json.dumps(later).encode())
        return change.kind, change.renamed_to, change.message

    number = {"$ref": "#/$defs/n"}
    assert renamed(number, replicas={"type": "integer"}, replicasCount={"type": "string"}) == (
        "renamed",
        "replicas",
        "`replicaCount` is now called `replicas`",
    )
    assert renamed(number, replicasCount={"type": "string"}) == (
        "removed",
        "",
        "`replicaCount` is gone; `replicasCount` is new",
    )
    assert renamed(number, port=number) == ("removed", "", "`replicaCount` is gone")


def test_no_schema_allows_everything() -> None:
    assert breaking_changes(b'{"required": ["a"]}', None) == ()
    assert [change.kind for change in breaking_changes(None, b'{"required": ["a"]}')] == ["required"]
    assert breaking_changes(b"no json", b"no json") == ()


def altered(random: Random, schema: Any) -> Any:
    """The schema with one to three keywords changed somewhere."""
    schema = copy.deepcopy(schema)
    for _ in range(random.randint(1, 3)):
        nodes = [schema]
        for node in nodes:
            nodes += [item for item in node.get("properties", {}).values() if isinstance(item, dict)]
        node = random.choice(nodes)
        properties = node.get("properties", {})
        if properties and random.random() < 0.2:
            properties.pop(random.choice(sorted(properties)))
        elif properties and random.random() < 0.2:
            properties[random.choice(("web", "debug", "tag", "port"))] = {"type": random.choice(("string", "integer"))}
        else:
            keyword, value = random.choice(keywords(random, properties))
            node[keyword] = value
    return schema


def keywords(random: Random, properties: dict[str, Any]) -> list[tuple[str, Any]]:
    """Keywords with values that may break something."""
    return [
        ("type", random.choice(("string", "integer", "number", "object", ["string", "null"], "boolean"))),
        ("required", random.sample(sorted(properties) or ["x"], 1)),
        ("additionalProperties", random.random() < 0.5),
        ("minimum", random.randint(0, 9000)),
        ("maximum", random.randint(0, 9000)),
        ("enum", random.sample(("on", "off", "Always", "Never", 1, 3), 3)),
        ("pattern", random.choice(("^a", "^[0-9.]+$", ""))),
    ]


@pytest.mark.slow  # random schemas and values, judged two by two
def test_where_values_stop_fitting_a_change_was_named() -> None:
    random = Random(12)
    broken = 0
    for _ in range(3000):
        old = altered(random, shop.SCHEMA) if random.random() < 0.5 else shop.SCHEMA
        new = altered(random, old)
        values = (read(shop.mutated(random, shop.VALUES).encode(), "v").value or {}).get("api")
        if jsonschema_rs.is_valid(old, values) and not jsonschema_rs.is_valid(new, values):
            broken += 1
            assert changes(old, new), (old, new, values)
        assert changes(old, old) == []
    assert broken > 100


@pytest.mark.parametrize("last", [{"type": "string"}, {"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}}])
def test_many_references_to_one_definition_end(last: Any) -> None:
    """Each of 34 definitions refers twice to the next one, and the last one has changed."""

    def schema(end: Any) -> Any:
        defs = {f"d{n}": _twice(f"#/$defs/d{n + 1}") for n in range(34)}
        return {"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": {**defs, "d34": end}}

    found = breaking_changes(
        *(json.dumps(each).encode() for each in (schema({"type": ["integer", "string"]}), schema(last)))
    )
    assert {change.kind for change in found} >= {"type"}


def _twice(reference: str) -> Any:
    return {
        "properties": {key: {"$ref": reference} for key in "ab"},
        "anyOf": [{"$ref": reference}, {"$ref": reference}],
    }
