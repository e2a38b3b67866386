"""Severities that a workspace chooses: a lint may be raised, lowered or switched off, a verdict may not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shunter.model.data import replace
from shunter.model.findings import Finding, Kind, Severity


def at_levels(findings: Iterable[Finding], levels: Mapping[str, str]) -> Iterator[Finding]:
    """Findings at the workspace's severities (`error`, `warning`, `note` or `off` per rule)."""
    for finding in findings:
        level = levels.get(finding.rule) if finding.kind is Kind.LINT else None
        if level is None:
            yield finding
        elif level != "off":
            yield replace(finding, severity=Severity(level))
