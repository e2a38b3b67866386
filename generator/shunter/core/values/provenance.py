"""The effective values of one app, and where each of them comes from: below the app's own lie the library's defaults.

An app chart includes `<library>.v<major>.app`; that lays the values which Helm worked out over two defines of the
library, `<library>.v<major>.defaults` and `….defaults.<archetype>`, with mustMergeOverwrite. There maps are merged key
by key, and all else, null too, takes the place of what is below it. The defines are read from the library's template
as text, so the places are its lines. Verified against the embedded Helm, which prints the merged values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.load import Chart
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.values.coalesce import Coalesced, Slice
from shunter.core.values.layering import Leaf, Origin, Table, layered, traced, untraced
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

_TEMPLATES: Final = "templates/"
_ENTRY: Final = re.compile(rb"\b(?:include|template)\s+[\"`]([\w.-]+\.v\d+(?:@[\w.+-]+)?)\.app[\"`]")


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value: a scalar, a list or an empty map, and the document and key path that set it.

    With `removed` a null took away what was below it; `value` is None then.
    """

    key: KeyPath
    value: Any
    origin: Origin
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an app's templates work with: `values` as a whole, and each of them with its origin, sorted by key.

    `library` are the library's documents, lowest first: the base's and the archetype's, and the chart that has each.
    """

    values: dict[str, Any]
    settings: tuple[Setting, ...]
    library: Mapping[Document, Chart]


def explain(coalesced: Coalesced, part: Slice) -> Explanation:
    """The effective values of `part`, one of the slices of `coalesced`, with their origins.

    A chart without a library of ours has those that Helm worked out. Raises ShunterError where the library's defaults
    cannot be read, or the archetype is none of the library's.
    """
    defaults = _library_defaults(coalesced, part)
    tree: dict[str, Any] = _traced_slice(coalesced, part)
    for document in reversed(defaults):
        tree = layered(traced(document), tree)
    settings = {setting.key: setting for setting in _settings(tree, ())}
    settings |= {setting.key: setting for setting in _taken_away(coalesced, part, tree)}
    return Explanation(untraced(tree), tuple(settings[key] for key in sorted(settings)), defaults)


def _traced_slice(coalesced: Coalesced, part: Slice) -> Table:
    nowhere: Origin = (part.chart.values, ())

    def walk(values: dict[str, Any], path: tuple[str, ...]) -> Table:
        table = Table()
        table.origin = coalesced.origin(path) or nowhere
        for key, value in values.items():
            below = (*path, key)
            is_map = value.__class__ is dict
            table[key] = walk(value, below) if is_map else Leaf(value, coalesced.origin(below) or nowhere)
        return table

    return walk(part.values, part.path)


def _settings(tree: dict[str, Any], path: KeyPath) -> Iterator[Setting]:
    """The leaves of a traced tree. Empty maps that no document has are Helm's own additions, and left out."""
    for key, item in tree.items():
        below = (*path, key)
        if isinstance(item, Leaf):
            yield Setting(below, item.value, item.origin, removed=item.value is None)
        elif item:
            yield from _settings(item, below)
        elif isinstance(item, Table) and item.origin[0].has(item.origin[1]) and item.origin[1][-1:] == (key,):
            yield Setting(below, {}, item.origin)


def _taken_away(coalesced: Coalesced, part: Slice, tree: dict[str, Any]) -> Iterator[Setting]:
    """Nulls in the values files that Helm itself used up: their keys are gone from the values."""
    passed: dict[str, Any] = {}
    for layer in coalesced.layers:
        passed = layered(passed, traced(layer))
    for step in part.path:
        below = passed.get(step)
        passed = below if isinstance(below, dict) else {}
    for setting in _settings(passed, ()):
        if setting.removed and _is_gone(tree, setting.key):
            yield setting


def _is_gone(tree: dict[str, Any], path: KeyPath) -> bool:
    at: Any = tree
    for step in path[:-1]:
        at = at.get(step)
        if not isinstance(at, dict):
            return at is None
    return path[-1] not in at


def _library_defaults(coalesced: Coalesced, part: Slice) -> dict[Document, Chart]:
    """The library's documents below an app's values, lowest first; none for a chart that is not built on one."""
    entry = _first_entry(part.chart)
    if entry is None:
        return {}
    base = _define(coalesced.chart, f"{entry}.defaults")
    if base is None:
        raise ShunterError(
            f"{part.chart.name} is built on {entry}, and no chart here has `{entry}.defaults`", hint="shunter lock"
        )
    archetype = part.values.get("archetype")
    special = _define(coalesced.chart, f"{entry}.defaults.{archetype}")
    if special is None:
        raise ShunterError(
            f"{part.name}: the library {entry} has no archetype `{archetype}`", hint="correct `archetype:`"
        )
    return dict((base, special))


def _first_entry(chart: Chart) -> str | None:
    """The library and major version whose `app` a chart's templates include, such as `commons.v1`."""
    for _, text in _templates(chart):
        if found := _ENTRY.search(text):
            return found[1].decode()
    return None


def _templates(chart: Chart) -> Iterator[tuple[str, bytes]]:
    for path in sorted(chart.files):
        if path.startswith(_TEMPLATES):
            yield join(chart.folder, path), chart.read(path) or b""


def _define(root: Chart, name: str) -> tuple[Document, Chart] | None:
    """What the define `name` holds, which is YAML. Of several, Helm takes the one that stands highest."""
    everywhere = ((path, text, chart) for chart in root.walk() for path, text in _templates(chart))
    for path, text, chart in sorted(everywhere, key=lambda item: (item[0].count("/"), item[0])):
        if document := defined(text, path, name):
            return document, chart
    return None


def defined(text: bytes, path: str, name: str) -> Document | None:
    """The plain values that the define `name` in the chart template `text` holds, at its lines there.

    Raises ShunterError where it holds something else.
    """
    start = re.compile(rb"\{\{-?\s*define\s+\"" + re.escape(name.encode()) + rb"\"\s*-?\}\}")
    end = re.compile(rb"\{\{-?\s*end\s*-?\}\}")
    if (head := start.search(text)) and (tail := end.search(text, head.end())):
        lines_above = text.count(b"\n", 0, head.end())
        return _readable(read_once(b"\n" * lines_above + text[head.end() : tail.start()], path), name)
    return None


def _readable(document: Document, name: str) -> Document:
    for finding in document.findings:
        raise ShunterError(f"`{name}` holds no plain values: {finding.message}", span=finding.span)
    return document
