"""Which charts of an umbrella are on, what each is called, and what parents import from children, as Helm finds it.

A port of ProcessDependencies (pkg/chart/v2/util/dependencies.go) of Helm 4.2, and of 3.21 where a chart was loaded for
it, on a tree of nodes that are changed on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.core.charts.load import Chart, fits
from shunter.core.charts.pins import Dependency
from shunter.core.values.layering import GLOBAL, Node, coalesce_values, copy, merge_tables, plain, table_at, traced
from shunter.model.data import dataclass, replace

_TAGS: Final = "tags"


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


def nodes_of(chart: Chart, *, trace: bool) -> Node:
    """The charts to be worked out; with `trace`, values remember their origins."""
    node = Node(chart.name, traced(chart.values) if trace else chart.values.value or {}, chart, chart.values.helm)
    node.subcharts = [nodes_of(subchart, trace=trace) for subchart in chart.subcharts]
    needs = [_Need(dependency, dependency.name) for dependency in chart.dependencies]
    node.dependencies = _Needs(needs if needs or chart.empty_list else None)
    return node


def process(root: Node, passed: dict[str, Any], *, all_enabled: bool, whole: bool = False) -> bool:
    """Find out which charts are on with the values `passed`, and import values. Whether all are on.

    With `all_enabled`, conditions and tags switch nothing off. Unless it is done as a `whole`, as Helm does it, values
    are not worked out for conditions where there are none: of several wrong ones another is told. Raises MismatchError
    and CircleError.
    """
    idle = not whole and _is_flat(root, passed) and (all_enabled or not _has_switches(root.chart))
    complete = _enable(root, None if idle else passed, "", all_enabled)
    _import(root)
    return complete


def _has_switches(chart: Chart) -> bool:
    """Whether a condition or a tag, in the chart or in one inside it, may switch a dependency off."""
    own = any(item.condition or item.tags for item in chart.dependencies)
    return own or any(map(_has_switches, chart.subcharts))


def _is_flat(root: Node, passed: dict[str, Any]) -> bool:
    """Whether nothing is below the subcharts, and what is passed to each of these is a map, so that Helm goes on."""
    names = {subchart.name for subchart in root.subcharts}
    names |= {need.wanted.key for need in root.dependencies.entries or ()}
    below = any(subchart.subcharts for subchart in root.subcharts)
    return not below and all(isinstance(passed.get(name, {}), dict) for name in names)


def _enable(node: Node, values: dict[str, Any] | None, path: str, all_enabled: bool) -> bool:
    """processDependencyEnabled: aliases get their charts, and what is switched off goes. Whether nothing was.

    None for `values` where nothing depends on them: to work them out is most of the work.
    """
    needs: list[_Need] | None = node.dependencies.entries
    if needs is None:
        return True
    node.subcharts = [*_unlisted(node, needs), *_listed(node, needs)]
    for need in needs:
        need.enabled = True
    known = None if values is None else coalesce_values(node, values)
    if known is not None and not all_enabled:
        _apply_tags(needs, known)
        _apply_conditions(needs, known, path)
    off = {need.name for need in needs if not need.enabled}
    node.subcharts = [subchart for subchart in node.subcharts if subchart.name not in off]
    complete = not off
    for subchart in node.subcharts:
        below = f"{path}{subchart.name}."
        passed = None if known is None else _relevant(subchart, known, below)
        complete = _enable(subchart, passed, below, all_enabled) and complete
    node.dependencies.entries = [need for need in needs if need.name not in off] or None
    return complete


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
            value = _value_at(values, path + condition) if condition else None
            if isinstance(value, bool):
                need.enabled = value
                break


def _value_at(values: dict[str, Any], path: str) -> Any:
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
    node.values = merge_tables(copy(known), imported, keep_nulls=True) if imported else known


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
