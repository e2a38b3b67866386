"""How many findings one source may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from shunter.model.findings import Finding, Kind, Span

MOST_FINDINGS: Final = 500
"""Of one source, such as the schema of one chart. Nobody reads more, and each costs time to explain."""


def limited(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of one source; where there are more, one that says so."""
    for number, finding in enumerate(findings):
        if number == MOST_FINDINGS:
            message = f"there are more than {MOST_FINDINGS} findings of this kind; the others are not shown"
            hint = "correct the ones above, and run again"
            place = Span(finding.span.path)
            yield Finding("too-many-findings", message, place, Kind.LINT, finding.severity, hint=hint)
            return
        yield finding
