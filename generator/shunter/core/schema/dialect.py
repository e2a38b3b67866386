"""A schema as Helm's library reads it, written for jsonschema-rs: same draft, same paths, same verdicts.

What `content...` says is no assertion, `2.0` is an integer in draft 4 too, and patterns are Go's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from shunter.core.schema.walk import NAMES, Nodes, Path, draft_of, has_names, has_references, subschemas

_IDLE: Final = ("contentEncoding", "contentMediaType", "contentSchema")
_SPECIAL: Final = frozenset((*_IDLE, "$ref", "const", "enum", "pattern", "patternProperties"))
"""Keywords that are not the same to both; few schema objects have one."""
_EXACT: Final = 2**53
CIRCLE: Final = "a reference that comes back to where it stands"
"""The comment on what stands for one: Helm refuses every value there."""
_DECIMAL: Final = re.compile(r"[-+]?(?:[0-9]{1,17}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
Faults = Iterator[tuple[Path, str]]
"""Paths of patterns that Go refuses, and why."""


def adapted(document: Any) -> tuple[Any, list[tuple[Path, str]]]:
    """The schema for jsonschema-rs, and what Helm cannot compile in it, which the schema is without."""
    usable = _plain(document)
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
        from shunter.core.schema.links import circles, within_urns

        for schema, keyword, text in list(within_urns(usable, nodes)):
            schema[keyword] = text

        for schema, keyword in circles(usable, nodes):
            del schema[keyword]
            schema["not"] = {"$comment": CIRCLE}
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
        elif _repeated([_plain(option) for option in options]):
            yield (*path, "enum"), "names a value twice"


def _repeated(options: list[Any]) -> bool:
    texts = [json.dumps(option, sort_keys=True) for option in options]
    if len(set(texts)) < len(texts):
        return True
    numbers = [option for option in options if _holds(option, _is_number)]
    spelled = [option for option in options if numbers and _holds(option, _is_spelled)]
    return any(_same(one, other) for one in numbers for other in spelled if one is not other)


def _holds(option: Any, what: Callable[[Any], bool]) -> bool:
    if isinstance(option, dict | list):
        below = option.values() if isinstance(option, dict) else option
        return any(_holds(item, what) for item in below)
    return what(option)


def _is_spelled(value: Any) -> bool:
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _same(one: Any, other: Any) -> bool:
    """Equality to Helm's library: a number equals a string that spells it."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if _is_number(one) and isinstance(other, str):
        one, other = other, one
    if isinstance(one, str) and _is_number(other):
        return _is_spelled(one) and float(one) == other
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _allow_numbers(schema: dict[str, Any]) -> None:
    """To Helm's library a number equals the string that spells it, where a `const` or an `enum` with numbers asks."""
    options = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(options, list) or ("const" not in schema and not any(map(_is_number, options))):
        return
    spelled = [_plain(float(option)) for option in options if isinstance(option, str) and _DECIMAL.fullmatch(option)]
    if spelled and schema.get("enum", options) == options:
        schema.pop("const", None)
        schema["enum"] = [*options, *(number for number in spelled if number not in options)]


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


def _is_number(value: Any) -> bool:
    return value.__class__ in (int, float)


def formats(nodes: Nodes) -> dict[str, Callable[[str], bool]]:
    """The formats that a schema names, as Helm judges them."""
    named = {schema["format"] for _, schema in nodes if isinstance(schema.get("format"), str)}
    if not named:
        return {}
    from shunter.core.schema.formats import FORMATS, anything

    return {name: FORMATS.get(name, anything) for name in named}


def _plain(value: Any) -> Any:
    """A copy in which whole numbers are integers."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if value.__class__ is float and -_EXACT <= value <= _EXACT and value == int(value) else value


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
