"""What a run answers: the exit code comes from findings, outcomes and the answer alone."""

from __future__ import annotations

import pytest

from shunter.model.findings import Finding, Kind, Outcome, Report, Severity, Span, Status


def finding(severity: Severity) -> Finding:
    return Finding("drift", "m", Span("v"), Kind.LINT, severity)


ERROR, WARNING, NOTE = (finding(level) for level in (Severity.ERROR, Severity.WARNING, Severity.NOTE))


@pytest.mark.parametrize(
    ("report", "code", "strict"),
    [
        (Report(), 0, 0),
        (Report(findings=(NOTE,)), 0, 0),
        (Report(findings=(NOTE, WARNING)), 0, 1),
        (Report(findings=(ERROR,)), 1, 1),
        (Report(outcomes=(Outcome("a", Status.DONE, findings=(WARNING,)),)), 0, 1),
        (Report(outcomes=(Outcome("a", Status.NOOP, findings=(ERROR,)),)), 1, 1),
        (Report(outcomes=(Outcome("a", Status.CONFLICT),)), 1, 1),
        (Report(outcomes=(Outcome("a", Status.REFUSED),)), 1, 1),
        (Report(outcomes=(Outcome("a", Status.PLANNED),)), 0, 0),
        (Report(findings=(ERROR,), outcomes=(Outcome("a", Status.FAILED),)), 2, 2),
        (Report(answer=False), 1, 1),
    ],
)
def test_the_exit_code(report: Report, code: int, strict: int) -> None:
    assert (report.exit_code(), report.exit_code(strict=True)) == (code, strict)


def test_findings_of_outcomes_follow_those_of_the_run() -> None:
    report = Report(findings=(NOTE,), outcomes=(Outcome("a", Status.DONE, findings=(ERROR,)),))
    assert report.all_findings() == (NOTE, ERROR)


def test_places_are_in_the_order_of_the_files() -> None:
    places = [Span("a", 0), Span("a", 2, 9), Span("a", 10, 1), Span("b", 1)]
    assert sorted([places[3], places[1], places[0], places[2]]) == places
