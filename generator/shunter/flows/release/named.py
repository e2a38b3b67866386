"""Charts that are named by where they are: a folder, an archive, or a place in an OCI registry."""

from __future__ import annotations

import os
from pathlib import Path

from shunter.adapters.system.regular import is_folder, read_regular
from shunter.adapters.verdicts.questions import chart_folder
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.flows.release.layers import is_packed
from shunter.flows.workspace.archives import chart_at
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import PLACE, relabelled
from shunter.flows.workspace.projects import ProjectFiles, files_in
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree


def packed_files(context: Context, name: str) -> tuple[ProjectFiles, Path]:
    """The files of a packed chart, and the folder in which they count as lying.

    Raises ShunterError where it cannot be had.
    """
    if name.startswith(OCI):
        chart = chart_at(name, context.workspace)
        place = chart.label.replace(OCI, PLACE)
    else:
        chart = PackedChart(name, archive=read_regular(str(context.start / name)))
        place = os.path.normpath(name)
    return ProjectFiles(MemoryTree(chart.files), place), context.start / place


def chart_named(context: Context, name: str) -> tuple[ProjectFiles, Path] | None:
    """As `packed_files`, also for a chart's folder; None where a name is that of no chart.

    An empty name stands for the chart around the folder where the run starts.
    """
    if is_packed(context, name):
        return packed_files(context, name)
    path = os.path.normpath(context.start.joinpath(name))
    folder = chart_folder(path)
    if not folder or (name and folder != path):
        return None
    return files_in(context, Path(folder)), Path(folder)


def source_folder(context: Context, name: str) -> Path | None:
    """The folder of a service's chart, if the workspace has it on disk."""
    if "/" in name:
        return None  # a place, and to find out which projects are below a folder may take long
    service = context.workspace.service(name) if context.workspace else None
    if service is not None and service.chart is not None:
        folder = context.root / service.chart.path
        return folder if service.chart.path and is_folder(folder) else None
    site = next((site for site in context.sites("app", missing_ok=True) if site.name == name), None)
    return site.path if site is not None and is_folder(site.path) else None


def any_chart(context: Context, name: str) -> ProjectFiles:
    """The files of a chart by a service's name or by its place: a folder, an archive, or `oci://`.

    Raises ShunterError where there is none, or Helm cannot read it.
    """
    folder = source_folder(context, name)
    named = (files_in(context, folder), folder) if folder else chart_named(context, name)
    if named is None:
        raise ShunterError(f"there is no chart {name}", hint="name a service, a chart's folder, an archive, or oci://")
    files = named[0]
    for finding in relabelled(files.chart.findings, files.label):
        raise ShunterError(finding.message, hint=finding.hint, span=finding.span)
    return files
