"""Promotions that nobody names: what is next for each environment, and open ones derived again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shunter.adapters.forge.clients import Logins
from shunter.adapters.remote.tip import Tip, touched
from shunter.core.trains.entry import Why
from shunter.core.trains.plan import Asked
from shunter.core.trains.waves import waves
from shunter.core.workspace.layout import environment_folder, promotion_order
from shunter.flows.promotions import forge
from shunter.flows.promotions.branch import Kept, branch_of, is_personal, kept_of
from shunter.flows.promotions.bring import Ask, How, bring, ended, fronted, together
from shunter.flows.promotions.derived import Derived, until_taken
from shunter.flows.trains.asked import PROMOTIONS
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.trains.rollback import Return, rollback
from shunter.flows.trains.way import Way
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

_REPLAYED: Final = ("promote", "rollback")


def promote_next(context: Context, targets: Sequence[str], how: How, *, images: bool = True) -> Report:
    """Bring each environment what is next for it: the newest train of its line, or what it promotes from runs.

    Nothing that it was rolled back from, and nothing that the gate refuses. Where a person has asked for something
    with words of their own, that is derived again instead. One that fails does not stop the others.
    """

    def ask_for(name: str) -> Ask:
        def ask(there: Context, kept: Kept | None) -> Report | None:
            if kept and kept.entry and not kept.merged and is_personal(kept.entry.why):
                return replayed(there, name, kept.entry.why, how, images=images)
            return _next(there, name, how, images=images)

        return ask

    return together([_tried(context, name, ask_for(name), how) for name in _names(context, targets)])


def _names(context: Context, targets: Sequence[str]) -> list[str]:
    """The environments in question, in the order in which versions pass through them."""
    workspace = context.require_workspace()
    order = [each.name for each in promotion_order(workspace.environments)]
    if not targets:
        return order
    wanted = {name for wave in waves(targets, workspace.environments, workspace.groups) for name in wave}
    return [name for name in order if name in wanted]


def _next(there: Context, name: str, how: How, *, images: bool) -> Report | None:
    environment = there.require_workspace().environment(name)
    if environment is None:
        return None
    way = Way(there, trains_of(there), generated_now()[:10], records(there))
    step = way.next(environment)
    if step is None:
        return None
    asked = Promotion((name,), step.train, step.source, Asked(only=step.only), images=images)
    return promote(there, asked, dry_run=how.dry_run, diff=how.diff)


def replayed(there: Context, name: str, why: Why, how: How, *, images: bool = True) -> Report:
    """What was asked for once, asked for again on what is there now."""
    if why.verb == "rollback":
        back = Return(name, why.to or why.train, why.only, force=bool(why.forced), why=why.text, images=images)
        return rollback(there, back, dry_run=how.dry_run, diff=how.diff)
    allowed = why.allowed.items()
    said = Asked(
        why.only,
        why.without,
        frozenset(alias for alias, word in allowed if word == "--allow-downgrade"),
        frozenset(alias for alias, word in allowed if word == "--allow-remove"),
        force=bool(why.forced),
    )
    asked = Promotion((name,), "" if why.source else why.train, why.source, said, why.text, images=images)
    return promote(there, asked, dry_run=how.dry_run, diff=how.diff)


def refresh(context: Context, targets: Sequence[str], how: How, *, images: bool = True) -> Report:
    """Derive every open promotion again on the newest commit of its base, and push what that changes.

    What is superseded is closed.
    """
    how = replace(how, strict=True, always=True)
    open_ones: dict[str, bool] = {}
    gone = until_taken(context, "promotions", lambda there: _listed(there, open_ones, how))

    def ask(there: Context, kept: Kept | None) -> Report | None:
        if kept is None or kept.entry is None or kept.merged or kept.entry.why.verb not in _REPLAYED:
            return None
        return replayed(there, kept.name, kept.entry.why, how, images=images)

    names = [name for name in _names(context, targets) if name in open_ones]
    reports = [gone] if not targets else []
    for name in names:
        if not open_ones[name]:
            said = f"its pull request was closed by somebody; {branch_of(name)} stays as it is"
            reports.append(Report(outcomes=(Outcome(name, Status.NOOP, said),)))
        else:
            reports.append(_tried(context, name, ask, how))
    if not names and not any(report.outcomes for report in reports):
        return Report(data=[], outcomes=(Outcome(context.root.name, Status.NOOP, "no promotion is open"),))
    return together(reports)


def _listed(there: Derived, found: dict[str, bool], how: How) -> Report | None:
    """Note the environments with a branch, and whether it is asked for; branches of no environment are closed."""
    outcomes: list[Outcome] = []
    known = {site.name: site for site in there.context.sites("environment", missing_ok=True)}
    for tip in there.tips.values():
        for name, commit in tip.below(PROMOTIONS).items():
            if name in known:
                found[name] = not _is_declined(there.context, known[name], tip, how.logins)
            elif not how.shows and all(
                path.startswith(f"{environment_folder(name)}/") for path in touched(tip.root, commit)
            ):
                done = Report(outcomes=(Outcome(name, Status.NOOP, "shunter.yaml has no such environment"),))
                kept = Kept(name, commit, commit, None, merged=False)
                said = "superseded: there is no such environment any more"
                closed = ended(tip, kept, done, said, how.logins)
                if closed is None:
                    return None
                outcomes += closed.outcomes
    return Report(outcomes=tuple(outcomes))


def _is_declined(there: Context, site: Site, tip: Tip, logins: Logins) -> bool:
    """Whether a forge says that nobody asks for a branch any more, although it is not merged."""
    client = forge.client_at(tip.root, tip.remote, logins)
    if client is None or forge.number_of(client, branch_of(site.name), tip.branch) is not None:
        return False
    kept = kept_of(there, site, tip)
    return kept is not None and not kept.merged


def _tried(context: Context, name: str, ask: Ask, how: How) -> Report:
    """The report of `bring`, or what went wrong as that of one environment among others."""
    try:
        return fronted(bring(context, name, ask, how), name, how)
    except ShunterError as error:
        status = Status.REFUSED if error.exit_code == 1 else Status.FAILED
        return Report(outcomes=(Outcome(name, status, error.on_one_line),), notices=error.notes)
