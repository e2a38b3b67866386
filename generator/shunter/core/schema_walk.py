"""Walks through schemas: their subschemas, and the references that leave them.

Helm compiles what a schema reaches from its root; a broken reference in a definition that nothing uses does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin

Path = tuple[str | int, ...]
BASE: Final = "file:///values.schema.json"
MAPS: Final = frozenset(("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"))
LISTS: Final = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_APPLIED: Final = ("contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then")
_REST: Final = ("additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
SINGLE: Final = frozenset((*_APPLIED, *_REST))
_STORES: Final = ("$defs", "definitions")


def subschemas(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every schema object inside a schema, itself first, with its path; data such as `default` is not looked into."""
    if isinstance(schema, dict):
        yield path, schema
        for step, item in children(schema):
            yield from subschemas(item, (*path, *step))


def children(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The schemas directly below a schema object, and the steps to each."""
    for key, value in schema.items():
        if key in MAPS and isinstance(value, dict):
            yield from (((key, name), item) for name, item in value.items())
        elif key in LISTS and isinstance(value, list):
            yield from (((key, index), item) for index, item in enumerate(value))
        elif key in SINGLE:
            yield (key,), value


def join(base: str, reference: str) -> str:
    """A reference resolved against its base, URNs too (which urljoin does not know)."""
    return urldefrag(base)[0] + reference if reference.startswith("#") else urljoin(base, reference)


def leaving(document: dict[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """References that leave a document: where each stands, as written, its target, and whether the root reaches it."""
    walk = _Walk(document)
    reached = walk.reached()
    for path, schema, base in walk.all:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = urldefrag(join(base, reference))[0]
            if target not in walk.resources:
                yield path, reference, target, id(schema) in reached


class _Walk:
    """All schema objects of a document with their bases, and the resources that `$id` names."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.ignores_siblings = any(f"draft-0{n}" in str(document.get("$schema", "")) for n in (4, 6, 7))
        self.all: list[tuple[Path, dict[str, Any], str]] = []
        self.resources: dict[str, Any] = {BASE: document}
        self.bases: dict[int, str] = {}
        self._collect((), document, BASE)

    def _collect(self, path: Path, schema: Any, base: str) -> None:
        if not isinstance(schema, dict):
            return
        identity = schema.get("$id", schema.get("id"))
        if isinstance(identity, str) and not identity.startswith("#"):
            base = join(base, identity)
            self.resources[urldefrag(base)[0]] = schema
        self.all.append((path, schema, base))
        self.bases[id(schema)] = base
        for step, item in children(schema):
            self._collect((*path, *step), item, base)

    def reached(self) -> set[int]:
        """The ids of the schema objects that are reached from the root."""
        seen: set[int] = set()
        stack: list[Any] = [self.document]
        while stack:
            schema = stack.pop()
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            seen.add(id(schema))
            reference = schema.get("$ref")
            if isinstance(reference, str):
                stack.append(self._resolve(schema, reference))
                if self.ignores_siblings:
                    continue
            for step, item in children(schema):
                idle = step[0] in ("then", "else") and "if" not in schema
                if step[0] not in _STORES and not idle:
                    stack.append(item)
        return seen

    def _resolve(self, schema: dict[str, Any], reference: str) -> Any:
        target, fragment = urldefrag(join(self.bases.get(id(schema), BASE), reference))
        node = self.resources.get(target)
        if fragment and not fragment.startswith("/"):
            found = (item for _, item, _ in self.all if fragment in (item.get("$anchor"), str(item.get("$id", ""))[1:]))
            return next(found, None)
        for step in unquote(fragment).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            else:
                node = node.get(key) if isinstance(node, dict) else None
        return node
