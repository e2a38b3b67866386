"""What a new version of a chart's schema breaks: keys that go, types that narrow, keys that become required.

Compared are the keywords that values files meet: properties, types, enums, limits, required keys, closed maps, lists. A
change inside `anyOf`, `oneOf`, `not` or `if` is reported as a whole, since its effect cannot be told apart.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from shunter.core.schema.references import References
from shunter.model.data import dataclass, field
from shunter.model.wording import nearest, shown, wanted_types

Path = tuple[str | int, ...]
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT: Final = ("pattern", "format", "multipleOf", "const", "uniqueItems", "patternProperties", "propertyNames")
_COMBINED: Final = ("anyOf", "oneOf", "not", "if", "then", "else", "allOf", "dependencies", "dependentRequired")
_FOR_PEOPLE: Final = ("$comment", "default", "deprecated", "description", "examples", "title", "x-message")
_DEEPEST: Final = 60
_MOST: Final = 100
"""How often two schemas are compared that many references lead to: each time at another key."""
_TYPES: Final = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))


@dataclass(frozen=True, slots=True)
class Change:
    """One change that can make valid values invalid, or useless.

    `key` is the path in the values: `[*]` is any item of a list, `*` any key that the schema does not name. `kind` is
    `removed`, `renamed` (to what is most likely `renamed_to`), `forbidden`, `required`, or what was narrowed: `type`,
    `enum`, `limit`, `closed`, `condition`. `narrowed` is a schema of the narrowed keyword alone, where that can judge.
    """

    key: Path
    kind: str
    message: str
    renamed_to: str = ""
    narrowed: Any = field(default=None, compare=False)


def breaking_changes(old: bytes | None, new: bytes | None) -> tuple[Change, ...]:
    """What values that fit the schema `old` may run into with `new` (JSON texts; None: no schema, anything goes).

    A schema that is no JSON counts as none. In the order of the new schema.
    """
    before, after = _parsed(old), _parsed(new)
    comparison = _Comparison(References(before), References(after))
    return tuple(dict.fromkeys(comparison.changes((), before, after, 0)))


def _parsed(data: bytes | None) -> Any:
    try:
        return json.loads((data or b"{}").decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return {}


class _Meanings:
    """The meaning of each schema of a document as a digest: references taken in, what is only for people left out."""

    def __init__(self, references: References) -> None:
        self.references = references
        self._known: dict[int, str] = {}

    def of(self, schema: Any) -> str:
        """The digest of a schema, or of any value in one. One that refers to itself stands for itself there."""
        if isinstance(schema, list):
            return _digest([self.of(item) for item in schema])
        if not isinstance(schema, dict):
            return json.dumps(schema)
        if id(schema) not in self._known:
            self._known[id(schema)] = "itself"
            self._known[id(schema)] = self._digest(schema)
        return self._known[id(schema)]

    def _digest(self, schema: dict[str, Any]) -> str:
        target = _followed(self.references, schema)
        if target is not schema and isinstance(target, dict):
            return self.of(target) if target else _digest({})
        found = {}
        for key, value in schema.items():
            if key in ("properties", "patternProperties") and isinstance(value, dict):
                found[key] = _digest({name: self.of(item) for name, item in value.items()})
            elif key not in _FOR_PEOPLE:
                found[key] = self.of(value)
        return _digest(found)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


class _Comparison:
    def __init__(self, old: References, new: References) -> None:
        self.old, self.new = old, new
        self._meant, self._means = _Meanings(old), _Meanings(new)
        self._compared: Counter[tuple[int, int]] = Counter()

    def _same(self, old: Any, new: Any) -> bool:
        """Whether two schemas mean the same."""
        return self._meant.of(old) == self._means.of(new)

    def changes(self, path: Path, old: Any, new: Any, depth: int) -> Iterator[Change]:
        """The breaking changes from one schema object to another, at `path` in the values."""
        before, after = _followed(self.old, old), _followed(self.new, new)
        if before == after and not _has_references(before):
            return
        if after is False:
            yield Change(path, "forbidden", f"`{key_text(path)}` is not allowed any more")
        if not isinstance(before, dict) or not isinstance(after, dict) or depth > _DEEPEST:
            return
        pair = id(before) if before else 0, id(after) if after else 0
        self._compared[pair] += 1
        if self._compared[pair] > _MOST:
            return
        yield from _types(path, before, after)
        yield from _enums(path, before, after)
        yield from _limits(path, before, after)
        yield from _required(path, before, after)
        yield from self._properties(path, before, after, depth)
        yield from self._items(path, before, after, depth)
        for keyword in _COMBINED:
            if keyword in after and not self._same(before.get(keyword), after[keyword]):
                own = None if _has_references(after[keyword]) else {keyword: after[keyword]}
                yield Change(path, "condition", f"`{key_text(path)}` has other conditions (`{keyword}`)", narrowed=own)

    def _properties(self, path: Path, before: dict[str, Any], after: dict[str, Any], depth: int) -> Iterator[Change]:
        old, new = before.get("properties", {}), after.get("properties", {})
        rest, rest_before = after.get("additionalProperties", True), before.get("additionalProperties", True)
        for key, schema in old.items():
            if key in new:
                yield from self.changes((*path, key), schema, new[key], depth + 1)
            elif rest is False or (rest is True and new and "patternProperties" not in after):
                yield self._gone((*path, key), schema, {name: new[name] for name in new.keys() - old.keys()})
            else:
                yield from self.changes((*path, key), schema, rest, depth + 1)
        for key in new.keys() - old.keys() if rest_before is not False else ():
            yield from self.changes((*path, key), rest_before, new[key], depth + 1)
        if rest is False and rest_before is not False:
            names = {"properties": dict.fromkeys(new, True), "additionalProperties": False}
            names["patternProperties"] = dict.fromkeys(after.get("patternProperties", {}), True)
            yield Change(path, "closed", f"`{key_text(path)}` allows no other keys any more", narrowed=names)
        elif rest_before is not False:
            yield from self.changes((*path, "*"), rest_before, rest, depth + 1)

    def _gone(self, path: Path, schema: Any, fresh: dict[str, Any]) -> Change:
        """A key that the new schema does not know: under another name, if one is near and means the same."""
        name = str(path[-1])
        same = [key for key, other in fresh.items() if self._same(schema, other)]
        guess = nearest(name, same)
        if guess:
            return Change(path, "renamed", f"`{key_text(path)}` is now called `{guess}`", renamed_to=guess)
        guess = nearest(name, fresh)
        return Change(path, "removed", f"`{key_text(path)}` is gone" + (f"; `{guess}` is new" if guess else ""))

    def _items(self, path: Path, before: dict[str, Any], after: dict[str, Any], depth: int) -> Iterator[Change]:
        if "items" in after:
            yield from self.changes((*path, "[*]"), before.get("items", True), after["items"], depth + 1)


def key_text(path: Path) -> str:
    """A changed key as people write it: `hosts[*].name`."""
    return ".".join(map(str, path)).replace(".[*]", "[*]") or "the values"


def _followed(references: References, schema: Any) -> Any:
    schema = references.followed(schema)
    return {} if schema is True or schema is None else schema


def _has_references(schema: Any) -> bool:
    return '"$ref"' in json.dumps(schema)


def _allowed(schema: dict[str, Any]) -> frozenset[str]:
    types = schema.get("type", _TYPES)
    found = frozenset([types] if isinstance(types, str) else types)
    return found | {"integer"} if "number" in found else found


def _types(path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    lost = _allowed(before) - _allowed(after)
    if lost:
        wanted = wanted_types(sorted(_allowed(after)))
        message = f"`{key_text(path)}` must be {wanted}: {', '.join(sorted(lost))} no longer fits"
        yield Change(path, "type", message, narrowed={"type": after["type"]})


def _enums(path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    if "enum" not in after:
        return
    lost = [option for option in before.get("enum", []) if option not in after["enum"]]
    own = {"enum": after["enum"]}
    if "enum" not in before:
        message = f"`{key_text(path)}` must be one of {', '.join(map(shown, after['enum']))}"
        yield Change(path, "enum", message, narrowed=own)
    elif lost:
        yield Change(path, "enum", f"`{key_text(path)}` may no longer be {' or '.join(map(shown, lost))}", narrowed=own)


def _limits(path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for keyword in (*_LOWER, *_UPPER):
        bound, was = after.get(keyword), before.get(keyword)
        if not isinstance(bound, int | float) or bound == was:
            continue
        wider = isinstance(was, int | float) and (bound < was) == (keyword in _LOWER)
        if not wider:
            message = f"`{key_text(path)}`: `{keyword}` is {bound}, was {'not set' if was is None else was}"
            yield Change(path, "limit", message, narrowed={keyword: bound})
    for keyword in _EXACT:
        if keyword in after and after[keyword] != before.get(keyword):
            own = None if _has_references(after[keyword]) else {keyword: after[keyword]}
            yield Change(path, "limit", f"`{key_text(path)}`: `{keyword}` is {shown(after[keyword])}", narrowed=own)


def _required(path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for key in after.get("required", []):
        if key not in before.get("required", []):
            yield Change((*path, key), "required", f"`{key_text((*path, key))}` is required now")
