"""A conflict as an unfinished merge leaves it: markers on disk, and the three sides in the index."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.git.repository import IndexEntry, Repository
from shunter.adapters.system import process
from shunter.model.files import SYMLINK, Conflict, FileState


def conflict_state(conflict: Conflict) -> FileState | None:
    """What the work tree shows for a conflict: git's markers where both sides have text, else the side that is there.

    A person's bytes win where markers cannot be written (binary files, symbolic links). None: no file.
    """
    base, ours, theirs = conflict.base, conflict.ours, conflict.theirs
    if ours is None or theirs is None or SYMLINK in (ours.mode, theirs.mode):
        return ours or theirs
    whole = (base.data if base else b"", ours.data, theirs.data)
    merged = _marked(conflict.narrowed or whole)
    if conflict.narrowed and not merged.returncode:  # a file without markers would hide the conflict
        merged = _marked(whole)
    return ours if merged.returncode > 127 else FileState(merged.stdout, conflict.mode)


def _marked(sides: tuple[bytes, bytes, bytes]) -> process.Completed:
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
    return tuple(
        IndexEntry(state.mode, _object(repository, conflict.path, state), stage)
        for stage, state in sides
        if state is not None
    )


def _object(repository: Repository, path: str, state: FileState) -> str:
    how = "--no-filters" if state.mode == SYMLINK else f"--path={path}"
    return repository.git("hash-object", "-w", "--stdin", how, stdin=state.data).text
