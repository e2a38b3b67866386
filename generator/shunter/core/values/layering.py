"""How Helm lays values over values: the rules of pkg/chart/common/util/coalesce.go (4.2), on trees of dicts.

Helm 3.21 differs in one thing: a null in a chart's own defaults stays.

The trees are plain values, or traced ones: there a Leaf stands for each value that is no map, a Table for each map,
and both remember their origin. Maps are changed and shared exactly as Helm changes and shares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from shunter.core.goyaml.document import Document, KeyPath
from shunter.model.data import dataclass

Origin: TypeAlias = tuple[Document, KeyPath]
GLOBAL: Final = "global"


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar or a list, and the document and key path that set it."""

    value: Any
    origin: Origin


class Table(dict[str, Any]):
    """A map, and the document and key path of the highest layer that has it."""

    __slots__ = ("origin",)
    origin: Origin


class MismatchError(Exception):
    """The parent's value for a subchart is no map: Helm stops. `value` is that value, a Leaf in a traced tree."""

    def __init__(self, name: str, value: Any) -> None:
        super().__init__(name)
        self.name = name
        self.value = value


class Node:
    """A chart while its values are worked out: its name is the alias; values and subcharts change on the way."""

    __slots__ = ("chart", "dependencies", "helm", "name", "subcharts", "values")

    def __init__(self, name: str, values: dict[str, Any], chart: Any, helm: str) -> None:
        self.name = name
        self.helm = helm
        self.values = values
        self.chart = chart
        self.subcharts: list[Node] = []
        self.dependencies: Any = None


def plain(value: Any) -> Any:
    """The value itself, whether it is traced or not (maps are not looked into)."""
    return value.value if value.__class__ is Leaf else value


def is_null(value: Any) -> bool:
    """Whether a value is null, traced or not."""
    return value is None or (value.__class__ is Leaf and value.value is None)


def traced(document: Document) -> Table:
    """The values of a document as a traced tree."""
    return _traced(document.value or {}, document, ())


def _traced(value: dict[str, Any], document: Document, path: KeyPath) -> Table:
    table = Table()
    table.origin = (document, path)
    for key, item in value.items():
        below = (*path, key)
        is_map = item.__class__ is dict
        table[key] = _traced(item, document, below) if is_map else Leaf(item, (document, below))
    return table


def untraced(tree: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a traced tree."""
    return {key: untraced(item) if isinstance(item, dict) else plain(item) for key, item in tree.items()}


def copy(tree: dict[str, Any]) -> dict[str, Any]:
    """A copy, map by map; lists are shared, since nothing here changes them."""
    if tree.__class__ is dict:
        duplicate = tree.copy()
    else:
        duplicate = _like(tree)
        duplicate.update(tree)
    for key, item in tree.items():
        if isinstance(item, dict):
            duplicate[key] = copy(item)
    return duplicate


def _like(tree: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(tree, Table):
        return {}
    table = Table()
    table.origin = tree.origin
    return table


def layered(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` laid on `base` as Helm lays one values file on another (loader.MergeMaps): nulls stay."""
    merged = _like(over)
    merged.update(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = layered(below, value) if both else value  # type: ignore[arg-type]
    return merged


def coalesce_values(node: Node, values: dict[str, Any], *, keep_nulls: bool = False) -> dict[str, Any]:
    """`values` completed with the defaults of a chart and its subcharts (CoalesceValues; MergeValues keeps nulls).

    `values` itself is left as it is. Raises MismatchError.
    """
    return _coalesce(node, copy(values), keep_nulls)


def _coalesce(node: Node, values: dict[str, Any], keep_nulls: bool) -> dict[str, Any]:
    _add_defaults(node, values, keep_nulls)
    for subchart in node.subcharts:
        below = values.setdefault(subchart.name, {})
        if not isinstance(below, dict):
            raise MismatchError(subchart.name, below)
        _pass_globals(below, values)
        values[subchart.name] = _coalesce(subchart, below, keep_nulls)
    return values


def _add_defaults(node: Node, values: dict[str, Any], keep_nulls: bool) -> None:
    subcharts = {subchart.name for subchart in node.subcharts}
    own_nulls = keep_nulls or node.helm == "3"
    for key, default in node.values.items():
        if key not in values:
            if isinstance(default, dict):
                values[key] = copy(default) if own_nulls else _without_nulls(default)
            elif own_nulls or not is_null(default):
                values[key] = default
            continue
        value = values[key]
        if is_null(value) and not keep_nulls:
            del values[key]
        elif isinstance(value, dict) and isinstance(default, dict):
            keep = keep_nulls or key in subcharts
            merge_tables(value, copy(default) if keep or own_nulls else _without_nulls(default), keep_nulls=keep)


def _without_nulls(tree: dict[str, Any]) -> dict[str, Any]:
    """A copy without what is null, map by map."""
    kept = _like(tree)
    for key, item in tree.items():
        if isinstance(item, dict):
            kept[key] = _without_nulls(item)
        elif not is_null(item):
            kept[key] = item
    return kept


def merge_tables(target: dict[str, Any], defaults: dict[str, Any], *, keep_nulls: bool) -> dict[str, Any]:
    """`target`, completed in place with `defaults` (coalesceTablesFullKey).

    A null of the target removes the default's key; with `keep_nulls` it stays. `defaults` gets the target's nulls.
    """
    nulls = {key: value for key, value in target.items() if is_null(value)}
    had_value = {key for key in nulls if not is_null(defaults.get(key))}
    defaults.update(nulls)
    for key, default in list(defaults.items()):
        if key not in target:
            target[key] = default
            continue
        value = target[key]
        if not keep_nulls and key in had_value:
            del target[key]
        elif isinstance(default, dict) and isinstance(value, dict):
            merge_tables(value, default, keep_nulls=keep_nulls)
    return target


def _pass_globals(target: dict[str, Any], source: dict[str, Any]) -> None:
    own, passed = target.get(GLOBAL, {}), source.get(GLOBAL, {})
    if not isinstance(own, dict) or not isinstance(passed, dict):
        return
    for key, value in passed.items():
        if isinstance(value, dict):
            duplicate = _like(value)
            duplicate.update(value)
            if key not in own:
                own[key] = duplicate
            elif isinstance(own[key], dict):
                own[key] = merge_tables(duplicate, own[key], keep_nulls=True)
        elif not isinstance(own.get(key), dict):
            own[key] = value
    target[GLOBAL] = own


def table_at(values: dict[str, Any], path: Iterable[str]) -> dict[str, Any] | None:
    """The map at a path of keys, or None (Values.Table)."""
    table = values
    for key in path:
        below = table.get(key)
        if not isinstance(below, dict):
            return None
        table = below
    return table
