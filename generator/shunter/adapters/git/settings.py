"""What git's configuration may hold, read once for a run outside of repositories, and from its file in each of them."""

from __future__ import annotations

import os
from pathlib import Path

from shunter.adapters.system import process
from shunter.model.data import dataclass

_LOOSE, _PACKS = 27, 50
_OFF = (b"false", b"no", b"off", b"0", b"input")
"""Values of `core.autocrlf` with which git lays a file into a work tree as it holds it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What git's configuration outside of repositories may hold for any of them.

    That is hooks, when git is to tidy up, and whether files are other in a work tree than git holds them (None: each
    repository has to be asked).
    """

    hooks: bool = True
    tidying: bool = True
    converting: bool | None = None


def settings_around(folder: Path) -> Settings:
    """What the configuration outside of repositories says; one process for a run. `folder` is in any repository.

    What it includes for some repositories only counts for all: nobody looks there.
    """
    asked = process.run(["git", "config", "--list", "--show-scope", "-z"], folder)
    if asked.returncode:
        return Settings()
    listed = asked.stdout.split(b"\0")
    scoped = zip(listed[::2], listed[1::2], strict=False)
    pairs = [about.partition(b"\n") for scope, about in scoped if scope not in (b"local", b"worktree")]
    values = [(name.lower(), value.lower()) for name, _, value in pairs]
    some = any(name.startswith(b"includeif.") for name, _ in values)
    converting = any(_converts(*each) for each in values) or (None if some else False)
    hooks = any(b"hook" in name for name, _ in values)
    tidying = any(name.startswith((b"gc.", b"maintenance.")) for name, _ in values)
    return Settings(some or hooks, some or tidying, converting)


def _converts(name: bytes, value: bytes) -> bool:
    if name == b"core.autocrlf":
        return value not in _OFF
    return name == b"core.attributesfile" or (name == b"core.eol" and value == b"crlf")


def may_have_hooks(root: Path, around: Settings) -> bool:
    """Whether git may find a hook for this repository."""
    place = root / ".git"
    if around.hooks or not place.is_dir():
        return True
    try:
        own = os.listdir(place / "hooks") if (place / "hooks").is_dir() else []  # noqa: PTH208 - names will do
        return _says(place, b"hook", b"include") or any(not name.endswith(".sample") for name in own)
    except OSError:
        return True


def may_convert(root: Path, around: Settings) -> bool:
    """Whether the configuration for this repository may say that its files are other on disk than git holds them."""
    place = root / ".git"
    try:
        known = place.is_dir() and not _says(place, b"autocrlf", b"eol", b"attributesfile", b"include")
    except OSError:
        known = False
    if around.converting is not None and (known or around.converting):
        return around.converting
    asked = process.run(["git", "config", "--list", "-z"], root)
    pairs = [line.partition(b"\n") for line in asked.stdout.lower().split(b"\0")]
    return bool(asked.returncode) or any(_converts(name, value) for name, _, value in pairs)


def is_tidy(root: Path, around: Settings) -> bool:
    """Whether git's maintenance after a commit here would find nothing to do, as it counts itself (builtin/gc.c).

    That is so below its own limits, if nobody has set others: of 6,700 loose objects, which are estimated by a folder
    of 256, and of 50 packs.
    """
    place = root / ".git"
    try:
        loose = os.listdir(place / "objects/17") if (place / "objects/17").is_dir() else []  # noqa: PTH208 - names will do
        packs = [name for name in os.listdir(place / "objects/pack") if name.endswith(".pack")]  # noqa: PTH208 - as above
        known = not around.tidying and not _says(place, b"[gc", b"[maintenance", b"include")
        return known and len(loose) < _LOOSE and len(packs) < _PACKS
    except OSError:
        return False


def _says(place: Path, *words: bytes) -> bool:
    """Whether one of these words is in a repository's own configuration."""
    files = [place / name for name in ("config", "config.worktree")]
    texts = [file.read_bytes().lower() for file in files if file.exists()]
    return any(word in text for text in texts for word in words)
