"""Keys that stand beside the empty key below which they belong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema_rs import ValidationError

from shunter.core.goyaml.document import Document, KeyPath, value_at
from shunter.core.rules.errors.case import Case
from shunter.core.schema.compile import known_keys
from shunter.model.findings import Finding, Span, TextEdit
from shunter.model.wording import dotted


def lost_indentation(case: Case) -> Iterator[tuple[Finding, set[KeyPath]]]:
    """Keys that stand beside an empty key although they belong below it, and the paths that this settles."""
    for error in case.errors:
        unexpected = error.kind.as_dict().get("unexpected")
        if not unexpected or not isinstance(unexpected[0], str):
            continue
        path = case.path_of(error)
        parent = case.holder(error)
        for owner in known_keys(case.schema, parent):
            lost = _lost(case, path, parent, owner, unexpected)
            if lost:
                yield _indentation(case, error, (*path, owner), lost), {(*path, key) for key in (owner, *lost)}
                break


def _lost(case: Case, path: KeyPath, parent: Any, owner: str, unexpected: list[str]) -> list[str]:
    document, own = case.judged.origin((*path, unexpected[0])) or (case.top, path)
    empty = (*own[:-1], owner)
    if not document.has(empty) or value_at(document.value, empty) is not None:
        return []
    known = known_keys(case.schema, case.schema_of(parent, owner))
    lost = [key for key in unexpected if key in known]
    return sorted(lost, key=lambda key: document.span((*own[:-1], key), of="key").line)


def _indentation(case: Case, error: ValidationError, path: KeyPath, lost: list[str]) -> Finding:
    document, own = case.judged.origin((*path[:-1], lost[0])) or (case.top, path)
    owner = (*own[:-1], path[-1])
    lines = sorted(document.span((*own[:-1], key), of="key").line for key in lost)
    where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]}-{lines[-1]}"
    names = ", ".join(lost)
    message = f"`{dotted(owner)}` is empty, and {names} ({where}) belong below it"
    if len(lost) == 1:
        message = f"`{dotted(owner)}` is empty, and {names} ({where}) belongs below it"
    span = document.span(owner, of="key")
    hint = f"indent {where} by two more spaces"
    lines_in = sorted({line for key in lost for line in _lines_of(document, (*own[:-1], key))})
    fix = tuple(TextEdit(Span(document.path, line, 1, 1, document.line(line)), "  ") for line in lines_in)
    return Finding("indentation", message, span, key=owner, notes=case.notes(error), hint=hint, fix=fix)


def _lines_of(document: Document, path: KeyPath) -> Iterator[int]:
    """The lines of a key and its value, and of the comments right above it that stand in its column."""
    first = document.span(path, of="key")
    below = document.span(path).line - first.line + document.raw(path).count("\n")
    yield from range(first.line, first.line + below + 1)
    comment = " " * (first.column - 1) + "#"
    above = first.line - 1
    while above and (document.line(above).startswith(comment) or not document.line(above).strip()):
        if document.line(above).strip():
            yield above
        above -= 1
