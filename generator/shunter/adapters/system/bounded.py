"""Folders of the cache that stay bounded; each may be deleted at any time."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path

MOST_FILES = 4_000
MOST_BYTES = 512 * 1024 * 1024


@cache
def make_room(folder: Path, process: int) -> None:
    """Once in a process that keeps something: of too many files or bytes, those go that were used least lately.

    Half of what may be there is left, so that this is rare.
    """
    with contextlib.suppress(OSError):
        found = sorted(((file, file.lstat()) for file in folder.iterdir()), key=lambda each: -each[1].st_mtime_ns)
        if len(found) <= MOST_FILES and sum(state.st_size for _, state in found) <= MOST_BYTES:
            return
        size = 0
        for number, (file, state) in enumerate(found, 1):
            size += state.st_size
            if number > MOST_FILES // 2 or size > MOST_BYTES // 2:
                file.unlink(missing_ok=True)
