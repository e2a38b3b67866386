"""An app chart as it is published: its library compiled in, as its schema is.

Helm copies all values of a release once for every chart in it that declares a dependency (`processDependencyEnabled` in
pkg/chart/v2/util/dependencies.go), so a hundred apps that each depend on the library cost the square of a hundred. A
published chart therefore holds the library's template file itself, two folders deep: the copy of an umbrella that pins
the library stands higher, and wins (`sortTemplates` in pkg/engine/engine.go). The chart in its repository stays an
ordinary one, with its dependency.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.core.charts import archive
from shunter.model.files import FileState

ANNOTATION = "shunter/library"
"""In Chart.yaml's `annotations`: name and version of the library that is compiled in."""
_NOT_RENDERED = ("README.md", "LICENSE", ".helmignore", ".copier-answers.yml", "Chart.yaml", "schema/")


def compiled_path(library: str, path: str) -> str:
    """Where a template file of the library stands in a published app chart: `templates/<library>/<file>`."""
    return f"templates/{library}/{path.removeprefix('templates/')}"


def published(files: Mapping[str, FileState], library: str) -> dict[str, FileState]:
    """The chart `files` (paths relative to it) with its `library` compiled in.

    As it is where it does not depend on that library under its own name, or where the library holds more than named
    templates: values, custom resources or charts of its own would be lost.
    """
    metadata = archive.chart_metadata(files)
    dependencies = metadata.get("dependencies") or []
    rest = [item for item in dependencies if item.get("name") != library or item.get("alias")]
    copies = [
        (path, chart)
        for path, chart in archive.subcharts(files).items()
        if archive.chart_metadata(chart).get("name") == library
    ]
    if len(rest) != len(dependencies) - 1 or len(copies) != 1 or not _only_named_templates(copies[0][1]):
        return dict(files)
    folder, chart = copies[0]
    kept = {
        path: state
        for path, state in files.items()
        if path != "Chart.lock" and path != folder and not path.startswith(f"{folder}/")
    }
    templates = {compiled_path(library, path): state for path, state in chart.items() if _is_template(path)}
    version = f"{library} {archive.chart_metadata(chart).get('version')}"
    return {**kept, **templates, "Chart.yaml": _chart_file(files["Chart.yaml"], rest, version)}


def compiled_library(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version of the library that a chart says is compiled in; two empty texts where there is none."""
    annotations = metadata.get("annotations")
    text = annotations.get(ANNOTATION, "") if isinstance(annotations, dict) else ""
    name, _, version = str(text).partition(" ")
    return name, version


def _is_template(path: str) -> bool:
    return path.startswith("templates/_")


def _only_named_templates(chart: Mapping[str, FileState]) -> bool:
    return all(_is_template(path) or path.startswith(_NOT_RENDERED) for path in chart)


def _chart_file(state: FileState, dependencies: list[Any], library: str) -> FileState:
    from shunter.core.goyaml.edit import edit

    listed = dependencies or None
    return FileState(edit(state.data, [(["dependencies"], listed), (["annotations", ANNOTATION], library)]), state.mode)
