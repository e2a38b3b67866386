"""Schemas as a run wants them: with local copies of what they refer to by URL, and without those that are skipped."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from shunter.adapters.system.regular import is_file, is_folder, read_regular
from shunter.core.charts.load import Chart
from shunter.core.schema.vendored import with_documents
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.wording import nearest


def with_chosen(context: Context, chart: Chart) -> Chart:
    """The chart and the charts below it, each with the schema that this run is to judge by.

    What `--skip-schema` names, by chart or alias, has none. A schema has in it what it refers to, as far as the run's
    folder has copies: that of `https://HOST/PATH` is `HOST/PATH` in the folder, or the same with `.json`. Raises
    ShunterError where the folder is missing, and where no chart has a name that is to be skipped.
    """
    skipped = _skipped(chart, context.skip_schemas) if context.skip_schemas else frozenset()
    chart = _without(chart, skipped) if skipped else chart
    if not context.schema_cache:
        return chart
    folder = context.start / context.schema_cache
    if not is_folder(folder):
        raise ShunterError(f"there is no folder {context.schema_cache}", hint="--schema-cache DIR")
    return _with_copies(chart, folder)


def _skipped(chart: Chart, names: Collection[str]) -> frozenset[str]:
    """The names of the charts that are called so, by themselves or by an alias."""
    called = {below.name: below.name for below in chart.walk()}
    called |= {dependency.key: dependency.name for below in chart.walk() for dependency in below.dependencies}
    for name in names:
        if name not in called:
            near = nearest(name, called)
            hint = f"did you mean `{near}`?" if near else f"one of: {', '.join(sorted(called))}"
            raise ShunterError(f"--skip-schema {name}: {chart.name} holds no such chart", hint=hint)
    return frozenset(called[name] for name in names)


def _without(chart: Chart, skipped: frozenset[str]) -> Chart:
    subcharts = tuple(_without(below, skipped) for below in chart.subcharts)
    return replace(chart, schema=None if chart.name in skipped else chart.schema, subcharts=subcharts)


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
