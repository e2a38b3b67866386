"""Files as git holds them where the working tree shows other bytes: line ends, ids, encodings, by `.gitattributes`.

What a filter makes of a file is none of these: a template has what such a file is on disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from shunter.adapters.git.repository import Repository
from shunter.adapters.git.state import blob_id, entry_ids
from shunter.model.files import SYMLINK, FileState

_ID: Final = re.compile(rb"\$Id:[^$\n]*\$")


def as_held(root: Path, files: Mapping[str, tuple[FileState | None, FileState]]) -> dict[str, FileState]:
    """What git holds of files (path → as they were rendered, as they are on disk) where it shows them with other bytes.

    To git such a file is as it was committed; to who compares bytes, every line of it may have changed.
    """
    asked = [path for path, (was, here) in files.items() if here.mode != SYMLINK and not _alike(was, here)]
    if not asked:
        return {}
    ids = entry_ids(root, asked)
    # Of those that git holds as they are on disk, nothing else is to be said.
    asked = [path for path in asked if ids.get(path) != blob_id(files[path][1].data, _digest(ids.get(path, "")))]
    if not asked:
        return {}
    repository = Repository(root)
    listing = repository.git("diff", "--name-only", "-z", "--no-ext-diff", "--", *asked).stdout
    changed = {os.fsdecode(name) for name in listing.split(b"\0")}
    same = [path for path in asked if path not in changed and path in ids]
    held = dict(zip(same, repository.blobs([ids[path] for path in same]), strict=True))
    other = [path for path, data in held.items() if _plain(data) != _plain(files[path][1].data)]
    filtered = {*other} - _with(repository, other, "working-tree-encoding")
    return {path: FileState(data, files[path][1].mode) for path, data in held.items() if path not in filtered}


def of_lf(root: Path, paths: Sequence[str]) -> set[str]:
    """Those of these paths whose files git holds with LF whatever is written there."""
    return _with(Repository(root), paths, "text")


def is_converted(state: FileState) -> bool:
    """Whether git may hold a file with other line ends, or ids, than these; its encoding aside."""
    return state.mode != SYMLINK and (b"\r\n" in state.data or b"$Id:" in state.data)


def _alike(was: FileState | None, here: FileState) -> bool:
    """Whether a file is as it was rendered, or has the same line ends."""
    return here == was or (was is not None and b"\r\n" in was.data and b"\r\n" in here.data)


def _plain(data: bytes) -> bytes:
    return _ID.sub(b"$Id$", data.replace(b"\r\n", b"\n"))


def _with(repository: Repository, paths: Iterable[str], attribute: str) -> set[str]:
    """Those of these paths that have an attribute."""
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    said = repository.git("check-attr", "-z", "--stdin", attribute, stdin=names).stdout.split(b"\0") if names else []
    found = zip(said[::3], said[2::3], strict=False)
    return {os.fsdecode(path) for path, value in found if value not in (b"unspecified", b"unset")}


def _digest(object_id: str) -> str:
    return "sha256" if len(object_id) == 64 else "sha1"
