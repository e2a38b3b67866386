"""Where a document ends before its text does, and how far go-yaml has read then.

A first key that is indented more than a later one, or a closing bracket, ends the document: nobody reads what follows.
go-yaml takes its input in blocks, so it meets a character that no YAML may have only in a block that it asked for.
"""

from __future__ import annotations

from typing import Any, Final

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.tokens import (
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    DocumentEndToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    ScalarToken,
)

_BLOCK: Final = 512
"""Bytes that go-yaml reads at once."""
_AHEAD: Final = 4
"""Characters that its scanner looks ahead."""
_OPENING: Final = (BlockMappingStartToken, BlockSequenceStartToken, FlowMappingStartToken, FlowSequenceStartToken)
_CLOSING: Final = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)


def rest(root: Any, text: str) -> int | None:
    """Where the first line stands that nobody reads, behind a document with this root; None where all of it is read.

    `text` is the document. What follows a `...` counts too.
    """
    if root.start_mark.column == 0 and not getattr(root, "flow_style", False):
        return None
    index: int = root.end_mark.index
    while index < len(text):
        end = text.find("\n", index) + 1 or len(text)
        line = text[index:end].strip()
        if line and not line.startswith("#"):
            return index + len(text[index:end]) - len(text[index:end].lstrip())
        index = end
    return None


def read_before(text: bytes, position: int) -> bytes | None:
    """What go-yaml reads of a text whose byte at `position` it would refuse; None where it gets there."""
    start = text[: position // _BLOCK * _BLOCK].decode("utf-8", "ignore")
    end = _needed(start)
    return start.encode() if end is not None and end <= len(start) else None


def _needed(text: str) -> int | None:
    """How many characters are looked at before the first document is known to be over; None if it goes on."""
    scanner, depth, done = CParser(text.encode()), 0, False
    try:
        while scanner.check_token():
            token: Any = scanner.get_token()
            if done and isinstance(token, ScalarToken | DocumentEndToken):
                return int(token.end_mark.index) + _AHEAD
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            done = done or (depth == 0 and isinstance(token, (*_CLOSING, DocumentEndToken)))
            if isinstance(token, DocumentEndToken):
                return int(token.end_mark.index) + _AHEAD
    except YAMLError:
        return None
    return None
