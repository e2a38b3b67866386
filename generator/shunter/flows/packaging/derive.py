"""The files that shunter owns, derived again from pins: pure in what it reads, nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from shunter.core.charts.contents import read_once
from shunter.core.charts.lock import chart_lock, locked_charts
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Dependency, Pin
from shunter.core.charts.versions import require_exact
from shunter.core.goyaml.plain import sound
from shunter.core.packaging import umbrella, vendoring
from shunter.core.packaging.app_schema import compile_app_schema
from shunter.core.packaging.editor_schema import EXTRA
from shunter.core.packaging.extra_schema import read_extra
from shunter.core.packaging.ignored import unmanaged
from shunter.core.trains.entry import Entry, path_of, render_entry
from shunter.core.trains.state import PATH, State, render_state
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, SubTree, Tree
from shunter.model.findings import Span

SOURCE_SCHEMA = "schema/values.v{major}.yaml"

Changes = dict[str, FileState | None]


def app_files(files: ProjectFiles, archives: Archives) -> Changes:
    """What shunter owns in an app chart: the vendored library, Chart.lock and the compiled schema."""
    tree, dependencies = files.tree, files.packed.dependencies
    changes: Changes = dict.fromkeys(tree.paths("charts"))
    for dependency in dependencies:
        require_exact(dependency.version, f"{files.label}/Chart.yaml: dependency `{dependency.name}`")
    changes |= _vendored(dependencies, archives)
    changes["Chart.lock"] = chart_lock(dependencies, tree.get("Chart.lock")) if dependencies else None
    if schema := _app_schema(files, dependencies, archives):
        changes["values.schema.json"] = FileState(schema)
    return _only_own(tree, changes, archives)


def _only_own(tree: Tree, changes: Changes, archives: Archives) -> Changes:
    """The changes without deletions below `charts/` of what shunter did not put there.

    It wrote what the last Chart.lock lists, and what equals a chart of the registry: a merge brings such along.
    """
    old = tree.get("Chart.lock")
    known = locked_charts(old.data if old else None)
    own = {name for chart, version in known for name in (chart, f"{chart}-{version}", f"{chart}-{version}.tgz")}
    gone = {_entry(path) for path, state in changes.items() if state is None} - {""}
    foreign = {name for name in gone - own if not _is_published(tree, f"charts/{name}", archives)}
    return {path: state for path, state in changes.items() if state or _entry(path) not in foreign}


def _entry(path: str) -> str:
    """The name directly below `charts/` that a path of a chart belongs to; empty for a path elsewhere."""
    folder, _, below = path.partition("/")
    return below.partition("/")[0] if folder == vendoring.FOLDER else ""


def _is_published(tree: Tree, place: str, archives: Archives) -> bool:
    state = tree.get(place)
    found = PackedChart(place, archive=state.data) if state else PackedChart(place, SubTree(tree, place))
    try:
        return archives.has(*found.key) and archives.fetch(*found.key).content == found.content
    except ShunterError:
        return False


def _vendored(dependencies: tuple[Dependency, ...], archives: Archives) -> Changes:
    charts = {(item.name, item.version): archives.fetch(item.name, item.version) for item in dependencies}
    packed = [Pin(item.name, item.version) for item in dependencies if item.repository]
    open_ = [Pin(item.name, item.version) for item in dependencies if not item.repository]
    return {**vendoring.vendor_archives(packed, charts), **vendoring.vendor_unpacked(open_, charts)}


def _app_schema(files: ProjectFiles, dependencies: tuple[Dependency, ...], archives: Archives) -> bytes | None:
    answers = files.answers
    library = next((item for item in dependencies if item.name == answers.get("library")), None)
    if library is None:
        return None
    name = SOURCE_SCHEMA.format(major=require_exact(library.version, f"chart {library.name}").major)
    source = archives.fetch(library.name, library.version).files.get(name)
    if source is None:
        return None
    archetype, state = str(answers["archetype"]), files.tree.get(EXTRA)
    if state is None:
        return _compiled(source.data, name, archetype, library.name)
    contract, place = sound(read_once(source.data, name)).value or {}, f"{files.label}/{EXTRA}"
    try:
        extra = read_extra(state.data, place, contract)
        return compile_app_schema(contract, archetype=archetype, library=library.name, extra=extra)
    except ShunterError as error:
        if error.span is not None:
            raise
        raise ShunterError(error.message, hint=error.hint, span=Span(place)) from error


@lru_cache(64)
def _compiled(contract: bytes, path: str, archetype: str, library: str) -> bytes:
    """The schema of all apps of one shape that add nothing to the contract: it is compiled once."""
    found = sound(read_once(contract, path)).value or {}
    return compile_app_schema(found, archetype=archetype, library=library, extra=None)


def environment_files(
    tree: Tree, answers: Mapping[str, Any], state: State, archives: Archives, entries: Iterable[Entry] = ()
) -> Changes:
    """Everything that shunter owns in an environment: Chart.yaml, Chart.lock, both schemas, charts/ and the record.

    `entries` are new in its history.
    """
    repository = str(answers.get("chart_repository", ""))
    spec = umbrella.UmbrellaSpec(
        name=str(answers["name"]),
        description=f"Environment {answers['name']} of {answers['workspace']}",
        version=state.version,
        library=str(answers["library"]),
        cars=_placed(tree, state, archives, repository),
        services={
            *answers.get("services", ()),
            *answers.get("other_services", ()),
            *umbrella.still_set(tree, answers.get("values_files", ())),
        }
        - {str(answers["library"])},
        repository=repository,
    )
    archives.gather(state.pins.values())
    needed = {(pin.name, pin.version): archives.fetch(pin.name, pin.version) for pin in state.pins.values()}
    derived = dict(umbrella.derive(spec, needed, tree))
    derived |= record_files(state, entries)
    if ignored := tree.get(".helmignore"):
        derived[".helmignore"] = _helmignore(ignored, spec.library)
    return _only_own(tree, derived, archives)


def _placed(tree: Tree, state: State, archives: Archives, url: str) -> dict[str, Pin]:
    """The pins with where Chart.yaml is to name each chart, if `url` is another place for each.

    Where no workspace and no pin says it, Chart.yaml does, as it was derived where somebody knew.
    """
    if "{" not in url:
        return state.pins
    known = {}
    if tree.get("Chart.yaml"):
        listed = PackedChart("", tree).dependencies
        known = {(item.name, item.version): item.repository for item in listed if "{" not in item.repository}
    return {
        alias: archives.placed(pin, url, known.get((pin.name, pin.version), "")) for alias, pin in state.pins.items()
    }


def record_files(state: State, entries: Iterable[Entry] = ()) -> Changes:
    """The record of an environment, and entries that are new in its history."""
    files: Changes = {path_of(entry.name): FileState(render_entry(entry)) for entry in entries}
    return files | {PATH: FileState(render_state(state))}


def _helmignore(old: FileState, library: str) -> FileState:
    text = unmanaged(old.data.decode("utf-8", "surrogateescape"), library)
    return FileState(text.encode("utf-8", "surrogateescape"), old.mode)
