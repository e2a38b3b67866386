"""A schema's raw errors in words: rule, message, hint and fix for every keyword, and for odd ways to write a value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.charts.judged import judged
from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import of_mapping
from shunter.core.rules.errors.schema_errors import describe
from shunter.core.rules.fixes import fixed
from shunter.core.rules.verdict import judge

CASES: list[tuple[dict[str, Any], str, str, str, str]] = [
    ({"type": "string"}, "1.10", "unquoted-string", "must be a string, not a number", 'quote it: v: "1.10" (unquoted, YAML reads 1.1)'),
    ({"type": "string"}, "17", "unquoted-string", "must be a string, not a number", 'quote it: v: "17"'),
    ({"type": "string"}, "on", "unquoted-string", "must be a string, not a boolean", 'quote it: v: "on" (unquoted, YAML reads true)'),
    ({"type": "string"}, "[a]", "type", "must be a string, not a list", "write a string"),
    ({"type": "integer"}, "'3'", "quoted-value", "must be an integer, not a string", "remove the quotes: v: 3"),
    ({"type": "boolean"}, "'on'", "quoted-value", "must be a boolean, not a string", "remove the quotes: v: on"),
    ({"type": "number"}, "'x'", "type", "must be a number, not a string", "write a number"),
    ({"type": "integer", "minimum": 1, "maximum": 9}, "x", "type", "must be an integer, not a string", "write an integer from 1 to 9"),
    ({"type": "array"}, "x", "type", "must be a list, not a string", "write a list: a line starting with `- ` for each item"),
    ({"type": "object"}, "x", "type", "must be a map, not a string", "write a map: keys below it, indented"),
    ({"type": ["string", "null"]}, "[]", "type", "must be a string or null, not a list", "write a string or null"),
    ({"type": "string"}, "~", "null-value", "must be a string, not null", "set it to a string, or drop the key: Helm passes this null on"),
    ({"enum": ["on", "off"]}, "on", "unquoted-string", 'must be one of "on", "off", not true', 'quote it: v: "on" (unquoted, YAML reads true)'),
    ({"enum": [1, 2]}, "'2'", "quoted-value", 'must be one of 1, 2, not "2"', "remove the quotes: v: 2"),
    ({"enum": ["Always", "Never"]}, "always", "enum", 'must be one of "Always", "Never", not "always"', "did you mean `Always`?"),
    ({"enum": ["a", "b"]}, "zzz", "enum", 'must be one of "a", "b", not "zzz"', 'write one of "a", "b"'),
    ({"const": 5}, "6", "enum", "must be 5, not 6", "write 5"),
    ({"minimum": 3}, "2", "range", "must be at least 3, not 2", "write a number that is at least 3"),
    ({"minimum": 3, "maximum": 4}, "5", "range", "must be at most 4, not 5", "write a number from 3 to 4"),
    ({"minLength": 1}, "''", "length", "must have at least 1 character, not 0", "add some"),
    ({"maxItems": 2}, "[1, 2, 3]", "length", "must have at most 2 items, not 3", "remove some"),
    ({"minProperties": 2}, "{a: 1}", "length", "must have at least 2 keys, not 1", "add some"),
    ({"pattern": "^[[:alpha:]]$"}, "x1", "pattern", 'is "x1", which does not match the pattern `^[[:alpha:]]$`', "write text that matches it"),
    ({"pattern": "^a$", "description": "one a\nmore"}, "x", "pattern", 'is "x", which does not match the pattern `^a$`', "one a"),
    ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "[]", "type", "must be an integer or a string, not a list", "write a value"),
    ({"anyOf": [{"minimum": 5}, {"multipleOf": 7}]}, "3", "alternatives", "fits none of the 2 forms that the schema allows", "see the nearest form"),
    ({"not": {}}, "3", "constraint", "", "see the schema"),
    ({"uniqueItems": True}, "[1, 1]", "constraint", "", "see the schema"),
]  # fmt: skip


EXCLUSIVE: list[tuple[dict[str, Any], str, str]] = [
    ({"exclusiveMaximum": 4000}, "4000", "less than 4,000"),
    ({"exclusiveMinimum": 4}, "4", "more than 4"),
]


@pytest.mark.parametrize(("schema", "value", "bound"), EXCLUSIVE)
def test_an_exclusive_limit_is_not_a_limit_that_fits(schema: dict[str, Any], value: str, bound: str) -> None:
    (finding,) = judged({"properties": {"v": schema}}, f"v: {value}\n")
    assert finding.message == f"`v` must be {bound}, not {value}"


@pytest.mark.parametrize(("schema", "value", "rule", "message", "hint"), CASES, ids=range(len(CASES)))
def test_every_keyword_in_words(schema: dict[str, Any], value: str, rule: str, message: str, hint: str) -> None:
    (finding,) = judged({"properties": {"v": schema}}, f"v: {value}\n")
    assert (finding.rule, finding.hint, finding.span.line) == (rule, hint, 1)
    assert finding.message.removeprefix("`v` ") == message or (not message and finding.message.startswith("`v`: "))


def test_a_schema_that_allows_nothing() -> None:
    (finding,) = judged({"properties": {"v": False}}, "v: 1\n")
    assert (finding.rule, finding.message, finding.hint) == ("forbidden", "`v` is not allowed here", "delete it")


def test_the_word_that_tells_the_forms_apart_is_named() -> None:
    forms = [{"properties": {"type": {"const": word}}, "required": [word]} for word in ("a", "b")]
    (finding,) = judged({"properties": {"v": {"oneOf": forms}}}, "v:\n  type: c\n")
    assert (finding.rule, finding.key, finding.span.line) == ("enum", ("v", "type"), 2)
    assert finding.message == '`v.type` must be one of "a", "b", not "c"'


@pytest.mark.parametrize(
    ("schema", "text", "after"),
    [
        ({"type": "string"}, "v: 1.10 # c\n", 'v: "1.10" # c\n'),
        ({"type": "string"}, "v: !!int 5\n", 'v: "5"\n'),
        ({"type": "string"}, "v: !!int &x 5\n", "v: !!int &x 5\n"),
        ({"type": "string"}, "v: &x 5\n", 'v: &x "5"\n'),
        ({"type": "integer"}, "v: '3'\n", "v: 3\n"),
        ({"type": "integer"}, "v: |-\n  3\n", "v: |-\n  3\n"),
        ({"items": {"type": "string"}}, "v: [a, 5]\n", 'v: [a, "5"]\n'),
        ({"enum": ["Always"]}, "v: always\n", "v: Always\n"),
        ({"enum": ["maxReplicas"]}, "v: minReplicas\n", "v: minReplicas\n"),
        ({"enum": ["On"]}, "v: 'on'\n", 'v: "On"\n'),
    ],
)
def test_a_fix_stays_on_its_line_and_away_from_anchors(schema: dict[str, Any], text: str, after: str) -> None:
    found = judged({"properties": {"v": schema}}, text)
    assert len(found) == 1
    assert fixed(text.encode(), found, "v.yaml")[0].decode() == after


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (True, "a value"),
        ({}, "a value"),
        ({"type": ["integer", "null"]}, "an integer or null"),
        ({"enum": [*"abcdefghij"]}, 'one of "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"'),
        ({"enum": [*range(13)]}, "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 3 more"),
        ({"const": None}, "null"),
        ({"type": "string", "description": "a name\nmore"}, "a string: a name"),
        ({"type": "integer", "minimum": 0}, "an integer"),
    ],
)
def test_what_a_schema_wants_in_a_few_words(schema: Any, words: str) -> None:
    assert describe(schema) == words


ARGUMENTS: list[tuple[Any, str, Any, str]] = [
    ("boolean", "--set", "yes", "write --set v=true"),
    ("integer", "--set", "0777", "write --set v=777"),
    ("integer", "--set-string", "3", "write --set v=3"),
    ("number", "--set", "1.5", "write --set-json v=1.5"),
    ("string", "--set", 1, "write --set-string v=1"),
    ("string", "--set", True, "write --set-string v=true"),
]


@pytest.mark.parametrize(("wanted", "flag", "value", "hint"), ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_an_argument_is_corrected_in_its_own_language(wanted: str, flag: str, value: Any, hint: str) -> None:
    schema = {"properties": {"v": {"type": wanted}}}
    files: dict[str, bytes | str] = {"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema)}
    (finding,) = judge(load_archive(archive(files), "c.tgz"), [of_mapping({"v": value}, f"{flag} v=...")])
    assert finding.hint == hint
