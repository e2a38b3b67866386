"""YAML text as node trees, by libyaml: every node knows where it stands.

Two composers give the same trees. PyYAML's, written in C, is the fast one. It recurses on the C stack and refuses a
redefined anchor, so a text that nests deeply or redefines one goes through the other, which is iterative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from yaml._yaml import CParser
from yaml.composer import ComposerError
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import MappingNode, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from shunter.core.goyaml.positions import decode

__all__ = ["MappingNode", "MarkedYAMLError", "Node", "ReaderError", "ScalarNode", "SequenceNode", "YAMLError"]

MAX_DEPTH: Final = 200
"""Deeper values are not judged: validators recurse. (Helm gives up at 10,000.)"""

MAX_NODES: Final = 300_000
"""Keys and values of one file. A node takes up to 500 bytes, so 5 MiB of `[1,1,1` would take more than a gigabyte."""

PLAIN: Final = "?"
"""The tag of a scalar that Helm resolves by its text. An explicit tag keeps its name; all else has the tag ''."""

BANG: Final = "!"
"""The tag of a scalar written with a lone `!`: libyaml takes the tag away, go-yaml keeps it and reads a string."""

Node: TypeAlias = Any  # a node of yaml.nodes, whose stubs leave half of the attributes out
Pairs: TypeAlias = list[tuple[Node, Node]]
_IN_FLOW: Final = "found an unquoted `?` inside brackets"
_COLON: Final = "found unexpected ':'"
_IN_TAG: Final = "did not find expected ',' or '}'"
_GO_DIFFERS: Final = (
    _COLON,
    "did not find expected tag URI",
    "did not find expected whitespace or line break",
    "found unknown escape character",
    _IN_FLOW,
    _IN_TAG,
)
_BOM: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xfe\xff", b"\xff\xfe")
_STAND_INS: Final = tuple(chr(code) for code in range(0xFDD0, 0xFDF0))
"""Characters of no meaning, as long in UTF-8 as a byte order mark."""

_MAY_DIFFER: Final = re.compile(rb"!|\\/|:[,?\[\]{}]")
_BRACKET: Final = rb"[\[\]{}]"
_FAR: Final = b" " * (MAX_DEPTH // 4)
_AS_BLANKS: Final = bytes.maketrans(b"\t\0?:-", b"     ")
_FAR_RIGHT: Final = rb"(?:^|[\n\r\x85\xa8\xa9])[ \t\0?:-]{%d}" % len(_FAR)
"""A line that begins with as much as can stand before a block: its indentation, dashes, and `?` and `:`."""

_BANG: Final = r"(?:&\S+\s+)?!(?=\s)"
_TAG_MARK: Final = r"(?:&\S+\s+)?![^\s<]*[,\[\]{}]"
_SLASH: Final = r"(?<!\\)(?:\\\\)*\\/"


class TooDeepError(Exception):
    """The text nests deeper than MAX_DEPTH; `node` stands where it does, None if that is unknown."""

    def __init__(self, node: Any = None) -> None:
        super().__init__()
        self.node = node


class TooManyError(Exception):
    """The text has more than MAX_NODES nodes."""


class _Parser(CParser):
    """Tags mean nothing here but '': a bound C method costs least where the composer asks for them on each node."""

    resolve: Any = "".format
    descend_resolver = "".format
    ascend_resolver = "".format


class _TaggingParser(_Parser):
    """Tags as `PLAIN` says, for a text that may hold explicit ones."""

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> str:
        return PLAIN if kind is ScalarNode and implicit[0] else ""


def compose(text: bytes) -> Node | None:
    """The root of the first document in `text`, or None where there is none; what follows it is not looked at.

    Scalars have explicit tags, or `PLAIN`, only if the text holds a `!`; without one, a plain scalar's style is ''.
    Raises yaml.YAMLError where libyaml refuses the text, TooDeepError and TooManyError.
    """
    try:
        return _compose(text)
    except ReaderError as error:
        from shunter.core.goyaml.ends import read_before

        start = read_before(text, error.position) if isinstance(error.position, int) else None
        if start is None:
            raise
        return _compose(start)


def _compose(text: bytes) -> Node | None:
    if text.find(_BOM, 1) > 0 and text[:2] not in _UTF_16:
        return _compose_with_marks(text)
    try:
        node = _composed(text)
        in_brackets = b"?" in text and (b"[" in text or b"{" in text)
        if node is not None and (in_brackets or _MAY_DIFFER.search(text)):
            _as_go(node, decode(text))
    except MarkedYAMLError as error:
        if error.problem not in _GO_DIFFERS:
            raise
        return _reread(text, error)
    return node


def _compose_with_marks(text: bytes) -> Node | None:
    """The tree of a text with byte order marks inside: libyaml skips some, and to go-yaml they are letters."""
    start = len(_BOM) if text.startswith(_BOM) else 0
    stand_in = next((char for char in _STAND_INS if char.encode() not in text), _STAND_INS[0])
    root = compose(text[:start] + text[start:].replace(_BOM, stand_in.encode()))
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if node.__class__ is ScalarNode:
            node.value = node.value.replace(stand_in, "\ufeff")
            continue
        for entry in node.value:
            stack.extend(entry if entry.__class__ is tuple else (entry,))
    return root


def _reread(text: bytes, error: MarkedYAMLError) -> Node | None:
    """The tree as go-yaml would make it; raises `error`, libyaml's, if go-yaml refuses the text as well."""
    from shunter.core.goyaml.scanner import GoParser

    try:
        node = _compose_slowly(text, GoParser(text))
        if node is not None:
            _as_go(node, decode(text), of_libyaml=False)
    except YAMLError:
        raise error from None
    return node


def _composed(text: bytes) -> Node | None:
    if _may_be_deep(text) or most_nodes(text) > MAX_NODES:
        return _compose_slowly(text)
    parser = (_TaggingParser if b"!" in text else _Parser)(text)
    if not parser.check_node():
        return None
    try:
        node = parser.get_node()
    except ComposerError as error:
        if "duplicate anchor" not in str(error.context):
            raise
        return _compose_slowly(text)
    return node


def _as_go(root: Node, text: str, *, of_libyaml: bool = True) -> None:
    """What go-yaml sees differently: a lone `!`; the escape `\\/` and a plain `?` in brackets, which it refuses."""
    stack, seen = [(root, False)], set()
    while stack:
        node, in_flow = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        in_flow = in_flow and of_libyaml
        if in_flow and re.compile(_TAG_MARK).match(text, node.start_mark.index):
            raise MarkedYAMLError(None, None, _IN_TAG, node.start_mark)
        if node.__class__ is ScalarNode:
            _scalar_as_go(node, in_flow, text)
            continue
        below = in_flow or bool(node.flow_style)
        for entry in node.value:
            stack.extend((child, below) for child in (entry if entry.__class__ is tuple else (entry,)))


def _scalar_as_go(node: Node, in_flow: bool, text: str) -> None:
    start, end = node.start_mark.index, node.end_mark.index
    if node.style == "":
        may_be = node.tag in (PLAIN, "") and text[start : start + 1] in ("!", "&")
        bang = re.compile(_BANG).match(text, start) if may_be else None
        if bang is not None and bang.end() <= end:
            node.tag = BANG
        if in_flow and "?" in node.value:
            raise MarkedYAMLError(None, None, _IN_FLOW, node.start_mark)
        if in_flow and text[end : end + 1] == ":" and text[end + 1 : end + 2] in tuple(",?[]{}"):
            raise MarkedYAMLError(None, None, _COLON, node.end_mark)
    elif node.tag == PLAIN:
        node.tag = BANG
    elif node.style == '"' and text.find("\\/", start, end) >= 0 and re.compile(_SLASH).search(text, start, end):
        raise MarkedYAMLError(None, None, "found unknown escape character", node.start_mark)


def has_second_document(text: bytes) -> bool:
    """Whether something follows the first document of `text` that Helm does not read (after a `...`)."""
    parser = _Parser(text)
    try:
        return bool(parser.check_node() and parser.get_node() is not None and parser.check_node())
    except YAMLError:
        return True


def _may_be_deep(text: bytes) -> bool:
    """Whether the text can nest deeper than MAX_DEPTH: half of it in blocks, half of it in brackets.

    A block inside another begins further right, but for a list right below its key: two levels a column at most.
    """
    if _FAR in text.translate(_AS_BLANKS) and re.search(_FAR_RIGHT, text):
        return True
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH // 2:
        return False
    depth = deepest = 0
    for bracket in re.finditer(_BRACKET, text):
        depth = depth + 1 if bracket[0] in b"[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH // 2


def most_nodes(text: bytes) -> int:
    """How many nodes the text can have at most, by the characters that part them; exact for lines of `key: value`."""
    if len(text) <= MAX_NODES:
        return len(text)
    parting = {b"\n": 1, b"\r": 1, b"\x85": 1, b"\xa8": 1, b":": 1, b"-": 1, b",": 2, b"[": 2, b"?": 2, b"{": 3}
    return 1 + sum(weight * text.count(mark) for mark, weight in parting.items())


def _compose_slowly(text: bytes, parser: Any = None) -> Node | None:
    parser = parser or _Parser(text)
    parser.get_event()
    if not parser.check_event() or "DocumentStart" not in type(parser.get_event()).__name__:
        return None
    anchors: dict[str, Node] = {}
    parents: list[tuple[Node, list[Node]]] = []
    for event in _events(parser):
        start: Any = event.start_mark
        end: Any = event.end_mark
        node: Node
        if event.__class__ is AliasEvent:
            node = _anchored(event, anchors)
        elif event.__class__ is ScalarEvent:
            node = ScalarNode(_tag(event), event.value, start, end, event.style or "")
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            kind: Any = MappingNode if isinstance(event, MappingStartEvent) else SequenceNode
            opened = kind("", [], event.start_mark, event.end_mark, event.flow_style)
            parents.append((opened, []))
            if event.anchor:
                anchors[event.anchor] = opened
            if len(parents) > MAX_DEPTH:
                raise TooDeepError(opened)
            continue
        else:
            node, children = parents.pop()
            node.end_mark = event.end_mark
            is_map = isinstance(node, MappingNode)
            node.value = list(zip(children[::2], children[1::2], strict=True)) if is_map else children
        if event.__class__ is ScalarEvent and event.anchor:
            anchors[event.anchor] = node
        if not parents:
            return node
        parents[-1][1].append(node)
    return None


def _events(parser: Any) -> Iterator[Any]:
    """The parser's events, until they stand for more than MAX_NODES nodes."""
    count = 0
    while count <= MAX_NODES:
        event: Any = parser.get_event()
        count += not isinstance(event, MappingEndEvent | SequenceEndEvent)
        yield event
    raise TooManyError


def _tag(event: Any) -> str:
    return PLAIN if event.implicit[0] else event.tag or ""


def _anchored(event: Any, anchors: dict[str, Node]) -> Node:
    try:
        return anchors[event.anchor]
    except KeyError:
        raise ComposerError(None, None, f"found undefined alias {event.anchor!r}", event.start_mark) from None
