"""From libyaml's positions, which count characters, to lines and columns as editors count them."""

from __future__ import annotations

from typing import Final

from shunter.model.findings import Span

_BOM: Final = b"\xef\xbb\xbf"


def decode(text: bytes) -> str:
    """The characters that libyaml counted."""
    if text.startswith(b"\xfe\xff"):
        return text[2:].decode("utf-16-be", "replace")
    if text.startswith(b"\xff\xfe"):
        return text[2:].decode("utf-16-le", "replace")
    return text.removeprefix(_BOM).decode("utf-8", "replace")


def span_at(path: str, text: str, first_line: int, start: int, end: int) -> Span:
    """The span of `text[start:end]`, as far as it stands on its first line; `first_line` counts from 0."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    column = start - line_start + 1
    last = min(end - line_start, len(line.rstrip())) + 1
    return Span(path, first_line + text.count("\n", 0, start) + 1, column, max(last, column), line)
