"""The report of findings: levels, order, no secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shunter.adapters.verdicts.questions import summary
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import seen_from
from shunter.model.findings import Finding, Report


def report_of(context: Context, findings: Iterable[Finding], count: int, own: Sequence[str] = ()) -> Report:
    """The findings at the workspace's levels, each once, in order of place, as seen from where the run started.

    `count` charts and shunter's `own` files were judged.
    """
    seen = (seen_from(context.start, finding) for finding in levelled(context, findings))
    unique = without_secrets(dict.fromkeys(seen))
    ordered = tuple(sorted(unique, key=lambda f: (f.span, f.rule, f.message)))
    return Report(findings=ordered, notices=(summary(count, len(ordered), own),))


def levelled(context: Context, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings at the severities that the workspace gives their rules; those that it turns off are left out."""
    from shunter.core.rules.severity import at_levels

    return at_levels(findings, rule_levels(context))


def rule_levels(context: Context) -> Mapping[str, str]:
    """The severities that are chosen for rules, `off` among them, by the rules' names."""
    return {**(context.workspace.rules if context.workspace else {}), **context.rules}


def without_secrets(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as people and machines may see them."""
    found = tuple(findings)
    if not found:
        return ()
    from shunter.core.rules.masking import masked

    return masked(found)
