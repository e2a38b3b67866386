"""Files as they were before a run, kept as plain files in the repository's git directory, and put back from there.

A copy is a second name of the same file: a run replaces files, and never writes into them. So what is put back is the
very file that was there, with its time stamps, and nothing of it has entered git's object store.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from shunter.adapters.git.journal import Change, FileChange, Stored, folder_of
from shunter.adapters.git.repository import git_dir
from shunter.adapters.system.files import path_below, read_state, remove_file, temporary_name, write_file
from shunter.model.errors import ShunterError
from shunter.model.files import Aside, FileState


def stored(state: FileState | None) -> Stored | None:
    """A file by reference."""
    return None if state is None else Stored(state.mode, state.object_id())


def on_disk(root: Path, path: str) -> Stored | None:
    """What stands at a path now, by reference."""
    return stored(read_state(path_below(root, path), path))


def same(one: Stored | None, other: Stored | None) -> bool:
    """Whether the bytes are the same; the executable bit does not travel through every file system."""
    return (one and one.object_id) == (other and other.object_id)


def keep(root: Path, path: str, copy: Path) -> None:
    """Keep the file at `path` as `copy`, which is not there yet."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    source = path_below(root, path)
    try:
        os.link(source, copy, follow_symlinks=False)
    except OSError:  # another file system, or one without second names
        try:
            shutil.copy2(source, copy, follow_symlinks=False)
        except OSError as error:
            raise ShunterError(f"cannot copy {path}: {error.strerror or error}", hint="check the disk") from error
        if not copy.is_symlink():
            with copy.open("rb") as file:
                os.fsync(file.fileno())


def put(root: Path, change: FileChange, after: FileState | None) -> None:
    """Write one file as the run wants it; a `ShunterError` where it is no longer what it was."""
    now = on_disk(root, change.path)
    if now == change.after:
        return
    if not same(now, change.before) and not same(now, change.after):
        raise ShunterError(f"{change.path} changed while shunter was working", hint=f"in {root}: run the command again")
    target = path_below(root, change.path)
    if after is None:
        remove_file(target, root)
    else:
        write_file(target, after)


def put_back(root: Path, change: FileChange, undo: Path) -> bool:
    """Let a file be what it was before the run; False where it is neither that nor what the run wrote."""
    prepared = temporary_name(path_below(root, change.path))
    if os.path.lexists(prepared):  # a folder that cannot be written to refuses to remove what is not there
        prepared.unlink()
    now = on_disk(root, change.path)
    if now == change.before:
        target = path_below(root, change.path)
        if not os.path.lexists(target):  # the run may have made its folder, and no more
            remove_file(target, root)
        return True
    if not same(now, change.after) and not same(now, change.before):
        return False
    restore(root, change, undo)
    return True


def set_aside(changes: Iterable[Change]) -> tuple[str, ...]:
    """Move the copies that are to stay out of the way of the next run; a line about each."""
    return tuple(line for change in changes for line in _set_aside(change))


def _set_aside(change: Change) -> Iterator[str]:
    staying = [file for file in change.files if file.stay]
    found = git_dir(Path(change.root)) if staying else None
    if found is None:
        return
    for file in staying:
        copy, target = folder_of(found) / "undo" / file.copy, kept_in(folder_of(found)) / file.path
        if os.path.lexists(copy):
            target.parent.mkdir(parents=True, exist_ok=True)
            copy.replace(target)
            yield f"{change.repository}: {file.path} is written anew; what was changed there is kept: {target}"


def put_aside(asides: Iterable[Aside]) -> None:
    """Write what a person may want to look at beside their own."""
    for each in asides:
        write_file(Path(each.target), each.state)


def kept_in(folder: Path) -> Path:
    """Where, in shunter's folder of a repository, files go that a person may want back."""
    return folder / "kept" / time.strftime("%Y%m%d-%H%M%S")


def restore(root: Path, change: FileChange, undo: Path) -> None:
    """Put a file back whatever stands in its place now."""
    target = path_below(root, change.path)
    if change.before is None:
        remove_file(target, root)
        return
    copy = undo / change.copy
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_empty(target)
        copy.replace(target)
    except OSError as error:
        raise ShunterError(
            f"cannot put {root / change.path} back: {error.strerror or error}", hint=f"it is kept as {copy}"
        ) from error


def _remove_empty(folder: Path) -> None:
    """Remove a folder in which there are only folders: the run has made them, and put nothing there yet."""
    if folder.is_dir() and not folder.is_symlink():
        for each, _, _ in os.walk(folder, topdown=False):
            with suppress(OSError):
                Path(each).rmdir()
