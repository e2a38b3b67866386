"""Messages of a schema's author: which one speaks for an error, and which ones nobody ever reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.charts.judged import judged
from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, RefusedError, archive, values_of
from shunter.core.rules.masking import masked
from shunter.core.schema.diff import breaking_changes
from shunter.core.schema.messages import mute_messages

DRAFTS = ("http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema")
PORT = {"type": "integer", "minimum": 1024, "x-message": "inner"}


def said(schema: dict[str, Any], text: str, draft: str = DRAFTS[0]) -> list[str]:
    """The messages for a values file, without those of the machine."""
    found = judged({"$schema": draft, **schema}, text)
    return [finding.message for finding in found if "`" not in finding.message]


PLACES: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"properties": {"a": {"minimum": 2, "x-message": "two"}}}, "a: 1", ["two"]),
    ({"properties": {"a": {"minimum": 2, "x-message": {"minimum": "two"}}}}, "a: 1", ["two"]),
    ({"properties": {"a": {"type": "integer", "minimum": 2, "x-message": {"minimum": "two"}}}}, "a: x", []),
    ({"required": ["a"], "x-message": {"required": "ask for it"}}, "b: 1", ["ask for it"]),
    ({"additionalProperties": False, "x-message": "no more"}, "b: 1", ["no more"]),
    ({"properties": {"a": {"items": {"minimum": 2, "x-message": "two"}}}}, "a: [3, 1]", ["two"]),
    ({"properties": {"a": {"properties": {"b": {"minimum": 2}}, "x-message": "about a"}}}, "a: {b: 1}", []),
    ({"properties": {"a": {"allOf": [{"minimum": 2}], "x-message": "all"}}}, "a: 1", ["all"]),
    ({"properties": {"a": {"allOf": [{"minimum": 2, "x-message": "one"}], "x-message": "all"}}}, "a: 1", ["one"]),
    ({"properties": {"a": {"anyOf": [{"type": "string", "pattern": "x"}, {}], "x-message": "m"}}}, "a: {}", []),
    ({"properties": {"a": {"anyOf": [{"pattern": "^x"}, {"type": "object"}], "x-message": "m"}}}, "a: b", ["m"]),
    ({"properties": {"a": {"if": {}, "then": {"minimum": 2}, "x-message": "m"}}}, "a: 1", ["m"]),
    ({"if": {}, "then": {"properties": {"a": False}, "x-message": "never"}}, "a: 1", ["never"]),
    ({"propertyNames": {"pattern": "^b", "x-message": "b first"}}, "a: 1", ["b first"]),
    ({"properties": {"a": {"pattern": "^x", "minLength": 9, "x-message": "once"}}}, "a: abc", ["once"]),
    ({"definitions": {"p": PORT}, "properties": {"a": {"$ref": "#/definitions/p"}}}, "a: 1", ["inner"]),
    (
        {"definitions": {"p": PORT}, "properties": {"a": {"$ref": "#/definitions/p", "x-message": "outer"}}},
        "a: 1",
        ["outer"],
    ),
    (
        {
            "definitions": {"p": PORT},
            "properties": {"a": {"$ref": "#/definitions/p", "x-message": {"minimum": "more"}}},
        },
        "a: x",
        ["inner"],
    ),
    (
        {"definitions": {"p": PORT}, "properties": {"a": {"allOf": [{"$ref": "#/definitions/p"}], "x-message": "m"}}},
        "a: 1",
        ["inner"],
    ),
]


@pytest.mark.parametrize(("schema", "text", "messages"), PLACES)
@pytest.mark.parametrize("draft", DRAFTS)
def test_the_nearest_message_speaks_and_one_beside_a_reference_before_the_definition(
    schema: dict[str, Any], text: str, messages: list[str], draft: str
) -> None:
    assert said(schema, text, draft) == messages


def test_what_the_machine_says_is_the_first_note_and_the_rest_stays() -> None:
    schema = {"properties": {"a": {"type": "string", "x-message": "a word"}}}
    (plain,) = judged({"properties": {"a": {"type": "string"}}}, "a: 1.5")
    (own,) = judged(schema, "a: 1.5")
    assert (own.message, own.notes) == ("a word", (plain.message, *plain.notes))
    assert (own.rule, own.hint, own.fix, own.span) == (plain.rule, plain.hint, plain.fix, plain.span)


def test_helm_takes_no_notice() -> None:
    schema = {"properties": {"a": {"minimum": 2, "x-message": {"minimum": "two"}}}}
    data = archive(
        {"Chart.yaml": METADATA, "values.schema.json": json.dumps(schema), "templates/show.yaml": SHOW_VALUES}
    )
    assert values_of(data, {"a": 2}) == {"a": 2}
    with pytest.raises(RefusedError) as refused:
        values_of(data, {"a": 1})
    assert "two" not in str(refused.value)


def test_secrets_are_masked_in_messages_and_in_what_stands_behind_them() -> None:
    schema = {"properties": {"password": {"pattern": "^x", "x-message": "`hunter22` is the default: choose one"}}}
    found = masked(judged(schema, "password: hunter22\n"))
    assert "choose one" in found[0].message
    assert "hunter22" not in repr(found)


def test_another_message_is_no_other_schema() -> None:
    def schema(text: str) -> bytes:
        return json.dumps({"properties": {"a": {"anyOf": [{"minimum": 2, "x-message": text}]}}}).encode()

    assert breaking_changes(schema("two"), schema("at least two")) == ()


@pytest.mark.parametrize(
    ("schema", "reasons"),
    [
        ({"minimum": 2, "x-message": {"minimun": "two"}}, ["there is no `minimun` beside this message"]),
        ({"minimum": 2, "x-message": {"minimum": 2}}, ["the message for `minimum` is no string"]),
        ({"minimum": 2, "x-message": ["two"]}, ["a message is a string, or a map from keywords to strings"]),
        ({"minimum": 2, "x-message": {"minimum": "two"}}, []),
        ({"$ref": "#/definitions/p", "x-message": {"minimum": "two"}}, []),
        ({"minimum": 2, "x-message": "two"}, []),
    ],
)
def test_messages_that_nobody_reads_are_told(schema: dict[str, Any], reasons: list[str]) -> None:
    assert [reason for _, reason in mute_messages({"properties": {"a": schema}})] == reasons
