"""Charts as Helm loads them (pkg/chart/v2/loader): metadata, values, schema and subcharts, with the place of each.

Only what judging values needs is read from the tree; templates are read when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import join
from typing import Any, Final

from shunter.core.charts import metadata
from shunter.core.charts.contents import read_once, unpack_once
from shunter.core.charts.files import leads_out, no_files, reader, real_paths, refused, without_ignored
from shunter.core.charts.metadata import BOM, METADATA, Decoder
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.document import MAX_BYTES, Document
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree, Tree
from shunter.model.findings import Finding, Kind, Span

_MOST_UNPACKED: Final = 100 * 1024 * 1024
_DEEPEST: Final = 30
_MOST_CHARTS: Final = 1_000
Files = Mapping[str, Callable[[], "FileState | None"]]
"""Paths relative to a chart, and how to read each."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One chart. `folder` is where it stands: a folder of the tree, or an archive's path.

    `findings` say why Helm cannot load it (subcharts' own included); `missing` are dependencies that `charts/` does
    not hold in a fitting version. `definition` is Chart.yaml with positions. A list of dependencies may be there and
    empty (`empty_list`): then Helm looks at the charts below, where without a list it does not.
    """

    name: str
    version: str
    app_version: str
    folder: str
    definition: Document
    values: Document
    dependencies: tuple[Dependency, ...] = ()
    empty_list: bool = False
    schema: bytes | None = None
    subcharts: tuple[Chart, ...] = ()
    missing: tuple[Dependency, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: Files = field(default_factory=dict, repr=False)

    @property
    def schema_path(self) -> str:
        """Where the schema stands."""
        return join(self.folder, "values.schema.json")

    def read(self, path: str) -> bytes | None:
        """The bytes of one of the chart's files, such as a template; None if there is none."""
        state = self.files[path]() if path in self.files else None
        return None if state is None else state.data.removeprefix(BOM)

    def walk(self) -> Iterator[Chart]:
        """The chart and all charts below it, disabled ones too."""
        yield self
        for subchart in self.subcharts:
            yield from subchart.walk()


def load_chart(tree: Tree, folder: str = "", helm: str = "4") -> Chart:
    """The chart in `folder` of `tree`, without what its `.helmignore` drops. What is broken is in its findings."""
    folder = "" if folder == "." else folder.rstrip("/")
    prefix = f"{folder}/" if folder else ""
    listing = tree.listing(folder, MAX_BYTES)
    paths = {path.removeprefix(prefix): path for path in listing.odd} | real_paths(tree, listing.paths, prefix)
    try:
        kept = without_ignored(tree, paths, prefix, listing)
    except ShunterError as error:
        finding = Finding("chart-broken", error.message, error.span or Span(folder), hint=error.hint)
        return _broken(folder, "", finding)
    problems = [finding for path in kept.values() for finding in refused(path, listing)]
    if problems:
        return _broken(folder, "", *problems)
    folders = [path for path, full in kept.items() if full in listing.odd]
    files = {path: reader(tree, full) for path, full in kept.items() if full not in listing.odd}
    chart = _load(files, folder, _Loading(helm))
    return replace(chart, findings=(*chart.findings, *no_files(folders, folder))) if folders else chart


def load_archive(data: bytes, name: str, helm: str = "4") -> Chart:
    """The chart in the `.tgz` bytes `data`; `name` is the archive's path."""
    return _load_archive(data, name, _Loading(helm))


class _Loading:
    """One chart being loaded: for which Helm, what its archives may still unpack to, how deep we are, how many."""

    def __init__(self, helm: str) -> None:
        self.helm = helm
        self.left = _MOST_UNPACKED
        self.depth = 0
        self.charts = 0


def _load_archive(data: bytes, name: str, loading: _Loading) -> Chart:
    try:
        unpacked = unpack_once(data, f"`{name}`", loading.left)
    except ShunterError as error:
        return _broken(name, "", Finding("chart-broken", error.message, Span(name), hint=error.hint))
    loading.left -= sum(len(state.data) for state in unpacked.values())
    tree = MemoryTree(unpacked)
    return _load({path: reader(tree, path) for path in unpacked}, name, loading)


def _broken(folder: str, name: str, *findings: Finding) -> Chart:
    empty = Document(join(folder, "Chart.yaml"), {})
    return Chart(name, "", "", folder, empty, Document(join(folder, "values.yaml"), {}), findings=findings)


def _load(files: Files, folder: str, loading: _Loading) -> Chart:
    helm = loading.helm
    definition = _document(files, folder, "Chart.yaml", "3")
    if definition is None or definition.value is None:
        path = join(folder, "Chart.yaml")
        missing = Finding("chart-broken", "a chart needs a Chart.yaml", Span(path), hint="check the folder's name")
        return _broken(folder, "", *(definition.findings if definition else (missing,)))
    values = _document(files, folder, "values.yaml", helm) or Document(join(folder, "values.yaml"), {}, helm=helm)
    fields, decoder, problems = _metadata(files, folder, definition)
    dependencies = tuple(metadata.dependency(entry) for entry in metadata.entries(fields, decoder))
    if len(dependencies) > _MOST_CHARTS:
        message = f"charts with more than {_MOST_CHARTS:,} dependencies are not judged"
        too_many = _problem(decoder.document, ("dependencies",), message, "split the chart")
        dependencies, problems = (), [*problems, replace(too_many, kind=Kind.LINT)]
    subcharts, more = _subcharts(files, folder, loading)
    name, version = metadata.sanitized(fields.get("name") or ""), fields.get("version") or ""
    problems += [*metadata.identity_problems(definition, name, version), *decoder.problems]
    schema = files["values.schema.json"]() if "values.schema.json" in files else None
    if schema is None and "values.schema.json" in files:
        problems.append(leads_out(join(folder, "values.schema.json")))
    below = [finding for chart in subcharts for finding in chart.findings]
    named = by_name(subcharts)
    return Chart(
        name=name,
        version=version,
        app_version=fields.get("appVersion") or "",
        folder=folder,
        definition=decoder.document,
        values=values,
        dependencies=dependencies,
        empty_list=fields.get("dependencies") == [],
        schema=schema.data.removeprefix(BOM) if schema is not None else None,
        subcharts=subcharts,
        missing=tuple(entry for entry in dependencies if not _is_there(entry, named.get(entry.name, ()))),
        findings=(*problems, *more, *values.findings, *below),
        files=files,
    )


def _document(files: Files, folder: str, name: str, helm: str) -> Document | None:
    state = files[name]() if name in files else None
    path = join(folder, name)
    if state is None:
        return Document(path, None, (leads_out(path),)) if name in files else None
    if len(state.data) > MAX_BYTES:
        finding = Finding("file-too-large", "Helm loads no chart file above 5 MiB", Span(path), hint="shorten it")
        return Document(path, None, (finding,))
    return read_once(state.data.removeprefix(BOM), path, helm)


def _metadata(files: Files, folder: str, definition: Document) -> tuple[dict[str, Any], Decoder, list[Finding]]:
    """The fields of Chart.yaml and requirements.yaml, the decoder of the one with the dependencies, and problems."""
    decoder = Decoder(definition)
    fields = decoder.decode(METADATA)
    problems: list[Finding] = []
    listed = _document(files, folder, "requirements.yaml", "3")
    if listed is not None and listed.value is None:
        problems += listed.findings
    elif listed is not None and listed.value:
        problems += decoder.problems
        decoder = Decoder(listed)
        fields = decoder.decode(METADATA, fields)
    metadata.validate(decoder, fields)
    for name in ("Chart.lock", "requirements.lock"):
        lock = _document(files, folder, name, "3")
        problems += metadata.lock_problems(lock) if lock is not None else ()
    return fields, decoder, problems


def fits(version: str, wanted: str) -> bool:
    """Whether Helm takes a chart of `version` for a dependency on the range `wanted`."""
    if version == wanted and metadata.EXACT.fullmatch(version):
        return True
    from shunter.core.charts.ranges import satisfies  # the usual pin needs no grammar of ranges

    return satisfies(version, wanted)


def by_name(charts: Iterable[Chart]) -> dict[str, list[Chart]]:
    """These charts by their names, those of one name in their order."""
    found: dict[str, list[Chart]] = {}
    for chart in charts:
        found.setdefault(chart.name, []).append(chart)
    return found


def _is_there(dependency: Dependency, namesakes: Iterable[Chart]) -> bool:
    return any(fits(chart.version, dependency.version) for chart in namesakes)


def _problem(document: Document, key: tuple[str | int, ...], message: str, hint: str) -> Finding:
    return Finding("chart-broken", message, document.span(key), Kind.VERDICT, key=key, hint=hint)


def _subcharts(files: Files, folder: str, loading: _Loading) -> tuple[tuple[Chart, ...], list[Finding]]:
    groups: dict[str, dict[str, Callable[[], FileState | None]]] = {}
    for path, get in files.items():
        top, _, rest = path.partition("/")
        if top == "charts" and rest and not rest.endswith(".prov"):
            name, _, below = rest.partition("/")
            groups.setdefault(name, {})[below] = get
    charts: list[Chart] = []
    problems: list[Finding] = []
    loading.charts += len(groups)
    if loading.charts > _MOST_CHARTS or (groups and loading.depth == _DEEPEST):
        message = f"of charts in charts, {_MOST_CHARTS:,} are judged at most, and {_DEEPEST} levels"
        return (), [
            Finding("chart-broken", message, Span(join(folder, "charts")), Kind.LINT, hint="remove what is not needed")
        ]
    loading.depth += 1
    for name, group in sorted(groups.items()):
        if name.startswith(("_", ".")):
            continue
        path = join(folder, "charts", name)
        chart = _archived(group, path, loading) if name.endswith(".tgz") else _load(_below(group), path, loading)
        charts.append(chart)
        if not chart.name and not chart.findings:
            problems.append(Finding("chart-broken", f"`{path}` is no chart", Span(path), hint="take it out of charts/"))
    loading.depth -= 1
    return tuple(charts), problems


def _below(group: Mapping[str, Callable[[], FileState | None]]) -> Files:
    return {path: get for path, get in group.items() if path}


def _archived(group: Mapping[str, Callable[[], FileState | None]], path: str, loading: _Loading) -> Chart:
    state = group[""]() if "" in group else None
    if state is None:
        finding = Finding(
            "chart-broken",
            f"`{path}` is no archive",
            Span(path),
            hint="put the archive itself there, or rename what it is",
        )
        return _broken(path, "", finding)
    return _load_archive(state.data, path, loading)
