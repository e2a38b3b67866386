"""Schemas as Helm 4.2 compiles them (pkg/chart/common/util/jsonschema.go), on jsonschema-rs and without a network.

Helm's dialect: no `$schema` means 2020-12; `format` counts up to draft 7 only; patterns are RE2; a relative `$ref` is
looked for in the root of the file system and not found; an unresolved `urn:` allows everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shunter.core.schema.dialect import adapted, faulty_options, formats
from shunter.core.schema.engine import jsonschema_rs
from shunter.core.schema.equality import UniqueItems
from shunter.core.schema.problems import (
    OLD_DRAFTS,
    TOO_DEEP,
    Problem,
    is_remote,
    of_compiling,
    of_dialect,
    of_pattern,
    of_references,
    of_text,
)
from shunter.core.schema.walk import BASE, URLS, Nodes, draft_of, has_names, has_references, is_lazy, subschemas
from shunter.model.data import dataclass, replace

if TYPE_CHECKING:  # few schemas of a commit's charts have references that need a closer look
    from shunter.core.schema.links import Reference
    from shunter.core.schema.references import References


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A compiled schema. `validator` is None if it is broken; `problems` say so, or what could not be judged.

    `usable` is what was compiled, and where the paths of errors lead; `named` is false if nothing below its root has
    an identifier or an anchor.
    """

    document: Any
    validator: jsonschema_rs.Validator | None
    problems: tuple[Problem, ...] = ()
    usable: Any = None
    named: bool = True


@lru_cache(256)
def references_of(schema: Schema) -> References:
    """What the references of a schema lead to, in what was compiled (`usable`)."""
    from shunter.core.schema.references import References

    return References(schema.usable, named=schema.named)


@lru_cache(256)
def compile_schema(data: bytes) -> Schema:
    """The schema in the bytes of a `values.schema.json`, compiled once per content."""
    try:
        document = json.loads(
            data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"), parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        return Schema(None, None, (of_text(data, error),))
    try:
        return compile_document(_encodable(document) if b"\\u" in data else document)
    except RecursionError:
        return Schema(document, None, (TOO_DEEP,))


def accepts(schema: bytes, value: Any) -> bool:
    """Whether one of shunter's own schemas (2020-12, nothing that Helm reads otherwise) accepts a value.

    A sixth of what `compile_schema` takes, which is for when the answer is no and somebody must say why.
    """
    return _own_validator(schema).is_valid(value)


@lru_cache(16)
def _own_validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), pattern_options=jsonschema_rs.RegexOptions())


def _encodable(value: Any) -> Any:
    """The value without halves of surrogate pairs, for which Go reads U+FFFD."""
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if value.__class__ is str else value


def compile_document(document: Any, vendored: Mapping[str, Any] | None = None) -> Schema:
    """A schema compiled from its JSON value; `vendored` holds what its remote references name, by URL."""
    try:
        return _compiled(document, vendored or {})
    except (AttributeError, TypeError, ValueError):
        if problem := _unlike_its_draft(document):  # a keyword of the wrong type, which our walks trip over
            return Schema(document, None, (problem,))
        raise


def _unlike_their_draft(document: dict[str, Any], nodes: Nodes) -> Iterator[Problem]:
    from shunter.core.schema.links import astray

    for place in astray(document, nodes):
        if problem := _unlike_its_draft({**place.schema, "$schema": URLS[place.draft]}):
            yield replace(problem, path=(*place.path, *problem.path))


def _unlike_its_draft(document: Any) -> Problem | None:
    try:
        jsonschema_rs.meta.validate(document)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        return of_compiling(error)
    return None


def _compiled(document: Any, known: Mapping[str, Any]) -> Schema:
    if not isinstance(document, dict | bool):
        return Schema(document, None, (Problem("a schema is a JSON object", hint="see https://json-schema.org"),))
    problems = tuple(of_dialect(document, known)) if isinstance(document, dict) else ()
    draft = draft_of(document)
    nodes = subschemas(document, (), draft)
    named = has_names(nodes)
    usable, faults = adapted(document)
    problems += tuple(of_pattern(path, fault) for path, fault in faults if _matters(document, path))
    problems += tuple(
        Problem(f"`enum` {fault}, which this draft does not allow", path, "list each allowed value once")
        for path, fault in faulty_options(draft, nodes)
    )
    if named:
        problems += tuple(_repeated_names(document))
    if isinstance(document, dict) and has_references(nodes):
        problems += tuple(_unlike_their_draft(document, nodes))
    if any(problem.fatal for problem in problems):
        return Schema(document, None, problems, usable)
    usable = _without(usable, {problem.path for problem in problems})
    try:
        validator = _validator(usable, known, nodes)
        if not is_lazy(draft, nodes):
            return Schema(document, validator, problems, usable, named)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        if not isinstance(document, dict):
            return Schema(document, None, (*problems, of_compiling(error)), usable)
    return _without_references(document, nodes, usable, known, problems)


def _repeated_names(document: Any) -> Iterator[Problem]:
    from shunter.core.schema.links import repeated_names

    for path, name in repeated_names(document):
        yield Problem(f"the schema names `{name}` twice", path, "give each place a name of its own")


def _matters(document: Any, path: tuple[str | int, ...]) -> bool:
    """Whether Helm sees a faulty pattern; before draft 7, it sees names of patternProperties only where it gets to."""
    if path[-1] == "pattern" or draft_of(document) >= 7:
        return True
    from shunter.core.schema.links import is_reached

    return is_reached(document, path[:-2])


def _validator(usable: Any, known: Mapping[str, Any], nodes: Nodes) -> jsonschema_rs.Validator:
    """jsonschema-rs's validator; it fails where it would have to fetch something."""

    def retrieve(uri: str) -> Any:
        if uri in known:
            return known[uri]
        if uri.startswith("urn:"):
            return True
        raise ValueError(f"{uri} is not in this file")

    return jsonschema_rs.validator_for(
        _without_id(usable),
        validate_formats=formats_count(usable),
        formats=(formats(nodes) or None) if formats_count(usable) else None,
        pattern_options=jsonschema_rs.RegexOptions(),
        retriever=retrieve,
        base_uri=BASE,
        keywords={"uniqueItems": UniqueItems} if any("uniqueItems" in schema for _, schema in nodes) else None,
    )


def _without_references(
    document: dict[str, Any], nodes: Nodes, usable: Any, known: Mapping[str, Any], problems: tuple[Problem, ...]
) -> Schema:
    """The schema without the references that lead nowhere; those that Helm reaches are problems."""
    from shunter.core.schema.links import leaving

    def lost(schema: dict[str, Any]) -> Iterator[Reference]:
        for reference in leaving(schema):
            target = reference.target
            ignored = target in known or target.startswith("urn:") or "json-schema.org/" in target
            if reference.dangling or not ignored:
                yield reference

    fetched: dict[str, list[Reference]] = {}
    for reference in lost(document):
        if reference.reached:
            fetched.setdefault(reference.target if is_remote(reference) else str(reference.path), []).append(reference)
    problems += tuple(of_references(*references) for references in fetched.values())
    if any(problem.fatal for problem in problems):
        return Schema(document, None, problems, usable)
    usable = _without(usable, {reference.path for reference in lost(usable)})
    try:
        return Schema(document, _validator(usable, known, nodes), problems, usable)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        return Schema(document, None, (*problems, of_compiling(error)), usable)


def formats_count(document: Any) -> bool:
    """Whether Helm asserts `format` in this schema: up to draft 7 only."""
    dialect = document.get("$schema", "") if isinstance(document, dict) else ""
    return isinstance(dialect, str) and any(draft in dialect for draft in OLD_DRAFTS)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _without_id(document: Any) -> Any:
    """The root schema with a base of its own where its `$id` is relative (jsonschema-rs wants an absolute one)."""
    identity = document.get("$id") if isinstance(document, dict) else None
    if not isinstance(identity, str) or "://" in identity or identity.startswith(("urn:", "#")):
        return document
    from shunter.core.schema.references import join

    return {**document, "$id": join(BASE, identity)}


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


def known_keys(schema: Schema, node: Any) -> list[str]:
    """The keys that a schema object names, through references and `allOf`."""
    found: dict[str, None] = {}
    stack, seen = [node], set()
    while stack:
        current = stack.pop()
        if not isinstance(current, dict) or id(current) in seen:
            continue
        seen.add(id(current))
        found.update(dict.fromkeys(current.get("properties", {})))
        stack.extend(current.get("allOf", []))
        stack += [current[key] for key in ("then", "else") if key in current]
        target = references_of(schema).find(current, current.get("$ref"))
        stack.append(target and target.schema)
    return list(found)
