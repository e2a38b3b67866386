"""An app chart as it is published: its library compiled in, as its schema is.

Helm copies all values of a release once for every chart in it that declares a dependency (`processDependencyEnabled` in
pkg/chart/v2/util/dependencies.go), so a hundred apps that each depend on the library cost the square of a hundred. A
published chart therefore holds the library's named templates itself, under names of their own (`qualify`): it renders
with them wherever it runs. They stand three folders deep, so that a named template of the app wins over the library's
(`sortTemplates` in pkg/engine/engine.go). The sources of one major of the library, `templates/_*.v1.tpl`, become one
file. The chart in its repository stays an ordinary one, with its dependency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shunter.core.charts.helmignore import filter_files
from shunter.core.charts.packed import LIBRARY, REVISION, PackedChart
from shunter.core.packaging.contract import CONTRACT, as_published
from shunter.model.data import dataclass
from shunter.model.files import FileState

SOURCE = "org.opencontainers.image.source"
"""In Chart.yaml's `annotations`: the repository of the chart's sources."""
_TEMPLATES: Final = "templates/"
_CONTRACTS: Final = "schema/"
_NOT_RENDERED = ("README.md", "LICENSE", ".helmignore", ".copier-answers.yml", "Chart.yaml", "schema/")
_NAMED: Final = re.compile(r"templates/_[^/]*")
_OF_MAJOR: Final = re.compile(r"templates/_[^/]+(\.v\d+\.tpl)")
_DEFINE: Final = re.compile(rb"\{\{-?\s*(?:define|block)\s+[\"`]([^\"`]*)[\"`]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a published chart comes from: a repository's URL and a commit; empty is unknown."""

    source: str = ""
    revision: str = ""


def origin_of(metadata: Mapping[str, Any]) -> Origin:
    """What a published chart's metadata says of where it comes from."""
    annotations = metadata.get("annotations")
    known = annotations if isinstance(annotations, dict) else {}
    return Origin(str(known.get(SOURCE, "")), str(known.get(REVISION, "")))


def with_origin(chart: PackedChart, origin: Origin) -> PackedChart:
    """The chart's files, with `origin` in Chart.yaml; a source that a person has put there stays."""
    from shunter.core.goyaml.edit import edit

    source = "" if origin_of(chart.metadata).source else origin.source
    wanted = [(name, text) for name, text in ((SOURCE, source), (REVISION, origin.revision)) if text]
    if not wanted:
        return chart
    state = chart.files["Chart.yaml"]
    data = edit(state.data, [(["annotations", name], text) for name, text in wanted])
    return PackedChart.of_files({**chart.files, "Chart.yaml": FileState(data, state.mode)}, chart.label)


def major_suffix(path: str) -> str:
    """How the template files of one major of a library end: `.v1.tpl` for `templates/_names.v1.tpl`; else empty."""
    found = _OF_MAJOR.fullmatch(path)
    return found[1] if found else ""


def compiled_folder(library: str, mark: str = "") -> str:
    """The folder in a published app chart that holds the library's templates, with a slash at its end.

    `mark` is what `qualify` tells libraries apart by; without one, the folder of all of them.
    """
    return f"{_TEMPLATES}{library}/" + (f"{mark}/" if mark else "")


def compiled_name(library: str, path: str) -> str:
    """What a template file of the library is called in a published app chart: `_<library>.v1.tpl`.

    A file that is not of one major keeps its name.
    """
    suffix = major_suffix(path)
    return f"_{library}{suffix}" if suffix else path.removeprefix(_TEMPLATES)


def published(chart: PackedChart, library: str) -> PackedChart:
    """The chart with its `library` compiled in.

    As it is where it does not depend on that library under its own name, where the library holds more than named
    templates (values, custom resources or charts of its own would be lost), or where another chart in it calls that
    library. Raises ShunterError for a file below `templates/` that is no template.
    """
    dependencies = chart.metadata.get("dependencies", ())
    rest = [item for item in dependencies if item.get("name") != library or item.get("alias")]
    copies = [(path, copy) for path, copy in chart.subcharts.items() if copy.name == library]
    if len(rest) != len(dependencies) - 1 or len(copies) != 1 or not _only_named_templates(copies[0][1].files):
        return chart
    folder, copy = copies[0]
    inside = _names_inside(inner for path, inner in chart.subcharts.items() if path != folder)
    if any(name.startswith(f"{library}.") for name in inside):
        return chart
    kept = {
        path: state
        for path, state in chart.files.items()
        if path != "Chart.lock" and path != folder and not path.startswith(f"{folder}/")
    }
    own = {path: state for path, state in filter_files(kept).items() if path.startswith(_TEMPLATES)}
    from shunter.core.packaging.qualify import qualified  # it parses templates, which only who publishes needs

    made = qualified(library, copy.version, _compiled(copy.files, library), own, inside)
    compiled = {compiled_folder(library, made.mark) + path: state for path, state in made.library.items()}
    for path in filter(CONTRACT.fullmatch, copy.files):
        place, data = as_published(path.removeprefix(_CONTRACTS), copy.files[path].data)
        compiled[f"{_CONTRACTS}{library}/{made.mark}/{place}"] = FileState(data)
    built_with = f"{library} {copy.version} {made.mark.removeprefix(f'{copy.version}-')}"
    described = _chart_file(chart.files["Chart.yaml"], rest, built_with)
    return PackedChart.of_files({**kept, **made.app, **compiled, "Chart.yaml": described}, chart.label)


def _names_inside(charts: Iterable[PackedChart]) -> frozenset[str]:
    """The named templates that these charts, and the charts in them, define or call."""
    from shunter.core.packaging.qualify import names_in

    found: frozenset[str] = frozenset()
    for chart in charts:
        templates = {path: state for path, state in chart.files.items() if path.startswith(_TEMPLATES)}
        found |= names_in(templates) | _names_inside(chart.subcharts.values())
    return found


def library_folders(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The folders of a published chart that hold its library's templates and contracts, each with a slash at its end.

    None where no library is compiled in, or one without names of its own.
    """
    name, version, digits = _annotated(metadata)
    mark = f"{version}-{digits}"
    return (compiled_folder(name, mark), f"{_CONTRACTS}{name}/{mark}/") if digits else ()


def compiled_library(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version of the library that a chart says is compiled in; two empty texts where there is none."""
    name, version, _ = _annotated(metadata)
    return name, version


def _annotated(metadata: Mapping[str, Any]) -> tuple[str, str, str]:
    annotations = metadata.get("annotations")
    text = annotations.get(LIBRARY, "") if isinstance(annotations, dict) else ""
    name, version, digits, *_ = (*str(text).split(), "", "", "")
    return name, version, digits


def _compiled(library: Mapping[str, FileState], name: str) -> dict[str, FileState]:
    """The library's templates as a published chart holds them, by the file's name.

    Of two files that define the same name Helm takes one, but it refuses one file that does so twice: such stay apart.
    """
    groups: dict[str, list[str]] = {}
    for path in sorted(filter(_NAMED.fullmatch, library)):
        groups.setdefault(compiled_name(name, path), []).append(path)
    files: dict[str, FileState] = {}
    for target, paths in groups.items():
        defined = [item for path in paths for item in _DEFINE.findall(library[path].data)]
        if len(paths) > 1 and len(defined) > len(set(defined)):
            files |= {path.removeprefix(_TEMPLATES): library[path] for path in paths}
        elif len(paths) > 1:
            files[target] = FileState(b"".join(_line_ended(library[path].data) for path in paths))
        else:
            files[target] = library[paths[0]]
    return files


def _line_ended(text: bytes) -> bytes:
    return text if text.endswith(b"\n") else text + b"\n"


def _only_named_templates(chart: Mapping[str, FileState]) -> bool:
    return all(_NAMED.fullmatch(path) or path.startswith(_NOT_RENDERED) for path in chart)


def _chart_file(state: FileState, dependencies: list[Any], library: str) -> FileState:
    from shunter.core.goyaml.edit import edit

    listed = dependencies or None
    return FileState(edit(state.data, [(["dependencies"], listed), (["annotations", LIBRARY], library)]), state.mode)
