"""What looks like a secret in plain text is shown to nobody: not in source lines, messages, hints, notes or fixes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shunter.core.rules.content import SECRET_VALUE, looks_secret
from shunter.model.data import replace
from shunter.model.findings import Finding, Span

_PAIR: Final = re.compile(
    r"""(?P<key>[\w.-]+)["']?\s*:\s+(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'|>&*!\[{#][^,}\]#]*)"""
)
_KEY_MATERIAL: Final = re.compile(r"\s*[A-Za-z0-9+/]{40,}={0,2}\s*")


def masked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with asterisks for every character of a secret that they would show; columns stay."""
    return tuple(map(_masked, findings))


def secrets_in(line: str) -> tuple[str, ...]:
    """The secrets in one line of a values file, as they are written but without quotes; the longest first."""
    found = {match[0] for match in SECRET_VALUE.finditer(line)}
    for match in _PAIR.finditer(line):
        value = match["value"].rstrip()
        bare = value[1:-1] if value[0] in "\"'" else value
        if bare and looks_secret(match["key"], bare):
            found.add(bare)
    if _KEY_MATERIAL.fullmatch(line):
        found.add(line.strip())
    return tuple(sorted(found, key=lambda secret: (-len(secret), secret)))


def _masked(finding: Finding) -> Finding:
    secrets = secrets_in(finding.span.text)
    related = tuple((label, _masked_span(span, secrets_in(span.text))) for label, span in finding.related)
    if not secrets:
        return finding if related == finding.related else replace(finding, related=related)
    shows = any(secret in edit.replacement for edit in finding.fix for secret in secrets)
    return replace(
        finding,
        message=_hidden(finding.message, secrets),
        hint=_hidden(finding.hint, secrets),
        notes=tuple(_hidden(note, secrets) for note in finding.notes),
        span=_masked_span(finding.span, secrets),
        related=related,
        fix=() if shows else tuple(replace(edit, span=_masked_span(edit.span, secrets)) for edit in finding.fix),
    )


def _masked_span(span: Span, secrets: Iterable[str]) -> Span:
    return replace(span, text=_hidden(span.text, secrets))


def _hidden(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "*" * len(secret))
    return text
