"""How many findings one source may have."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from shunter.core.rules.limits import MOST_FINDINGS, limited
from shunter.model.findings import Finding, Kind, Severity, Span


def endless() -> Iterator[Finding]:
    for line in count(1):
        assert line <= MOST_FINDINGS + 1, "explained although nobody sees it"
        yield Finding("type", "m", Span("v.yaml", line), severity=Severity.WARNING)


@pytest.mark.parametrize("number", [0, 1, MOST_FINDINGS])
def test_few_enough_are_all_shown(number: int) -> None:
    source = [Finding("type", "m", Span("v.yaml", line)) for line in range(number)]
    assert list(limited(source)) == source


def test_the_others_are_one_finding_and_are_not_even_made() -> None:
    found = list(limited(endless()))
    last = found[-1]
    assert len(found) == MOST_FINDINGS + 1
    assert {finding.rule for finding in found[:-1]} == {"type"}
    assert (last.rule, last.kind, last.severity) == ("too-many-findings", Kind.LINT, Severity.WARNING)
    assert (last.span, str(MOST_FINDINGS) in last.message) == (Span("v.yaml"), True)
