"""From libyaml's positions, which count characters, to lines and columns as editors count them."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Final

from shunter.model.findings import Span

LONGEST_LINE: Final = 2_000
"""Characters. The source line of a finding in a longer one is left out: nobody reads it."""

_BOM: Final = b"\xef\xbb\xbf"


@lru_cache(4)
def decode(text: bytes) -> str:
    """The characters that libyaml counted."""
    if text.startswith(b"\xfe\xff"):
        return text[2:].decode("utf-16-be", "replace")
    if text.startswith(b"\xff\xfe"):
        return text[2:].decode("utf-16-le", "replace")
    return text.removeprefix(_BOM).decode("utf-8", "replace")


@lru_cache(4)
def line_starts(text: str) -> list[int]:
    """Where each line of a text starts."""
    starts = [0]
    while end := text.find("\n", starts[-1]) + 1:
        starts.append(end)
    return starts


def line_at(text: str, number: int) -> str:
    """A line of a text, without its end; `number` counts from 0."""
    starts = line_starts(text)
    return text[starts[number] : starts[number + 1] - 1 if number + 1 < len(starts) else len(text)]


def span_at(path: str, text: str, first_line: int, start: int, end: int) -> Span:
    """The span of `text[start:end]`, as far as it stands on its first line; `first_line` counts from 0."""
    number = bisect_right(line_starts(text), start) - 1
    line_start, line = line_starts(text)[number], line_at(text, number)
    column = start - line_start + 1
    last = min(end - line_start, len(line.rstrip())) + 1
    shown = line if len(line) <= LONGEST_LINE else ""
    return Span(path, first_line + number + 1, column, max(last, column), shown)
