"""Files named on the command line: the charts they belong to, and what was said of them before. Imports nothing."""

from __future__ import annotations

import os

from shunter.adapters.places import may_be_unfinished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from shunter.adapters.verdict_cache import Part, Question, Verdicts

WORKSPACE_FILE = "shunter.yaml"
ANSWERS_FILE = ".copier-answers.yml"
_NOT_VALUES = ("templates", "charts", "crds")
_IS_ENVIRONMENT = b"\nkind: environment\n"


def _upwards(start: str, name: str) -> str:
    """The nearest folder at or above `start` that holds the file `name` (or the folder `.git`); empty if none does."""
    folder = start
    while not os.path.isfile(here := os.path.join(folder, name)) and not (name == ".git" and os.path.isdir(here)):
        if folder == (folder := os.path.dirname(folder)):
            return ""
    return folder


def chart_folder(path: str) -> str:
    """The nearest folder at or above the absolute `path` that is a chart; empty if none is."""
    return _upwards(path, "Chart.yaml")


def is_values_file(path: str, folder: str) -> bool:
    """Whether a file of the chart in `folder` is a values file of its own, to be judged as if passed with `-f`."""
    if not path.endswith((".yaml", ".yml")) or not os.path.isfile(path):
        return False
    inside = os.path.relpath(path, folder).split(os.sep)
    return inside not in (["values.yaml"], ["Chart.yaml"]) and inside[0] not in _NOT_VALUES


def question(
    folder: str, start: str, workspace: bytes, files: Sequence[str], *, whole: bool, sets: Sequence[str] = ()
) -> Question:
    """What a judgement depends on: see `adapters.verdict_cache`.

    `files` are passed with `-f` and named from the folder `start`; `workspace` are the bytes of `shunter.yaml`, if any;
    all files of an environment matter (`whole`).
    """
    named: list[Part] = [(f"-f {file}", b"") for file in files]
    asked: list[Part] = [("start", os.path.relpath(os.path.realpath(folder), start).encode("utf-8", "surrogateescape"))]
    asked += [(f"--set {text}", b"") for text in sets]
    paths = tuple(os.path.join(start, file) for file in files)
    return folder, whole, paths, (*named, *asked, (WORKSPACE_FILE, workspace))


def valid_before(start: str, names: Sequence[str], verdicts: Verdicts) -> int:
    """How many charts the named files belong to, if all of them were judged before and nothing was found; else 0.

    The answer is 0 as well where only a closer look tells what depends on a file.
    """
    start = os.path.realpath(start)
    root = _upwards(start, WORKSPACE_FILE)
    if may_be_unfinished(root or _upwards(start, ".git") or start):
        return 0
    workspace = _read(f"{root}/{WORKSPACE_FILE}") if root else b""
    folders: dict[str, list[str]] = {}
    for name in names:
        path = os.path.normpath(os.path.join(start, name))
        folder = chart_folder(path) if ".." not in name.split(os.sep) and os.path.exists(path) else ""
        if not folder:
            return 0
        folders.setdefault(folder, []).append(name)
    for folder, files in folders.items():
        questions = _questions(folder, start, workspace, files)
        if not questions or any(verdicts.find(one) != () for one in questions):
            return 0
    return len(folders)


def _questions(folder: str, start: str, workspace: bytes, names: list[str]) -> list[Question]:
    if _IS_ENVIRONMENT in b"\n" + _read(f"{folder}/{ANSWERS_FILE}"):
        return [question(folder, start, workspace, (), whole=True)]
    if os.path.basename(os.path.dirname(folder)) == "charts":
        return []  # the chart around it may have it as a dependency
    paths = {name: os.path.normpath(os.path.join(start, name)) for name in names}
    files = [name for name in names if is_values_file(paths[name], folder)]
    if len(files) == len(names):
        return [question(folder, start, workspace, (name,), whole=False) for name in names]
    others = {paths[name] for name in names} - {paths[name] for name in files}
    if workspace or files or others - {folder, f"{folder}/values.yaml"}:
        return []
    return [question(folder, start, workspace, (), whole=False)]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def summary(charts: int, findings: int) -> str:
    """The line that `validate` ends with."""
    said = "valid" if not findings else f"{findings} finding{'s' if findings > 1 else ''}"
    return f"{charts} chart{'s' if charts != 1 else ''} checked: {said}"
