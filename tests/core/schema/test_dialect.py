"""Schemas, patterns and formats get the verdict of Helm's library."""

from __future__ import annotations

import json
import re
from itertools import product
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from helpers.fuzz.schema_fuzz import DRAFTS, FORMATTED, PATTERNS, TEXTS, formatted, pattern, schema, values
from helpers.oracles.agreement import schema_agrees
from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, RefusedError, archive, values_of
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import of_mapping
from shunter.core.rules.verdict import judge
from shunter.core.schema import regex
from shunter.core.schema.compile import compile_document
from shunter.core.schema.formats import FORMATS, anything

TEXT = (*TEXTS, "ab", "A", "-", "_", "{,2}", "&", "[", "]", "a b", "\u03b1", "\x07", "#", "aab", "\u00b2")


def chart(schema: Any) -> bytes:
    return archive(
        {"Chart.yaml": METADATA, "templates/show.yaml": SHOW_VALUES, "values.schema.json": json.dumps(schema)}
    )


def refusal(data: bytes, passed: dict[str, Any]) -> str:
    """What Helm says against the values; empty if it takes them."""
    try:
        values_of(data, passed)
    except RefusedError as error:
        return str(error)
    return ""


def faulty(data: bytes, texts: list[str]) -> set[int]:
    """Which of the texts a schema of `additionalProperties` refuses."""
    said = refusal(data, {f"k{number}": text for number, text in enumerate(texts)})
    return {int(number) for number in re.findall(r"at '/k(\d+)'", said)}


def test_random_schemas_give_helms_verdict() -> None:
    random = Random(5)
    wrong = []
    for _ in range(250):
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
    ("half a surrogate pair", {"title": "\ud800"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("made", "passed"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_helms_library_does_its_own_way(made: dict[str, Any], passed: dict[str, Any]) -> None:
    data = chart(made)
    assert schema_agrees(data, load_archive(data, "c.tgz"), passed)[0]


def test_patterns_are_refused_and_match_as_in_go() -> None:
    random = Random(6)
    wrong = []
    for text in (*PATTERNS, *(pattern(random) for _ in range(120))):
        data = chart({"$schema": DRAFTS[7], "additionalProperties": {"pattern": text}})
        if (regex.problem(text) is None) == bool(refusal(data, {})):
            wrong.append((text, regex.problem(text)))
        elif regex.problem(text) is None:
            ours = jsonschema_rs.validator_for(
                {"$schema": DRAFTS[7], "pattern": regex.rust(text)},
                validate_formats=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
            refused = faulty(data, list(TEXT))
            wrong += [(text, one) for number, one in enumerate(TEXT) if ours.is_valid(one) == (number in refused)]
    assert wrong == []


def test_usual_patterns_stay_as_they_are_and_others_are_shown_as_they_were_written() -> None:
    for text in (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]+)*$", r"^\d+(m|Mi|Gi)?$", r"^v?[0-9]+\.[0-9]+$"):
        assert regex.rust(text) == text
    data = chart({"properties": {"v": {"pattern": "^[[:alpha:]]+$"}}})
    (found,) = judge(load_archive(data, "c.tgz"), [of_mapping({"v": "1"}, "v.yaml")])
    assert found.message == '`v` is "1", which does not match the pattern `^[[:alpha:]]+$`'


@pytest.mark.parametrize("name", FORMATTED)
def test_formats_are_helms(name: str) -> None:
    random = Random(name)
    texts = [*FORMATTED[name], *(formatted(random, name) for _ in range(150))]
    refused = faulty(chart({"$schema": DRAFTS[7], "additionalProperties": {"format": name}}), texts)
    ours = {number for number, text in enumerate(texts) if not FORMATS.get(name, anything)(text)}
    assert [texts[number] for number in ours ^ refused] == []


@pytest.mark.parametrize("reference", ["http://[", "http://[#x", "//[a"])
def test_a_reference_that_is_no_url_is_a_problem_and_no_bug(reference: str) -> None:
    schema = compile_document({"properties": {"a": {"$ref": reference}}})
    assert [problem.fatal for problem in schema.problems] == [True]
    assert schema.validator is None


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
