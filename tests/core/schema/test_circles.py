"""References that come back to a schema which judges the same value already: Helm's library is the oracle."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from helpers.fuzz.schema_fuzz import DRAFTS
from helpers.oracles.agreement import schema_agrees
from helpers.oracles.schemas import chart
from shunter.core.charts.load import load_archive
from shunter.core.schema.circles import CIRCLE, open_circles
from shunter.core.schema.compile import compile_document
from shunter.core.schema.walk import subschemas

TEXT = {"type": "string"}


def opened(document: dict[str, Any]) -> dict[str, Any]:
    open_circles(document, subschemas(document))
    return document


def marks(document: dict[str, Any]) -> int:
    return sum(schema.get("$comment") == CIRCLE for _, schema in subschemas(document))


def test_a_circle_ends_where_it_comes_back() -> None:
    assert opened({"not": {"$ref": "#"}}) == {
        "not": {"$ref": "#/$defs/circle-0"},
        "$defs": {"circle-0": {"not": {"$comment": CIRCLE}}},
    }
    assert marks(opened({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}})) == 1


def test_a_recursion_into_a_smaller_value_is_no_circle() -> None:
    for document in (
        {"properties": {"child": {"$ref": "#"}}, "items": {"$ref": "#"}},
        {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": TEXT}},
    ):
        assert opened(document) == {**document}
        assert marks(document) == 0


def test_a_name_of_the_persons_own_is_kept() -> None:
    document = {"not": {"$ref": "#"}, "$defs": {"circle-0": TEXT}}
    assert opened(document)["$defs"]["circle-0"] == TEXT


def test_ever_so_many_ways_round_end() -> None:
    names = [f"d{number}" for number in range(9)]
    definitions = {name: {"anyOf": [{"$ref": f"#/$defs/{other}"} for other in names]} for name in names}
    compiled = compile_document({"$ref": "#/$defs/d0", "$defs": definitions})
    assert compiled.validator is not None
    assert not compiled.validator.is_valid({})


def made(random: Random) -> dict[str, Any]:
    """A small schema, most of which refers to the rest."""
    draft = random.choice(list(DRAFTS))
    store = "$defs" if draft >= 2019 else "definitions"
    pointers = ["#", f"#/{store}/a", f"#/{store}/b", "#/properties/v", f"#/{store}/a/not", "sub.json"]

    def schema(depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(random.choice((1, 1, 2))):
            roll = random.randrange(9) if depth < 4 else 0
            found |= (
                {"$ref": random.choice(pointers)} if roll in (0, 1, 2)
                else {"not": schema(depth + 1)} if roll == 3
                else {random.choice(("allOf", "anyOf", "oneOf")): [schema(depth + 1), schema(depth + 1)]} if roll == 4
                else {"dependencies": {random.choice("ab"): schema(depth + 1)}} if roll == 5
                else {"properties": {random.choice("vab"): schema(depth + 1)}} if roll == 6
                else {"type": random.choice(("object", "string", "integer"))} if roll == 7
                else {"if": schema(depth + 1), "then": schema(depth + 1), "else": schema(depth + 1)}
            )  # fmt: skip
        return found

    definitions = {"a": {"not": schema(2), **schema(2)}, "b": schema(2)}
    if random.random() < 0.3:
        definitions["b"]["id" if draft == 4 else "$id"] = "sub.json"
    return {**schema(0), "properties": {"v": schema(1)}, store: definitions, "$schema": DRAFTS[draft]}


def disagreeing(seed: int, count: int) -> list[Any]:
    random = Random(seed)
    wrong: list[Any] = []
    value = [1, "x", {}, {"a": 1}, {"b": {"a": 1}}, {"a": {}, "b": "x"}, {"v": {"a": 1, "b": 2}}]
    for _ in range(count):
        document = made(random)
        data = chart(document)
        loaded = load_archive(data, "c.tgz")
        for passed in ({}, {"v": random.choice(value)}, {"a": 1, "b": random.choice(value), "v": random.choice(value)}):
            wrong += [] if schema_agrees(data, loaded, passed)[0] else [(document, passed)]
    return wrong


def test_circles_of_all_kinds_give_helms_verdict() -> None:
    assert disagreeing(13, 60) == []


@pytest.mark.slow  # the same, for as long as it takes Helm to judge 4,500
def test_many_circles_give_helms_verdict() -> None:
    assert disagreeing(14, 1500) == []
