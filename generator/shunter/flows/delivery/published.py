"""Which packaged charts the version map publishes at the commit at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shunter.core.charts.packed import PackedChart
from shunter.core.delivery.touched import CHART
from shunter.flows.delivery.checkouts import checkouts
from shunter.flows.delivery.version import Asked, version
from shunter.flows.workspace.archives import require_file
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Status


def published(
    context: Context, files: Sequence[str], variables: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[Outcome, ...]]:
    """Of these archives those that are published, and an outcome for each of the others.

    Raises ShunterError for an archive that was not packaged of this commit, under its version.
    """
    found = checkouts(context)
    names = {
        checkout.chart(place).name: place.name
        for checkout in found
        for place in checkout.all(CHART)
        if checkout.has(place)
    }
    kept, left = [], []
    for file in files:
        chart = PackedChart(file, archive=require_file(context.start / file, "package it first"))
        name = names.get(chart.name, chart.name)
        about = version(context, Asked((name,), variables=variables)).data[name]["chart"]
        if chart.version != about["version"]:
            hint = f"shunter package {name} --build --to DIR"
            raise ShunterError(f"{file} is not {about['version']}, the version of this commit", hint=hint)
        if about["publish"]:
            kept.append(file)
        else:
            why = f"not pushed: {about['event']} {about['ref']} is not published"
            left.append(Outcome(f"{chart.name} {chart.version}", Status.NOOP, why))
    return tuple(kept), tuple(left)
