"""What another version of a chart does to somebody's values: keys that nobody reads any more, defaults that change.

Both versions are followed through their templates, schema or not; what the new schema refuses is Helm's own verdict.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from shunter.core.charts.load import Chart
from shunter.core.contracts.renames import paths_in, renamed
from shunter.core.gotemplate.follow import Run
from shunter.core.gotemplate.reads import Usage
from shunter.core.goyaml.document import Document, KeyPath, merge_maps, read, value_at
from shunter.core.rules.content import is_named_secret
from shunter.core.rules.limits import limited
from shunter.core.rules.schema_hits import under
from shunter.core.rules.unused import Scan, scan
from shunter.core.rules.verdict import judge, ordered
from shunter.core.values.coalesce import Coalesced, coalesce
from shunter.core.values.environments import same
from shunter.core.values.sops import decrypted_shape, is_encrypted
from shunter.model.data import dataclass, replace
from shunter.model.findings import Finding, Kind, Severity, Span
from shunter.model.wording import dotted, shown

_SWITCH: Final = "enabled"
_RESHAPED: Final = "not-a-table"
"""The rule about a map in the place of a scalar, and the other way round."""
_OLD: Final = "old defaults"
_ABSENT: Final = object()
_NO_KEY: Final = "\0 no key"
"""What nobody calls a key: templates that read it read every key of its map."""
_SURE: Final = (Usage.UNUSED, Usage.UNKNOWN, Usage.USED)


class _Naming(Run):
    """A run that goes on where all values are lost: which keys templates read by name is still of use."""

    def lost(self) -> None:
        self.complete = False


@dataclass(frozen=True, eq=False)
class Version:
    """One version of a chart with somebody's values: those below `alias`, or all where that is empty."""

    chart: Chart
    alias: str
    layers: tuple[Document, ...]

    @property
    def path(self) -> KeyPath:
        """Where the chart's values stand in the files."""
        return (self.alias,) if self.alias else ()

    def _with(self, layers: Sequence[Document]) -> Coalesced:
        if self.alias:
            return under(self.alias, self.chart, layers)
        return coalesce(self.chart, list(map(decrypted_shape, layers)), all_enabled=True)

    @cached_property
    def coalesced(self) -> Coalesced:
        """The final values."""
        return self._with(self.layers)

    @cached_property
    def defaults(self) -> Any:
        """What the chart's values are where nobody sets any."""
        return value_at(self._with(()).values, self.path) or {}

    @cached_property
    def reads(self) -> Scan:
        """What templates read of the final values."""
        return scan(self.coalesced, by_schema=False, kind=_Naming)

    def usage(self, path: KeyPath) -> tuple[Usage, str]:
        """What becomes of the value at a path of the chart's values."""
        return self.reads.usage((*self.path, *path))

    def is_free(self, path: KeyPath) -> bool:
        """Whether a map above the key at `path`, more surely than all values are, goes where any key of it is read."""
        top, *below = (_SURE.index(self.usage((*path[:depth], _NO_KEY))[0]) for depth in range(len(path)))
        return any(each > top for each in below)

    @cached_property
    def is_open(self) -> bool:
        """Whether templates may read any key at the top of the chart's values."""
        return self.usage((_NO_KEY,))[0] is not Usage.UNUSED

    def known(self) -> Iterator[KeyPath]:
        """The paths that the chart knows: with a default, or read by name."""
        yield from paths_in(self.defaults)
        for start, (_, reads) in self.reads.charts.items():
            yield from (
                (*start[len(self.path) :], *path) for path in reads.named() if start[: len(self.path)] == self.path
            )

    @property
    def text(self) -> str:
        """Name and version."""
        return f"{self.chart.name} {self.chart.version}"


def check(old: Chart, new: Chart, alias: str, layers: Sequence[Document]) -> tuple[Finding, ...]:
    """What `new` in the place of `old` does to the values in `layers`, lowest first, each at its line.

    The charts are subcharts called `alias`, or are released by themselves where that is empty. Refused and unread keys
    are errors; changed defaults and values that are the default now are notes.
    """
    unread = tuple(finding for layer in layers for finding in layer.findings)
    before, after = (Version(chart, alias, tuple(layers)) for chart in (old, new))
    if unread:
        return ordered(unread)
    judged = judge(after.coalesced.chart, layers)
    verdicts = [finding for finding in judged if finding.kind is Kind.VERDICT]
    if before.coalesced.values is None or after.coalesced.values is None:
        return ordered(verdicts)
    upgrade = _Upgrade(before, after)
    refused = {finding.key for finding in verdicts if finding.rule == "unknown-key"}
    lost = {finding.key: finding.hint for finding in upgrade.dropped()}
    dropped = [each for each in upgrade.dropped() if not any(each.key[: len(key)] == key for key in refused)]
    worded = (_hinted(finding, lost.get(finding.key, "")) for finding in verdicts)
    known = {finding.key for finding in judge(before.coalesced.chart, layers) if finding.rule == _RESHAPED}
    reshaped = [finding for finding in judged if finding.rule == _RESHAPED and finding.key not in known]
    notes = (*reshaped, *limited(upgrade.changed_defaults()), *limited(upgrade.redundant()))
    # Defaults of several keys are told at one place, and are not the same.
    return tuple(sorted((*ordered((*worded, *limited(dropped))), *notes), key=lambda finding: finding.span))


def _hinted(finding: Finding, hint: str) -> Finding:
    known = finding.rule == "unknown-key" and not finding.fix and hint.startswith("did you mean")
    return replace(finding, hint=hint) if known else finding


class _Upgrade:
    def __init__(self, before: Version, after: Version) -> None:
        self.before, self.after = before, after
        self.path = before.path
        merged: dict[str, Any] = {}
        for layer in after.coalesced.layers:
            merged = merge_maps(merged, layer.value or {})
        found = value_at(merged, self.path)
        self.set = found if isinstance(found, dict) else {}

    def _place(self, path: KeyPath) -> Span | None:
        """The key that sets a path of the chart's values, if a values file does."""
        origin = self.after.coalesced.origin((*self.path, *path))
        return origin[0].span(origin[1], of="key") if origin and origin[0] in self.after.coalesced.layers else None

    def dropped(self) -> Iterator[Finding]:
        """Keys that are set and lost their readers; those too that only lost their default, where nobody can tell."""
        for gone, sure in ((self._unread, True), (self._undefined, False)):
            for path in self._lost(self.set, (), gone):
                span = self._place(path)
                if span is not None:
                    yield self._dropped(path, span, sure=sure)

    def _lost(self, value: Any, path: KeyPath, gone: Callable[[KeyPath, bool], bool]) -> list[KeyPath]:
        """The topmost paths at and below `path` that are gone; of a path and whether it is a leaf, `gone` says so."""
        items: Iterable[tuple[str | int, Any]] = value.items() if isinstance(value, dict) else ()
        items = list(enumerate(value) if isinstance(value, list) else items)
        found = [each for step, item in items for each in self._lost(item, (*path, step), gone)]
        whole = bool(path) and len(found) == len(items) and gone(path, not items)
        return [path] if whole else found

    def _unread(self, path: KeyPath, leaf: bool) -> bool:
        if self.after.usage(path)[0] is not Usage.UNUSED:
            return False
        return not leaf or self.before.usage(path)[0] is Usage.USED

    def _undefined(self, path: KeyPath, leaf: bool) -> bool:
        """Whether neither templates nor defaults name a key any more, and who reads it is not known."""
        was, becomes = self.before.usage(path)[0], self.after.usage(path)[0]
        lost = becomes is Usage.UNUSED and was is Usage.UNKNOWN
        unknown = lost or becomes is Usage.UNKNOWN or (becomes is Usage.USED and self.after.is_open)
        return unknown and path in self._named[0] and path not in self._named[1] and not self.after.is_free(path)

    @cached_property
    def _named(self) -> tuple[set[KeyPath], set[KeyPath]]:
        return set(self.before.known()), set(self.after.known())

    def _dropped(self, path: KeyPath, span: Span, *, sure: bool) -> Finding:
        key = (*self.path, *path)
        text = f"{self.after.text} does not read `{dotted(key)}` any more"
        if not sure:
            text = f"`{dotted(key)}` is no key of {self.after.text} any more, as far as can be told"
        place = self.before.usage(path)[1] if sure else ""
        notes = (f"{self.before.text} reads it: {place}",) if place else ()
        names = renamed(path, value_at(self.set, path), self.before.defaults, self.after.defaults, self._fresh)
        likely = " or ".join(f"`{dotted((*self.path, *name))}`" for name in names)
        hint = f"did you mean {likely}?" if likely else "delete it, or look into the chart's notes on the upgrade"
        severity = Severity.ERROR if sure else Severity.WARNING
        return Finding("dropped-key", text, span, Kind.LINT, severity, key, notes=notes, hint=hint)

    @cached_property
    def _fresh(self) -> tuple[KeyPath, ...]:
        """The paths that only the new version knows, and may read."""
        known = self._named[0]
        fresh = dict.fromkeys(path for path in self.after.known() if path not in known)
        return tuple(path for path in fresh if self.after.usage(path)[0] is not Usage.UNUSED)

    def changed_defaults(self) -> Iterator[Finding]:
        """Keys that nobody sets, whose default is another one now, and that templates may read."""
        for path, was, becomes in self._changes:
            yield self._changed(path, was, becomes)

    @cached_property
    def _changes(self) -> list[tuple[KeyPath, Any, Any]]:
        changes = _differing(self.before.defaults, self.after.defaults, self.set)
        return [change for change in changes if self.after.usage(change[0])[0] is not Usage.UNUSED]

    @cached_property
    def _outdated(self) -> set[KeyPath]:
        """Where the new version refuses the old defaults, all set at once."""
        tree: dict[str, Any] = {}
        for path, was, _ in self._changes:
            below = tree
            for step in (*self.path, *path[:-1]):
                below = below.setdefault(str(step), {})
            below[str(path[-1])] = was
        if not tree:
            return set()
        chart, layers = self.after.coalesced.chart, self.after.layers
        found = judge(chart, [*layers, read(json.dumps(tree).encode(), _OLD)])
        known = {finding.key for finding in judge(chart, layers)}
        return {each.key for each in found if each.kind is Kind.VERDICT or each.rule == _RESHAPED} - known

    def _how_to_keep(self, path: KeyPath, was: Any) -> str:
        """The hint on a key whose default was another one."""
        key = (*self.path, *path)
        if any(key[: len(other)] == other or other[: len(key)] == key for other in self._outdated):
            return f"{self.after.text} refuses the old one: look into the chart's notes on the upgrade"
        own = self.before.chart.values
        if is_named_secret(key) or shown(was) != json.dumps(was, ensure_ascii=False):
            line = f": line {own.span(path).line} of the values.yaml of {self.before.text}" if own.has(path) else ""
            return f"set it to keep the old one{line}"
        return f"set it to {shown(was)} to keep the old one"

    def _changed(self, path: KeyPath, was: Any, becomes: Any) -> Finding:
        key = (*self.path, *path)
        named = is_named_secret(key)
        text = "has another default now" if named else f"is {shown(becomes)} by default now, was {shown(was)}"
        message = f"`{dotted(key)}` {text}, and nothing sets it"
        hint = self._how_to_keep(path, was)
        return Finding("changed-default", message, self._nearest(key), Kind.LINT, Severity.NOTE, key, hint=hint)

    def _nearest(self, key: KeyPath) -> Span:
        """The nearest map above a key in the files, or the last file as a whole."""
        layers = self.after.coalesced.layers[::-1]
        document = next((layer for layer in layers if layer.has(key[:1])), None)
        if document is None:
            return Span(layers[0].path) if layers else self.after.chart.values.span(key)
        depth = next(depth for depth in range(len(key), 0, -1) if document.has(key[:depth]))
        return document.span(key[:depth], of="key")

    def redundant(self) -> Iterator[Finding]:
        """Values that are the default now."""
        for path in same(self.set, self.after.defaults):
            span = self._place(path)
            if span is not None and path != (_SWITCH,) and not is_encrypted(value_at(self.set, path)):
                key = (*self.path, *path)
                text = f"`{dotted(key)}` is what {self.after.text} has by default"
                yield Finding("redundant-value", text, span, Kind.LINT, Severity.NOTE, key, hint="delete it")


def _differing(old: Any, new: Any, over: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any, Any]]:
    """The paths of leaves that are in both trees, differ, and are not set in `over`; and both values."""
    for key, was in old.items():
        becomes = new.get(key, _ABSENT)
        above = over.get(key, _ABSENT) if isinstance(over, dict) else _ABSENT
        if becomes is _ABSENT or not (above is _ABSENT or isinstance(above, dict)):
            continue
        if isinstance(was, dict) and isinstance(becomes, dict):
            yield from _differing(was, becomes, above, (*path, key))
        elif above is _ABSENT and (type(was) is not type(becomes) or was != becomes):
            yield (*path, key), was, becomes
