"""Keys that no template of a chart or an environment reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shunter.core.charts.load import Chart
from shunter.core.goyaml.document import Document
from shunter.core.rules.unused import Scan, scan, unused
from shunter.core.values.coalesce import coalesce
from shunter.flows.workspace.context import Context, Site
from shunter.model.findings import Finding


def unused_keys(context: Context, site: Site, chart: Chart, layers: Sequence[Document]) -> tuple[Finding, ...]:
    """The keys that no template of a site's chart reads: of the values files `layers` or, with none, the chart's own.

    Paths in the findings are relative to the site's folder.
    """
    if site.kind != "environment" and not layers:
        return unused_in(chart, (), [chart.values], ())
    return unused_in(chart, layers, layers, later(context, chart))


def unused_in(
    chart: Chart, layers: Sequence[Document], looked_at: Sequence[Document], known: Collection[str]
) -> tuple[Finding, ...]:
    """What no template reads in the documents `looked_at`; nothing where Helm cannot read chart or values."""
    scanned = scanned_chart(chart, layers)
    return tuple(unused(scanned, looked_at, known)) if scanned else ()


def scanned_chart(chart: Chart, layers: Sequence[Document]) -> Scan | None:
    """What the templates of a chart and all charts below it read; None where Helm cannot read chart or values."""
    if chart.findings or any(layer.findings for layer in layers):
        return None
    coalesced = coalesce(chart, layers, all_enabled=True)
    return scan(coalesced) if coalesced.slices else None


def later(context: Context, chart: Chart) -> set[str]:
    """Services whose section an environment may hold before it pins them."""
    services = {service.name for service in context.workspace.services} if context.workspace else set()
    return services - {dependency.key for dependency in chart.dependencies}
