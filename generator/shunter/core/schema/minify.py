"""Writes a JSON Schema in few bytes: each distinct subschema once, where sharing it is shorter than repeating it.

Value numbering (Cocke & Schwartz, 1970) over the tree of subschemas: equal ones get one number, children first, so that
the tree becomes a graph. A node with several parents stands where it is met first, under a short name, and the
others refer to it, if that saves bytes. Names are `$id: "#a"`, as drafts 6 and 7 have it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]
_DEFS = "#/$defs/"
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_SINGLE = frozenset({"additionalProperties", "else", "if", "items", "not", "propertyNames", "then"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})


def dumps(value: Any) -> str:
    """JSON without spaces, keys sorted."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def share(schema: Mapping[str, Any]) -> Schema:
    """An equivalent schema. `$ref`s must point at `#` or into its `$defs`; only the root may contain itself.

    A keyword beside a `$ref` takes the place of the definition's.
    """
    graph = _Graph(schema.get("$defs", {}))
    root = graph.number({key: value for key, value in schema.items() if key != "$defs"})
    graph.choose(root)
    return dict(graph.written(root))


class _Graph:
    """Distinct subschemas by number; `bodies` hold their children as numbers."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._numbers: dict[str, int] = {}
        self._bodies: list[Any] = []
        self._names: dict[int, str] = {}

    def number(self, schema: Any) -> int:
        """The number of this subschema; references are followed, so that equal meanings are equal."""
        if isinstance(schema, dict) and str(schema.get("$ref", "")).startswith(_DEFS):
            target = self._definitions[schema["$ref"].removeprefix(_DEFS)]
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            return self.number({**target, **beside})
        body = _map_children(schema, self.number)
        return self._numbers.setdefault(dumps(body), self._store(body))

    def _store(self, body: Any) -> int:
        self._bodies.append(body)
        return len(self._bodies) - 1

    def choose(self, root: int) -> None:
        """Decide which nodes are shared: children first, so that a parent's length is known."""
        uses: Counter[int] = Counter()
        order = list(self._postorder(root, set()))
        for node in order:
            uses.update(_children(self._bodies[node]))
        letters = _letters()
        name = next(letters)
        for node in order:
            length = len(dumps(_map_children(self._bodies[node], self._reference)))
            reference = len(dumps({"$ref": "#" + name}))
            if (uses[node] - 1) * (length - reference) > len(dumps({"$id": "#" + name})):
                self._names[node] = name
                name = next(letters)

    def _postorder(self, node: int, seen: set[int]) -> Iterator[int]:
        if node in seen:
            return
        seen.add(node)
        for child in _children(self._bodies[node]):
            yield from self._postorder(child, seen)
        yield node

    def _reference(self, node: int) -> Any:
        if node in self._names:
            return {"$ref": "#" + self._names[node]}
        return _map_children(self._bodies[node], self._reference)

    def written(self, root: int) -> Any:
        """The whole schema, each shared node in full once."""
        met: set[int] = set()

        def write(node: int) -> Any:
            name = self._names.get(node)
            if name and node in met:
                return {"$ref": "#" + name}
            met.add(node)
            body = _map_children(self._bodies[node], write)
            return {"$id": "#" + name, **body} if name else body

        return write(root)


def _letters() -> Iterator[str]:
    yield from _ALPHABET
    for first in _ALPHABET:
        for second in _ALPHABET:
            yield first + second


def _map_children(schema: Any, change: Any) -> Any:
    """The schema with `change` applied to each direct subschema."""
    if not isinstance(schema, dict):
        return schema
    result: Schema = {}
    for key, value in schema.items():
        if key in _MAPS:
            result[key] = {name: change(child) for name, child in value.items()}
        elif key in _SINGLE:
            result[key] = change(value)
        elif key in _LISTS:
            result[key] = [change(child) for child in value]
        else:
            result[key] = value
    return result


def _children(body: Any) -> list[int]:
    found: list[int] = []

    def note(child: int) -> int:
        found.append(child)
        return child

    _map_children(body, note)
    return found
