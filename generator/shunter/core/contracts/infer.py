"""A schema for the values of a chart that has none, made of its values, their comments, and what its templates read.

It takes the chart's own values. A value that templates read by name has the type of its default; where they read it
otherwise, or where they look at its kind, the schema is loose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shunter.core.charts.load import Chart
from shunter.core.charts.templates import release_of
from shunter.core.contracts.annotated import Schema, annotated
from shunter.core.contracts.comments import Comments
from shunter.core.contracts.fitted import fitted
from shunter.core.gotemplate.kinds import Ask, Kinds
from shunter.core.gotemplate.reads import Usage
from shunter.core.goyaml.document import KeyPath
from shunter.core.rules.unused import followed, sources_in
from shunter.core.values.layering import GLOBAL
from shunter.model.data import dataclass
from shunter.model.wording import dotted

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_SCALARS: Final = ("string", "number", "boolean")
_NAMES: Final = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}
_ASKED: Final = {Ask.TEXT: ("string",), Ask.BOOLEAN: ("boolean",), Ask.LIST: ("array",), Ask.MAP: ("object",),
                 Ask.ITEMS: ("array", "object"), Ask.NUMBER: ("number", "string"), Ask.PRINTED: _SCALARS,
                 Ask.SCALAR: _SCALARS}  # fmt: skip
_PRINTED: Final = frozenset((Ask.PRINTED, Ask.SCALAR))
_ANCHORS: Final = r"^(x-|[._])"
"""How keys begin that people write to hold what anchors repeat."""
_INT_OR_STRING: Final = ("targetport", "maxsurge", "maxunavailable", "minavailable")
"""How keys end that Kubernetes takes as a number or a text."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """A schema of draft 7; how many keys the values have, which of them it is not sure of, and what was left out."""

    schema: Schema
    keys: int
    unsure: tuple[KeyPath, ...] = ()
    notes: tuple[str, ...] = ()


def infer(chart: Chart, samples: Sequence[Mapping[str, Any]]) -> Inferred:
    """The schema of a chart's values. `samples` are final values that it takes, the chart's own first."""
    inference = _Inference(chart, _kinds(chart))
    root = inference.root([dict(sample) for sample in samples])
    definitions = {"definitions": inference.definitions} if inference.definitions else {}
    schema, dropped = fitted({"$schema": _DRAFT, **root, **definitions}, samples)
    return Inferred(schema, inference.keys, tuple(inference.unsure), (*inference.notes, *dropped))


def _kinds(chart: Chart) -> Kinds | None:
    """What the chart's templates ask for; None where they cannot be followed."""
    release = release_of(chart)
    if release.broken:
        return None
    run = followed(release, chart, tuple(sorted(set(sources_in(chart.values.value or {})))), Kinds)
    return run if run.complete else None


class _Inference:
    """The walk through the values of one chart."""

    def __init__(self, chart: Chart, kinds: Kinds | None) -> None:
        self._chart = chart
        self._kinds = kinds
        self._comments = Comments(chart.values)
        self._subcharts = {GLOBAL, *(part.name for part in chart.subcharts)}
        self._subcharts |= {dependency.key for dependency in chart.dependencies}
        self.keys = 0
        self.unsure: list[KeyPath] = []
        self.notes: list[str] = []
        self.definitions: Schema = {}

    def root(self, samples: Sequence[dict[str, Any]]) -> Schema:
        schema = self._map((), [self._chart.values.value or {}, *samples])
        properties = schema["properties"]
        if schema.get("additionalProperties") is False:
            for key in (*sorted(self._subcharts), "tags"):
                properties.setdefault(key, {"type": "object"})
            for dependency in self._chart.dependencies:
                for condition in dependency.condition.strip().split(","):
                    properties.setdefault(condition.split(".")[0], {}) if condition else None
            schema["patternProperties"] = {_ANCHORS: {}}
        found = annotated(schema, self._comments.root())
        self.definitions.update(found.definitions)
        self.notes += found.notes
        return found.schema

    def _key(self, path: KeyPath, seen: Sequence[Any]) -> tuple[Schema, bool]:
        """The schema of one key for all that was seen there, its default first; and whether it must be set."""
        if len(path) == 1 and path[0] in self._subcharts:
            return {"type": "object"}, False
        self.keys += 1
        plain, sure = self._plain(path, seen)
        found = annotated(plain, self._comments.of(path))
        self.definitions.update(found.definitions)
        self.notes += [f"`{dotted(path)}`: {note}" for note in found.notes]
        if not (sure or found.sure):
            self.unsure.append(path)
        needed = self._kinds is not None and path in self._kinds.needed and seen[0] is not None
        return found.schema, found.required or needed

    def _plain(self, path: KeyPath, seen: Sequence[Any]) -> tuple[Schema, bool]:
        kinds = {_NAMES.get(value.__class__, "null") for value in seen}
        asks = self._kinds.asks(path) if self._kinds else frozenset()
        sure = Ask.DECIDED not in asks
        if "object" in kinds:
            schema = self._map(path, [value for value in seen if isinstance(value, dict)])
            kinds |= _iterable(seen, asks)
            whole = {**schema, "type": "object" if kinds == {"object"} else sorted(kinds)}
            sure = sure and self._has_kind(path, seen, asks)
            return whole if sure else _any_type(schema), sure and kinds <= {"array", "object"}
        if kinds == {"array"}:
            items = {} if Ask.ANYTHING in asks else _items(seen)
            names = sorted(kinds | _iterable(seen, asks))
            schema = {"type": names if len(names) > 1 else "array", **items}
            return (schema, True) if sure and self._has_kind(path, seen, asks) else ({}, False)
        types, sure = self._types(path, kinds, asks, empty=not any(seen))
        schema = {} if not types else {"type": types[0] if len(types) == 1 else list(types)}
        default = self._kinds.defaults.get(tuple(map(str, path))) if self._kinds else None
        return ({**schema, "default": default} if default and not any(seen) else schema), sure

    def _types(
        self, path: KeyPath, kinds: set[str], asks: frozenset[Ask], *, empty: bool
    ) -> tuple[Sequence[str], bool]:
        """The types of a value that is no map, and whether that is sure. None at all: anything."""
        bare = sorted(kinds - {"null"})
        if not bare:
            return _asked(asks)
        more = ("null",) if "null" in kinds else ()
        if len(bare) > 1 or bare == ["array"]:
            return (*bare, *more), False
        if not self._is_read(path):
            types, _ = _asked(asks)
            return (tuple(dict.fromkeys((*types, *bare))) if types else ()), False
        if not asks.isdisjoint((Ask.ANYTHING, Ask.DECIDED)):
            return (), False
        return _scalar(bare[0], asks, str(path[-1]), more, empty=empty)

    def _has_kind(self, path: KeyPath, seen: Sequence[Any], asks: frozenset[Ask]) -> bool:
        """Whether a map or list stays one: not below what is printed as a whole, nor where that is all there is."""
        if not self._is_read(path):
            return not asks.isdisjoint((Ask.MAP, Ask.LIST))
        return any(seen) or Ask.ANYTHING not in asks or not asks.isdisjoint((Ask.MAP, Ask.LIST, Ask.ITEMS))

    def _is_read(self, path: KeyPath) -> bool:
        """Whether templates read the value by its own name, so that what they ask of it is known."""
        if self._kinds is None:
            return False
        reads = self._kinds.reads
        return reads.usage(path)[0] is Usage.USED and reads.is_by_name(path) and reads.is_named(path)

    def _map(self, path: KeyPath, seen: Sequence[dict[str, Any]]) -> Schema:
        properties: Schema = {}
        required = []
        for key in dict.fromkeys(key for value in seen for key in value):
            below = [value[key] for value in seen if key in value]
            properties[key], needed = self._key((*path, key), below)
            required += [key] if needed else []
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = sorted(required)
        if self._kinds is not None and self._kinds.reads.is_closed(path):
            for name in self._kinds.reads.names(path):
                properties.setdefault(name, self._unset((*path, name)))
            if not self._kinds.is_free(path):
                schema["additionalProperties"] = False
        return schema if properties or not path else {"type": "object"}

    def _unset(self, path: KeyPath) -> Schema:
        """The schema of a key that templates read and nobody sets."""
        assert self._kinds is not None
        types, _ = _asked(self._kinds.asks(path))
        default = self._kinds.defaults.get(tuple(map(str, path)))
        return {**({"type": list(types)} if types else {}), **({"default": default} if default else {})}


def _iterable(seen: Sequence[Any], asks: frozenset[Ask]) -> set[str]:
    """Both kinds that `range` walks, where nothing else is asked of what is empty."""
    return {"array", "object"} if asks == {Ask.ITEMS} and not any(seen) else set()


def _any_type(schema: Schema) -> Schema:
    """The same, also for what is no map."""
    return {key: value for key, value in schema.items() if key != "type"}


def _asked(asks: frozenset[Ask]) -> tuple[Sequence[str], bool]:
    """The types that templates ask for of a value that is null or missing, with null; none where they take anything."""
    strict = [_ASKED[ask] for ask in _ASKED if ask in asks and ask not in _PRINTED]
    if len(strict) == 1 and asks.isdisjoint((Ask.ANYTHING, Ask.DECIDED)):
        return (*strict[0], "null"), len(strict[0]) == 1
    return ((*_SCALARS, "null"), False) if asks and asks <= _PRINTED else ((), False)


def _scalar(
    kind: str, asks: frozenset[Ask], key: str, more: Sequence[str], *, empty: bool
) -> tuple[Sequence[str], bool]:
    """The types of a scalar that templates read by name."""
    if Ask.SCALAR in asks and Ask.TEXT not in asks:
        return (*_SCALARS, *more), True
    if kind == "string":
        if (empty and Ask.TEXT not in asks) or Ask.NUMBER in asks:
            return (*_SCALARS, *more), False
        return (kind, *more), True
    if Ask.TEXT in asks:
        return (kind, "string", *more), False
    either = kind == "integer" and key.lower().endswith(_INT_OR_STRING)
    return (kind, *(("string",) if either else ()), *more), True


def _items(seen: Sequence[Sequence[Any]]) -> Schema:
    """What is sure of a list's items: that they are maps, lists, or scalars."""
    kinds = {_NAMES.get(item.__class__, "null") for value in seen for item in value}
    if kinds and kinds <= {"string", "integer", "number", "boolean"}:
        return {"items": {"type": list(_SCALARS)}}
    return {"items": {"type": kinds.pop()}} if kinds in ({"object"}, {"array"}) else {}
