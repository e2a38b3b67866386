"""Archives that were fetched, kept by their digests; the folder stays bounded, and may be deleted at any time."""

from __future__ import annotations

import contextlib
import os
from functools import cache
from pathlib import Path

from shunter.adapters.system.files import write_file
from shunter.adapters.system.paths import cache_root
from shunter.core.charts import archive
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

MOST_FILES = 4_000
MOST_BYTES = 512 * 1024 * 1024


def kept(digest: str) -> bytes | None:
    """The bytes with this digest, if this machine has fetched them before."""
    file = _place_of(digest)
    data = file.read_bytes() if file.is_file() else None
    if data is None or archive.digest(data) != digest:
        return None
    with contextlib.suppress(OSError):
        os.utime(file)
    return data


def keep(digest: str, data: bytes) -> None:
    """Keep bytes for `kept`; a cache that cannot be written is none."""
    with contextlib.suppress(ShunterError):
        write_file(_place_of(digest), FileState(data))
    make_room(cache_root() / "charts", os.getpid())


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


def _place_of(digest: str) -> Path:
    return cache_root() / "charts" / f"{digest.removeprefix('sha256:')}.tgz"
