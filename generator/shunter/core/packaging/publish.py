"""An app chart as it is published: its library compiled in, as its schema is.

Helm copies all values of a release once for every chart in it that declares a dependency (`processDependencyEnabled` in
pkg/chart/v2/util/dependencies.go), so a hundred apps that each depend on the library cost the square of a hundred. A
published chart therefore holds the library's named templates itself, two folders deep: the copy of an umbrella that
pins the library stands higher, and wins (`sortTemplates` in pkg/engine/engine.go). The sources of one major of the
library, `templates/_*.v1.tpl`, become one file, since an umbrella holds it once for each app. The chart in its
repository stays an ordinary one, with its dependency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from shunter.core.charts.packed import REVISION, PackedChart
from shunter.model.data import dataclass
from shunter.model.files import FileState

ANNOTATION = "shunter/library"
"""In Chart.yaml's `annotations`: name and version of the library that is compiled in."""
SOURCE = "org.opencontainers.image.source"
"""In Chart.yaml's `annotations`: the repository of the chart's sources."""
_NOT_RENDERED = ("README.md", "LICENSE", ".helmignore", ".copier-answers.yml", "Chart.yaml", "schema/")
_NAMED: Final = re.compile(r"templates/_[^/]*")
_OF_MAJOR: Final = re.compile(r"templates/_[^/]+(\.v\d+\.tpl)")
_DEFINE: Final = re.compile(rb"\{\{-?\s*(?:define|block)\s+([\"`][^\"`]*[\"`])")


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


def compiled_folder(library: str) -> str:
    """The folder in a published app chart that holds the library's templates, with a slash at its end."""
    return f"templates/{library}/"


def compiled_path(library: str, path: str) -> str:
    """Where a template file of the library stands in a published app chart: `templates/<library>/_<library>.v1.tpl`.

    A file that is not of one major keeps its name.
    """
    suffix = major_suffix(path)
    return compiled_folder(library) + (f"_{library}{suffix}" if suffix else path.removeprefix("templates/"))


def published(chart: PackedChart, library: str) -> PackedChart:
    """The chart with its `library` compiled in.

    As it is where it does not depend on that library under its own name, or where the library holds more than named
    templates: values, custom resources or charts of its own would be lost.
    """
    dependencies = chart.metadata.get("dependencies", ())
    rest = [item for item in dependencies if item.get("name") != library or item.get("alias")]
    copies = [(path, copy) for path, copy in chart.subcharts.items() if copy.name == library]
    if len(rest) != len(dependencies) - 1 or len(copies) != 1 or not _only_named_templates(copies[0][1].files):
        return chart
    folder, copy = copies[0]
    kept = {
        path: state
        for path, state in chart.files.items()
        if path != "Chart.lock" and path != folder and not path.startswith(f"{folder}/")
    }
    described = _chart_file(chart.files["Chart.yaml"], rest, f"{library} {copy.version}")
    compiled = _compiled(copy.files, library)
    return PackedChart.of_files({**kept, **compiled, "Chart.yaml": described}, chart.label)


def compiled_library(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version of the library that a chart says is compiled in; two empty texts where there is none."""
    annotations = metadata.get("annotations")
    text = annotations.get(ANNOTATION, "") if isinstance(annotations, dict) else ""
    name, _, version = str(text).partition(" ")
    return name, version


def _compiled(library: Mapping[str, FileState], name: str) -> dict[str, FileState]:
    """The library's templates as a published chart holds them.

    Of two files that define the same name Helm takes one, but it refuses one file that does so twice: such stay apart.
    """
    groups: dict[str, list[str]] = {}
    for path in sorted(filter(_NAMED.fullmatch, library)):
        groups.setdefault(compiled_path(name, path), []).append(path)
    files: dict[str, FileState] = {}
    for target, paths in groups.items():
        defined = [item for path in paths for item in _DEFINE.findall(library[path].data)]
        if len(paths) > 1 and len(defined) > len(set(defined)):
            files |= {compiled_folder(name) + path.removeprefix("templates/"): library[path] for path in paths}
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
    return FileState(edit(state.data, [(["dependencies"], listed), (["annotations", ANNOTATION], library)]), state.mode)
