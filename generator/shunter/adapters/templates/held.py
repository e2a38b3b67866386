"""Files as git holds them where the working tree shows other bytes: line ends, by `text` in `.gitattributes`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.model.files import FileState


def as_held(root: Path, files: Mapping[str, tuple[FileState | None, FileState]]) -> dict[str, FileState]:
    """What git holds of files (path → as they were rendered, as they are on disk), where only their line ends differ.

    To git such a file is as it was committed; to who compares bytes, every line of it has changed.
    """
    asked = [path for path, (was, here) in files.items() if b"\r\n" in here.data and not (was and b"\r\n" in was.data)]
    if not asked:
        return {}
    repository = Repository(root)
    listing = repository.git("diff", "--name-only", "-z", "--no-ext-diff", "--", *asked).stdout
    changed = {os.fsdecode(name) for name in listing.split(b"\0")}
    ids = repository.staged_ids([path for path in asked if path not in changed])
    return {path: repository.blob(object_id, files[path][1].mode) for path, object_id in ids.items()}
