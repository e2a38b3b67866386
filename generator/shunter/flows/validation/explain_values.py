"""`values explain`: the effective values of one app, alone or in an environment, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import normpath
from typing import Any

from shunter.core.charts.load import Chart
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.document import Document
from shunter.core.rules.content import called, veiled
from shunter.core.rules.masking import secret_free
from shunter.core.values.coalesce import Coalesced, Slice, coalesce
from shunter.core.values.provenance import Explanation, Setting, explain
from shunter.flows.release.layers import values_file, with_sets
from shunter.flows.release.named import chart_named, source_folder
from shunter.flows.release.release import release_of
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import shown_path
from shunter.flows.workspace.projects import files_in
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Report
from shunter.model.wording import dotted

ENVIRONMENT, FILE, SET = "environment", "-f", "--set"


@dataclass(frozen=True, slots=True)
class Question:
    """Whose values, in which environment (empty: the chart alone), with which further `-f` files and `--set`.

    What looks like a secret has asterisks in its place, unless `show_secrets` says otherwise.
    """

    app: str
    environment: str = ""
    values: Sequence[str] = ()
    sets: Sequence[str] = ()
    show_secrets: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """A chart, the layers on it with their sources, the path of the app in it, and the folder each chart is below."""

    chart: Chart
    layers: dict[Document, str]
    path: tuple[str, ...]
    folders: dict[Chart, str]
    notices: tuple[str, ...] = ()

    def source(self, document: Document, library: Explanation) -> tuple[str, str]:
        """What a document is to the app, and the folder that its path is relative to."""
        if document in self.layers:
            own = self.layers[document] == ENVIRONMENT
            return self.layers[document], self.folders[self.chart] if own else ""
        if document in library.library:
            archetype = list(library.library).index(document)
            kind = f"archetype {library.values['archetype']}" if archetype else "library default"
            return kind, self.folders[library.library[document]]
        chart = next(chart for chart in self.chart.walk() if chart.values is document)
        return ENVIRONMENT if self.path and chart is self.chart else "app", self.folders[chart]


def explain_values(context: Context, asked: Question) -> Report:
    """A report whose data are the values as a whole and, for each key, its value, source, file and line."""
    case = _in_environment(context, asked) if asked.environment else _alone(context, asked)
    _require_readable(case)
    coalesced, part, notices = _coalesced(case, asked)
    explanation = explain(coalesced, part)
    keys = [_row(case, explanation, setting) for setting in explanation.settings]
    values = explanation.values
    if not asked.show_secrets:
        keys = [_veiled_row(row, setting, values) for row, setting in zip(keys, explanation.settings, strict=True)]
        values = veiled(values, (), switches=False)
    data = {"app": asked.app, "environment": asked.environment, "values": values, "keys": keys}
    return Report(data=data, notices=(*case.notices, *notices))


def _alone(context: Context, asked: Question) -> _Case:
    folder = source_folder(context, asked.app)
    named = None if folder else chart_named(context, asked.app)
    files = named[0] if named else files_in(context, folder or context.site("app", asked.app).path)
    return _Case(files.chart, _extras(context, asked, ()), (), _folders(files.chart, files.label))


def _in_environment(context: Context, asked: Question) -> _Case:
    site = context.site("environment", asked.environment)
    release = release_of(context, site)
    layers = dict.fromkeys(release.layers, ENVIRONMENT) | _extras(context, asked, release.layers)
    case = _Case(release.chart, layers, (asked.app,), _folders(release.chart, release.label))
    pinned = [dependency.key for dependency in release.chart.dependencies]
    return case if asked.app in pinned else _with_source(context, case, asked, pinned)


def _with_source(context: Context, case: _Case, asked: Question, pinned: Sequence[str]) -> _Case:
    """The case with the chart as it is in the workspace, where the environment does not pin it yet."""
    folder = source_folder(context, asked.app)
    if folder is None:
        raise ShunterError(f"{asked.environment} pins no chart `{asked.app}`", hint=f"pinned: {', '.join(pinned)}")
    files = files_in(context, folder)
    source, place = files.chart, files.label
    alias = "" if source.name == asked.app else asked.app
    chart = replace(
        case.chart,
        subcharts=(*case.chart.subcharts, source),
        dependencies=(*case.chart.dependencies, Dependency(source.name, source.version, alias=alias)),
    )
    folders = case.folders | {chart: case.folders[case.chart]} | _folders(source, place)
    notice = f"{asked.environment} does not pin {asked.app} yet: this is the chart in {place}"
    return replace(case, chart=chart, folders=folders, notices=(notice,))


def _extras(context: Context, asked: Question, below: Sequence[Document]) -> dict[Document, str]:
    files = [values_file(context, name) for name in asked.values]
    sets = with_sets(context, [*below, *files], asked.sets)[len(below) + len(files) :]
    return dict.fromkeys(files, FILE) | {document: document.path.partition(" ")[0] for document in sets}


def _folders(chart: Chart, folder: str) -> dict[Chart, str]:
    return dict.fromkeys(chart.walk(), "" if folder == "." else f"{folder}/")


def _require_readable(case: _Case) -> None:
    found: list[tuple[str, Finding]] = [(case.folders[case.chart], finding) for finding in case.chart.findings]
    for layer, source in case.layers.items():
        found += [(case.folders[case.chart] if source == ENVIRONMENT else "", finding) for finding in layer.findings]
    for folder, finding in found:
        span = replace(finding.span, path=shown_path(normpath(folder + finding.span.path)))
        raise ShunterError(finding.message, span=span, hint=finding.hint)


def _coalesced(case: _Case, asked: Question) -> tuple[Coalesced, Slice, tuple[str, ...]]:
    """The final values and the app's part of them; a notice where the app is switched off."""
    layers = tuple(case.layers)
    for switched_on in (False, True):
        coalesced = coalesce(case.chart, layers, all_enabled=switched_on)
        if coalesced.mismatch is not None:
            raise ShunterError(f"`{coalesced.mismatch[0]}` must be a map", hint="shunter validate says where")
        if coalesced.values is None:
            raise ShunterError("a chart imports values into themselves", hint="shunter validate says which")
        part = next((part for part in coalesced.slices if part.path == case.path), None)
        if part is not None:
            off = (f"{asked.app} is switched off in {asked.environment}",) if switched_on else ()
            return coalesced, part, off
    raise ShunterError(f"charts/ of {asked.environment} does not hold the chart of {asked.app}", hint="shunter lock")


def _row(case: _Case, explanation: Explanation, setting: Setting) -> dict[str, Any]:
    document, path = setting.origin
    source, folder = case.source(document, explanation)
    row: dict[str, Any] = {"key": dotted(setting.key), "value": setting.value, "from": source}
    if source.startswith(SET):
        return row | {"argument": document.path.partition(" ")[2]}
    return row | {"file": shown_path(normpath(folder + document.path)), "line": document.span(path).line}


def _veiled_row(row: dict[str, Any], setting: Setting, values: dict[str, Any]) -> dict[str, Any]:
    """The row without what looks like a secret; `values` are all of the app's."""
    shown = row | {"value": veiled(setting.value, called(setting.key, values), switches=False)}
    if "argument" in row:
        shown["argument"] = secret_free(f"{row['from']} {row['argument']}").partition(" ")[2]
    return shown
