"""A YAML file as entries with the lines that they stand on, such that writing what was read gives the same text.

Everything holds its text as it was written, indentation included; an entry moves to other columns by `shifted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from shunter.model.data import dataclass, field, replace

Value: TypeAlias = Any
"""What a body reads as: a dict, a list, or a pair of what kind of scalar it is and its text."""

NOTHING: Final = ("plain", "")
"""The value of an entry without one (`key:`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A scalar inside a flow collection: where it belongs, its place in the collection's text, and its value."""

    path: tuple[str, ...]
    start: int
    end: int
    value: Value


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that stands as it is: a scalar, a flow collection with its `parts`, or what has an anchor or a tag."""

    text: str
    value: Value
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A map or a list in block style, whose keys or dashes stand in `column` (from 0). Its kind is `map` or `list`."""

    kind: str
    column: int
    entries: tuple[Entry | Fork, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key or a list's dash (`head`), and its value. `key` is the key's text; items have none.

    `lead` are the lines in front of it, comments and blank ones; `tail` is what follows the value on its line, or what
    follows the head of a block; `foot` are comments behind it that are indented as its insides are. A block that is
    `inline` begins on the line of its dash.
    """

    key: str
    head: str
    gap: str
    body: Leaf | Block
    tail: str = ""
    lead: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """A place where two sides exclude each other: what stands there in base, ours and theirs."""

    sides: tuple[tuple[Entry, ...], tuple[Entry, ...], tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its `---` line (none: empty) and the lines before its first key, its root, and what follows.

    Without a root it is nothing but comments. `anchors` are the anchored values in it, in order, as they are written.
    """

    separator: str
    head: tuple[str, ...]
    root: Block | None
    foot: tuple[str, ...]
    anchors: tuple[str, ...] = field(default=(), repr=False)


def value_of(body: Leaf | Block, side: int = 1) -> Value:
    """What a body reads as, on one side of its forks (0 base, 1 ours, 2 theirs)."""
    if isinstance(body, Leaf):
        return body.value
    entries = list(_on(body.entries, side))
    if body.kind == "map":
        return {entry.key: value_of(entry.body, side) for entry in entries}
    return [value_of(entry.body, side) for entry in entries]


def written(document: Document, side: int = 1) -> str:
    """A document's text on one side of its forks, each line with its end."""
    lines = [*([document.separator] if document.separator else []), *document.head]
    if document.root is not None:
        lines += block_lines(document.root, side) or ["{}" if document.root.kind == "map" else "[]"]
    return "".join(f"{line}\n" for line in (*lines, *document.foot))


def block_lines(block: Block, side: int = 1) -> list[str]:
    """A block's lines on one side of its forks; none if it is empty there."""
    return [line for entry in _on(block.entries, side) for line in entry_lines(entry, block.column, side)]


def entry_lines(entry: Entry, column: int, side: int = 1) -> list[str]:
    """An entry's lines, its head in `column`."""
    head = " " * column + entry.head
    if isinstance(entry.body, Leaf):
        text = head + entry.gap + entry.body.text + entry.tail
        return [*entry.lead, *text.split("\n"), *entry.foot]
    lines = block_lines(entry.body, side)
    if not lines:
        return [*entry.lead, f"{head} {'{}' if entry.body.kind == 'map' else '[]'}{entry.tail}", *entry.foot]
    if not entry.inline:
        return [*entry.lead, head + entry.tail, *lines, *entry.foot]
    # Comments of the first key inside stand above the dash: there is no line between the two.
    first = next(number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    started = (head + entry.gap).ljust(entry.body.column) + lines[first][entry.body.column :]
    return [*entry.lead, *lines[:first], started, *lines[first + 1 :], *entry.foot]


def shifted(entry: Entry, by: int) -> Entry:
    """The entry, `by` columns further right (negative: left)."""
    if not by:
        return entry
    body: Leaf | Block
    if isinstance(entry.body, Leaf):
        text = shifted_text(entry.body.text, by)
        body = replace(entry.body, text=text, parts=entry.body.parts if text == entry.body.text else ())
    else:
        inside = tuple(
            _shifted_fork(each, by) if isinstance(each, Fork) else shifted(each, by) for each in entry.body.entries
        )
        body = replace(entry.body, column=entry.body.column + by, entries=inside)
    return replace(entry, body=body, lead=_moved(entry.lead, by), foot=_moved(entry.foot, by))


def _shifted_fork(fork: Fork, by: int) -> Fork:
    base, ours, theirs = (tuple(shifted(entry, by) for entry in side) for side in fork.sides)
    return Fork((base, ours, theirs))


def shifted_text(text: str, by: int) -> str:
    """A value's text, its lines but the first `by` columns further right."""
    first, *rest = text.split("\n")
    return "\n".join((first, *_moved(rest, by)))


def _moved(lines: Iterable[str], by: int) -> tuple[str, ...]:
    return tuple(_moved_line(line, by) for line in lines)


def _moved_line(line: str, by: int) -> str:
    if not line.strip():
        return line
    return " " * by + line if by > 0 else line[min(-by, len(line) - len(line.lstrip(" "))) :]


def plain_lines(lines: Sequence[str]) -> list[str]:
    """Lines without indentation, trailing blanks and blank lines: what counts where comments are compared."""
    return [text for line in lines if (text := line.strip())]


def _on(entries: Iterable[Entry | Fork], side: int) -> Iterator[Entry]:
    for entry in entries:
        if isinstance(entry, Fork):
            yield from entry.sides[side]
        else:
            yield entry
