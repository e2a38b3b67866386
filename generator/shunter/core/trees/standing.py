"""What stands where in a conflict that an update has left, in words: the file, git's index, or beside the place."""

from __future__ import annotations

from shlex import quote
from typing import Final

from shunter.model.files import SYMLINK, Conflict, FileState

_LOOKED_AT: Final = 8000  # bytes in which git looks for a NUL, to tell a binary file from text
_END: Final = "then `git add` and `git commit`"


def is_no_text(state: FileState) -> bool:
    """Whether git merges no lines of a file: a link, or binary."""
    return state.mode == SYMLINK or b"\0" in state.data[:_LOOKED_AT]


def words(conflict: Conflict, root: str) -> tuple[str, str]:
    """What a conflict in the repository at `root` is, and what to do about it."""
    what, hint = _words(conflict, f"git -C {quote(root)}", quote(conflict.path))
    return f"{conflict.path}: {what} ({conflict.kind})", hint


def _words(conflict: Conflict, git: str, path: str) -> tuple[str, str]:
    place = _place(conflict)
    aside = place != conflict.path
    if aside and conflict.theirs is None:
        what = f"yours was {place}, where the template has a folder"
        return what, f"it is called {path} now: give it a name that it can keep, or `{git} rm {path}`; {_END}"
    if aside:
        what = f"the template's {place}, where you have a folder"
        return what, f"yours stays; `{git} rm {path}` does without the file, or let it have the folder's place; {_END}"
    if conflict.theirs is None or conflict.ours is None:
        whose = "yours" if conflict.theirs is None else "the template's"
        deleted = conflict.kind.startswith("modify/delete")
        what = "the template deletes what a person changed" if deleted else f"only {whose} has this name"
        return (
            what,
            f"{whose} is in the file: `{git} add {path}` keeps it, `{git} rm {path}` does not; then `git commit`",
        )
    if any(is_no_text(each) for each in (conflict.base, conflict.ours, conflict.theirs) if each):
        what = "the template and a person changed it, and lines cannot be merged"
        return what, f"yours is in its place, for the template's: `{git} checkout --theirs -- {path}`; {_END}"
    what = "the template and a person changed the same lines"
    return what, f"both versions are in the file: keep what is right, {_END}"


def _place(conflict: Conflict) -> str:
    """The place of a conflict whose file git has called after its branch, since a folder is there; else its path."""
    if not conflict.kind.startswith("file/directory"):
        return conflict.path
    return conflict.path.partition("~yours")[0].partition("~template")[0]
