"""Local copies of schemas that charts refer to by URL: from a folder that a person fills, never from the network."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from shunter.adapters.system.regular import is_file, is_folder, read_regular
from shunter.core.charts.load import Chart
from shunter.core.schema.vendored import with_documents
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError


def with_copies(context: Context, chart: Chart) -> Chart:
    """The chart and the charts below it with what their schemas refer to, as far as the run's folder has copies.

    The copy of `https://HOST/PATH` is `HOST/PATH` in the folder, or that with `.json`. Raises ShunterError where the
    folder is missing.
    """
    if not context.schema_cache:
        return chart
    folder = context.start / context.schema_cache
    if not is_folder(folder):
        raise ShunterError(f"there is no folder {context.schema_cache}", hint="--schema-cache DIR")
    return _with_copies(chart, folder)


def _with_copies(chart: Chart, folder: Path) -> Chart:
    schema = chart.schema
    if schema is not None and b"http" in schema:
        schema = with_documents(schema, partial(_copy, folder))
    return replace(chart, schema=schema, subcharts=tuple(_with_copies(below, folder) for below in chart.subcharts))


def _copy(folder: Path, url: str) -> bytes | None:
    parts = urlsplit(url)
    steps = [parts.netloc, *parts.path.strip("/").split("/")]
    if any(step in ("", ".", "..") for step in steps):
        return None
    path = folder.joinpath(*steps)
    found = next((file for file in (path, path.with_name(f"{path.name}.json")) if is_file(file)), None)
    return read_regular(str(found)) if found else None
