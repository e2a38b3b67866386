"""Comments in a values.yaml, in the conventions of helm-schema and of helm-values-schema-json."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.contracts.comments import Comment, Comments
from shunter.core.goyaml.document import KeyPath, read


def comments(text: str) -> Comments:
    return Comments(read(text.encode(), "values.yaml"))


def of(text: str, *path: str) -> Comment:
    return comments(text).of(path)


BLOCK = "# @schema\n# type: [string, integer]\n# minimum: 0\n# @schema\n# -- how much\ncpu: 1\n"


def test_a_block_of_helm_schema() -> None:
    found = of(BLOCK, "cpu")
    assert found == Comment({"type": ["string", "integer"], "minimum": 0}, "how much")
    assert of("# @schema\n# type: null\n# @schema\na:\n", "a").keywords == {"type": "null"}
    assert of("# @schema\n# anyOf:\n#   - type: null\n#   - pattern: ^x\n# @schema\na:\n", "a").keywords == {
        "anyOf": [{"type": "null"}, {"pattern": "^x"}]
    }
    assert of("# @schema\n# a: [\n# @schema\na: 1\n", "a").wrong == ("a: [",)


def test_the_block_of_the_root_is_not_that_of_the_first_key() -> None:
    text = "# @schema.root\n# title: All\n# @schema.root\n# @schema\n# enum: [a, b]\n# @schema\na: a\n"
    assert comments(text).root().keywords == {"title": "All"}
    assert of(text, "a").keywords == {"enum": ["a", "b"]}
    assert comments("a: 1\n").root() == Comment()


INLINE: list[tuple[str, dict[str, Any]]] = [
    ("type:[integer, null]", {"type": ["integer", "null"]}),
    ("type:string", {"type": "string"}),
    ("enum:[ClusterIP, LoadBalancer, null]", {"enum": ["ClusterIP", "LoadBalancer", None]}),
    ("maxLength:10;pattern:^[a-z]+$", {"maxLength": 10, "pattern": "^[a-z]+$"}),
    ("multipleOf: 0.5 ; required", {"multipleOf": 0.5, "required": True}),
    ("item: object; itemRequired:[a, b]; itemEnum:[1, 2]",
     {"items": {"type": "object", "required": ["a", "b"], "enum": [1, 2]}}),
    ('patternProperties: {"^[a-z]$": {"type": "string"}}', {"patternProperties": {"^[a-z]$": {"type": "string"}}}),
    ("additionalProperties: false", {"additionalProperties": False}),
    ("additionalProperties", {"additionalProperties": True}),
    ('anyOf: [{"type": "number"}, {"type": "string"}]', {"anyOf": [{"type": "number"}, {"type": "string"}]}),
    ("title: My title ; description: My text", {"title": "My title", "description": "My text"}),
    ("default: [1]", {"default": [1]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "keywords"), INLINE)
def test_annotations_of_helm_values_schema_json(text: str, keywords: dict[str, Any]) -> None:
    for values, path in (
        (f"a: 1 # @schema {text}\n", ("a",)),
        (f"b:\n  # @schema {text}\n  a: 1\n", ("b", "a")),
        (f"a:\n  b: 1\n# @schema {text}\n\nc: 1\n", ("a",)),
    ):
        assert of(values, *path) == Comment(keywords)


@pytest.mark.parametrize("text", ["minimum:few", "colour:red", "required:often", "enum:[a"])
def test_what_cannot_be_read_is_told(text: str) -> None:
    assert of(f"a: 1 # @schema {text}\n", "a") == Comment(wrong=(text,))


DESCRIPTIONS: list[tuple[str, KeyPath, str]] = [
    ("# How many\n# pods\na: 1\n", ("a",), "How many pods"),
    ("# -- How many\n# pods\na: 1\n", ("a",), "How many pods"),
    ("# a:\n#   b: 1\na: {}\n", ("a",), ""),
    ("# far away\n\na: 1\n", ("a",), ""),
    ("# yaml-language-server: $schema=x\na: 1\n", ("a",), ""),
    ("a: 1\n# of b\nb: 1\n", ("a",), ""),
]


@pytest.mark.parametrize(("text", "path", "description"), DESCRIPTIONS)
def test_descriptions_are_comments_right_above_a_key(text: str, path: KeyPath, description: str) -> None:
    assert comments(text).of(path) == Comment(description=description)
