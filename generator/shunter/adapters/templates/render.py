"""Projects rendered by Copier's public `run_copy`, in processes of their own; and answers files read back.

Copier changes the working directory and reads the environment once, when it is imported, so it gets a process with
the environment that it is to see. Two of them share the work, and this process never pays for the import.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from shunter.model.data import dataclass
from pathlib import Path
from typing import Any

from shunter.adapters.git.remote import checked
from shunter.adapters.templates import cache
from shunter.adapters.templates.history import bare_for, redirect_env
from shunter.adapters.templates.pool import Pool
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

_WORKERS = 2
_WORTH_A_WORKER = 3  # projects: a process costs about as much as rendering two


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One project to render: the template's URL, a release (without `v`), answers as JSON, where the URL is locally."""

    source: str
    release: str
    answers: str
    bare: Path | None

    @classmethod
    def of(cls, source: str, release: str, answers: Mapping[str, Any], bare: Path | None) -> RenderRequest:
        """A request from answers as a mapping; Copier's own (`_src_path`, `_commit`) are left out.

        Without `bare`, our own history stands for the built-in URL, and any other URL for itself.
        """
        asked = {key: value for key, value in answers.items() if not key.startswith("_")}
        checked(source)
        return cls(
            source, release.removeprefix("v"), json.dumps(asked, default=str, sort_keys=True), bare or bare_for(source)
        )


_POOL = Pool(sys.executable, "-m", "shunter.adapters.templates.worker")


def _environment(source: str, bare: Path | None) -> dict[str, str]:
    """What the worker sees: with a local history, no settings of the user's Copier and git."""
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


def _ask(requests: Sequence[RenderRequest]) -> list[dict[str, FileState]]:
    """Let one worker render requests that share source and history."""
    first = requests[0]
    asked = [{"source": r.source, "release": r.release, "answers": json.loads(r.answers)} for r in requests]
    answers = _POOL.ask(asked, _environment(first.source, first.bare))
    for request, answer in zip(requests, answers, strict=True):
        if (kept := _kept(request)) and "error" not in answer:
            cache.store(kept, answer)
    return [_files(answer) for answer in answers]


def _kept(request: RenderRequest) -> Path | None:
    if request.bare is None:
        return None
    return cache.place(request.bare, request.source, request.release, request.answers)


def _files(answer: Mapping[str, Any]) -> dict[str, FileState]:
    if "error" in answer:
        raise ShunterError(answer["error"], notes=tuple(answer["notes"]), hint=answer["hint"])
    return {path: FileState(base64.b64decode(data), mode) for path, mode, data in answer["files"]}


def _batches(requests: Iterable[RenderRequest]) -> Iterator[list[RenderRequest]]:
    groups: dict[tuple[str, Path | None], list[RenderRequest]] = {}
    for request in dict.fromkeys(requests):
        groups.setdefault((request.source, request.bare), []).append(request)
    for group in groups.values():
        shares = min(_WORKERS, os.cpu_count() or 1, -(-len(group) // _WORTH_A_WORKER))
        yield from (group[start::shares] for start in range(shares))


def render_many(requests: Iterable[RenderRequest]) -> list[dict[str, FileState]]:
    """The files of each request, in order; equal requests are rendered once. Errors are `ShunterError`s."""
    wanted = list(requests)
    known = {request: _files(answer) for request in set(wanted) if (answer := _recalled(request))}
    batches = list(_batches(request for request in wanted if request not in known))
    with ThreadPoolExecutor(_WORKERS) as pool:
        answers = list(pool.map(_ask, batches))
    rendered = known | {
        request: files
        for batch, found in zip(batches, answers, strict=True)
        for request, files in zip(batch, found, strict=True)
    }
    return [rendered[request] for request in wanted]


def _recalled(request: RenderRequest) -> cache.Answer | None:
    kept = _kept(request)
    return cache.load(kept) if kept else None


def render(source: str, release: str, answers: Mapping[str, Any], *, bare: Path | None = None) -> dict[str, FileState]:
    """What `copier copy --defaults` makes of template `release` at `source` with these answers: path → file.

    `bare` is a local repository that stands for `source`; the answers file names `source` all the same.
    """
    return render_many([RenderRequest.of(source, release, answers, bare)])[0]
