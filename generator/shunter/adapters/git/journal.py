"""The journal of a running change, and the lock that keeps two runs apart; both live in `<gitdir>/shunter/`.

The journal is written before the first file is touched and removed after the last ref has moved, so that the run
after a kill knows what was under way. Bytes are not in it: it names objects that git's store already holds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shunter.adapters.git.repository import IndexEntry
from shunter.model.errors import ShunterError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Stored:
    """A file's content by reference: git's mode and the id of a stored object."""

    mode: str
    object_id: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path before and after, on disk and in the index."""

    path: str
    before: Stored | None
    after: Stored | None
    index_before: tuple[IndexEntry, ...] = ()
    index_after: tuple[IndexEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One repository's part. `commit` None leaves HEAD at `head`; `staging` is where a new repository was built."""

    repository: str
    root: str
    head: str | None
    commit: str | None
    message: str = ""
    staging: str = ""
    files: tuple[FileChange, ...] = ()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """What a run does. Until it is `ready`, nothing but its staging folders exists."""

    ready: bool
    changes: tuple[Change, ...]


def folder_of(git_dir: Path) -> Path:
    """Where shunter keeps its own files in a git directory."""
    return git_dir / "shunter"


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store(folder: Path, journal: Journal) -> Path:
    """Write the journal so that it survives a crash of the machine; where it stands."""
    file, temporary = folder / "journal.json", folder / "journal.tmp"
    with temporary.open("w", encoding="ascii") as out:
        json.dump({"format": _FORMAT, **asdict(journal)}, out)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
    _sync_folder(folder)
    return file


def clear(folder: Path) -> None:
    """Forget the journal: what it describes is done, or undone."""
    (folder / "journal.json").unlink(missing_ok=True)


def _stored(value: Any) -> Stored | None:
    return None if value is None else Stored(**value)


def _entries(value: Any) -> tuple[IndexEntry, ...]:
    return tuple(IndexEntry(**entry) for entry in value)


def _file(value: Any) -> FileChange:
    before, after = _stored(value["before"]), _stored(value["after"])
    return FileChange(value["path"], before, after, _entries(value["index_before"]), _entries(value["index_after"]))


def _change(value: Any) -> Change:
    files = tuple(_file(file) for file in value.pop("files"))
    return Change(files=files, conflicts=tuple(value.pop("conflicts")), **value)


def load(folder: Path) -> Journal | None:
    """The journal that an interrupted run left, or None."""
    file = folder / "journal.json"
    try:
        value = json.loads(file.read_bytes())
        if value["format"] != _FORMAT:
            raise ShunterError(f"{file} was written by another release of shunter", hint="finish with that release")
        return Journal(value["ready"], tuple(_change(change) for change in value["changes"]))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise ShunterError(
            f"{file} is damaged", hint="check the repositories with `git status`, then delete it"
        ) from error


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(folder: Path, place: Path, patience: float = 1.0) -> Iterator[Path]:
    """Hold the lock in `folder` (made if need be) for one run; `place` is what an error calls locked.

    Waits `patience` seconds for another holder. The operating system drops the lock with its last holder, so a kill
    leaves none behind; the programs that a run has started hold it too, so that a killed run is not taken for
    finished while its last git is still writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="ascii") as file:
        end = time.monotonic() + patience
        while not _try_lock(file.fileno()):
            if time.monotonic() >= end:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise ShunterError(
                    f"another shunter run (process {holder}) is at work in {place}", hint="wait until it is done"
                )
            time.sleep(0.02)
        if sys.platform != "win32":
            os.set_inheritable(file.fileno(), True)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield folder
