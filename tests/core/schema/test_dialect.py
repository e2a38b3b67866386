"""Schemas get the verdict of Helm's library."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from helpers.fuzz.schema_fuzz import DRAFTS, schema, values
from helpers.oracles.agreement import schema_agrees
from helpers.oracles.schemas import chart
from shunter.core.charts.load import load_archive
from shunter.core.schema.compile import compile_document


@pytest.mark.slow  # random schemas, which Helm judges one by one
def test_random_schemas_give_helms_verdict() -> None:
    random = Random(5)
    wrong = []
    for _ in range(300):
        made = schema(random)
        data = chart(made)
        loaded = load_archive(data, "c.tgz")
        for _ in range(3):
            passed = values(random)
            if not schema_agrees(data, loaded, passed)[0]:
                wrong.append((made, passed))
    assert wrong == []


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("contentEncoding asserts nothing", {"$schema": DRAFTS[7], "properties": {"v": {"contentEncoding": "base64"}}}, {"v": "?"}),
    ("2.0 is an integer", {"$schema": DRAFTS[4], "minProperties": 2.0}, {"v": 1}),
    ("a large integer", {"$schema": DRAFTS[4], "properties": {"v": {"type": "integer"}}}, {"v": 1e20}),
    ("a circle", {"$ref": "#"}, {}),
    ("a circle of two", {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#"}]}}}, {}),
    ("a circle in one form", {"properties": {"v": {"anyOf": [{"$ref": "#/properties/v"}, {"type": "string"}]}}}, {"v": "a"}),
    ("no circle", {"properties": {"v": {"$ref": "#"}}}, {"v": {"v": {}}}),
    ("a faulty pattern nobody reaches", {"$defs": {"a": {"pattern": "(?=a)"}}}, {}),
    ("a faulty name nobody reaches", {"$schema": DRAFTS[6], "definitions": {"a": {"patternProperties": {"(": {}}}}}, {}),
    ("a faulty name", {"$schema": DRAFTS[6], "properties": {"v": {"patternProperties": {"(": {}}}}}, {}),
    ("an id of another draft", {"$schema": DRAFTS[7], "id": "x/", "properties": {"v": {"$ref": "#/definitions/a"}}, "definitions": {"a": {}}}, {}),
    ("additionalItems alone", {"$schema": DRAFTS[7], "properties": {"v": {"additionalItems": {"$ref": "x.json"}}}}, {}),
    ("a reference to nothing nobody reaches", {"$defs": {"a": {"$ref": "#/$defs/b"}}}, {}),
    ("a dynamic anchor is reached", {"$defs": {"a": {"$dynamicAnchor": "m", "$ref": "#/$defs/b"}}}, {}),
    ("a number that spells a const", {"properties": {"v": {"const": "1.10"}}}, {"v": 1.1}),
    ("const is no keyword of draft 4", {"$schema": DRAFTS[4], "const": "1"}, {"v": 1}),
    ("an anchor beside a reference", {"$schema": DRAFTS[6], "properties": {"v": {"$ref": "#x"}}, "definitions": {"a": {"$ref": "#/definitions/b", "$id": "#x"}, "b": {}}}, {}),
    ("an identifier beside a reference", {"$schema": DRAFTS[4], "properties": {"v": {"$ref": "x"}}, "definitions": {"a": {"$ref": "#/definitions/b", "id": "x"}, "b": {}}}, {}),
    ("a circle through an anchor", {"properties": {"v": {"anyOf": [{"$ref": "#x"}, {"type": "string"}], "$anchor": "x"}}}, {"v": 1}),
    ("a circle through an identifier", {"$id": "http://x.example/a", "allOf": [{"$ref": "a"}]}, {"v": 1}),
    ("a circle through a list", {"allOf": [{"$ref": "#/allOf/0"}]}, {"v": 1}),
    ("a circle past another identifier", {"properties": {"v": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$id": "b", "not": {"$ref": "#/$defs/a"}}}}, {}),
    ("a number that spells an option", {"properties": {"v": {"enum": ["1", 2]}}}, {"v": 1}),
    ("a number that spells an option of texts", {"properties": {"v": {"enum": ["1", "2"]}}}, {"v": 1}),
    ("a repeated option", {"$schema": DRAFTS[7], "properties": {"v": {"enum": ["a", "a"]}}}, {}),
    ("a repeated option in a newer draft", {"properties": {"v": {"enum": ["a", "a"]}}}, {"v": "a"}),
    ("const beside $ref", {"$schema": DRAFTS[7], "properties": {"v": {"$ref": "#/definitions/a", "const": 1, "type": "string"}}, "definitions": {"a": {}}}, {"v": 2}),
    ("no option", {"$schema": DRAFTS[7], "properties": {"b": {"enum": []}}}, {"a": 1}),
    ("no option in draft 4", {"$schema": DRAFTS[4], "definitions": {"b": {"enum": []}}}, {"a": 1}),
    ("no option in a newer draft", {"properties": {"b": {"enum": []}}}, {"a": 1}),
    ("an option that a text spells", {"$schema": DRAFTS[6], "definitions": {"d": {"enum": ["1.0", 1]}}}, {}),
    ("an option that a text deep below spells", {"$schema": DRAFTS[6], "definitions": {"d": {"enum": [{"a": ["1"]}, {"a": [1]}]}}}, {}),
    ("a boolean is no number", {"$schema": DRAFTS[6], "definitions": {"d": {"enum": [True, 1, "true"]}}}, {}),
    ("`if` alone leads nowhere", {"$schema": DRAFTS[7], "properties": {"a": {"if": {"$ref": "#/definitions/gone"}}}}, {"z": 1}),
    ("`if` alone leads nowhere in a newer draft", {"properties": {"a": {"if": {"not": {"$ref": "#/$defs/gone"}}}}}, {"z": 1}),
    ("`if` alone where nobody reaches it", {"$defs": {"a": {"if": {"$ref": "#/$defs/gone"}}}}, {"z": 1}),
    ("`then` alone leads nowhere", {"properties": {"a": {"then": {"$ref": "#/$defs/gone"}}}}, {"a": 1}),
    ("an anchor that refers to itself", {"properties": {"b": {"$anchor": "me", "$ref": "#me"}}}, {"b": 1}),
    ("an anchor that refers to itself, unset", {"properties": {"b": {"$anchor": "me", "$ref": "#me"}}}, {"a": 1}),
    ("what draft 4 has no name for", {"$schema": DRAFTS[4], "$ref": "#/$defs/d", "$defs": {"d": {"exclusiveMaximum": 1}}}, {"z": 1}),
    ("what draft 4 has no name for, unreached", {"$schema": DRAFTS[4], "$defs": {"d": {"exclusiveMaximum": 1}}}, {"z": 1}),
    ("what no draft has a name for", {"properties": {"a": {"$ref": "#/x/d"}}, "x": {"d": {"properties": {"b": {"type": "strnig"}}}}}, {"z": 1}),
    ("a good one that no draft has a name for", {"properties": {"a": {"$ref": "#/x/d"}}, "x": {"d": {"type": "string"}}}, {"a": 1}),
    ("a name in what is not read", {"properties": {"a": {"$dynamicRef": "#anch", "additionalItems": {"$anchor": "anch"}}}}, {"z": 1}),
    ("a name in what is not read, judging", {"properties": {"a": {"$ref": "#n", "additionalItems": {"$anchor": "n", "type": "string"}}}}, {"a": 1}),
    ("a name deeper in what is not read", {"properties": {"a": {"$ref": "#n", "additionalItems": {"items": {"$anchor": "n"}}}}}, {"a": 1}),
    ("a name in what an older draft reads", {"$schema": DRAFTS[2019], "properties": {"a": {"$ref": "#n", "additionalItems": {"$anchor": "n"}}}}, {"a": 1}),
    ("a reference below a pattern of another spelling", {"properties": {"c": {"else": {"patternProperties": {"[^\\d\\D]": {"$ref": "x.json"}}}}}}, {}),
    ("a faulty name below one", {"$schema": DRAFTS[6], "definitions": {"d": {"patternProperties": {"\\_": {"patternProperties": {"x{2,1}": {}}}}}}}, {}),
    ("a const beside what leads away", {"$schema": DRAFTS[7], "definitions": {"d": {"if": {"const": 1, "$ref": "x.json"}}}}, {}),
    ("a faulty name beside a const", {"$schema": DRAFTS[7], "definitions": {"d": {"$ref": "#", "patternProperties": {"\\cA": {}}, "const": {}}}}, {}),
    ("an identifier beside a const", {"$schema": DRAFTS[6], "properties": {"v": {"$ref": "#/definitions/d"}}, "definitions": {"d": {"const": 1, "$ref": "#/definitions/d", "$id": "x"}}}, {}),
    ("a reference within a URN", {"$id": "urn:x:y", "properties": {"v": {"$ref": "x.json"}}}, {"v": {"v": 1}}),
    ("a pointer within a URN", {"$id": "urn:x:y", "properties": {"v": {"$ref": "x.json#/$defs/t"}}, "$defs": {"t": {"type": "string"}}}, {"v": 1}),
    ("a pointer to nothing within a URN", {"$id": "urn:x:y", "properties": {"v": {"$ref": "x.json#/$defs/t"}}}, {}),
    ("a dynamic anchor that leads to nothing within a URN", {"$id": "urn:x:y", "$defs": {"a": {"$ref": "#/$defs/b", "$dynamicAnchor": "m"}}}, {}),
    ("an identifier beside a reference within a URN", {"$schema": DRAFTS[4], "id": "urn:x:y", "definitions": {"d": {"$ref": "#/definitions/d", "id": "x"}}}, {}),
    ("a number that only its digits are a multiple of", {"$schema": DRAFTS[4], "properties": {"v": {"multipleOf": 0.0075}}}, {"v": 1e300}),
    ("a large multiple", {"$schema": DRAFTS[4], "properties": {"v": {"type": "integer", "multipleOf": 4}}}, {"v": 1.2e30}),
    ("a circle that only one way in closes", {"$schema": DRAFTS[6], "properties": {"v": {"$ref": "#"}}, "dependencies": {"0": {"not": {"$ref": "#/properties/v"}}}}, {"v": [1]}),
    ("the same, closed", {"$schema": DRAFTS[6], "properties": {"v": {"$ref": "#"}}, "dependencies": {"0": {"not": {"$ref": "#/properties/v"}}}}, {"v": {"0": 1}}),
    ("a circle beside a `not` that leads nowhere", {"$schema": DRAFTS[2019], "not": {"$recursiveRef": "#", "not": {"$ref": "#/$defs/d"}}, "$defs": {"d": {"$id": "sub.json", "$ref": "#/$defs/d"}}}, {}),
    ("a resource is compiled whole", {"$schema": DRAFTS[6], "properties": {"v": {"$ref": "sub.json#/properties/a"}}, "definitions": {"d": {"$id": "sub.json", "properties": {"": {"$ref": "#gone"}, "a": False}}}}, {}),
    ("a resource is compiled whole for a map in it", {"$schema": DRAFTS[7], "$ref": "sub.json#/properties/a", "definitions": {"d": {"$id": "sub.json", "properties": {"a": {"type": "object"}}, "propertyNames": {"$ref": "#/definitions/d"}}}}, {"v": 1}),
    ("a resource nobody refers to", {"$schema": DRAFTS[7], "definitions": {"d": {"$id": "sub.json", "propertyNames": {"$ref": "#/definitions/d"}}}}, {"v": 1}),
    ("a large number that is no integer", {"$schema": DRAFTS[4], "properties": {"v": {"not": {"type": ["integer", "null"]}}}}, {"v": 1e300}),
    ("half a surrogate pair", {"title": "\ud800"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("made", "passed"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_helms_library_does_its_own_way(made: dict[str, Any], passed: dict[str, Any]) -> None:
    data = chart(made)
    assert schema_agrees(data, load_archive(data, "c.tgz"), passed)[0]


KEYWORDS = [
    "$anchor",
    "$dynamicAnchor",
    "$id",
    "id",
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
    "enum",
    "const",
    "pattern",
    "format",
    "required",
    "properties",
    "patternProperties",
    "propertyNames",
    "items",
    "prefixItems",
    "contains",
    "allOf",
    "anyOf",
    "not",
    "if",
    "dependencies",
    "dependentSchemas",
    "$defs",
]
ODD = ([], {}, [[]], 1, None, "x", [1, "a", {}], {"a": 1}, {"a": []})


@pytest.mark.parametrize("draft", ["", *DRAFTS.values()])
def test_a_keyword_of_any_type_is_judged_or_a_problem(draft: str) -> None:
    for keyword, value in product(KEYWORDS, ODD):
        for made in ({keyword: value}, {"properties": {"a": {keyword: value}}}):
            compiled = compile_document({"$schema": draft, **made} if draft else made)
            assert compiled.validator is not None or compiled.problems, made
