"""Charts without what Helm need not look at again: schemas that accept the values, or all that is in charts inside."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import basename
from typing import Final

from shunter.core.charts.packed import PackedChart
from shunter.core.rules.verdict import judge_slice
from shunter.core.schema.compile import compile_schema
from shunter.core.values.sops import is_sops_file
from shunter.flows.release.release import Release
from shunter.flows.release.unchecked import without_schemas
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

_NOTES: Final = "NOTES.txt"


def judged(release: Release) -> PackedChart | None:
    """A release's chart without the schemas that Helm need not ask: they accept the values. None where one does not.

    Helm compiles each of them anew for every chart that it loads, which takes longer than all else. `helm lint` asks a
    chart's own schema of its values files alone, without what subcharts bring; with values passed, it is to do so.
    """
    chart, coalesced = release.chart, release.coalesced
    if chart.findings or any(layer.findings for layer in release.layers) or coalesced.mismatch:
        return None
    if release.is_encrypted or is_sops_file(chart.values) or not _accepted(release):
        return None
    own = bool(release.layers) or (chart.schema is not None and not _accepts(chart.schema, chart.values.value))
    try:
        return without_schemas(release.files.packed, inside=own).packed(compressed=False)
    except ShunterError:
        return None


def _accepted(release: Release) -> bool:
    return not any(True for part in release.coalesced.slices for _ in judge_slice(release.coalesced, part))


def _accepts(schema: bytes, values: object) -> bool:
    validator = compile_schema(schema).validator
    return validator is not None and bool(validator.is_valid(values or {}))


def hollow(chart: PackedChart) -> PackedChart | None:
    """The chart with nothing of the charts inside it but that they are there, and their custom resources.

    Of the charts inside, `helm lint` reads no more by itself: it renders them, and looks at the result of templates of
    the chart's own. None where it has any, or no chart is inside.
    """
    files = {path: state for path, state in chart.files.items() if not path.startswith("charts/")}
    if len(files) == len(chart.files) or any(map(_is_rendered, files)):
        return None
    for path, below in chart.subcharts.items():
        folder = path.removesuffix(".tgz")
        files |= {f"{folder}/{name}": state for name, state in _named(below)}
    return PackedChart.of_files(files, chart.label)


def _named(chart: PackedChart) -> Iterable[tuple[str, FileState]]:
    return ((path, state) for path, state in chart.files.items() if path == "Chart.yaml" or path.startswith("crds/"))


def _is_rendered(path: str) -> bool:
    return path.startswith("templates/") and not basename(path).startswith("_") and basename(path) != _NOTES
