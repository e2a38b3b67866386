"""The values files of a release in order, and charts that stand in for pins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import exists, is_file, is_folder, kind_at, read_regular, size_of
from shunter.core.charts.contents import read_once
from shunter.core.charts.files import follow
from shunter.core.charts.load import Chart, load_chart
from shunter.core.goyaml.document import MAX_BYTES, Document, too_large
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import SHOWN_STDIN
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind

STDIN = "-"
_SECRETS = "secrets://"
"""What helm-secrets has in front of names of encrypted files; that they are, they say themselves."""
_ARCHIVES = (".tgz", ".tar.gz")


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


def is_packed(context: Context, name: str) -> bool:
    """Whether a name is that of a packed chart: an archive, or a place in an OCI registry."""
    return name.startswith("oci://") or (name.endswith(_ARCHIVES) and is_file(context.start / name))


def extra_layer(context: Context, name: str, folder: Path) -> Document:
    """A further `-f` file, its path relative to the chart's folder as those of all findings are: see `values_file`."""
    if name == STDIN:
        return values_file(context, name)
    path = _named(context, name)
    return _read_at(context, path, os.path.relpath(path.resolve(), folder.resolve()))


def values_file(context: Context, name: str) -> Document:
    """A file that `-f` names, called as it is there; `-` is what standard input held.

    Raises ShunterError where it is no file.
    """
    if name == STDIN:
        data = context.stdin
        return read_once(data, SHOWN_STDIN) if len(data) <= MAX_BYTES else too_large(SHOWN_STDIN, len(data))
    return _read_at(context, _named(context, name), name.removeprefix(_SECRETS))


def _named(context: Context, name: str) -> Path:
    path = context.start / name.removeprefix(_SECRETS)
    if not name:
        raise ShunterError("-f has an empty name", hint="-f takes a values file")
    if not exists(path):
        raise ShunterError(f"there is no file {name}", hint="-f takes a values file")
    if kind := kind_at(path):
        raise ShunterError(f"{name} is {kind}, not a file", hint="-f takes a values file")
    return path


def _read_at(context: Context, path: Path, place: str) -> Document:
    if context.instead and (state := context.instead.get(str(path.resolve()))):
        return read_once(state.data, place)
    size = size_of(path)
    return read_once(read_regular(str(path)), place) if size <= MAX_BYTES else too_large(place, size)


def with_sets(context: Context, layers: Sequence[Document], sets: Sequence[str]) -> list[Document]:
    """Layers, and one more for each of `sets`: a flag such as `--set` with its argument."""
    if not sets:
        return list(layers)
    from shunter.core.values.strvals import set_layers

    try:
        return [*layers, *set_layers(layers, sets, partial(file_text, context))]
    except ShunterError as error:
        raise _without_secret(error, sets) from error


def _without_secret(error: ShunterError, sets: Sequence[str]) -> ShunterError:
    """The error of an argument; of one that gives a secret neither the text nor what is wrong in it is said."""
    from shunter.core.rules.masking import secret_free

    for given in sets:
        if str(error).startswith(f"{given}: ") and secret_free(given) != given:
            known = given.partition("=")[0] if "{" not in given.partition("=")[0] else given.partition(" ")[0]
            return ShunterError(f"{known}=... cannot be read", hint=r"escape a comma in a value: `\,`")
    return error


def file_text(context: Context, name: str) -> str:
    """The text of a file that `--set-file` names. Raises ShunterError where it is none."""
    path = context.start / name
    if kind := kind_at(path):
        raise ShunterError(f"{name} is {kind}, not a file", hint="--set-file KEY=FILE")
    return read_regular(str(path)).decode("utf-8", "replace")


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
