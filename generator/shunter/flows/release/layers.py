"""The values files of a release in order, and charts that stand in for pins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import exists, is_folder, kind_at, read_regular, size_of
from shunter.core.charts.contents import read_once
from shunter.core.charts.files import follow
from shunter.core.charts.load import Chart, load_chart
from shunter.core.goyaml.document import MAX_BYTES, Document, too_large
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind


def layers_of(files: ProjectFiles) -> list[Document]:
    """The values files of an environment in order."""
    layers = []
    for name in files.values_files:
        state, place = follow(files.tree, name), os.path.normpath(f"{files.label}/{name}")
        if state is None and files.tree.get(name) is not None:
            message = f"{place} is a symbolic link out of its repository"
            raise ShunterError(message, hint="put a copy of the file there")
        if state is None:
            raise ShunterError(
                f"{place} is missing",
                hint="make it (it may be empty), or correct `values:`",
            )
        layers.append(read_once(state.data, name, files.helm))
    return layers


def extra_layer(context: Context, name: str, folder: Path) -> Document:
    """A further `-f` file, its path relative to the chart's folder as those of all findings are."""
    path = context.start / name
    if not name:
        raise ShunterError("-f has an empty name", hint="-f takes a values file")
    if not exists(path):
        raise ShunterError(f"there is no file {name}", hint="-f takes a values file")
    if kind := kind_at(path):
        raise ShunterError(f"{name} is {kind}, not a file", hint="-f takes a values file")
    place = os.path.relpath(path.resolve(), folder.resolve())
    if (size := size_of(path)) > MAX_BYTES:
        return too_large(place, size)
    return read_once(read_regular(str(path)), place)


def with_sets(layers: Sequence[Document], sets: Sequence[str]) -> list[Document]:
    """Layers, and one more for each `--set`."""
    if not sets:
        return list(layers)
    from shunter.core.values.strvals import set_layers

    return [*layers, *set_layers(layers, sets)]


def awaited(context: Context, pinned: set[str], layers: Sequence[Document]) -> list[str]:
    """The services that the values of an environment speak of, and that it does not pin yet."""
    services = context.workspace.services if context.workspace else ()
    mentioned = {key for document in layers for key in (document.value or {})}
    return [service.name for service in services if service.name in mentioned and service.name not in pinned]


def with_sources(context: Context, chart: Chart, names: Sequence[str]) -> tuple[Chart, set[str]]:
    """An environment's chart with the source charts of these services, as far as they are there."""
    from shunter.core.charts.pins import Dependency

    sources = {name: source for name in names if (source := source_chart(context, name)) is not None}
    dependencies = [
        Dependency(source.name, source.version, alias="" if source.name == name else name, condition=f"{name}.enabled")
        for name, source in sources.items()
    ]
    subcharts = (*chart.subcharts, *sources.values())
    return replace(chart, subcharts=subcharts, dependencies=(*chart.dependencies, *dependencies)), set(sources)


def source_chart(context: Context, name: str) -> Chart | None:
    """A service's chart as it stands in the workspace; None where it is not there."""
    assert context.workspace is not None
    service = context.workspace.service(name)
    if service is None:
        return None
    if service.chart is None:
        site = next((s for s in context.sites("app", missing_ok=True) if s.name == name), None)
        tree = site.tree() if site and is_folder(site.path) else None
    else:
        folder = context.root / service.chart.path
        tree = DiskTree(folder) if service.chart.path and is_folder(folder) else None
    return load_chart(tree) if tree is not None else None


def unpinned_note(finding: Finding, unpinned: set[str]) -> Finding:
    """The finding; one about an app that is not pinned yet is a lint, and says against which chart it was judged."""
    if not finding.key or finding.key[0] not in unpinned:
        return finding
    note = f"unpinned: judged against the chart of {finding.key[0]} as it is in the workspace"
    return replace(finding, kind=Kind.LINT, notes=(*finding.notes, note))
