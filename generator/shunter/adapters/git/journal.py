"""The journal of a run, and the lock that keeps two runs apart; both live in `<gitdir>/shunter/`.

The journal is written before the first file is touched and removed when the run is over, so that whoever comes after a
kill knows what was under way. Bytes are not in it: it names copies that lie beside it as plain files.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from shunter.adapters.git.repository import NOTE, IndexEntry, git_dir
from shunter.model.data import asdict, dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import Move

_FORMAT = 2
_POINTER = "journal-of"
WAITING = "waiting"
"""The file that names, beside the message, what a run has staged for a person to commit; each name ends in a NUL."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file's content by reference: its mode and the fingerprint of its bytes (`FileState.object_id`)."""

    mode: str
    object_id: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path before and after; `entries` is what the index held before, `shared` as in `Edit`.

    `copy` is the name, in the folder `undo`, of the file as it was; empty where there was none. It is to
    `stay` after the run where it holds what a person did to a file that shunter writes anew, and no commit holds that.
    """

    path: str
    before: Stored | None
    after: Stored | None
    shared: bool = False
    copy: str = ""
    entries: tuple[IndexEntry, ...] = ()
    stay: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One repository's part in a run.

    `head` is the commit before (None: there was none), `branch` the branch (None: detached), `new_branch` one that the
    run makes. `staging` is where a new repository was built. `travels` are a person's staged files that go into the
    commit too. Without `commits` files are written and staged only. `digest` is the repository's object format.
    """

    repository: str
    root: str
    head: str | None
    branch: str | None = None
    new_branch: str = ""
    message: str = ""
    staging: str = ""
    commits: bool = True
    digest: str = "sha1"
    files: tuple[FileChange, ...] = ()
    travels: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    def paths(self) -> tuple[str, ...]:
        """What the commit is to hold, sorted."""
        return tuple(sorted({*self.travels, *(file.path for file in self.files)}))


@dataclass(frozen=True, slots=True)
class Journal:
    """What a run does. Until it is `ready`, no file has been touched, and no repository is in a new place.

    `changes` name repositories by where they are before the `moves`.
    """

    ready: bool
    changes: tuple[Change, ...]
    moves: tuple[Move, ...] = ()


def folder_of(git_dir: Path) -> Path:
    """Where shunter keeps its own files in a git directory."""
    return git_dir / "shunter"


@contextmanager
def own_folder(git_dir: Path) -> Iterator[Path]:
    """shunter's folder in a repository that nobody else knows of yet; tidy again afterwards."""
    folder = folder_of(git_dir)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store(folder: Path, journal: Journal) -> Path:
    """Write the journal so that it survives a crash of the machine, and let every repository point to it."""
    file, temporary = folder / "journal.json", folder / "journal.tmp"
    with temporary.open("w", encoding="ascii") as out:
        json.dump({"format": _FORMAT, **asdict(journal)}, out)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
    _sync_folder(folder)
    return file


def point(folder: Path, to: Path) -> None:
    """Note in one repository's folder where the journal is that it takes part in."""
    if folder != to:
        (folder / _POINTER).write_bytes(os.fsencode(to))


def clear(folder: Path, changes: tuple[Change, ...] = ()) -> None:
    """Forget the journal and the copies: what it describes is done, or undone."""
    (folder / "journal.json").unlink(missing_ok=True)
    for change in changes:
        found = git_dir(Path(change.root))
        if found is not None:
            tidy(folder_of(found))
    tidy(folder)


def tidy(folder: Path) -> None:
    """Remove what a run that is over leaves in one repository's folder."""
    shutil.rmtree(folder / "undo", ignore_errors=True)
    for name in (_POINTER, "journal.tmp", "message", WAITING, "paths", "output", NOTE):
        (folder / name).unlink(missing_ok=True)


def put_aside(folder: Path) -> Path:
    """Rename the journal, so that it blocks nobody and a person can still read it; its new place."""
    aside = folder / f"journal-{time.strftime('%Y%m%d-%H%M%S')}.json"
    (folder / "journal.json").replace(aside)
    return aside


def home_of(folder: Path) -> Path | None:
    """The folder with the journal that concerns this one: itself, or where it points; None when nothing is pending."""
    if (folder / "journal.json").exists():
        return folder
    try:
        other = Path(os.fsdecode((folder / _POINTER).read_bytes()))
    except FileNotFoundError:
        return None
    return other if (other / "journal.json").exists() else None


def _stored(value: Any) -> Stored | None:
    return None if value is None else Stored(**value)


def _entries(value: Any) -> tuple[IndexEntry, ...]:
    return tuple(IndexEntry(**entry) for entry in value)


def _file(value: Any) -> FileChange:
    entries = _entries(value.pop("entries"))
    return FileChange(before=_stored(value.pop("before")), after=_stored(value.pop("after")), entries=entries, **value)


def _change(value: Any) -> Change:
    files = tuple(_file(file) for file in value.pop("files"))
    travels, conflicts = tuple(value.pop("travels")), tuple(value.pop("conflicts"))
    return Change(files=files, travels=travels, conflicts=conflicts, **value)


def load(folder: Path) -> Journal | None:
    """The journal that an interrupted run left, or None."""
    file = folder / "journal.json"
    try:
        value = json.loads(file.read_bytes())
        if value["format"] != _FORMAT:
            raise ShunterError(f"{file} was written by another release of shunter", hint="finish with that release")
        moves = tuple(Move(**move) for move in value.get("moves", ()))
        return Journal(value["ready"], tuple(_change(change) for change in value["changes"]), moves)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise ShunterError(
            f"{file} is damaged", hint="check the repositories with `git status`, then delete it"
        ) from error


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(folder: Path, place: Path, patience: float = 1.0) -> Iterator[Path]:
    """Hold the lock in `folder` (made if need be) for one run; `place` is what an error calls locked.

    Waits `patience` seconds for another holder. The operating system drops the lock with this process, so a kill leaves
    none behind, and no program that a hook leaves running can hold it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="ascii") as file:
        if not _await_lock(file.fileno(), patience):
            raise _busy(place, Path(file.name).read_text("ascii", "replace").strip())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield folder


@contextmanager
def alone(folder: Path, place: Path, patience: float) -> Iterator[None]:
    """Hold `folder` itself for one run, so that nothing is written; else as `locked`."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not _await_lock(handle, patience):
            raise _busy(place)
        yield
    finally:
        os.close(handle)


def _await_lock(handle: int, patience: float) -> bool:
    end = time.monotonic() + patience
    while not _try_lock(handle):
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)
    return True


def _busy(place: Path, holder: str = "") -> ShunterError:
    who = f" (process {holder})" if holder else ""
    return ShunterError(f"another shunter run{who} is at work in {place}", hint="wait until it is done")


@contextmanager
def all_locked(roots: dict[Path, Path], patience: float = 1.0) -> Iterator[None]:
    """Hold the locks of several folders, each with its place; always in the same order, so that no two runs block."""
    with ExitStack() as stack:
        for folder in sorted(roots):
            stack.enter_context(locked(folder, roots[folder], patience))
        yield


def is_held(folder: Path) -> bool:
    """Whether a run is at work here now. Writes nothing."""
    try:
        with (folder / "lock").open("rb") as file:
            return not _try_lock(file.fileno())
    except FileNotFoundError:
        return False
