"""Holding a car of an environment, and letting it go."""

from __future__ import annotations

from shunter.core.trains.entry import Why, advance
from shunter.core.trains.holds import held, released
from shunter.core.trains.state import Hold
from shunter.flows.packaging.derive import record_files
from shunter.flows.trains.target import plan_of, refuse_unexplained, target_of
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.plans import carry_out
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace
from shunter.model.findings import Report


def hold(context: Context, environment: str, alias: str, held_as: Hold, *, dry_run: bool, diff: bool) -> Report:
    """Keep a car as it is, whatever is promoted, up to the last day that the hold names, or until `unhold`."""
    return _changed(context, environment, alias, held_as, "", dry_run=dry_run, diff=diff)


def unhold(context: Context, environment: str, alias: str, why: str, *, dry_run: bool, diff: bool) -> Report:
    """Let a car go that was held."""
    return _changed(context, environment, alias, None, why, dry_run=dry_run, diff=diff)


def _changed(
    context: Context, environment: str, alias: str, held_as: Hold | None, why: str, *, dry_run: bool, diff: bool
) -> Report:
    # Nothing but the record changes, so a person's values files are neither judged nor committed.
    target, now = target_of(context, environment, values=False), generated_now()
    if found := refuse_unexplained(trains_of(context), target.files):
        return Report(findings=found)
    cars = held(target.record, alias, held_as, now[:10]) if held_as else released(target.record, alias)
    said = Why("hold" if held_as else "unhold", now, target.repository.person(), held_as.why if held_as else why)
    state, entry = advance(target.record, cars, target.record.base, said)
    changes = record_files(state, [entry]) if entry else {}
    message = f"{'Hold' if held_as else 'Release'} {alias} in {environment}\n\n{said.text}".rstrip()
    plan = plan_of(target, changes, message)
    noop = f"{alias} is held so already in {environment}"
    report = carry_out([plan], context, dry_run=dry_run, diff=diff, next_step="shunter status", noop=noop)
    return replace(report, outcomes=tuple(replace(outcome, unit=environment) for outcome in report.outcomes))
