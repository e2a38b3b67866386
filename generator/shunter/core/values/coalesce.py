"""The values that each chart of an umbrella ends up with, as Helm works them out, and where each one comes from.

A port of ProcessDependencies (pkg/chart/v2/util/dependencies.go) and CoalesceValues of Helm 4.2, and of 3.21 where a
chart was loaded for it. Verified on random umbrellas: against the embedded Helm's rendering of
`{{ toJson .Values }}`, and against recordings of Helm 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from shunter.core.charts.load import Chart, by_name, fits
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.values.layering import (
    GLOBAL,
    Leaf,
    MismatchError,
    Node,
    Origin,
    Table,
    coalesce_values,
    copy,
    layered,
    merge_tables,
    plain,
    table_at,
    traced,
)
from shunter.model.data import dataclass, field, replace

_TAGS: Final = "tags"


@dataclass(frozen=True, slots=True)
class Slice:
    """One chart as deployed: `path` are the names under which the umbrella's values address it, () for itself."""

    path: tuple[str, ...]
    chart: Chart
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """The alias, or the chart's name."""
        return self.path[-1] if self.path else self.chart.name


@dataclass(frozen=True, slots=True)
class Circle:
    """A chart whose `import-values` from the dependency of this name put a map of it into itself."""

    chart: Chart
    dependency: str


class CircleError(Exception):
    """A chart's import-values make values that hold themselves: Helm overflows its stack, or takes all memory."""

    def __init__(self, circle: Circle) -> None:
        super().__init__(circle.dependency)
        self.circle = circle


@dataclass(frozen=True)
class Coalesced:
    """What `coalesce` found.

    `values` is None where Helm stops, since the value of a subchart is no map: `mismatch` names it, and its
    origin; or since they would hold themselves, a `circle`. `slices` are the umbrella and all enabled subcharts,
    parents first.
    """

    chart: Chart
    layers: tuple[Document, ...]
    values: dict[str, Any] | None
    slices: tuple[Slice, ...]
    all_enabled: bool = False
    mismatch: tuple[str, Origin | None] | None = field(default=None)
    circle: Circle | None = None

    def origin(self, path: Sequence[str | int]) -> Origin | None:
        """The document and key path that set the value at `path` of the umbrella's final values.

        Where nothing set it, the nearest map above it that a document has; None if no document has any.
        """
        found: Origin | None = None
        tree: Any = self._trace
        for depth, step in enumerate(path):
            if isinstance(tree, Table):
                found = tree.origin
            if isinstance(tree, Leaf):
                document, start = tree.origin
                return document, (*start, *path[depth:])
            if not isinstance(tree, dict) or step not in tree:
                return found
            tree = tree[step]
        return tree.origin if isinstance(tree, Leaf | Table) else found

    @cached_property
    def _trace(self) -> dict[str, Any]:
        """The final values once more, with origins."""
        root = _tree(self.chart, trace=True)
        values: dict[str, Any] = {}
        for layer in self.layers:
            values = layered(values, traced(layer))
        _enable(root, values, "", self.all_enabled)
        _import(root)
        return coalesce_values(root, values)


@dataclass(slots=True)
class _Need:
    """A dependency on its way: its name becomes its alias, it may be switched off, and its imports are used up."""

    wanted: Dependency
    name: str
    enabled: bool = True
    imported: bool = False


@dataclass(slots=True)
class _Needs:
    """The dependencies of one Chart.yaml; None where there is no list. Copies of a chart may share it, as in Helm."""

    entries: list[_Need] | None

    def copy(self) -> _Needs:
        """The same dependencies in the same state, to be changed apart."""
        return _Needs(None if self.entries is None else [replace(need) for need in self.entries])


def coalesce(chart: Chart, layers: Sequence[Document], *, all_enabled: bool = False) -> Coalesced:
    """The final values of `chart` with the documents `layers` passed by `-f` (and `--set`), lowest first.

    With `all_enabled`, conditions and tags switch nothing off.
    """
    passed: dict[str, Any] = {}
    for layer in layers:
        passed = layered(passed, layer.value or {})
    root = _tree(chart, trace=False)
    try:
        _enable(root, passed, "", all_enabled)
        _import(root)
        values = coalesce_values(root, passed)
    except MismatchError as error:
        mismatch = _trace_mismatch(chart, layers, error, all_enabled)
        return Coalesced(chart, tuple(layers), None, (), all_enabled, mismatch)
    except CircleError as error:
        return Coalesced(chart, tuple(layers), None, (), all_enabled, circle=error.circle)
    return Coalesced(chart, tuple(layers), values, tuple(_slices(root, values, ())), all_enabled)


def _trace_mismatch(
    chart: Chart, layers: Sequence[Document], error: MismatchError, all_enabled: bool
) -> tuple[str, Origin | None]:
    attempt = Coalesced(chart, tuple(layers), None, (), all_enabled)
    try:
        attempt.origin(())
    except MismatchError as again:
        return again.name, again.value.origin if isinstance(again.value, Leaf) else None
    return error.name, None


def _tree(chart: Chart, *, trace: bool) -> Node:
    node = Node(chart.name, traced(chart.values) if trace else chart.values.value or {}, chart, chart.values.helm)
    node.subcharts = [_tree(subchart, trace=trace) for subchart in chart.subcharts]
    needs = [_Need(dependency, dependency.name) for dependency in chart.dependencies]
    node.dependencies = _Needs(needs if needs or chart.empty_list else None)
    return node


def _slices(node: Node, values: dict[str, Any], path: tuple[str, ...]) -> Iterator[Slice]:
    yield Slice(path, node.chart, values)
    for subchart in node.subcharts:
        yield from _slices(subchart, values[subchart.name], (*path, subchart.name))


def _enable(node: Node, values: dict[str, Any], path: str, all_enabled: bool) -> None:
    """processDependencyEnabled: aliases get their charts, and what is switched off goes."""
    needs: list[_Need] | None = node.dependencies.entries
    if needs is None:
        return
    node.subcharts = [*_unlisted(node, needs), *_listed(node, needs)]
    for need in needs:
        need.enabled = True
    known = coalesce_values(node, values)
    if not all_enabled:
        _apply_tags(needs, known)
        _apply_conditions(needs, known, path)
    off = {need.name for need in needs if not need.enabled}
    node.subcharts = [subchart for subchart in node.subcharts if subchart.name not in off]
    for subchart in node.subcharts:
        below = f"{path}{subchart.name}."
        _enable(subchart, _relevant(subchart, known, below), below, all_enabled)
    node.dependencies.entries = [need for need in needs if need.name not in off] or None


def _relevant(node: Node, values: dict[str, Any], path: str) -> dict[str, Any]:
    """The part of the parent's values that can matter below `node`: Helm passes all, and gets quadratic."""
    keep = dict.fromkeys((_TAGS, GLOBAL, path.partition(".")[0]))
    stack = [node]
    while stack:
        current = stack.pop()
        keep |= dict.fromkeys(need.wanted.key for need in current.dependencies.entries or ())
        keep |= dict.fromkeys(subchart.name for subchart in current.subcharts)
        stack += current.subcharts
    return {key: values[key] for key in keep if key in values}


def _unlisted(node: Node, needs: Sequence[_Need]) -> Iterator[Node]:
    """Charts in `charts/` that Chart.yaml does not name, or not in a fitting version: they are always on."""
    named: dict[str, list[_Need]] = {}
    for need in needs:
        named.setdefault(need.name, []).append(need)
    for subchart in node.subcharts:
        if not any(_fits(subchart, need) for need in named.get(subchart.chart.name, ())):
            yield subchart


def _listed(node: Node, needs: Sequence[_Need]) -> Iterator[Node]:
    named: dict[str, list[Node]] = {}
    for subchart in node.subcharts:
        named.setdefault(subchart.chart.name, []).append(subchart)
    for need in needs:
        found = next((subchart for subchart in named.get(need.name, ()) if _fits(subchart, need)), None)
        if found is not None:
            yield _renamed(found, need.wanted.key)
        need.name = need.wanted.alias or need.name


def _fits(subchart: Node, need: _Need) -> bool:
    return fits(subchart.chart.version, need.wanted.version)


def _renamed(node: Node, name: str) -> Node:
    """getAliasDependency's copy of a chart: what is deep below it is shared between its aliases, marks and all."""
    duplicate = Node(name, node.values, node.chart, node.helm)
    if node.helm == "3":
        duplicate.subcharts, duplicate.dependencies = node.subcharts, _Needs(node.dependencies.entries)
        return duplicate
    duplicate.subcharts = [_shallow(subchart) for subchart in node.subcharts]
    duplicate.dependencies = node.dependencies.copy()
    return duplicate


def _shallow(node: Node) -> Node:
    duplicate = Node(node.name, node.values, node.chart, node.helm)
    duplicate.subcharts, duplicate.dependencies = node.subcharts, node.dependencies
    return duplicate


def _apply_tags(needs: Sequence[_Need], values: dict[str, Any]) -> None:
    tags = table_at(values, (_TAGS,))
    if tags is None:
        return
    for need in needs:
        switches = {plain(tags[tag]) for tag in need.wanted.tags if tag in tags and isinstance(plain(tags[tag]), bool)}
        need.enabled = True in switches or False not in switches


def _apply_conditions(needs: Sequence[_Need], values: dict[str, Any], path: str) -> None:
    for need in needs:
        for condition in need.wanted.condition.strip().split(","):
            value = value_at(values, path + condition) if condition else None
            if isinstance(value, bool):
                need.enabled = value
                break


def value_at(values: dict[str, Any], path: str) -> Any:
    """What a condition's dotted path points at (Values.PathValue); None also where it is a map or absent."""
    *parents, key = path.split(".")
    table = table_at(values, parents)
    value = plain(table.get(key)) if table is not None else None
    return None if isinstance(value, dict) else value


def _import(node: Node) -> None:
    """processDependencyImportValues: what parents import from children becomes a default of the parent."""
    for subchart in node.subcharts:
        _import(subchart)
    needs: list[_Need] | None = node.dependencies.entries
    if needs is None:
        return
    known = coalesce_values(node, {}, keep_nulls=True)
    imported: dict[str, Any] = {}
    for need in needs:
        entries = () if need.imported else need.wanted.import_values
        need.imported = True
        for entry in entries:
            child, parent = _import_paths(entry)
            table = table_at(known, f"{need.name}.{child}".split(".")) if child else None
            if table is not None:
                imported = merge_tables(imported, _nested(parent, table or {}), keep_nulls=True)
                if _is_circular(known):  # maps are shared: `imported` may be the very map that goes into it
                    raise CircleError(Circle(node.chart, need.name))
    node.values = merge_tables(copy(known), imported, keep_nulls=True)


def _is_circular(tree: dict[str, Any]) -> bool:
    done: set[int] = set()

    def leads_back(table: dict[str, Any], above: frozenset[int]) -> bool:
        if id(table) in above:
            return True
        if id(table) in done:
            return False
        done.add(id(table))
        inside = above | {id(table)}
        return any(isinstance(item, dict) and leads_back(item, inside) for item in table.values())

    return leads_back(tree, frozenset())


def _import_paths(entry: Any) -> tuple[str, str]:
    if isinstance(entry, dict):
        return str(entry.get("child", "<nil>")), str(entry.get("parent", "<nil>"))
    return (f"exports.{entry}", ".") if isinstance(entry, str) else ("", "")


def _nested(path: str, table: dict[str, Any]) -> dict[str, Any]:
    if path == ".":
        return table
    for key in reversed(path.split(".")):
        table = {key: table}
    return table


def charts_below(chart: Chart) -> Iterator[tuple[KeyPath, Chart]]:
    """All charts that `chart` names in its dependencies and has, by the path of their keys, disabled ones too."""
    named = by_name(chart.subcharts)
    for dependency in chart.dependencies:
        for subchart in named.get(dependency.name, ()):
            if fits(subchart.version, dependency.version):
                yield (dependency.key,), subchart
                yield from (((dependency.key, *path), below) for path, below in charts_below(subchart))
                break
