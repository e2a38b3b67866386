"""How often a validator looks at one value: a few `$ref`s can unfold to more checks than a machine can do.

That is the "billion laughs" of JSON Schema: thirty definitions, each with `anyOf` of the one below it, twice. No
validator stops by itself, Helm's neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from shunter.core.schema.compile import Schema, references_of
from shunter.core.schema.references import References, join
from shunter.core.schema.walk import KEYWORDS, children, is_applied

MOST_CHECKS: Final = 100_000_000
"""The validator makes some 30 million in a second."""
MOST_EXPLAINED: Final = 10_000
"""Each that fails takes some 12 kB when it is told of."""
_META_SCHEMA: Final = 1_000
"""What the schema of a draft asks of one value, more or less; it doubles nothing."""


def most_checks(schema: Schema, values: Any) -> int:
    """The most checks that a schema may make of one of the values, at most MOST_CHECKS + 1."""
    checks = _most(schema, None)
    if checks is None:
        checks = _most(schema, depth_of(values))
    return MOST_CHECKS + 1 if checks is None else checks


@lru_cache(1024)
def _most(schema: Schema, depth: int | None) -> int | None:
    """The most checks of a value with `depth` levels, or of any value with None: that has no number if they recur."""
    try:
        count = _Count(references_of(schema))
        for level in range(1, depth or 0):  # what is known of the levels below need not be gone down to
            count.checks(schema.usable, level)
        return count.checks(schema.usable, depth)
    except _RecurringError:
        return None
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

    def __init__(self, references: References) -> None:
        self._references = references
        self._known: dict[tuple[int, int | None], int] = {}

    def checks(self, schema: Any, depth: int | None) -> int:
        """The checks of a value with `depth` levels, None for any number."""
        if not isinstance(schema, dict) or depth == 0 or _WORK.isdisjoint(schema):
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
        total, beside, one_of = 1 + self._referred(schema, depth), 0, {_Room.MAP: 1, _Room.LIST: 1}
        draft = self._references.location_of(schema).draft
        ignoring = draft < 2019 and isinstance(schema.get("$ref"), str)
        for step, item in () if ignoring else children(schema, draft):
            room = _ROOMS.get(step[0]) if is_applied(step[0], schema) else None
            if room is _Room.HERE:
                total += self.checks(item, depth)
            elif room is _Room.BESIDE:
                beside += self.checks(item, below)
            elif room is not None:
                one_of[room] = max(one_of[room], self.checks(item, below))
        return total + max(one_of.values()) + beside

    def _referred(self, schema: dict[str, Any], depth: int | None) -> int:
        """The checks behind the references of a schema object.

        What is compiled has no reference that leads out of it, but to drafts and to URNs, which allow everything. One
        that we do not find although the validator does may stand for any number.
        """
        total = 0
        for keyword, text in self._references.in_schema(schema):
            targets = self._references.candidates(schema, keyword)
            if targets:
                total += max(self.checks(target, depth) for target in targets)
                continue
            url = join(self._references.location_of(schema).base, text)
            if "json-schema.org/" in url:
                total += _META_SCHEMA
            elif not url.startswith("urn:"):
                total += MOST_CHECKS + 1
        return total


class _Room(Enum):
    """What a keyword's schemas look at: the same value, or one below, alone among their like or beside others."""

    HERE = auto()
    MAP = auto()
    LIST = auto()
    BESIDE = auto()


_ROOMS: Final[dict[str | int, _Room]] = {
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "not", "if", "then", "else"), _Room.HERE),
    **dict.fromkeys(("dependentSchemas", "dependencies"), _Room.HERE),
    **dict.fromkeys(("properties", "additionalProperties"), _Room.MAP),
    **dict.fromkeys(("items", "additionalItems", "prefixItems"), _Room.LIST),
    **dict.fromkeys(("patternProperties", "propertyNames", "contains"), _Room.BESIDE),
    **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), _Room.BESIDE),
}
_WORK: Final = frozenset((*_ROOMS, *KEYWORDS))
