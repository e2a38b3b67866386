"""Changes as text that a person reads."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from shunter.model.files import REGULAR, Edit, FileState, RepositoryPlan


def unified(plan: RepositoryPlan, before: Callable[[RepositoryPlan, str], FileState | None]) -> str:
    """A plan as a unified diff; vendored, compiled and binary files are one line each.

    `before` gives the state that an edit replaces. Paths start with the repository's name.
    """
    parts, vendored = [], []
    for edit in plan.edits:
        old = before(plan, edit.path)
        if old == edit.after:
            continue
        if is_vendored(edit.path):
            vendored.append(edit)
        elif is_compiled(edit.path):
            parts.append(f"compiled {plan.repository}/{edit.path}\n")
        else:
            parts.append(file_diff(f"{plan.repository}/{edit.path}", old, edit.after))
    return "".join(parts) + _vendored_lines(plan.repository, vendored)


def is_vendored(path: str) -> bool:
    """Whether a file belongs to a vendored chart, below an app chart's or an environment's `charts/` folder."""
    parts = path.split("/")
    return "charts" in parts[2:-1] and parts[0] in ("charts", "envs")


def is_compiled(path: str) -> bool:
    """Whether a file is a schema that shunter compiles onto one line: nothing that a person reads as a diff."""
    return path.endswith(("/values.schema.json", "/values.full.schema.json"))


def file_diff(path: str, old: FileState | None, new: FileState | None) -> str:
    """One file's change as a unified diff with git's headers."""
    before, after = _lines(old), _lines(new)
    names = (f"a/{path}" if old else "/dev/null", f"b/{path}" if new else "/dev/null")
    if before is None or after is None:
        return f"Binary files {names[0]} and {names[1]} differ\n"
    return _mode(path, old, new) + text_diff(before, after, *names)


def _mode(path: str, old: FileState | None, new: FileState | None) -> str:
    """What a file's mode becomes, as git says it, where that is not usual or changes."""
    if old and new:
        told = "" if old.mode == new.mode else f"old mode {old.mode}\nnew mode {new.mode}\n"
    else:
        one, state = ("new", new) if new else ("deleted", old)
        told = f"{one} file mode {state.mode}\n" if state and state.mode != REGULAR else ""
    return told and f"diff --git a/{path} b/{path}\n{told}"


def text_diff(before: list[str], after: list[str], old_name: str, new_name: str) -> str:
    """Two lists of lines as a unified diff; a missing line end is said as git says it."""
    lines = difflib.unified_diff(before, after, old_name, new_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(state: FileState | None) -> list[str] | None:
    if state is None:
        return []
    if b"\0" in state.data:
        return None
    return state.data.decode("utf-8", "backslashreplace").splitlines(keepends=True)


def _vendored_lines(repository: str, edits: Iterable[Edit]) -> str:
    counts: dict[str, int] = {}
    for edit in edits:
        folder = "/".join(edit.path.split("/")[:4])
        counts[folder] = counts.get(folder, 0) + 1
    return "".join(f"vendored {repository}/{folder}: {count} files\n" for folder, count in counts.items())
