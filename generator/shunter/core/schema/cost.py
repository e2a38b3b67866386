"""How often a validator looks at one value: a few `$ref`s can unfold to more checks than a machine can do.

That is the "billion laughs" of JSON Schema: thirty definitions, each with `anyOf` of the one below it, twice. No
validator stops by itself, Helm's neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from shunter.core.rules.verdict import local
from shunter.core.schema.compile import Schema
from shunter.core.schema.walk import MAPS

MOST_CHECKS: Final = 100_000_000
"""The validator makes some 30 million in a second."""
MOST_EXPLAINED: Final = 10_000
"""Each that fails takes some 12 kB when it is told of."""


def most_checks(schema: Schema, values: Any) -> int:
    """The most checks that a schema may make of one of the values, at most MOST_CHECKS + 1."""
    try:
        return _most(schema, None)
    except _RecurringError:
        return _most(schema, depth_of(values))


@lru_cache(1024)
def _most(schema: Schema, depth: int | None) -> int:
    """The most checks of a value with `depth` levels, or of any value with None: then a schema must not recur."""
    try:
        return _Count(schema.document).checks(schema.document, depth)
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


class _RecurringError(Exception):
    """A schema leads back to itself, so that the checks depend on the value's depth."""


class _Count:
    """Counts checks of one value and of one value on each level below it, at most MOST_CHECKS and one."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._known: dict[tuple[int, int | None], int] = {}

    def checks(self, schema: Any, depth: int | None) -> int:
        """The checks of a value with `depth` levels, None for any number."""
        if not isinstance(schema, dict) or depth == 0 or _ROOMS.keys().isdisjoint(schema):
            return 1
        key = (id(schema), depth)
        known = self._known.get(key)
        if known is None:
            self._known[key] = 0
            known = self._known[key] = min(self._counted(schema, depth), MOST_CHECKS + 1)
        elif known == 0 and depth is None:
            raise _RecurringError
        return known or 1  # a circle without a level below: validators stop there

    def _counted(self, schema: dict[str, Any], depth: int | None) -> int:
        """The value itself, and the most that look at one value below: of named properties one, of patterns all."""
        below = None if depth is None else depth - 1
        total, beside, of_map, of_list = 1, 0, 1, 1
        for key, value in schema.items():
            room = _ROOMS.get(key)
            if room is None:
                continue
            if room is _Room.REFERENCE:
                total += self.checks(self._document if value == "#" else local(self._document, value), depth)
            elif room is _Room.HERE:
                total += sum(self.checks(item, depth) for item in _schemas(key, value))
            elif room is _Room.BESIDE:
                beside += sum(self.checks(item, below) for item in _schemas(key, value))
            elif room is _Room.MAP:
                of_map = max(of_map, max((self.checks(item, below) for item in _schemas(key, value)), default=1))
            else:
                of_list = max(of_list, max((self.checks(item, below) for item in _schemas(key, value)), default=1))
        return total + max(of_map, of_list) + beside


class _Room(Enum):
    """What a keyword's schemas look at: the same value, or one below, alone among their like or beside others."""

    HERE = auto()
    REFERENCE = auto()
    MAP = auto()
    LIST = auto()
    BESIDE = auto()


_ROOMS: Final = {
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "not", "if", "then", "else"), _Room.HERE),
    **dict.fromkeys(("dependentSchemas", "dependencies"), _Room.HERE),
    **dict.fromkeys(("$ref", "$dynamicRef", "$recursiveRef"), _Room.REFERENCE),
    **dict.fromkeys(("properties", "additionalProperties"), _Room.MAP),
    **dict.fromkeys(("items", "additionalItems", "prefixItems"), _Room.LIST),
    **dict.fromkeys(("patternProperties", "contains", "unevaluatedProperties", "unevaluatedItems"), _Room.BESIDE),
}


def _schemas(keyword: str, value: Any) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return value.values() if keyword in MAPS else (value,)
    return ()
