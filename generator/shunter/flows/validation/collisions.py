"""Cars that get in each other's way: Helm has one body for each named template of a release, and says nothing."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.charts.load import load_archive
from shunter.core.charts.packed import PackedChart
from shunter.core.rules.collisions import car_collisions, umbrella_of
from shunter.core.values.coalesce import Slice
from shunter.flows.release.release import Release
from shunter.flows.validation.report import levelled
from shunter.flows.workspace.context import Context
from shunter.model.findings import Finding, Severity


def deployed(release: Release) -> tuple[Slice, ...]:
    """The chart and its subcharts that are switched on; none where Helm cannot read them."""
    if release.chart.findings or any(layer.findings for layer in release.layers):
        return ()
    return release.coalesced.slices


def collisions(context: Context, release: Release) -> tuple[Finding, ...]:
    """`define-collision` for each car of a release that would render otherwise than alone, at the workspace's level.

    Nothing where Helm cannot read charts or values: that is another finding.
    """
    slices = deployed(release)
    return tuple(levelled(context, car_collisions(slices))) if slices else ()


def collisions_of(context: Context, charts: Mapping[str, PackedChart]) -> tuple[Finding, ...]:
    """The errors among those of packed charts by alias, in one umbrella of all of them, with their default values."""
    folder = context.registries().directory
    loaded = {
        alias: load_archive(chart.archive, f"{folder}/{chart.name}-{chart.version}.tgz")
        for alias, chart in charts.items()
    }
    found = levelled(context, car_collisions(umbrella_of(loaded)))
    return tuple(finding for finding in found if finding.severity is Severity.ERROR)
