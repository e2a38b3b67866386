"""Files named on the command line: the charts they belong to, and what was said of them before. Imports nothing."""

from __future__ import annotations

import os

from shunter.adapters.system.paths import may_be_unfinished
from shunter.adapters.system.regular import read_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shunter.adapters.verdicts.cache import Part, Question, Verdicts

WORKSPACE_FILE = "shunter.yaml"
ANSWERS_FILE = ".copier-answers.yml"
SHARED = ("Chart.yaml", "values.yaml", "values.schema.json")
"""Files of a chart that stand for all that reads them."""
_MOST_NAMES = 3
_OTHERS = ("values-", "values.", "values_")
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


def workspace_folder(path: str) -> str:
    """The nearest folder at or above the absolute `path` that holds a workspace's file; empty if none does."""
    return _upwards(path, WORKSPACE_FILE)


def is_values_file(path: str, folder: str) -> bool:
    """Whether a file of the chart in `folder` is a values file of its own, to be judged as if passed with `-f`."""
    inside = path[len(folder) :].lstrip(os.sep)
    if not inside.endswith((".yaml", ".yml")) or inside in ("values.yaml", "Chart.yaml"):
        return False
    return inside.partition(os.sep)[0] not in _NOT_VALUES and os.path.isfile(path)


def other_values(folder: str, start: str) -> list[str]:
    """The values files of the chart in `folder` that are for trying it, by convention: named from `start`, sorted.

    `values-*.yaml` beside its own that is no schema, and below `ci/` what ends in `values.yaml`, as in chart-testing.
    """
    found = [name for name in _names(folder) if name[:7] in _OTHERS and ".schema." not in name]
    below = [f"ci/{name}" for name in _names(f"{folder}/ci")]
    while below:
        path = below.pop()
        if os.path.isdir(f"{folder}/{path}") and not os.path.islink(f"{folder}/{path}"):
            below += [f"{path}/{name}" for name in _names(f"{folder}/{path}")]
        elif path.endswith(("values.yaml", "values.yml")):
            found.append(path)
    files = [path for path in found if is_values_file(f"{folder}/{path}", folder)]
    return [os.path.relpath(f"{folder}/{path}", start) for path in sorted(files)]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def questions(
    folder: str,
    start: str,
    workspace: bytes,
    runs: Iterable[Sequence[str]],
    *,
    whole: bool,
    values: Sequence[str] = (),
    sets: Sequence[str] = (),
) -> list[Question]:
    """What the judgement of each run depends on: see `adapters.verdict_cache`.

    A run is the values files that are judged, as they are named from the folder `start`, or none for the chart's own;
    `values` and `sets` are passed besides. `workspace` are the bytes of `shunter.yaml`, if any; all files of an
    environment matter (`whole`).
    """
    label = os.path.relpath(os.path.realpath(folder), start).encode("utf-8", "surrogateescape")
    asked: tuple[Part, ...] = (
        (WORKSPACE_FILE, workspace),
        ("start", label),
        *((text, b"") for text in sets),
    )
    found = []
    for run in runs:
        files = (*run, *values)
        own: tuple[Part, ...] = (("own values", b""),) if values and not run else ()
        paths = tuple(os.path.join(start, file) for file in files)
        found.append((folder, whole, paths, (*((file, b"") for file in files), *own, *asked)))
    return found


def valid_before(
    start: str, names: Sequence[str], verdicts: Verdicts, nothing_waits: Callable[[], bool] = lambda: False
) -> int:
    """How many charts the named files belong to, if all of them were judged before and nothing was found; else 0.

    The answer is 0 as well where only a closer look tells what depends on a file. `nothing_waits` tells whether no
    environment of the workspace has values for a service that it does not pin: then none depends on a chart.
    """
    start = os.path.realpath(start)
    root = _upwards(start, WORKSPACE_FILE)
    if may_be_unfinished(root or _upwards(start, ".git") or start):
        return 0
    workspace = _read(f"{root}/{WORKSPACE_FILE}") if root else b""
    charts: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for name in names:
        path = os.path.normpath(os.path.join(start, name))
        above = path if os.path.isdir(path) else os.path.dirname(path)
        if above not in known:
            known[above] = chart_folder(above)
        if not known[above] or ".." in name.split(os.sep) or not os.path.exists(path):
            return 0
        charts.setdefault(known[above], []).append(name)
    for folder, files in charts.items():
        asking = _quick_questions(folder, start, workspace, files, nothing_waits)
        if not asking or any(verdicts.find(one) != () for one in asking):
            return 0
    return len(charts)


def _quick_questions(
    folder: str, start: str, workspace: bytes, names: list[str], nothing_waits: Callable[[], bool]
) -> list[Question]:
    """The questions about one chart; none where something else may depend on these files."""
    if _IS_ENVIRONMENT in b"\n" + _read(f"{folder}/{ANSWERS_FILE}"):
        return questions(folder, start, workspace, [()], whole=True)
    above, name = os.path.split(os.path.dirname(folder))
    if name == "charts" and os.path.isfile(f"{above}/Chart.yaml"):
        return []
    paths = [os.path.normpath(os.path.join(start, name)) for name in names]
    if all(is_values_file(path, folder) for path in paths):
        return questions(folder, start, workspace, [(name,) for name in names], whole=False)
    if workspace:
        inside = {os.path.relpath(path, folder) for path in paths}
        if not inside <= {os.curdir, *SHARED} or not nothing_waits():
            return []
    elif paths != [folder]:
        return []
    others = [(name,) for name in other_values(folder, start)]
    return questions(folder, start, workspace, [(), *others], whole=False)


def _read(path: str) -> bytes:
    try:
        return read_regular(path)
    except OSError:
        return b""


def summary(charts: int, findings: int, own: Sequence[str] = ()) -> str:
    """The line that `validate` ends with; `own` are shunter's own files that were judged besides charts, or instead."""
    said = "valid" if not findings else f"{findings} finding{'s' if findings > 1 else ''}"
    judged = [f"{charts} chart{'s' if charts != 1 else ''}"] if charts or not own else []
    judged += own if len(own) <= _MOST_NAMES else [f"{len(own)} files of shunter"]
    return f"{', '.join(judged)} checked: {said}"
