"""Keys that no template of a chart or an environment reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shunter.core.charts.load import Chart
from shunter.core.goyaml.document import Document
from shunter.core.rules.unused import Scan, scan, unused
from shunter.flows.release.release import Release
from shunter.flows.workspace.context import Context
from shunter.model.findings import Finding


def unused_keys(context: Context, release: Release) -> tuple[Finding, ...]:
    """The keys that no template reads: of the values files or, where a chart is released without, its own.

    Nothing where Helm cannot read chart or values. Paths in the findings are relative to the chart's folder.
    """
    if not release.is_environment and not release.layers:
        return unused_in(release, [release.chart.values], ())
    return unused_in(release, release.layers, later(context, release.chart))


def unused_in(release: Release, looked_at: Sequence[Document], known: Collection[str]) -> tuple[Finding, ...]:
    """What no template reads in the documents `looked_at`; nothing where Helm cannot read chart or values."""
    found = scanned(release)
    return tuple(unused(found, looked_at, known)) if found else ()


def scanned(release: Release) -> Scan | None:
    """What the templates of a chart and all charts below it read; None where Helm cannot read chart or values."""
    if release.chart.findings or any(layer.findings for layer in release.layers):
        return None
    everything = release.coalesced.everything
    return scan(everything) if everything.slices else None


def later(context: Context, chart: Chart) -> set[str]:
    """Services whose section an environment may hold before it pins them."""
    services = {service.name for service in context.workspace.services} if context.workspace else set()
    return services - {dependency.key for dependency in chart.dependencies}
