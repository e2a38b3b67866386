"""Edits of YAML texts that keep every comment, order and quote."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import yaml
from ruamel.yaml import YAML


def edit(data: bytes, changes: Sequence[tuple[Sequence[str], Any]]) -> bytes:
    """The text with keys set (a value), or removed (None). Parents are made; comments, order and quotes stay.

    Each change is a path of keys and the value; setting a mapping over an existing mapping merges into it. Lines that
    all end as on Windows go on doing so.
    """
    if (ends := data.count(b"\r\n")) and ends == data.count(b"\n"):
        return edit(data.replace(b"\r\n", b"\n"), changes).replace(b"\n", b"\r\n")
    for path, value in changes:
        quick = _remove(data, path) if value is None else _insert(data, path, value)
        data = _rewrite(data, path, value) if quick is None else quick
    return data


def _rewrite(data: bytes, path: Sequence[str], value: Any) -> bytes:
    round_trip = round_trip_yaml()
    document = round_trip.load(data.decode("utf-8"))
    _apply(document, path, value)
    out = io.StringIO()
    round_trip.dump(document, out)
    return out.getvalue().encode()


def _insert(data: bytes, path: Sequence[str], value: Any) -> bytes | None:
    """The text with a new key after its last sibling, or None where this is not that case.

    ruamel.yaml hangs a comment on what stands before it, so a key that it appends lands behind the next comment.
    """
    node = _block_at(data, path[:-1])
    if node is None or _child(node, path[-1]) is not None:
        return None
    out = io.StringIO()
    round_trip_yaml().dump({path[-1]: value}, out)
    indent = " " * node.value[0][0].start_mark.column
    lines = data.decode("utf-8").splitlines(keepends=True)
    last = _last_line(node)
    lines[last] = lines[last].rstrip("\n") + "\n"
    lines[last + 1 : last + 1] = [indent + line for line in out.getvalue().splitlines(keepends=True)]
    return "".join(lines).encode()


def _remove(data: bytes, path: Sequence[str]) -> bytes | None:
    """The text without the lines of a key and its value, or None where they are not alone on their lines.

    ruamel.yaml would drop the comment behind them too, which mostly is about what comes next.
    """
    node = _block_at(data, path[:-1])
    entry = next((entry for entry in node.value if entry[0].value == path[-1]), None) if node is not None else None
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
