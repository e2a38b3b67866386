"""What a rule is."""

from __future__ import annotations

from shunter.model.data import dataclass
from shunter.model.findings import Kind, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `explanation` is for `lint --explain`: two to four sentences, with an example."""

    id: str
    kind: Kind
    severity: Severity
    title: str
    explanation: str


def verdict(rule: str, title: str, explanation: str) -> Rule:
    """A rule about what Helm itself refuses, or shunter in a file of its own."""
    return Rule(rule, Kind.VERDICT, Severity.ERROR, title, explanation)


def lint(rule: str, severity: Severity, title: str, explanation: str) -> Rule:
    """A rule about what Helm accepts and someone will regret, with its default severity."""
    return Rule(rule, Kind.LINT, severity, title, explanation)
