"""Verdicts worth remembering: a key from everything that a verdict depends on, and findings as bytes and back.

Imports next to nothing, so that a hook that only finds old verdicts starts fast. Storing is somebody else's business:
an entry names its own key and carries a checksum, so a corrupted or foreign one reads as none.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b  # hashlib brings all of OpenSSL along, and takes as long as everything else here
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from shunter.model.findings import Finding, Span

_SIZE = 20


def key_of(release: str, helm: str, parts: Iterable[tuple[str, bytes]]) -> str:
    """The key of one judgement: shunter's release, Helm's, and the name and bytes of each file, in order."""
    digest = blake2b(digest_size=_SIZE)
    for name, data in ((release, helm.encode()), *parts):
        text = name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s%d:" % (len(text), text, len(data)))
        digest.update(data)
    return digest.hexdigest()


def packed(key: str, findings: Iterable[Finding]) -> bytes:
    """Findings as an entry under `key`: a line with the key and a checksum, then JSON."""
    import json

    body = json.dumps([_plain(finding) for finding in findings], ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    return f"{key} {_checksum(key, body)}\n".encode() + body


def unpacked(key: str, entry: bytes) -> tuple[Finding, ...] | None:
    """The findings of an entry; None if it is none of ours, not for this key, or damaged."""
    head, _, body = entry.partition(b"\n")
    if head != f"{key} {_checksum(key, body)}".encode():
        return None
    if body == b"[]":
        return ()
    import json

    try:
        return tuple(_finding(item) for item in json.loads(body.decode("utf-8", "surrogatepass")))
    except (ValueError, TypeError, KeyError):
        return None


def _checksum(key: str, body: bytes) -> str:
    return blake2b(body, digest_size=_SIZE, key=key.encode()[:64]).hexdigest()


def _plain(finding: Finding) -> list[Any]:
    fix = [[_span_data(edit.span), edit.replacement] for edit in finding.fix]
    related = [[message, _span_data(span)] for message, span in finding.related]
    kind, severity = finding.kind.value, finding.severity.value
    head = [finding.rule, finding.message, _span_data(finding.span), kind, severity, list(finding.key)]
    return [*head, list(finding.notes), related, finding.hint, fix]


def _span_data(span: Span) -> list[Any]:
    return [span.path, span.line, span.column, span.end, span.text]


def _finding(item: list[Any]) -> Finding:
    from shunter.model.findings import Finding, Kind, Severity, Span, TextEdit

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
