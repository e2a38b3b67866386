"""Deploying: one environment after the other, each planned, applied by Helm, waited for, and taken back if it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain

from shunter.adapters.system.ending import ended_in_order
from shunter.core.deployment.plan import Plan, broken_promises, data_of, text_of
from shunter.flows.deploying.begun import Begun, Told, begin, finish, late_of
from shunter.flows.deploying.late import stranger
from shunter.flows.deploying.run import Asked, Run, Runs, opened, planned
from shunter.flows.deploying.stuck import stuck
from shunter.flows.deploying.targets import targets_of
from shunter.flows.deploying.watch import Look, troubles
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status


def plan(context: Context, asked: Asked) -> Report:
    """What `deploy` would do in each environment; nothing is changed."""
    plans: list[Plan] = []
    notices: list[str] = []
    for target in targets_of(context, asked.names, asked.cluster, asked.apart):
        with opened(context, asked, target) as runs:
            for run in runs.each:
                revisions = run.place.revisions()
                if why := stranger(run.place, revisions):
                    notices.append(why)
                elif revisions and revisions[-1].is_pending:
                    notices.append(stuck(run.place, revisions[-1]).on_one_line)
                if why := late_of(run, revisions):
                    notices.append(why)
                plans.append(planned(run, revisions)[0])
            plans += runs.surplus
            notices += filter(None, [late_of(runs.whole, ())])
    good = not any(each.refused or (each.conflicts and not asked.take) for each in plans)
    return Report(
        "".join(map(text_of, plans)), data_of(plans), notices=tuple(dict.fromkeys(notices)), answer=good and not notices
    )


def deploy(context: Context, asked: Asked) -> Report:
    """Deploy each environment in turn; where one does not get well, those after it are left as they are."""
    targets = targets_of(context, asked.names, asked.cluster, asked.apart)
    _require_promises(asked, [target.name for target in targets], [name.partition("/")[0] for name in asked.promises])
    outcomes: list[Outcome] = []
    notices: list[str] = []
    for number, target in enumerate(targets):
        try:
            with ended_in_order(), opened(context, asked, target) as runs:
                for outcome, said in _all(runs, more=number + 1 < len(targets)):
                    outcomes.append(outcome)
                    notices += said
                notices += _left(runs) if asked.take else ()
        except ShunterError as error:
            if not outcomes:
                raise
            outcomes.append(_ended(target.name, error))
            notices += error.notes
        except KeyboardInterrupt as interrupt:
            if done := [each.unit for each in outcomes if each.status is Status.DONE]:
                interrupt.add_note(f"done before: {', '.join(done)}")
            raise
        if bad := _not_well(outcomes):
            rest = targets[number + 1 :]
            outcomes += [Outcome(each.name, Status.REFUSED, f"not begun: {bad} is not well") for each in rest]
            break
    return Report(outcomes=tuple(outcomes), notices=tuple(notices))


def _not_well(outcomes: Sequence[Outcome]) -> str:
    return next((each.unit for each in outcomes if each.status not in (Status.DONE, Status.NOOP)), "")


def _ended(unit: str, error: ShunterError) -> Outcome:
    """An error behind which others are done already: these are told, too."""
    return Outcome(unit, Status.REFUSED if error.exit_code == 1 else Status.FAILED, error.on_one_line)


def _all(runs: Runs, *, more: bool) -> Iterator[Told]:
    """Each release of an environment in turn; and those away that are of no app any more."""
    whole, surplus = runs.whole, runs.surplus
    _require_promises(
        whole.asked,
        [*(run.name for run in runs.each), *(plan.environment for plan in surplus)],
        [name for name in whole.asked.promises if name.partition("/")[0] == whole.name],
    )
    if late := late_of(whole, ()):
        yield Outcome(whole.name, Status.REFUSED, late), []
        return
    if not runs.each and not surplus:
        yield Outcome(whole.name, Status.NOOP, "no app renders anything, and none is there"), []
    turns = _turns(runs)
    for number, turn in enumerate(turns):
        outcomes = []
        for told in _together(turn, soak=more and number + 1 == len(turns), first=not number):
            outcomes.append(told[0])
            yield told
        if bad := _not_well(outcomes):
            for each in chain(*turns[number + 1 :]):
                yield Outcome(each.name, Status.REFUSED, f"not begun: {bad} is not well"), []
            return
    for plan in surplus:
        yield _away(whole, plan), []


def _turns(runs: Runs) -> Sequence[Sequence[Run]]:
    """The releases that are begun together, in turn: one after the other where all of them run, and are well.

    Else one may wait for another, such as an app for its database, whichever of them is first: all are begun at once.
    """
    place = runs.whole.place
    if not place.target.is_by_app or not place.has_namespace:
        return (runs.each,)
    there, look = place.parts(), Look(place)
    well = all(run.place.release in there and not troubles(look, run.own) for run in runs.each)
    return tuple((run,) for run in runs.each) if well else (runs.each,)


def _together(turn: Sequence[Run], *, soak: bool, first: bool) -> Iterator[Told]:
    """Begin these releases, and wait for all of them; one that is in the way of itself keeps those behind it."""
    found: list[Begun] = []
    kept: list[Told] = []
    with ExitStack() as stack:
        for run in turn:
            if kept:
                kept.append((Outcome(run.name, Status.REFUSED, f"not begun: {kept[0][0].unit} is not well"), []))
                continue
            try:
                begun = begin(run, stack)
            except ShunterError as error:
                if first and not found:
                    raise
                begun = _ended(run.name, error), list(error.notes)
            if isinstance(begun, Begun):
                found.append(begun)
            else:
                kept.append(begun)
        yield from _finished(found, soak=soak and not kept, alone=first and len(turn) == 1)
    yield from kept


def _finished(found: Sequence[Begun], *, soak: bool, alone: bool) -> Iterator[Told]:
    """What became of releases that are begun, those last that helm does not change: they may wait for the others."""
    works = any(each.applying for each in found)
    waiting = sorted(found, key=lambda each: each.applying is None)
    for number, each in enumerate(waiting):
        try:
            told = finish(each, soak=soak and number + 1 == len(waiting), patient=works)
        except ShunterError as error:
            if alone:
                raise
            told = _ended(each.run.name, error), list(error.notes)
        works = works and not _not_well([told[0]])
        yield told


def _left(runs: Runs) -> Iterator[str]:
    """What is to be done about releases whose objects others have taken: helm would delete these with them."""
    for name in runs.left:
        forget = f"kubectl -n {runs.whole.place.namespace} delete secret -l owner=helm,name={name}"
        yield f"release {name} is left without objects, and must not be uninstalled: once all is well, {forget}"


def _away(run: Run, plan: Plan) -> Outcome:
    """Uninstall a release that is of no app any more."""
    name, asked = plan.environment, run.asked
    for line in broken_promises(plan, asked.promises[name]) if asked.promises else ():
        return Outcome(name, Status.REFUSED, f"not as planned any more: {line}")
    where = run.place.namespace, run.place.server.access.context
    done = run.helm.uninstall(plan.release, *where, timeout=asked.timeout)
    if done.error:
        return Outcome(name, Status.FAILED, f"it is of no app any more, and does not go: {done.error}")
    return Outcome(name, Status.DONE, f"release {plan.release} is uninstalled: it is of no app any more")


def _require_promises(asked: Asked, names: Sequence[str], promised: Sequence[str]) -> None:
    if asked.promises and (other := {*names} ^ {*promised}):
        hint = f"the plan is of {', '.join(asked.promises)}"
        raise ShunterError(f"the plan and the command differ in {', '.join(sorted(other))}", hint=hint, exit_code=1)
