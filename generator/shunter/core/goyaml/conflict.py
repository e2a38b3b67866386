"""The markers that a merge leaves in a text file where both sides changed the same lines."""

from __future__ import annotations

import re
from typing import Final

from shunter.model.findings import Finding, Span

MESSAGE: Final = "a merge conflict is not resolved"
HINT: Final = "keep what is right of the lines between `<<<<<<<` and `>>>>>>>`, then `git add` the file"
_START: Final = re.compile(rb"^<{7} [^\n]*", re.MULTILINE)
_END: Final = re.compile(rb"^>{7} ", re.MULTILINE)


def marker_span(path: str, data: bytes) -> Span | None:
    """Where the first unresolved conflict in these bytes begins; None where there is none."""
    found = _START.search(data)
    if found is None or _END.search(data, found.end()) is None:
        return None
    text = found[0].decode("utf-8", "replace").rstrip("\r")
    return Span(path, data.count(b"\n", 0, found.start()) + 1, 1, len(text) + 1, text)


def conflict_finding(path: str, data: bytes) -> Finding | None:
    """The finding for a file that cannot be read for the markers of a merge in it; None where it has none."""
    span = marker_span(path, data)
    return Finding("merge-conflict", MESSAGE, span, hint=HINT) if span else None
