"""Charts as Helm loads them (pkg/chart/v2/loader): metadata, values, schema and subcharts, with the place of each.

Only what judging values needs is read from the tree; templates are read when somebody asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any, Final

from shunter.core import metadata
from shunter.core.metadata import METADATA, Decoder
from shunter.core.reader import MAX_BYTES, Document, read
from shunter.model.chart import Dependency
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, MemoryTree, Tree
from shunter.model.findings import Finding, Kind, Span

_BOM: Final = b"\xef\xbb\xbf"
_EXACT: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}", re.ASCII)
_MOST_LINKS: Final = 10
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
        return None if state is None else state.data.removeprefix(_BOM)

    def walk(self) -> Iterator[Chart]:
        """The chart and all charts below it, disabled ones too."""
        yield self
        for subchart in self.subcharts:
            yield from subchart.walk()


def load_chart(tree: Tree, folder: str = "", helm: str = "4") -> Chart:
    """The chart in `folder` of `tree`, without what its `.helmignore` drops. What is broken is in its findings."""
    folder = "" if folder == "." else folder.rstrip("/")
    prefix = f"{folder}/" if folder else ""
    paths = _real_paths(tree, folder, prefix)
    try:
        kept = _without_ignored(tree, paths, prefix)
    except ShunterError as error:
        finding = Finding("chart-broken", error.message, error.span or Span(folder), hint=error.hint)
        return _broken(folder, "", finding)
    files = {path: _reader(tree, full) for path, full in kept.items()}
    return _load(files, folder, helm)


def load_archive(data: bytes, name: str, helm: str = "4") -> Chart:
    """The chart in the `.tgz` bytes `data`; `name` is the archive's path."""
    from shunter.core.archive import unpack

    try:
        unpacked = unpack(data, f"`{name}`")
    except ShunterError as error:
        return _broken(name, "", Finding("chart-broken", error.message, Span(name), hint=error.hint))
    tree = MemoryTree(unpacked)
    return _load({path: _reader(tree, path) for path in unpacked}, name, helm)


def _reader(tree: Tree, path: str) -> Callable[[], FileState | None]:
    return lambda: _follow(tree, path)


def _follow(tree: Tree, path: str) -> FileState | None:
    for _ in range(_MOST_LINKS):
        state = tree.get(path)
        if state is None or state.mode != SYMLINK:
            return state
        path = normpath(join(dirname(path), state.data.decode("utf-8", "replace")))
    return None


def _real_paths(tree: Tree, folder: str, prefix: str) -> dict[str, str]:
    """Where each of the chart's files really stands: Helm follows links, to folders below `charts/` too."""
    paths: dict[str, str] = {}
    for path in tree.paths(folder):
        target = _link_target(tree, path) if dirname(path) == f"{prefix}charts" else None
        below = [found for found in tree.paths(target) if found != target] if target else []
        paths.update({(path + found[len(target or "") :]).removeprefix(prefix): found for found in below})
        if not below:
            paths[path.removeprefix(prefix)] = path
    return paths


def _link_target(tree: Tree, path: str) -> str | None:
    state = None if path.endswith(".tgz") else tree.get(path)
    if state is None or state.mode != SYMLINK:
        return None
    target = normpath(join(dirname(path), state.data.decode("utf-8", "replace")))
    return None if target.startswith("..") else target


def _without_ignored(tree: Tree, paths: dict[str, str], prefix: str) -> dict[str, str]:
    ignore = tree.get(f"{prefix}.helmignore") if ".helmignore" in paths else None
    if ignore is None:
        return paths
    from shunter.core import helmignore

    return helmignore.parse(ignore.data, f"{prefix}.helmignore").keep(paths)


def _broken(folder: str, name: str, *findings: Finding) -> Chart:
    empty = Document(join(folder, "Chart.yaml"), {})
    return Chart(name, "", "", folder, empty, Document(join(folder, "values.yaml"), {}), findings=findings)


def _load(files: Files, folder: str, helm: str) -> Chart:
    definition = _document(files, folder, "Chart.yaml", "3")
    if definition is None or definition.value is None:
        path = join(folder, "Chart.yaml")
        missing = Finding("chart-broken", "a chart needs a Chart.yaml", Span(path), hint="check the folder's name")
        return _broken(folder, "", *(definition.findings if definition else (missing,)))
    values = _document(files, folder, "values.yaml", helm) or Document(join(folder, "values.yaml"), {}, helm=helm)
    fields, decoder, problems = _metadata(files, folder, definition)
    dependencies = tuple(_dependency(entry) for entry in metadata.entries(fields, decoder))
    subcharts, more = _subcharts(files, folder, helm)
    name, version = metadata.sanitized(fields.get("name") or ""), fields.get("version") or ""
    problems += [*_check_metadata(definition, name, version), *decoder.problems]
    schema = files["values.schema.json"]() if "values.schema.json" in files else None
    below = [finding for chart in subcharts for finding in chart.findings]
    return Chart(
        name=name,
        version=version,
        app_version=fields.get("appVersion") or "",
        folder=folder,
        definition=decoder.document,
        values=values,
        dependencies=dependencies,
        empty_list=fields.get("dependencies") == [],
        schema=schema.data.removeprefix(_BOM) if schema is not None else None,
        subcharts=subcharts,
        missing=tuple(entry for entry in dependencies if not _is_there(entry, subcharts)),
        findings=(*problems, *more, *values.findings, *below),
        files=files,
    )


def _document(files: Files, folder: str, name: str, helm: str) -> Document | None:
    state = files[name]() if name in files else None
    if state is None:
        return None
    path = join(folder, name)
    if len(state.data) > MAX_BYTES:
        finding = Finding("file-too-large", "Helm loads no chart file above 5 MiB", Span(path), hint="shorten it")
        return Document(path, None, (finding,))
    return read(state.data.removeprefix(_BOM), path, helm)


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
    if version == wanted and _EXACT.fullmatch(version):
        return True
    from shunter.core.ranges import satisfies  # the usual pin needs no grammar of ranges

    return satisfies(version, wanted)


def _is_version(text: str) -> bool:
    if _EXACT.fullmatch(text):
        return True
    from shunter.core import versions

    return versions.parse(text) is not None


def _is_there(dependency: Dependency, subcharts: tuple[Chart, ...]) -> bool:
    return any(chart.name == dependency.name and fits(chart.version, dependency.version) for chart in subcharts)


def _check_metadata(definition: Document, name: str, version: str) -> list[Finding]:
    problems = []
    if not name or "/" in name or name in (".", ".."):
        message = f"`{name}` is no name for a chart" if name else "the chart has no name"
        problems.append(_problem(definition, ("name",), message, "write `name:` as the folder is called"))
    if not version or not _is_version(version):
        message = f"`{version}` is no version that Helm accepts" if version else "the chart has no version"
        problems.append(_problem(definition, ("version",), message, "write a version such as 1.0.0"))
    return problems


def _problem(document: Document, key: tuple[str | int, ...], message: str, hint: str) -> Finding:
    return Finding("chart-broken", message, document.span(key), Kind.VERDICT, key=key, hint=hint)


def _dependency(entry: Mapping[str, Any]) -> Dependency:
    return Dependency(
        name=entry["name"],
        version=entry["version"],
        repository=entry["repository"],
        alias=entry["alias"],
        condition=entry["condition"],
        tags=entry["tags"],
        import_values=tuple(entry.get("import-values") or ()),
    )


def _subcharts(files: Files, folder: str, helm: str) -> tuple[tuple[Chart, ...], list[Finding]]:
    groups: dict[str, dict[str, Callable[[], FileState | None]]] = {}
    for path, get in files.items():
        top, _, rest = path.partition("/")
        if top == "charts" and rest and not rest.endswith(".prov"):
            name, _, below = rest.partition("/")
            groups.setdefault(name, {})[below] = get
    charts, problems = [], []
    for name, group in sorted(groups.items()):
        if name.startswith(("_", ".")):
            continue
        path = join(folder, "charts", name)
        chart = _archived(group, path, helm) if name.endswith(".tgz") else _load(_below(group), path, helm)
        charts.append(chart)
        if not chart.name and not chart.findings:
            problems.append(Finding("chart-broken", f"`{path}` is no chart", Span(path), hint="take it out of charts/"))
    return tuple(charts), problems


def _below(group: Mapping[str, Callable[[], FileState | None]]) -> Files:
    return {path: get for path, get in group.items() if path}


def _archived(group: Mapping[str, Callable[[], FileState | None]], path: str, helm: str) -> Chart:
    state = group[""]() if "" in group else None
    if state is None:
        finding = Finding("chart-broken", f"`{path}` is no archive", Span(path), hint="rename the folder")
        return _broken(path, "", finding)
    return load_archive(state.data, path, helm)
