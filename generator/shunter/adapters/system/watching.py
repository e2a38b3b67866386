"""Files that change: looked for again and again, by their times and sizes."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

Stamps: TypeAlias = Mapping[str, tuple[int, int, int]]
"""Path to time of change in nanoseconds, size in bytes, and inode."""

PAUSE: Final = 0.5
"""Seconds between two looks, unless a look takes long: at most a tenth of the time is spent with looking."""
_SKIPPED: Final = frozenset((".git", ".hg", ".venv", "node_modules", "__pycache__"))


def stamps(places: Iterable[str]) -> Stamps:
    """The stamps of all files at and below `places`; what cannot be looked at counts as absent.

    Links to folders are not followed, and what version control and package managers keep is left out.
    """
    found: dict[str, tuple[int, int, int]] = {}
    waiting = list(dict.fromkeys(places))
    while waiting:
        place = waiting.pop()
        try:
            state = os.stat(place)  # noqa: PTH116 - a Path for every file takes ten times as long
            if not stat.S_ISDIR(state.st_mode):
                found[place] = (state.st_mtime_ns, state.st_size, state.st_ino)
                continue
            entries = list(os.scandir(place))
        except OSError:
            continue
        for entry in entries:
            if entry.name in _SKIPPED or (entry.is_symlink() and entry.is_dir()):
                continue
            waiting.append(entry.path)
    return found


def until_changed(places: Iterable[str], known: Stamps, pause: float = PAUSE) -> Stamps:
    """Wait until the files are others than `known`, and stay as they are for one pause: their stamps then."""
    places = list(places)
    last = known
    while True:
        began = time.monotonic()
        now = stamps(places)
        if now == last and now != known:
            return now
        last = now
        time.sleep(max(pause, 10 * (time.monotonic() - began)))
