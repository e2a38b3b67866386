"""The values that each chart of an umbrella ends up with, as Helm works them out, and where each one comes from.

A port of CoalesceValues of Helm 4.2, and of 3.21 where a chart was loaded for it. Verified on random umbrellas:
against the embedded Helm's rendering of `{{ toJson .Values }}`, and against recordings of Helm 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from shunter.core.charts.load import Chart, by_name, fits
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.values.dependencies import Circle, CircleError, nodes_of, process
from shunter.core.values.layering import (
    Leaf,
    MismatchError,
    Node,
    Origin,
    Table,
    coalesce_values,
    layered,
    traced,
)
from shunter.model.data import dataclass, field


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


@dataclass(frozen=True)
class Coalesced:
    """What `coalesce` found.

    `values` is None where Helm stops, since the value of a subchart is no map: `mismatch` names it, and its
    origin; or since they would hold themselves, a `circle`. `slices` are the umbrella and all enabled subcharts,
    parents first; `complete` says that none is switched off.
    """

    chart: Chart
    layers: tuple[Document, ...]
    values: dict[str, Any] | None
    slices: tuple[Slice, ...]
    all_enabled: bool = False
    mismatch: tuple[str, Origin | None] | None = field(default=None)
    circle: Circle | None = None
    complete: bool = False

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

    @property
    def everything(self) -> Coalesced:
        """What the values would end up as, were all charts switched on."""
        return self if self.complete else self._everything

    @cached_property
    def _everything(self) -> Coalesced:
        return coalesce(self.chart, self.layers, all_enabled=True)

    @cached_property
    def _trace(self) -> dict[str, Any]:
        """The final values once more, with origins."""
        root = nodes_of(self.chart, trace=True)
        values: dict[str, Any] = {}
        for layer in self.layers:
            values = layered(values, traced(layer))
        process(root, values, all_enabled=self.all_enabled, whole=True)
        return coalesce_values(root, values)


def coalesce(chart: Chart, layers: Sequence[Document], *, all_enabled: bool = False) -> Coalesced:
    """The final values of `chart` with the documents `layers` passed by `-f` (and `--set`), lowest first.

    With `all_enabled`, conditions and tags switch nothing off.
    """
    passed: dict[str, Any] = {}
    for layer in layers:
        passed = layered(passed, layer.value or {})
    try:
        root = nodes_of(chart, trace=False)
        complete = process(root, passed, all_enabled=all_enabled)
        values = coalesce_values(root, passed)
    except MismatchError as error:
        mismatch = _trace_mismatch(chart, layers, error, all_enabled)
        return Coalesced(chart, tuple(layers), None, (), all_enabled, mismatch)
    except CircleError as error:
        return Coalesced(chart, tuple(layers), None, (), all_enabled, circle=error.circle)
    slices = tuple(_slices(root, values, ()))
    return Coalesced(chart, tuple(layers), values, slices, all_enabled, complete=complete)


def _trace_mismatch(
    chart: Chart, layers: Sequence[Document], error: MismatchError, all_enabled: bool
) -> tuple[str, Origin | None]:
    attempt = Coalesced(chart, tuple(layers), None, (), all_enabled)
    try:
        attempt.origin(())
    except MismatchError as again:
        return again.name, again.value.origin if isinstance(again.value, Leaf) else None
    return error.name, None


def _slices(node: Node, values: dict[str, Any], path: tuple[str, ...]) -> Iterator[Slice]:
    yield Slice(path, node.chart, values)
    for subchart in node.subcharts:
        yield from _slices(subchart, values[subchart.name], (*path, subchart.name))


def charts_below(chart: Chart) -> Iterator[tuple[KeyPath, Chart]]:
    """All charts that `chart` names in its dependencies and has, by the path of their keys, disabled ones too."""
    named = by_name(chart.subcharts)
    for dependency in chart.dependencies:
        for subchart in named.get(dependency.name, ()):
            if fits(subchart.version, dependency.version):
                yield (dependency.key,), subchart
                yield from (((dependency.key, *path), below) for path, below in charts_below(subchart))
                break
