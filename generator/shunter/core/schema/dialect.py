"""A schema as Helm's library reads it, written for jsonschema-rs: same draft, same paths, same verdicts.

What `content...` says is no assertion, `2.0` is an integer in draft 4 too, and patterns are Go's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from shunter.core.schema.equality import is_number, plain, repeats, spellings
from shunter.core.schema.walk import NAMES, Nodes, Path, draft_of, has_names, has_references, subschemas

_IDLE: Final = ("contentEncoding", "contentMediaType", "contentSchema")
_SPECIAL: Final = frozenset((*_IDLE, "$ref", "const", "enum", "pattern", "patternProperties"))
"""Keywords that are not the same to both; few schema objects have one."""
Faults = Iterator[tuple[Path, str]]
"""Paths of patterns that Go refuses, and why."""


def adapted(document: Any) -> tuple[Any, list[tuple[Path, str]]]:
    """The schema for jsonschema-rs, and what Helm cannot compile in it, which the schema is without."""
    usable = plain(document)
    faults: list[tuple[Path, str]] = []
    draft = draft_of(usable)
    nodes = subschemas(usable, (), draft)
    for schema in [schema for _, schema in nodes if draft == 2020 and "additionalItems" in schema]:
        _keep_names(schema)
        nodes = subschemas(usable, (), draft)
    moved = False
    for path, schema in nodes:
        if _SPECIAL.isdisjoint(schema):
            continue
        faults += _patterns(path, schema)
        faults += _names(path, schema)
        moved = _adapt(schema, draft) or moved
    if moved:
        nodes = subschemas(usable, (), draft)
    if has_references(nodes):
        from shunter.core.schema.circles import open_circles
        from shunter.core.schema.links import within_urns

        for schema, keyword, text in list(within_urns(usable, nodes)):
            schema[keyword] = text
        open_circles(usable, nodes)
    return usable, faults


def _adapt(schema: dict[str, Any], draft: int) -> bool:
    """Write one schema object for jsonschema-rs; whether schemas below it now stand elsewhere."""
    for key in _IDLE:
        schema.pop(key, None)
    if "$ref" in schema and draft < 2019:
        schema.pop("id" if draft == 4 else "$id", None)  # beside a reference it is no name, but to jsonschema-rs
        if draft > 4 and "const" in schema:
            _keep_const(schema)
            return True
    if draft > 4:
        _allow_numbers(schema)
    return False


def faulty_options(draft: int, nodes: Nodes) -> Iterator[tuple[Path, str]]:
    """Lists of `enum` that drafts before 2019-09 do not allow, and why: empty ones, and those with a value twice."""
    for path, schema in nodes if draft < 2019 else ():
        options = schema.get("enum")
        if not isinstance(options, list):
            continue
        if not options:
            yield (*path, "enum"), "is empty"
        elif repeats(plain(options)):
            yield (*path, "enum"), "names a value twice"


def _allow_numbers(schema: dict[str, Any]) -> None:
    """What equals an option of `enum`, or a `const`, stands there too; a text only where an option is a number."""
    options = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(options, list) or schema.get("enum", options) != options:
        return
    numbers = "const" in schema or any(map(is_number, options))
    others = [other for option in options if numbers or not isinstance(option, str) for other in spellings(option)]
    if others:
        schema.pop("const", None)
        kept = {json.dumps(option, sort_keys=True): option for option in reversed([*options, *others])}
        schema["enum"] = list(reversed(kept.values()))


def _keep_const(schema: dict[str, Any]) -> None:
    """`const` beside `$ref`: these drafts ignore all that is beside it, but Helm's library forgets to ignore this."""
    schema["allOf"] = [{"$ref": schema.pop("$ref")}, {"const": schema.pop("const")}]
    for key in set(schema) - {"allOf", "$schema", "definitions"}:
        del schema[key]


def _keep_names(schema: dict[str, Any]) -> None:
    """`additionalItems` of 2020-12, which nothing reads: Helm's library knows the names in it all the same."""
    idle = schema["additionalItems"]
    if not NAMES.isdisjoint(idle if isinstance(idle, dict) else ()) or has_names(subschemas(idle)):
        schema["$defs"] = {**schema.get("$defs", {}), "additionalItems": idle}


def formats(nodes: Nodes) -> dict[str, Callable[[str], bool]]:
    """The formats that a schema names, as Helm judges them."""
    named = {schema["format"] for _, schema in nodes if isinstance(schema.get("format"), str)}
    if not named:
        return {}
    from shunter.core.schema.formats import FORMATS, anything

    return {name: FORMATS.get(name, anything) for name in named}


def _patterns(path: Path, schema: dict[str, Any]) -> Faults:
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        from shunter.core.schema import regex

        try:
            schema["pattern"] = regex.rust(pattern)
        except regex.PatternError as error:
            del schema["pattern"]
            yield (*path, "pattern"), f"`{pattern}`: {error}"


def _names(path: Path, schema: dict[str, Any]) -> Faults:
    """patternProperties, its patterns translated."""
    below = schema.get("patternProperties")
    if not isinstance(below, dict):
        return
    from shunter.core.schema import regex

    for name in list(below):
        try:
            translated = regex.rust(name)
        except regex.PatternError as error:
            del below[name]
            yield (*path, "patternProperties", name), f"`{name}`: {error}"
            continue
        if translated != name:
            below[translated] = below.pop(name)
