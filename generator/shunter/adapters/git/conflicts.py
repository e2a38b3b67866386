"""A conflict as an unfinished merge leaves it: markers on disk, and the three sides in the index."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from shunter.adapters.git.repository import IndexEntry, Repository
from shunter.adapters.system import process
from shunter.model.files import SYMLINK, Conflict, FileState

_KEPT = 256
"""Merges of single files that are asked for twice: to see whether there is a conflict, and to write it."""


def conflict_state(conflict: Conflict) -> FileState | None:
    """What the work tree shows for a conflict: git's markers where both sides have text, else the side that is there.

    A person's bytes win where markers cannot be written (binary files, symbolic links). None: no file.
    """
    base, ours, theirs = conflict.base, conflict.ours, conflict.theirs
    if ours is None or theirs is None or SYMLINK in (ours.mode, theirs.mode):
        return ours or theirs
    whole = (base.data if base else b"", ours.data, theirs.data)
    merged = marked(conflict.narrowed or whole)
    if conflict.narrowed and not merged.returncode:  # a file without markers would hide the conflict
        merged = marked(whole)
    return ours if merged.returncode > 127 else FileState(merged.stdout, conflict.mode)


@lru_cache(_KEPT)
def marked(sides: tuple[bytes, bytes, bytes]) -> process.Completed:
    """git's merge of base, ours and theirs; its exit code is the number of conflicts, or above 127 where it cannot."""
    with tempfile.TemporaryDirectory(prefix="shunter-") as folder:
        for name, data in zip(("base", "ours", "theirs"), sides, strict=True):
            (Path(folder) / name).write_bytes(data)
        labels = ("-L", "before updating", "-L", "last update", "-L", "after updating")
        return process.run(["git", "merge-file", "-p", *labels, "ours", "base", "theirs"], folder)


def stage_conflicts(root: Path, conflicts: Sequence[Conflict], digest: str) -> None:
    """Put the sides of every conflict into the index, through the filters that git has for these paths."""
    if conflicts:
        repository = Repository(root)
        repository.stage({conflict.path: _stages(repository, conflict) for conflict in conflicts}, digest)


def _stages(repository: Repository, conflict: Conflict) -> tuple[IndexEntry, ...]:
    sides = ((1, conflict.base), (2, conflict.ours), (3, conflict.theirs))
    there = [(stage, state) for stage, state in sides if state is not None]
    ids = _objects(repository, conflict.path, [state for _, state in there])
    return tuple(IndexEntry(state.mode, ids[state], stage) for stage, state in there)


def _objects(repository: Repository, path: str, states: Sequence[FileState]) -> dict[FileState, str]:
    """Ids of what git stores of these files at that path: one process for those that go through its filters."""
    found: dict[FileState, str] = {}
    for how, link in ((f"--path={path}", False), ("--no-filters", True)):
        some = [state for state in dict.fromkeys(states) if (state.mode == SYMLINK) == link]
        if some:
            found |= zip(some, _hashed(repository, how, some), strict=True)
    return found


def _hashed(repository: Repository, how: str, states: Sequence[FileState]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="shunter-") as folder:
        files = [Path(folder, str(number)) for number in range(len(states))]
        for file, state in zip(files, states, strict=True):
            file.write_bytes(state.data)
        # git refuses CRLF where a person wants it to, and what is UTF-8 already where the disk has another encoding.
        done = repository.try_git("-c", "core.safecrlf=false", "hash-object", "-w", how, "--", *map(str, files))
        if done.returncode:
            done = repository.git("hash-object", "-w", "--no-filters", "--", *map(str, files))
        return done.text.split()
