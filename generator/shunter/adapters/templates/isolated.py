"""Templates rendered in a process of its own: what it may use is bounded, and its end is told.

One question in, one answer out: JSON on its standard input, and JSON followed by the bytes of all files on its output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shunter.adapters.system import process
from shunter.adapters.templates.history import redirect_env
from shunter.model.data import asdict, dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

SECONDS: Final = 10
"""Of processor that a project may use; all of a process twice as many, and as many again for each ten projects."""
AT: Final = "at"
"""The file in which a process says what it is at: who has ended it cannot ask it any more."""
_WORKER: Final = (sys.executable, "-m", "shunter.adapters.templates.worker")


@dataclass(frozen=True, slots=True)
class Asked:
    """One project: a release without its `v`, answers, and Copier's word for what is done.

    Answers of the names in `recorded` are those that nobody wants now. What the release `excluding` leaves out is left
    out here as well.
    """

    release: str
    answers: Mapping[str, Any]
    operation: str = "copy"
    recorded: tuple[str, ...] = ()
    excluding: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One project's files; `by_copier` says why Copier itself rendered them, where it did.

    `once` are patterns of the files that are written once, and then a person's; `places` the templates of files by
    their path, where our engine rendered them; `programs` what an update runs beside the render, see `config.due`. It
    has `failed`, and why.
    """

    files: Mapping[str, FileState] = field(default_factory=dict)
    once: tuple[str, ...] = ()
    by_copier: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    failed: ShunterError | None = None


def by_engine(
    source: str, asked: Sequence[Asked], bare: Path, seconds: int = SECONDS, *, trust: bool = False
) -> list[Rendered]:
    """Projects of a template that `bare` is a copy of, by our engine, or by Copier from `source` itself.

    With `trust` the template may run programs.
    """
    question = {"bare": str(bare), "why": [""] * len(asked), "trust": trust}
    return _ask(source, asked, question, environment(source, None), seconds)


def by_copier(source: str, asked: Sequence[Asked], bare: Path, why: Sequence[str]) -> list[Rendered]:
    """Projects by Copier, from the history `bare` that stands for `source`; `why` is what our engine said of each."""
    return _ask(source, asked, {"bare": str(bare), "why": list(why)}, environment(source, bare), SECONDS)


def update_in(folder: Path, source: str, asked: Asked, bare: Path | None, *, trust: bool) -> None:
    """Let Copier update the project in `folder`, a repository of its own; `bare` stands for `source`, if it is given.

    With `trust` the template may run programs; without it, one that wants to is a `ShunterError`.
    """
    question = {"folder": str(folder), "trust": trust}
    [done] = _ask(source, [asked], question, environment(source, bare), SECONDS)
    if done.failed:
        raise done.failed


def environment(source: str, bare: Path | None) -> dict[str, str]:
    """What the process sees: with a history of ours, no settings of the user's Copier and git."""
    package = str(Path(__file__).resolve().parents[3])
    quick = [("maintenance.auto", "false"), ("gc.auto", "0")]
    result = {
        "PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH")))),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUTF8": "1",
    }
    if bare:
        own = {"COPIER_SETTINGS_PATH": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        result |= redirect_env(source, bare) | own
    count = int(result.get("GIT_CONFIG_COUNT") or os.environ.get("GIT_CONFIG_COUNT") or 0)
    for number, (key, value) in enumerate(quick, count):
        result |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return result | {"GIT_CONFIG_COUNT": str(count + len(quick))}


def _ask(
    source: str, asked: Sequence[Asked], question: Mapping[str, Any], env: Mapping[str, str], seconds: int
) -> list[Rendered]:
    limits = {"seconds": seconds, "all": 2 * seconds * (1 + len(asked) // 10)}
    whole = {**question, **limits, "source": source, "asked": [asdict(each) for each in asked]}
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
        done = process.run(_WORKER, folder, json.dumps(whole).encode(), {**env, "TMPDIR": folder})
        at = Path(folder, AT).read_text("utf-8", "replace") if Path(folder, AT).exists() else ""
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ShunterError(
            f"the templates at {source} need more than {seconds} seconds of processor, or more memory than there is",
            notes=(f"the last that was rendered: {at}",) if at else (),
            hint="do they loop for ever?",
        )
    if done.returncode:
        raise ShunterError(
            "Copier could not be run", notes=(f"python: {done.complaint}",), hint="install shunter again"
        )
    return list(_answers(done.stdout))


def _answers(output: bytes) -> Iterator[Rendered]:
    head, _, rest = output.partition(b"\n")
    answer = json.loads(head)
    blobs: list[bytes] = []
    start = 0
    for size in answer["sizes"]:
        blobs.append(rest[start : start + size])
        start += size
    states: dict[tuple[int, Any], FileState] = {}
    for each in answer["projects"]:
        if "error" in each:
            yield Rendered(failed=ShunterError(each["error"], notes=tuple(each["notes"]), hint=each["hint"]))
            continue
        keys = {path: (number, mode) for path, mode, number in each["files"]}
        states |= {key: FileState(blobs[key[0]], key[1]) for key in keys.values() if key not in states}
        files = {path: states[key] for path, key in keys.items()}
        yield Rendered(files, tuple(each["once"]), each["by_copier"], each["places"], tuple(each["programs"]))
