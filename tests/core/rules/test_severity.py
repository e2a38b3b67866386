"""Levels that a workspace chooses."""

from __future__ import annotations

from shunter.core.rules.severity import at_levels
from shunter.model.findings import Finding, Kind, Severity, Span


def test_a_lint_takes_its_level_and_a_verdict_does_not() -> None:
    verdict = Finding("type", "m", Span("v"))
    lints = [Finding(rule, "m", Span("v"), Kind.LINT) for rule in ("big-number", "drift", "unused-key", "other")]
    levels = {"type": "off", "big-number": "note", "drift": "off", "unused-key": "error"}
    found = [(finding.rule, finding.severity) for finding in at_levels([verdict, *lints], levels)]
    assert found == [
        ("type", Severity.ERROR),
        ("big-number", Severity.NOTE),
        ("unused-key", Severity.ERROR),
        ("other", Severity.ERROR),
    ]


def test_without_levels_everything_is_as_it_was() -> None:
    finding = Finding("drift", "m", Span("v"), Kind.LINT, Severity.WARNING)
    assert list(at_levels([finding], {})) == [finding]
