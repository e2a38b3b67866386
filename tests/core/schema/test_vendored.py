"""Documents laid into a schema: the same verdicts as when they are fetched, and the schema's lines where they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shunter.core.schema.compile import compile_schema
from shunter.core.schema.vendored import with_documents

DRAFT_4, DRAFT_7 = "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#"
HERE = "https://s.example/a/k.json"
OTHER = {"definitions": {"port": {"type": "integer"}, "far": {"$ref": "b.json"}}, "$schema": DRAFT_7}
DOCUMENTS: dict[str, Any] = {HERE: OTHER, "https://s.example/a/b.json": {"minLength": 2}}


def laid(schema: Any, documents: dict[str, Any] | None = None) -> bytes:
    known = {url: json.dumps(text).encode() for url, text in (DOCUMENTS if documents is None else documents).items()}
    return with_documents(json.dumps(schema, indent=1).encode(), known.get)


@pytest.mark.parametrize("draft", [DRAFT_4, DRAFT_7, "https://json-schema.org/draft/2019-09/schema", None])
@pytest.mark.parametrize("taken", [(), ("definitions",), ("$defs",), ("definitions", "$defs")])
def test_references_lead_into_what_was_laid_in(draft: str | None, taken: tuple[str, ...]) -> None:
    schema: dict[str, Any] = {"$schema": draft} if draft else {}
    schema |= {place: {"mine": {"type": "null"}} for place in taken}
    schema["properties"] = {
        "p": {"$ref": f"{HERE}#/definitions/port"},
        "q": {"$ref": f"{HERE}#/definitions/far"},
        "r": {"$ref": f"#/{taken[0]}/mine"} if taken else {},
    }
    data = laid(schema)
    compiled = compile_schema(data)
    assert compiled.problems == ()
    assert compiled.validator is not None
    for value, valid in (({"p": 1}, True), ({"p": "x"}, False), ({"q": "ab"}, True), ({"q": "a"}, False)):
        assert compiled.validator.is_valid(value) is valid
    assert compiled.validator.is_valid({"r": 1}) is not bool(taken)


def test_lines_stay() -> None:
    schema = {"properties": {"p": {"$ref": HERE}}}
    assert laid(schema).startswith(json.dumps(schema, indent=1).rstrip("}\n ").encode())


def test_what_has_no_copy_stays_a_reference() -> None:
    compiled = compile_schema(laid({"properties": {"p": {"$ref": HERE}, "q": {"$ref": "https://other.example/x"}}}))
    assert [problem.rule for problem in compiled.problems] == ["remote-schema"]
    assert "other.example" in compiled.problems[0].message


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"true", b"{}", b'{"$ref": "#"}'])
def test_what_refers_to_nothing_else_is_given_back(text: bytes) -> None:
    assert with_documents(text, lambda _: b"{}") is text


@pytest.mark.parametrize("copy", [b"{", b"[]", b"true"])
def test_a_copy_that_is_no_document_is_none(copy: bytes) -> None:
    text = json.dumps({"$ref": HERE}).encode()
    assert with_documents(text, lambda _: copy) is text


def test_documents_may_refer_to_each_other() -> None:
    one, two = "https://s.example/1", "https://s.example/2"
    documents = {
        one: {"properties": {"n": {"$ref": "2"}}, "type": "object"},
        two: {"anyOf": [{"$ref": "1"}, {"type": "null"}]},
    }
    compiled = compile_schema(laid({"$ref": one}, documents))
    assert compiled.validator is not None
    assert compiled.validator.is_valid({"n": {"n": None}})
    assert not compiled.validator.is_valid({"n": {"n": 1}})
