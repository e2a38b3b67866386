"""Schemas as Helm 4.2 compiles them (pkg/chart/common/util/jsonschema.go), on jsonschema-rs and without a network.

Helm's dialect: no `$schema` means 2020-12; `format` counts up to draft 7 only; patterns are RE2; a relative `$ref` is
looked for in the root of the file system and not found; an unresolved `urn:` allows everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from shunter.model.data import dataclass

BASE: Final = "file:///values.schema.json"
_OLD_DRAFTS: Final = ("draft-04", "draft-06", "draft-07")
_DRAFTS: Final = frozenset(
    [f"http://json-schema.org/{draft}/schema" for draft in _OLD_DRAFTS]
    + [f"https://json-schema.org/{draft}/schema" for draft in _OLD_DRAFTS]
    + [
        f"{scheme}://json-schema.org/draft/{draft}/schema"
        for scheme in ("http", "https")
        for draft in ("2019-09", "2020-12")
    ]
    + ["http://json-schema.org/schema", "https://json-schema.org/schema"]
)
_DATA_KEYWORDS: Final = frozenset(("const", "enum", "default", "examples"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a schema, and the path in it. `fatal`: Helm refuses all values because of it."""

    message: str
    path: tuple[str | int, ...] = ()
    hint: str = ""
    fatal: bool = True
    rule: str = "schema-broken"


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A compiled schema. `validator` is None if it is broken; `problems` say so, or what could not be judged."""

    document: Any
    validator: jsonschema_rs.Validator | None
    problems: tuple[Problem, ...] = ()


@lru_cache(256)
def compile_schema(data: bytes) -> Schema:
    """The schema in the bytes of a `values.schema.json`, compiled once per content."""
    try:
        document = json.loads(
            data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"), parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        return Schema(None, None, (Problem(f"the schema is no JSON: {error}", hint="check it with `jq .`"),))
    return compile_document(document)


def compile_document(document: Any, vendored: Mapping[str, Any] | None = None) -> Schema:
    """A schema compiled from its JSON value; `vendored` holds what its remote references name, by URL."""
    vendored = vendored or {}
    if not isinstance(document, dict | bool):
        return Schema(document, None, (Problem("a schema is a JSON object", hint="see https://json-schema.org"),))
    problems = tuple(_references(document, vendored)) if isinstance(document, dict) else ()
    if any(problem.fatal for problem in problems):
        return Schema(document, None, problems)
    usable = _without(document, {problem.path for problem in problems})
    try:
        validator = jsonschema_rs.validator_for(
            _without_id(usable),
            validate_formats=formats_count(document),
            pattern_options=jsonschema_rs.RegexOptions(),
            retriever=lambda uri: _retrieved(uri, vendored),
            base_uri=BASE,
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        return Schema(document, None, (*problems, _compile_problem(error)))
    return Schema(document, validator, problems)


def formats_count(document: Any) -> bool:
    """Whether Helm asserts `format` in this schema: up to draft 7 only."""
    dialect = document.get("$schema", "") if isinstance(document, dict) else ""
    return isinstance(dialect, str) and any(draft in dialect for draft in _OLD_DRAFTS)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _retrieved(uri: str, vendored: Mapping[str, Any]) -> Any:
    if uri in vendored:
        return vendored[uri]
    if uri.startswith("urn:"):
        return True
    raise ValueError(f"{uri} is not in this file")


def _without_id(document: Any) -> Any:
    """The root schema with a base of its own where its `$id` is relative (jsonschema-rs wants an absolute one)."""
    identity = document.get("$id") if isinstance(document, dict) else None
    if not isinstance(identity, str) or "://" in identity or identity.startswith(("urn:", "#")):
        return document
    return {**document, "$id": urljoin(BASE, identity)}


def _compile_problem(error: Exception) -> Problem:
    if not isinstance(error, jsonschema_rs.ValidationError):
        return Problem(f"the schema cannot be used: {error}")
    path = tuple(error.instance_path)
    message = error.message.split("\n")[0]
    if path and path[-1] in ("pattern", "patternProperties") and "regex" in message:
        hint = "write it without look-around and back-references: Helm's patterns are RE2"
        return Problem(f"Helm cannot compile the pattern {message.split(' is not a')[0]}", path, hint)
    if "meta-schema" in message:
        return Problem("`$schema` names no draft that Helm knows", ("$schema",), "use draft-07 or 2020-12")
    return Problem(f"the schema is not valid: {message}", path, "look the keyword up in the draft of its `$schema`")


def _references(document: dict[str, Any], vendored: Mapping[str, Any]) -> Iterator[Problem]:
    dialect = document.get("$schema")
    if isinstance(dialect, str) and dialect.rstrip("#") not in _DRAFTS.union(vendored):
        remote = dialect.startswith(("http://", "https://"))
        hint = "use http://json-schema.org/draft-07/schema# or https://json-schema.org/draft/2020-12/schema"
        if not remote:
            yield Problem(f"`$schema` is `{dialect}`, which Helm cannot load", ("$schema",), hint)
        else:
            yield Problem(
                f"Helm has to fetch the draft `{dialect}`", ("$schema",), hint, fatal=False, rule="remote-schema"
            )
    known = {BASE, *vendored} | {
        urldefrag(base)[0] for _, node, base in walk(document) if node is not None and base != BASE
    }
    for path, node, base in walk(document):
        reference = node.get("$ref")
        if isinstance(reference, str):
            target = urldefrag(join(base, reference))[0]
            if target not in known and target.rstrip("#") not in _DRAFTS and "json-schema.org/draft" not in target:
                problem = _unresolved(reference, target, path)
                if problem is not None:
                    yield problem


def join(base: str, reference: str) -> str:
    """A reference resolved against its base, URNs too (which urljoin does not know)."""
    return urldefrag(base)[0] + reference if reference.startswith("#") else urljoin(base, reference)


def _unresolved(reference: str, target: str, path: tuple[str | int, ...]) -> Problem | None:
    where = (*path, "$ref")
    if target.startswith("urn:"):
        return None
    if target.startswith(("http://", "https://")):
        message = f"Helm fetches `{reference}` from the network on every run; what it says is not judged here"
        hint = "bundle it into the schema"
        return Problem(message, where, hint, fatal=False, rule="remote-schema")
    message = f"Helm does not find `{reference}`: it resolves references against the root of the file system"
    return Problem(message, where, "bundle it into the schema")


def walk(
    schema: Any, path: tuple[str | int, ...] = (), base: str = BASE
) -> Iterator[tuple[tuple[str | int, ...], Any, str]]:
    """Every object of a schema that may be a schema itself, its path, and the base that its references have."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from walk(item, (*path, index), base)
    if not isinstance(schema, dict):
        return
    identity = schema.get("$id", schema.get("id"))
    if isinstance(identity, str) and not identity.startswith("#"):
        base = join(base, identity)
    yield path, schema, base
    for key, item in schema.items():
        if key not in _DATA_KEYWORDS:
            yield from walk(item, (*path, key), base)


def _without(document: Any, paths: set[tuple[str | int, ...]]) -> Any:
    """The schema without the keywords at `paths`, so that what cannot be fetched allows everything."""
    for path in paths:
        document = _removed(document, path)
    return document


def _removed(node: Any, path: tuple[str | int, ...]) -> Any:
    step, *rest = path
    if not rest:
        return {key: value for key, value in node.items() if key != step}
    if isinstance(node, list):
        return [_removed(item, tuple(rest)) if index == step else item for index, item in enumerate(node)]
    return {key: _removed(value, tuple(rest)) if key == step else value for key, value in node.items()}
