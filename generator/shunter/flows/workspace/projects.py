"""What a project says of itself: its answers, its Chart.yaml, its train record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.adapters.verdicts.questions import ANSWERS_FILE as ANSWERS_FILE
from shunter.core.charts.pins import Dependency
from shunter.core.goyaml.document import read
from shunter.core.packaging.record import TrainRecord
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, Tree

RECORD_FILE = ".shunter/train.yaml"


def chart_metadata(tree: Tree, path: str) -> Mapping[str, Any]:
    """Chart.yaml of a chart's tree. `path` is named in errors. Raises ShunterError where it is missing or broken."""
    state = tree.get("Chart.yaml")
    if state is None:
        raise ShunterError(f"there is no {path}/Chart.yaml", hint="a chart needs one: name, version and apiVersion: v2")
    document = read(state.data, f"{path}/Chart.yaml")
    for finding in document.findings:
        raise ShunterError(
            finding.message, span=finding.span, hint="merge markers? correct the file, then `shunter lock`"
        )
    metadata: Mapping[str, Any] = document.value or {}
    for key in ("name", "version"):
        if not isinstance(metadata.get(key), str):
            raise ShunterError(f"{path}/Chart.yaml has no `{key}`", hint=f"add `{key}:` (a quoted string)")
    return metadata


def answers_of(tree: Tree) -> Mapping[str, Any]:
    """The recorded answers of a project; empty where there is no answers file."""
    state = tree.get(ANSWERS_FILE)
    if state is None:
        return {}
    if state.mode == SYMLINK:
        raise ShunterError(f"{ANSWERS_FILE} is a symbolic link", hint="restore it from git")
    from shunter.core.workspace.answers import read_answers

    return read_answers(state.data)[2]


def values_files_of(tree: Tree) -> list[str]:
    """The values files of an environment, in order, as its answers name them."""
    names = answers_of(tree).get("values_files", ["values.yaml"])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ShunterError(
            f"`values_files` in {ANSWERS_FILE} must be a list of file names",
            hint="such as `values_files: [values.yaml]`",
        )
    return names


def dependencies_of(metadata: Mapping[str, Any]) -> tuple[Dependency, ...]:
    """The dependencies that a Chart.yaml lists."""
    return tuple(
        Dependency(
            name=str(item["name"]),
            version=str(item.get("version", "")),
            repository=str(item.get("repository", "")),
            alias=str(item.get("alias", "")),
            condition=str(item.get("condition", "")),
            tags=tuple(item.get("tags", ())),
            import_values=tuple(item.get("import-values", ())),
        )
        for item in metadata.get("dependencies") or ()
    )


def record_of(tree: Tree, path: str) -> TrainRecord | None:
    """The train record that an environment carries, or None where it has none yet."""
    state = tree.get(RECORD_FILE)
    if state is None:
        return None
    if state.mode == SYMLINK:
        raise ShunterError(f"{path}/{RECORD_FILE} is a symbolic link", hint="put the file there: `shunter lock`")
    from shunter.core.packaging.record import parse_train_record

    return parse_train_record(state.data, f"{path}/{RECORD_FILE}")
