"""Names of files that not every file system can tell apart, or from what git keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from unicodedata import normalize

_IGNORED: Final = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
"""What the file system of macOS leaves out of names, as git has it (utf8.c)."""
_GIT: Final = re.compile(r"\.git[ .]*(:.*)?|git~[0-9]+[ .]*(:.*)?")
"""What Windows takes for `.git`, as git has it (path.c)."""


def alike(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of paths that are one on macOS or Windows: they differ in case, or in how letters are composed.

    A file may be called as a folder with others: that ends in a slash here.
    """
    paths = list(paths)
    folders = dict.fromkeys(f"{folder}/" for path in paths for folder in _above(path))
    known = {_folded(folder[:-1]): folder for folder in folders}
    for path in paths:
        first = known.setdefault(_folded(path), path)
        if first != path:
            yield first, path


def disguised(paths: Iterable[str]) -> Iterator[str]:
    """Paths with a step that some file system takes for `.git`, and this one may not."""
    return (path for path in paths if _is_disguised(path))


def _above(path: str) -> Iterator[str]:
    return (path[:at] for at, char in enumerate(path) if char == "/")


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else normalize("NFC", normalize("NFC", path).casefold())


@lru_cache(4096)
def _is_disguised(path: str) -> bool:
    seen = path.lower() if path.isascii() else _IGNORED.sub("", path).lower()
    return "git" in seen and any(_GIT.fullmatch(step) for step in re.split(r"[/\\]", seen))
