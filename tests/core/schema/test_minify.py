"""Sharing changes a schema's length, never its meaning."""

from __future__ import annotations

import random
from typing import Any

import jsonschema_rs

from shunter.core.schema.minify import dumps, share


def random_schema(chance: random.Random, depth: int) -> dict[str, Any]:
    kind = chance.choice(["object", "array", "string", "integer", "ref"] if depth else ["string", "integer", "ref"])
    if kind == "object":
        names = chance.sample("abcdef", chance.randint(1, 4))
        return {
            "type": ["object", "null"],
            "properties": {name: random_schema(chance, depth - 1) for name in names},
            "additionalProperties": False,
        }
    if kind == "array":
        return {"type": "array", "items": random_schema(chance, depth - 1)}
    return {"$ref": "#/$defs/leaf"} if kind == "ref" else {"type": [kind, "null"]}


def random_value(chance: random.Random, depth: int) -> Any:
    kind = chance.choice(["object", "array", "scalar"] if depth else ["scalar"])
    if kind == "object":
        return {name: random_value(chance, depth - 1) for name in chance.sample("abcdefg", chance.randint(0, 3))}
    if kind == "array":
        return [random_value(chance, depth - 1) for _ in range(chance.randint(0, 2))]
    return chance.choice(["text", 3, None, True])


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(schema)


def test_shared_and_plain_schemas_agree_on_random_values() -> None:
    chance = random.Random(4)
    verdicts = {True: 0, False: 0}
    for _ in range(300):
        schema = {**random_schema(chance, 3), "$defs": {"leaf": {"type": "boolean"}}}
        shared = share(schema)
        plain, short = validator(schema), validator(shared)
        for _ in range(20):
            value = random_value(chance, 3)
            verdicts[plain.is_valid(value)] += 1
            assert plain.is_valid(value) == short.is_valid(value), (schema, shared, value)
        assert len(dumps(shared)) <= len(dumps(schema)) + 20
    assert min(verdicts.values()) > 200


def test_a_reference_to_the_root_stays() -> None:
    schema = {"type": "object", "properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}, "$defs": {}}
    short = validator(share(schema))
    assert short.is_valid({"child": {"child": {"name": "a"}}})
    assert not short.is_valid({"child": {"child": {"name": 1}}})
