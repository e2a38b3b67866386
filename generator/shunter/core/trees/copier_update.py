"""What `copier update` does to each file, decided from three sides; where all three differ, git has to merge it.

Where Copier loses what a person wrote, this does not: a binary file that was edited stays, and a file that the template
deletes although it was edited is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from shunter.core.trees.standing import is_no_text
from shunter.model.data import dataclass, field
from shunter.model.files import SYMLINK, Conflict, FileState

Files = Mapping[str, FileState]
EMPTY: Final = b""
ANSWERS: Final = ".copier-answers.yml"
"""What Copier writes anew in any case."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A file that all three have differently: what the last render, the person and the new render say."""

    base: FileState
    ours: FileState
    theirs: FileState


@dataclass(frozen=True, slots=True)
class Decided:
    """Changes (None deletes), conflicts, and the files that are left to merge."""

    changes: dict[str, FileState | None] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    left: dict[str, Sides] = field(default_factory=dict)


def decide(old: Files, ours: Files, new: Files, once: Callable[[str], bool]) -> Decided:
    """What becomes of each file of an old and a new render, `ours` being what is there of these paths.

    `once` says which are written once, and then a person's.
    """
    found = Decided()
    for path in sorted({*old, *new}):
        base, here, theirs = old.get(path), ours.get(path), new.get(path)
        if here is None:
            if theirs is not None and (base is None or once(path)):
                found.changes[path] = theirs
        elif theirs is None:
            _deleted(found, path, base, here)
        elif path == ANSWERS:
            found.changes[path] = theirs
        elif not once(path) and here != theirs:
            _merged(found, path, base, here, theirs)
    return found


def _deleted(found: Decided, path: str, base: FileState | None, here: FileState) -> None:
    if base == here:
        found.changes[path] = None
    elif base is not None and here.mode != SYMLINK:
        found.conflicts.append(Conflict(path, "modify/delete", base, here, None))


def _merged(found: Decided, path: str, base: FileState | None, here: FileState, theirs: FileState) -> None:
    if base == here:
        found.changes[path] = theirs
    elif base == theirs:
        return
    elif any(is_no_text(state) for state in (base, here, theirs) if state):
        found.conflicts.append(Conflict(path, "binary", base, here, theirs))
    else:
        # What both have added, Copier merges over an empty file.
        found.left[path] = Sides(base or FileState(EMPTY, here.mode), here, theirs)
