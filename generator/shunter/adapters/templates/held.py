"""Files as git holds them where the working tree shows other bytes: line ends, by `text` in `.gitattributes`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.adapters.git.state import blob_id, entry_ids
from shunter.model.files import FileState


def as_held(root: Path, files: Mapping[str, tuple[FileState | None, FileState]]) -> dict[str, FileState]:
    """What git holds of files (path → as they were rendered, as they are on disk), where only their line ends differ.

    To git such a file is as it was committed; to who compares bytes, every line of it has changed.
    """
    asked = [path for path, (was, here) in files.items() if b"\r\n" in here.data and not (was and b"\r\n" in was.data)]
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
    held = [path for path in asked if path not in changed and path in ids]
    return {path: repository.blob(ids[path], files[path][1].mode) for path in held}


def _digest(object_id: str) -> str:
    return "sha256" if len(object_id) == 64 else "sha1"
