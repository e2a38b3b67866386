"""YAML text into documents of entries, each with its comments. What cannot be written back as it was is refused."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from shunter.core.goyaml import nodes
from shunter.core.goyaml.plain import is_plain
from shunter.core.trees.yaml_tree import NOTHING, Block, Document, Entry, Leaf, Part, Value, shifted_text, written
from shunter.model.data import replace

_SEPARATOR: Final = re.compile(r"---(?:[ \t].*)?")
_BARE_SEPARATOR: Final = re.compile(r"---[ \t]*(?:[ \t]#.*)?")
_COLON: Final = re.compile(r"[ \t]*:")
_TAIL: Final = re.compile(r"[ \t]*(?:(?<=[ \t])#.*)?")
_KEEPS_LINES: Final = re.compile(r"[|>][1-9]?\+")
_END: Final = object()
_LINE_ENDS: Final = ("\r", "\x85", "\u2028", "\u2029")


class CannotMergeError(Exception):
    """These texts are not merged key by key; the message says why."""


def documents(text: str) -> list[Document]:
    """The documents of a text in which every line ends with a line feed. Raises CannotMergeError."""
    if any(end in text for end in _LINE_ENDS):
        raise CannotMergeError("it has line ends of several kinds")
    found = [_document(separator, lines) for separator, lines in _chunks(text)]
    if "".join(written(document) for document in found) != text:
        raise CannotMergeError("its layout is unusual")
    return found


def _chunks(text: str) -> Iterator[tuple[str, list[str]]]:
    separator, lines = "", list[str]()
    for line in text.split("\n")[:-1]:
        if line.startswith(("...", "%")):
            raise CannotMergeError("it has directives, or ends before its end")
        if not _SEPARATOR.fullmatch(line):
            lines.append(line)
            continue
        if not _BARE_SEPARATOR.fullmatch(line):
            raise CannotMergeError("a document begins behind `---`")
        if separator or lines:
            yield separator, lines
        separator, lines = line, []
    if separator or lines:
        yield separator, lines


def _document(separator: str, lines: list[str]) -> Document:
    text = "".join(f"{line}\n" for line in lines)
    try:
        nodes.compose(text.encode())
        events = list(_events(CParser(text.encode())))
    except (nodes.YAMLError, nodes.TooDeepError, nodes.TooManyError):
        raise CannotMergeError("it cannot be read as YAML") from None
    return _Reader(text, lines, events).document(separator)


def _events(parser: Any) -> Iterator[Any]:
    """The events of the first document, without its start and its end."""
    while parser.check_event():
        event = parser.get_event()
        if event.__class__ in (DocumentEndEvent, StreamEndEvent):
            return
        if event.__class__ not in (StreamStartEvent, DocumentStartEvent):
            yield event


class _Open:
    """An entry that is still being read: comments that come later may be its foot."""

    def __init__(self, column: int, lead: list[str]) -> None:
        self.column = column
        self.lead = lead
        self.foot: list[str] = []
        self.key = self.head = self.gap = self.tail = ""
        self.body: Leaf | _OpenBlock = Leaf("", NOTHING)
        self.inline = False

    def closed(self) -> Entry:
        body = self.body if isinstance(self.body, Leaf) else self.body.closed()
        foot = tuple(self.foot)
        return Entry(self.key, self.head, self.gap, body, self.tail, tuple(self.lead), foot, self.inline)


class _OpenBlock:
    """A block that is still being read."""

    def __init__(self, kind: str, column: int) -> None:
        self.kind = kind
        self.column = column
        self.entries: list[_Open] = []

    def closed(self) -> Block:
        return Block(self.kind, self.column, tuple(entry.closed() for entry in self.entries))


class _Reader:
    """One document, event by event."""

    def __init__(self, text: str, lines: list[str], events: list[Any]) -> None:
        self._text = text
        self._lines = lines
        self._ends = [*accumulate((len(line) + 1 for line in lines), initial=-1)][1:]
        self._events = iter(events)
        self._next = 0  # the first line that belongs to nothing yet
        self._chain: list[_Open] = []  # the entry that was read last, below those around it
        self._anchors: list[str] = []

    def document(self, separator: str) -> Document:
        event = next(self._events, None)
        if event is None or (event.__class__ is ScalarEvent and not event.value and not event.style):
            return Document(separator, (), None, tuple(self._lines))
        if not self._is_block(event):
            raise CannotMergeError("its root is no plain map or list")
        opened = self._block(event, 0)
        foot = self._gap(0, 0, len(self._lines))
        head, root = _headed(opened.closed())
        return Document(separator, head, root, tuple(foot), tuple(self._anchors))

    def _is_marked(self, event: Any) -> bool:
        """Whether the node has an anchor or a tag."""
        return self._text[event.start_mark.index : event.start_mark.index + 1] in ("&", "!")

    def _is_block(self, event: Any) -> bool:
        return isinstance(event, CollectionStartEvent) and not event.flow_style and not self._is_marked(event)

    def _block(self, event: Any, depth: int) -> _OpenBlock:
        is_map = event.__class__ is MappingStartEvent
        block = _OpenBlock("map" if is_map else "list", event.start_mark.column)
        read = self._pair if is_map else self._item
        while not isinstance(inner := next(self._events), CollectionEndEvent):
            block.entries.append(read(inner, block.column, depth))
        if is_map and len({entry.key for entry in block.entries}) < len(block.entries):
            raise CannotMergeError("a map has a key twice")
        return block

    def _pair(self, key: Any, column: int, depth: int) -> _Open:
        start, end = key.start_mark, key.end_mark
        colon = _COLON.match(self._text, end.index)
        simple = key.__class__ is ScalarEvent and not self._is_marked(key) and start.line == end.line
        if not simple or colon is None or start.column != column:
            raise CannotMergeError("a key is no simple one")
        opened = self._open(depth, column, start.line)
        opened.key, opened.head = key.value, self._text[start.index : colon.end()]
        return self._valued(opened, start.line, colon.end(), depth, next(self._events))

    def _item(self, event: Any, column: int, depth: int) -> _Open:
        line, start = event.start_mark.line, event.start_mark.index - event.start_mark.column
        while self._lines[line][column : column + 1] != "-":
            line -= 1
            start -= len(self._lines[line]) + 1
        opened = self._open(depth, column, line)
        opened.head = "-"
        return self._valued(opened, line, start + column + 1, depth, event)

    def _open(self, depth: int, column: int, line: int) -> _Open:
        opened = _Open(column, self._gap(depth, column, line))
        self._chain[depth:] = [opened]
        return opened

    def _valued(self, opened: _Open, line: int, end: int, depth: int, event: Any) -> _Open:
        """The entry with the value that `event` begins; its head stands in `line`, and ends at `end`."""
        if not self._is_block(event):
            self._leaf(opened, end, event)
            return opened
        opened.inline = event.start_mark.line == line
        if not opened.inline:
            opened.tail = self._rest(end)
        elif opened.head == "-":
            opened.gap = self._text[end : event.start_mark.index]
        else:
            raise CannotMergeError("a block begins behind a key")
        self._next = max(self._next, line + 1)
        opened.body = self._block(event, depth + 1)
        return opened

    def _gap(self, depth: int, column: int, line: int) -> list[str]:
        """The lines before an entry that are its own. Comments that are indented further belong to what ends here."""
        lines, self._next = self._lines[self._next : line], max(self._next, line)
        ending, kept, closed = self._chain[depth:], 0, False
        for number, text in enumerate(lines):
            indent = len(text) - len(text.lstrip(" "))
            if not text.strip():
                continue
            if text[indent] != "#":
                raise CannotMergeError("something in it is no part of the document")
            while ending and ending[-1].column >= indent:
                ending.pop()
            if indent > column and ending and not closed:
                ending[-1].foot += lines[kept : number + 1]
                kept = number + 1
            else:
                closed = True
        return lines[kept:]

    def _rest(self, end: int) -> str:
        """What follows on a line behind what is read of it: nothing, or a comment."""
        line = self._text[end : self._text.index("\n", end)]
        if not _TAIL.fullmatch(self._text, end, end + len(line)):
            raise CannotMergeError("its layout is unusual")
        return line

    def _leaf(self, opened: _Open, end: int, event: Any) -> None:
        events = [event, *self._inside(event)]
        stop = self._stop(end, events)
        raw = self._text[end:stop]
        opened.gap = raw[: len(raw) - len(raw.lstrip(" \t"))]
        opened.tail = self._rest(stop)
        self._next = bisect_left(self._ends, stop) + 1
        text = raw[len(opened.gap) :]
        if any(getattr(each, "anchor", None) and each.__class__ is not AliasEvent for each in events):
            self._anchors.append(shifted_text(text, -opened.column))
        if any(each.__class__ is AliasEvent or self._is_marked(each) for each in events):
            opened.body = Leaf(text, ("raw", shifted_text(text, -opened.column)))
            return
        parts: list[Part] = []
        value = _value(iter(events), parts, (), end + len(opened.gap))
        opened.body = Leaf(text, value, tuple(parts) if isinstance(event, CollectionStartEvent) else ())

    def _inside(self, event: Any) -> Iterator[Any]:
        """The events of a collection up to its end."""
        depth = int(isinstance(event, CollectionStartEvent))
        while depth:
            inner = next(self._events)
            depth += isinstance(inner, CollectionStartEvent) - isinstance(inner, CollectionEndEvent)
            yield inner

    def _stop(self, end: int, events: list[Any]) -> int:
        """Where a value ends whose head ends at `end`: a block scalar's blank lines are not its own."""
        stop = end
        for each in events:
            start, past = _place(each)
            if each.__class__ is ScalarEvent and each.style in ("|", ">"):
                keeps = _KEEPS_LINES.search(self._text, start, self._text.index("\n", start))
                last = past - 1 if keeps else start + len(self._text[start:past].rstrip(" \t\n"))
                stop = self._text.index("\n", last)
            elif past > start and not _is_dash(each):
                stop = max(stop, past)
        return stop


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _is_dash(event: Any) -> bool:
    """Whether an event is the start of a block: it ends where its first key does not."""
    return isinstance(event, CollectionStartEvent) and not event.flow_style


def _headed(root: Block) -> tuple[tuple[str, ...], Block]:
    """The file's own comment, which a blank line parts from that of the first key, and the root without it."""
    first, *others = root.entries
    if not isinstance(first, Entry):
        return (), root
    cut = max((at + 1 for at, line in enumerate(first.lead) if not line.strip()), default=0)
    return first.lead[:cut], replace(root, entries=(replace(first, lead=first.lead[cut:]), *others))


def _value(events: Iterator[Any], parts: list[Part], path: tuple[str, ...], origin: int) -> Value:
    """What a scalar or a flow collection reads as; its scalars go to `parts`, with their places from `origin` on."""
    event = next(events)
    if event.__class__ is ScalarEvent:
        value = _scalar(event)
        start, end = _place(event)
        parts.append(Part(path, start - origin, end - origin, value))
        return value
    if isinstance(event, CollectionEndEvent):
        return _END
    if event.__class__ is not MappingStartEvent:
        items = list[Any]()
        while (item := _value(events, parts, (*path, str(len(items))), origin)) is not _END:
            items.append(item)
        return items
    pairs = dict[str, Any]()
    while not isinstance(key := next(events), CollectionEndEvent):
        if key.__class__ is not ScalarEvent or key.value in pairs:
            raise CannotMergeError("a key is no simple one")
        pairs[key.value] = _value(events, parts, (*path, key.value), origin)
    return pairs


def _scalar(event: Any) -> Value:
    """A scalar's kind and text: `str` is what every YAML reads as text, `plain` what may be a number or a date."""
    return ("plain" if event.style in ("", None) and not is_plain(event.value) else "str", event.value)
