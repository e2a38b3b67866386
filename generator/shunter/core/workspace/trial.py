"""An update put to the test: what a person might have written into a project, and what must have become of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from shunter.model.data import dataclass
from shunter.model.files import SYMLINK, Conflict, FileState

Files = Mapping[str, FileState]
ANSWERS_FILE: Final = ".copier-answers.yml"
OWN_FILE: Final = "added by a person.txt"


@dataclass(frozen=True, slots=True)
class Edited:
    """A project with a person's edits: the text of each, by path, and the lines that the template changed there."""

    files: Files
    marks: Mapping[str, bytes]
    template: Mapping[str, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update has left: the files, those in conflict as a person sees them, and the conflicts."""

    files: Files
    conflicts: Sequence[Conflict]


def edited(files: Files) -> Edited:
    """A line of its own at the end of every text, and a file of the person's own."""
    marks = {path: b"# edited by a person: %d\n" % number for number, path in enumerate(_texts(files), 1)}
    own = FileState(b"mine\n")
    changed = {path: _with(files[path], _ended(files[path].data) + mark) for path, mark in marks.items()}
    return Edited({**files, **changed, OWN_FILE: own}, {**marks, OWN_FILE: own.data}, {})


def conflicting(old: Files, new: Files) -> Edited:
    """Each text that the template changes, with other words on the first line that it changes."""
    changed, marks, template = dict(old), dict[str, bytes](), dict[str, list[bytes]]()
    for number, path in enumerate(_texts(old), 1):
        before, after = old[path].data.splitlines(keepends=True), new[path].data.splitlines() if path in new else []
        hunk = next((each for each in _changes(before, after) if each[0] < each[1]), None)
        if path not in new or hunk is None:
            continue
        start, _, first, last = hunk
        marks[path] = b"edited%d" % number
        line = before[start].rstrip(b"\r\n")
        end = before[start][len(line) :] or b"\n"
        data = b"".join([*before[:start], line + b" " + marks[path] + end, *before[start + 1 :]])
        changed[path], template[path] = _with(old[path], data), after[first:last]
    return Edited(changed, marks, template)


def _changes(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[tuple[int, int, int, int]]:
    lines = [line.rstrip(b"\r\n") for line in before]
    for kind, *places in SequenceMatcher(None, lines, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield places[0], places[1], places[2], places[3]


def expected(old: Files, new: Files, once: Callable[[str], bool]) -> Files:
    """What an update makes of a project that nobody has edited: a fresh render, but for files that are written once."""
    fresh = {path: state for path, state in new.items() if not (once(path) and path in old)}
    return fresh | {path: state for path, state in old.items() if once(path)}


def differences(wanted: Files, found: Files) -> Iterator[str]:
    """How an update of a project that nobody has edited differs from what it must be."""
    for path in sorted({*wanted, *found}):
        if path not in found:
            yield f"clean: {path} is missing"
        elif path not in wanted:
            yield f"clean: {path} is left over"
        elif wanted[path] != found[path]:
            yield f"clean: {path} is not as a fresh render has it"


def losses(asked: Edited, found: Updated) -> Iterator[str]:
    """What of a person's edits, and of the template's own where both met, an update has lost."""
    sides = [each.ours.data for each in found.conflicts if each.ours is not None]
    everything = [*(state.data for state in found.files.values()), *sides]
    for path, mark in asked.marks.items():
        if not any(mark in data for data in everything):
            yield f"edited: what a person wrote into {path} is gone"
        elif path in asked.template and not any(mark in data for data in sides):
            lost = [line for line in asked.template[path] if not _said(line, path, everything)]
            if lost:
                yield f"conflicting: {path} has no conflict, and not what the template changed"


def unmarked(found: Updated) -> Iterator[str]:
    """Conflicts of two texts that a person cannot see in the file."""
    for each in found.conflicts:
        state = found.files.get(each.path)
        sides = [side for side in (each.ours, each.theirs) if side is not None and _is_text(side)]
        if len(sides) == 2 and (state is None or b"<<<<<<< " not in state.data):
            yield f"conflicting: {each.path} is in conflict, and has no markers"


def _said(line: bytes, path: str, texts: Iterable[bytes]) -> bool:
    """Whether a line is somewhere. Where both sides changed a comment in YAML, the person's stays."""
    comment = path.endswith((".yaml", ".yml")) and line.strip().startswith(b"#")
    return comment or any(line.strip() in text for text in texts)


def _texts(files: Files) -> list[str]:
    return sorted(path for path, state in files.items() if path != ANSWERS_FILE and _is_text(state))


def _is_text(state: FileState) -> bool:
    return state.mode != SYMLINK and b"\0" not in state.data


def _ended(data: bytes) -> bytes:
    return data if not data or data.endswith(b"\n") else data + b"\n"


def _with(state: FileState, data: bytes) -> FileState:
    return FileState(data, state.mode)
