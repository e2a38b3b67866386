"""A chart without its schemas: Helm renders any values with it."""

from __future__ import annotations

from shunter.core.charts.packed import PackedChart
from shunter.model.files import FileState

_SCHEMA = "values.schema.json"


def without_schemas(chart: PackedChart, *, inside: bool = False) -> PackedChart:
    """The chart and the charts inside it, or with `inside` these alone, without schemas."""
    found = {}
    for path, state in chart.files.items():
        if path.rsplit("/", 1)[-1] == _SCHEMA and (path != _SCHEMA or not inside):
            continue
        packed = path.endswith(".tgz") and "charts/" in path
        found[path] = FileState(_repacked(path, state), state.mode) if packed else state
    return PackedChart.of_files(found, chart.label)


def _repacked(path: str, state: FileState) -> bytes:
    return without_schemas(PackedChart(path, archive=state.data)).packed(compressed=False).archive
