"""Charts that are named by where they are: a folder, an archive, or a place in an OCI registry."""

from __future__ import annotations

import os
from pathlib import Path

from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts.questions import chart_folder
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.flows.release.layers import is_packed
from shunter.flows.workspace.archives import chart_at
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles, files_in
from shunter.model.files import MemoryTree

PLACE = "oci:/"
"""How labels of charts in a registry begin: paths below them are joined and normalised, which leaves one slash."""


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
