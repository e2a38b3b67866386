"""Writing verdicts down: findings as JSON and back, and the files of the cache, which stay few and small."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts.entries import entries_in, head_of
from shunter.model.findings import Finding, Kind, Severity, Span, TextEdit

_MOST_ENTRIES = 4_000
_MOST_BYTES = 4 * 1024 * 1024
_MOST_FILES = 512


def store(fresh: Mapping[str, Sequence[tuple[str, Iterable[Finding]]]]) -> None:
    """Put new verdicts, by the file they belong into and with their keys, in front of what these files hold.

    Nothing is raised: a cache that cannot be written is none.
    """
    for file, verdicts in fresh.items():
        put(file, {key: plain_of(findings) for key, findings in verdicts})


def put(file: str, answers: Mapping[str, Any]) -> None:
    """Put answers that JSON can hold, by their keys, in front of what a file holds. Nothing is raised."""
    entries = {key.encode(): _packed(key, answer) for key, answer in answers.items()}
    with contextlib.suppress(OSError):
        _write(file, entries | {key: entry for key, entry in _old(file).items() if key not in entries})


def _old(file: str) -> dict[bytes, bytes]:
    try:
        return entries_in(read_regular(file))
    except OSError:
        return {}


def packed(key: str, findings: Iterable[Finding]) -> bytes:
    """Findings as an entry under `key`: a line with the key and a checksum, then JSON."""
    return _packed(key, plain_of(findings))


def _packed(key: str, answer: Any) -> bytes:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return head_of(key, body) + b"\n" + body


def findings_in(body: bytes) -> tuple[Finding, ...] | None:
    """The findings in an entry, without its first line; None if these are none."""
    try:
        return findings_of(json.loads(body.decode("utf-8", "surrogatepass")))
    except ValueError:
        return None


def findings_of(plain: Any) -> tuple[Finding, ...] | None:
    """The findings that `plain_of` has made plain; None for anything else."""
    try:
        return tuple(_finding(item) for item in plain)
    except (ValueError, TypeError, KeyError):
        return None


def plain_of(findings: Iterable[Finding]) -> list[Any]:
    """Findings as what JSON can hold."""
    return [_plain(finding) for finding in findings]


def _plain(finding: Finding) -> list[Any]:
    fix = [[_span_data(edit.span), edit.replacement] for edit in finding.fix]
    related = [[message, _span_data(span)] for message, span in finding.related]
    kind, severity = finding.kind.value, finding.severity.value
    head = [finding.rule, finding.message, _span_data(finding.span), kind, severity, list(finding.key)]
    return [*head, list(finding.notes), related, finding.hint, fix]


def _span_data(span: Span) -> list[Any]:
    return [span.path, span.line, span.column, span.end, span.text]


def _finding(item: list[Any]) -> Finding:
    rule, message, span, kind, severity, key, notes, related, hint, fix = item
    return Finding(
        rule,
        message,
        Span(*span),
        Kind(kind),
        Severity(severity),
        tuple(key),
        tuple(notes),
        tuple((text, Span(*place)) for text, place in related),
        hint,
        tuple(TextEdit(Span(*place), replacement) for place, replacement in fix),
    )


def _write(file: str, entries: dict[bytes, bytes]) -> None:
    kept: list[bytes] = []
    size = 0
    for entry in entries.values():
        size += len(entry) + 1
        if len(kept) == _MOST_ENTRIES or size > _MOST_BYTES:
            break
        kept.append(entry)
    path = Path(file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _prune(path.parent)
    staging = Path(f"{file}.{os.getpid()}")
    try:
        staging.write_bytes(b"\n".join(kept))
        staging.replace(path)
    except OSError:
        _remove([staging])
        raise


def _prune(folder: Path) -> None:
    """Make room for one more file: of too many, the older half goes."""
    files = list(folder.iterdir())
    if len(files) >= _MOST_FILES:
        by_age = sorted((path.lstat().st_mtime_ns, path) for path in files)
        _remove(path for _, path in by_age[: len(files) // 2])


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink()
        except OSError:
            continue
