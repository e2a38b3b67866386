"""How often a validator looks at one value: a few `$ref`s can unfold to more checks than a machine can do.

That is the "billion laughs" of JSON Schema: thirty definitions, each with `anyOf` of the one below it, twice. No
validator stops by itself, Helm's neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from shunter.core.verdict import local

MOST_CHECKS: Final = 100_000_000
"""The validator makes some 30 million in a second."""
MOST_EXPLAINED: Final = 10_000
"""Each that fails takes some 12 kB when it is told of."""
_HARMLESS: Final = 24
"""So many references, spread as badly as can be over a tree, do not reach MOST_EXPLAINED."""
_HERE: Final = ("allOf", "anyOf", "oneOf")
_HERE_TOO: Final = ("not", "if", "then", "else")


def most_checks(document: Any, references: int, values: Any, *, large: bool = False) -> int:
    """The most checks that one value may take by a schema with so many references: 1 where there are few, at most
    MOST_CHECKS + 1. A `large` schema may ask for many without a reference.
    """
    depth = depth_of(values)
    if references < _HARMLESS and 2**depth < MOST_EXPLAINED and not large:
        return 1
    try:
        return _Count(document).checks(document, depth)
    except RecursionError:
        return MOST_CHECKS + 1


def depth_of(value: Any) -> int:
    """How deep maps and lists nest."""
    items: Iterable[Any] = ()
    if value.__class__ is dict:
        items = value.values()
    elif value.__class__ is list:
        items = value
    return 1 + max((depth_of(item) for item in items if item.__class__ in (dict, list)), default=0)


class _Count:
    """Counts checks of one value and of one value on each level below it, at most MOST_CHECKS and one."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._known: dict[tuple[int, int], int] = {}

    def checks(self, schema: Any, depth: int) -> int:
        """The checks of a value with `depth` levels."""
        if not isinstance(schema, dict) or depth <= 0:
            return 1
        key = (id(schema), depth)
        if key not in self._known:
            self._known[key] = 1  # a circle without a level below: validators stop there
            total = 1 + sum(self.checks(branch, depth) for branch in self._branches(schema))
            self._known[key] = min(total + self._below(schema, depth - 1), MOST_CHECKS + 1)
        return self._known[key]

    def _branches(self, schema: dict[str, Any]) -> Iterable[Any]:
        """What looks at the same value."""
        for name in _HERE:
            found = schema.get(name)
            yield from found if isinstance(found, list) else ()
        yield from (schema[name] for name in _HERE_TOO if name in schema)
        yield from _values(schema, "dependentSchemas", "dependencies")
        for name in ("$ref", "$dynamicRef", "$recursiveRef"):
            if name in schema:
                yield self._document if schema[name] == "#" else local(self._document, schema[name])

    def _below(self, schema: dict[str, Any], depth: int) -> int:
        """The most that look at one value below: of the named properties one at a time, all patterns at once."""
        named = [*_values(schema, "properties"), schema.get("additionalProperties")]
        items = schema.get("items")
        listed = [*(items if isinstance(items, list) else [items]), schema.get("additionalItems")]
        prefix = schema.get("prefixItems")
        listed += prefix if isinstance(prefix, list) else []
        of_map = max(self.checks(found, depth) for found in named)
        of_map += sum(self.checks(found, depth) for found in _values(schema, "patternProperties"))
        of_list = max(self.checks(found, depth) for found in listed) + self.checks(schema.get("contains"), depth)
        rest = (self.checks(schema.get(name), depth) for name in ("unevaluatedProperties", "unevaluatedItems"))
        return max(of_map, of_list) + sum(rest)


def _values(schema: dict[str, Any], *names: str) -> Iterable[Any]:
    for name in names:
        found = schema.get(name)
        yield from found.values() if isinstance(found, dict) else ()
