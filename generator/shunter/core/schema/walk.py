"""Walks through schemas: which keywords hold schemas in which draft, and the schema objects below one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Path = tuple[str | int, ...]
Nodes = Sequence[tuple[Path, dict[str, Any]]]
"""Schema objects with their paths, as `subschemas` finds them."""
MAPS: Final = frozenset(("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"))
LISTS: Final = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_APPLIED: Final = ("contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then")
_REST: Final = ("additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
SINGLE: Final = frozenset((*_APPLIED, *_REST))
_HOLDING: Final = MAPS | LISTS | SINGLE
_STORES: Final = ("$defs", "definitions", "contentSchema")
_SINCE: Final = {
    **dict.fromkeys(("contains", "propertyNames"), 6),
    **dict.fromkeys(("if", "then", "else"), 7),
    **dict.fromkeys(("$defs", "contentSchema", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties"), 2019),
    "prefixItems": 2020,
}
_DRAFTS: Final = {"draft-04": 4, "draft-06": 6, "draft-07": 7, "draft/2019-09": 2019, "draft/2020-12": 2020}
URLS: Final = {number: f"http{'s' * (number > 7)}://json-schema.org/{name}/schema" for name, number in _DRAFTS.items()}
"""What `$schema` names, by the draft's number."""

BASE: Final = "file:///values.schema.json"
"""The URL of a schema that does not name one."""
KEYWORDS: Final = ("$ref", "$recursiveRef", "$dynamicRef")
"""Keywords that refer to a schema."""
NAMES: Final = frozenset(("$anchor", "$dynamicAnchor", "$id", "$recursiveAnchor", "id"))
"""Keywords that give a schema a name which references can use."""
FORGOTTEN: Final = ("contains", "propertyNames", "if", "then", "else")
"""What Helm's library compiles beside a `$ref` of an old draft, although it never looks at it."""
_SUSPECT: Final = {
    4: frozenset(("id",)),
    **dict.fromkeys((6, 7), frozenset((*FORGOTTEN, "$id"))),
    2020: frozenset(("$dynamicAnchor", "$dynamicRef")),
}


def subschemas(schema: Any, path: Path = (), draft: int = 0) -> list[tuple[Path, dict[str, Any]]]:
    """Every schema object inside a schema, itself first, with its path; data such as `default` is not looked into."""
    found: list[tuple[Path, dict[str, Any]]] = []
    _gather(schema, path, draft, found)
    return found


def _gather(schema: Any, path: Path, draft: int, found: list[tuple[Path, dict[str, Any]]]) -> None:
    if isinstance(schema, dict):
        found.append((path, schema))
        if not _HOLDING.isdisjoint(schema):
            for step, item in children(schema, draft):
                _gather(item, path + step, draft, found)


def draft_of(document: Any) -> int:
    """The draft of a document by its number, 4 to 2020; Helm takes the newest where none is named."""
    return (named_draft(document) if isinstance(document, dict) else 0) or 2020


def named_draft(schema: Mapping[str, Any]) -> int:
    """The draft that the `$schema` of a schema object names, by number; 0 for none and for an unknown one."""
    dialect = schema.get("$schema")
    if not isinstance(dialect, str) or not dialect.startswith(("http://json-schema.org/", "https://json-schema.org/")):
        return 0
    return _DRAFTS.get(dialect.partition(".org/")[2].rstrip("#").removesuffix("/schema"), 0)


def children(schema: Mapping[str, Any], draft: int = 0) -> Iterator[tuple[Path, Any]]:
    """The schemas directly below a schema object, and the steps to each; `draft` leaves out what is none in it."""
    for key, value in schema.items():
        if draft and (_SINCE.get(key, 0) > draft or (draft == 2020 and key == "additionalItems")):
            continue
        if key in MAPS and isinstance(value, dict):
            yield from (((key, name), item) for name, item in value.items())
        elif key in LISTS and isinstance(value, list) and (key != "items" or draft != 2020):
            yield from (((key, index), item) for index, item in enumerate(value))
        elif key in SINGLE:
            yield (key,), value


def places(schema: Mapping[str, Any], draft: int) -> Iterator[tuple[Path, Any]]:
    """The schemas directly below a schema object that may have names: also `additionalItems` where nothing reads it."""
    yield from children(schema, draft)
    if draft == 2020 and "additionalItems" in schema:
        yield ("additionalItems",), schema["additionalItems"]


def is_place(pointer: str, draft: int) -> bool:
    """Whether a JSON pointer leads to where a draft has schemas, by the keywords on its way."""
    steps = pointer.split("/")[1:]
    while steps:
        keyword, below = steps.pop(0), steps[:1]
        if _SINCE.get(keyword, 0) > draft or keyword not in _HOLDING:
            return False
        listed = bool(below) and below[0].isdecimal() and keyword in LISTS and (keyword != "items" or draft != 2020)
        if keyword in MAPS or listed:
            steps = steps[1:]
        if not (keyword in SINGLE or listed or (keyword in MAPS and below)):
            return False
    return True


def has_references(nodes: Nodes) -> bool:
    """Whether any schema refers to another, or to itself."""
    return any(keyword in schema for _, schema in nodes for keyword in KEYWORDS)


def has_names(nodes: Nodes) -> bool:
    """Whether any schema below the root has an identifier or an anchor."""
    return any(path and not NAMES.isdisjoint(schema) for path, schema in nodes)


def is_lazy(draft: int, nodes: Nodes) -> bool:
    """Whether jsonschema-rs looks at references late or never that Helm's library looks at at once, or finds others.

    In the drafts up to 7 it takes an identifier beside a `$ref` for one. It never compiles an `if` by itself, and of a
    resource with an identifier only what is referred to.
    """
    identity = "id" if draft == 4 else "$id"
    alone = any(path and identity in schema for path, schema in nodes)
    alone = alone or any("if" in schema and schema.keys().isdisjoint(("then", "else")) for _, schema in nodes)
    if alone and has_references(nodes):
        return True
    words = _SUSPECT.get(draft, frozenset())
    schemas = nodes if words else ()
    return any(not words.isdisjoint(schema) and (draft == 2020 or "$ref" in schema) for _, schema in schemas)


def is_applied(keyword: str | int, schema: Mapping[str, Any]) -> bool:
    """Whether the schemas below one keyword of a schema object judge anything: `then` needs an `if`."""
    if keyword in ("then", "else"):
        return schema.get("if", keyword == "else") is not (keyword == "else") and "if" in schema
    if keyword == "additionalItems":
        return isinstance(schema.get("items"), list)
    return keyword not in _STORES


def at(node: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path in a JSON value; None if nothing does. A number may be the name of a key, too."""
    for step in path:
        if isinstance(node, dict):
            node = node.get(step, node.get(str(step)))
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node
