"""Archives that were fetched, kept by their digests; the folder stays bounded, and may be deleted at any time."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from shunter.adapters.system.bounded import make_room
from shunter.adapters.system.files import write_file
from shunter.adapters.system.paths import cache_root
from shunter.core.charts import archive
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


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


def _place_of(digest: str) -> Path:
    return cache_root() / "charts" / f"{digest.removeprefix('sha256:')}.tgz"
