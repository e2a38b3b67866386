"""Edits of YAML texts that keep every comment, order and quote."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from ruamel.yaml import YAML

_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]*[0-9A-Za-z])?")
"""Text that is written without quotes, and is text to every reader of YAML."""


def edit(data: bytes, changes: Sequence[tuple[Sequence[str], Any]]) -> bytes:
    """The text with keys set (a value), or removed (None). Parents are made; comments, order and quotes stay.

    Each change is a path of keys and the value; setting a mapping over an existing mapping merges into it. Lines that
    all end as on Windows go on doing so.
    """
    if (ends := data.count(b"\r\n")) and ends == data.count(b"\n"):
        return edit(data.replace(b"\r\n", b"\n"), changes).replace(b"\n", b"\r\n")
    for path, value in changes:
        parent = _block_at(data, path[:-1])
        quick = _remove(data, parent, path[-1]) if value is None else _put(data, parent, path[-1], value)
        data = _rewrite(data, path, value) if quick is None else quick
    return data


def _rewrite(data: bytes, path: Sequence[str], value: Any) -> bytes:
    round_trip = round_trip_yaml()
    document = round_trip.load(data.decode("utf-8"))
    _apply(document, path, value)
    out = io.StringIO()
    round_trip.dump(document, out)
    return out.getvalue().encode()


def _put(data: bytes, node: yaml.MappingNode | None, key: str, value: Any) -> bytes | None:
    """The text with a value at a key of a map on lines of its own, or None where the whole has to be read."""
    if node is None:
        return None
    there = _child(node, key)
    return _insert(data, node, key, value) if there is None else _swap(data, there, value)


def _swap(data: bytes, there: yaml.Node, value: Any) -> bytes | None:
    """The text with a version in the place of a word, or None where this is not that case.

    A release is set in every update, and ruamel.yaml takes tens of milliseconds to read a large workspace.
    """
    if not (isinstance(value, str) and _VERSION.fullmatch(value) and isinstance(there, yaml.ScalarNode)):
        return None
    lines = data.decode("utf-8").split("\n")
    at, start, end = there.start_mark.line, there.start_mark.column, there.end_mark.column
    line = lines[at]
    # With a tag or an anchor, in quotes, or in a text with other ends of lines, it is something else.
    if there.end_mark.line != at or not _VERSION.fullmatch(line[start:end]) or line[start:end] != there.value:
        return None
    lines[at] = line[:start] + value + line[end:]
    return "\n".join(lines).encode()


def _insert(data: bytes, node: yaml.MappingNode, key: str, value: Any) -> bytes:
    """The text with a new key after its last sibling.

    ruamel.yaml hangs a comment on what stands before it, so a key that it appends lands behind the next comment.
    """
    out = io.StringIO()
    round_trip_yaml().dump({key: value}, out)
    indent = " " * node.value[0][0].start_mark.column
    lines = data.decode("utf-8").splitlines(keepends=True)
    last = _last_line(node)
    lines[last] = lines[last].rstrip("\n") + "\n"
    lines[last + 1 : last + 1] = [indent + line for line in out.getvalue().splitlines(keepends=True)]
    return "".join(lines).encode()


def _remove(data: bytes, node: yaml.MappingNode | None, key: str) -> bytes | None:
    """The text without the lines of a key and its value, or None where they are not alone on their lines.

    ruamel.yaml would drop the comment behind them too, which mostly is about what comes next.
    """
    entry = next((entry for entry in node.value if entry[0].value == key), None) if node is not None else None
    if node is None or entry is None or len(node.value) == 1:
        return None
    lines = data.decode("utf-8").splitlines(keepends=True)
    first = entry[0].start_mark
    if lines[first.line][: first.column].strip("\ufeff "):
        return None
    del lines[first.line : _last_line_of(entry) + 1]
    return "".join(lines).encode()


def _block_at(data: bytes, path: Sequence[str]) -> yaml.MappingNode | None:
    """The map at a path, if it stands on lines of its own and is not empty."""
    node: yaml.Node | None = yaml.compose(data, Loader=yaml.CSafeLoader)
    for key in path:
        node = _child(node, key)
    return node if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style else None


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _last_line(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line_of(last) if isinstance(last, tuple) else _last_line(last)
    # A block scalar ends at the start of the line after it.
    return int(node.end_mark.line) - (node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line)


def _last_line_of(entry: tuple[yaml.Node, yaml.Node]) -> int:
    """The last line of a key with its value; an alias is the node that it stands for, somewhere above."""
    return max(int(entry[0].end_mark.line), _last_line(entry[1]))


def round_trip_yaml() -> YAML:
    """A reader and writer that keeps comments, order and quotes, and breaks no long line."""
    from ruamel.yaml import YAML  # few commands need it, and it takes a while

    round_trip = YAML()
    round_trip.preserve_quotes = True
    round_trip.width = 4096
    return round_trip


def _apply(document: Any, path: Sequence[str], value: Any) -> None:
    node = document
    for key in path[:-1]:
        if not isinstance(node.get(key), dict):
            node[key] = {}
        node = node[key]
        if value is not None and hasattr(node, "fa") and not node:
            node.fa.set_block_style()
    last = path[-1]
    if value is None:
        node.pop(last, None)
    elif isinstance(value, dict) and isinstance(node.get(last), dict):
        for key, inner in value.items():
            _apply(node[last], [key], inner)
    elif isinstance(value, list) and isinstance(node.get(last), list):
        _lay(node[last], value)
    else:
        node[last] = value


def _lay(old: list[Any], new: list[Any]) -> None:
    """Make a list that stands in the text equal to `new`, in its style, with the comments of the items that stay."""
    for number in reversed(range(len(old))) if len(new) < len(old) else ():
        if old[number] not in new:
            del old[number]
    for number, value in enumerate(new):
        if number == len(old):
            old.append(value)
        elif old[number] != value:
            old[number] = value
    del old[len(new) :]
