"""Fixes applied: text edits laid into a file's bytes; everything else stays byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from shunter.model.findings import Finding, TextEdit

_BOM: Final = b"\xef\xbb\xbf"


def fixed(data: bytes, findings: Iterable[Finding], path: str) -> tuple[bytes, tuple[Finding, ...]]:
    """`data`, the file at `path`, with the fixes of `findings`, and those findings whose fix was applied.

    A fix that overlaps one before it, or whose line no longer reads as it did, is left out; run again for it.
    """
    lines = _lines(data)
    taken: list[TextEdit] = []
    applied: list[Finding] = []
    for finding in findings:
        edits = finding.fix
        if not edits or any(edit.span.path != path or not _holds(edit, lines) for edit in edits):
            continue
        if any(_overlaps(edit, other) for edit in edits for other in taken):
            continue
        taken += edits
        applied.append(finding)
    return _joined(data, lines, taken), tuple(applied)


def with_edit(data: bytes, edit: TextEdit) -> bytes:
    """`data` with one edit in it; as it is where that line no longer reads as it did."""
    lines = _lines(data)
    return _joined(data, lines, [edit] if _holds(edit, lines) else [])


def _lines(data: bytes) -> list[str]:
    return data.removeprefix(_BOM).decode("utf-8", "surrogateescape").split("\n")


def _joined(data: bytes, lines: list[str], edits: Iterable[TextEdit]) -> bytes:
    for edit in sorted(edits, key=lambda edit: (edit.span.line, edit.span.column), reverse=True):
        line, span = lines[edit.span.line - 1], edit.span
        lines[span.line - 1] = line[: span.column - 1] + edit.replacement + line[span.end - 1 :]
    text = "\n".join(lines).encode("utf-8", "surrogateescape")
    return (_BOM if data.startswith(_BOM) else b"") + text


def _holds(edit: TextEdit, lines: Sequence[str]) -> bool:
    span = edit.span
    return 0 < span.line <= len(lines) and lines[span.line - 1].removesuffix("\r") == span.text.removesuffix("\r")


def _overlaps(edit: TextEdit, other: TextEdit) -> bool:
    one, two = edit.span, other.span
    return one.line == two.line and one.column <= two.end and two.column <= one.end
