"""Deploying: one environment after the other, each planned, applied by Helm, waited for, and taken back if it fails."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from shunter.adapters.helm.deployer import Done
from shunter.adapters.system.ending import ended_in_order
from shunter.core.deployment.plan import Plan, broken_promises, data_of, text_of
from shunter.core.deployment.revision import Revision
from shunter.flows.deploying.late import later, stranger
from shunter.flows.deploying.run import Asked, Run, Runs, opened, planned, upgrade_of
from shunter.flows.deploying.stuck import recover, stuck
from shunter.flows.deploying.targets import targets_of
from shunter.flows.deploying.undo import undo
from shunter.flows.deploying.wanted import Wanted
from shunter.flows.deploying.watch import Look, Trouble, Watch, troubles
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status


def plan(context: Context, asked: Asked) -> Report:
    """What `deploy` would do in each environment; nothing is changed."""
    plans, notices = [], []
    for target in targets_of(context, asked.names, asked.cluster, asked.apart):
        with opened(context, asked, target) as runs:
            for run in runs.each:
                revisions = run.place.revisions()
                if why := stranger(run.place, revisions):
                    notices.append(why)
                elif revisions and revisions[-1].is_pending:
                    notices.append(stuck(run.place, revisions[-1]).on_one_line)
                if why := _late(run, revisions):
                    notices.append(why)
                plans.append(planned(run, revisions)[0])
            notices += [f"{name} is of no app any more: it will be uninstalled" for name in runs.surplus]
    good = not any(each.refused or (each.conflicts and not asked.take) for each in plans)
    return Report("".join(map(text_of, plans)), data_of(plans), notices=tuple(notices), answer=good and not notices)


def deploy(context: Context, asked: Asked) -> Report:
    """Deploy each environment in turn; where one does not get well, those after it are left as they are."""
    targets = targets_of(context, asked.names, asked.cluster, asked.apart)
    _require_promises(asked, [target.name for target in targets], [name.partition("/")[0] for name in asked.promises])
    outcomes: list[Outcome] = []
    notices: list[str] = []
    for number, target in enumerate(targets):
        with ended_in_order(), opened(context, asked, target) as runs:
            for outcome, said in _all(runs, more=number + 1 < len(targets)):
                outcomes.append(outcome)
                notices += said
            notices += _left(runs) if asked.take else ()
        if bad := _not_well(outcomes):
            rest = targets[number + 1 :]
            outcomes += [Outcome(each.name, Status.REFUSED, f"not begun: {bad} is not well") for each in rest]
            break
    return Report(outcomes=tuple(outcomes), notices=tuple(notices))


def _not_well(outcomes: Sequence[Outcome]) -> str:
    return next((each.unit for each in outcomes if each.status not in (Status.DONE, Status.NOOP)), "")


def _all(runs: Runs, *, more: bool) -> Iterator[tuple[Outcome, list[str]]]:
    """Each release of an environment in turn; and those away that are of no app any more."""
    whole = runs.whole.name
    _require_promises(
        runs.whole.asked,
        [run.name for run in runs.each],
        [name for name in runs.whole.asked.promises if name.partition("/")[0] == whole],
    )
    for number, run in enumerate(runs.each):
        outcome, said = _deploy(run, more=more and number + 1 == len(runs.each))
        yield outcome, said
        if _not_well([outcome]):
            for each in runs.each[number + 1 :]:
                yield Outcome(each.name, Status.REFUSED, f"not begun: {run.name} is not well"), []
            return
    for name in runs.surplus:
        yield _away(runs.whole, name), []


def _left(runs: Runs) -> Iterator[str]:
    """What is to be done about releases whose objects others have taken: helm would delete these with them."""
    for name in runs.left:
        forget = f"kubectl -n {runs.whole.place.namespace} delete secret -l owner=helm,name={name}"
        yield f"release {name} is left without objects, and must not be uninstalled: once all is well, {forget}"


def _away(run: Run, name: str) -> Outcome:
    where = run.place.namespace, run.place.server.access.context
    done = run.helm.uninstall(name, *where, timeout=run.asked.timeout)
    if done.error:
        return Outcome(name, Status.FAILED, f"it is of no app any more, and does not go: {done.error}")
    return Outcome(name, Status.DONE, "uninstalled: it is of no app any more")


def _require_promises(asked: Asked, names: Sequence[str], promised: Sequence[str]) -> None:
    if asked.promises and (other := {*names} ^ {*promised}):
        hint = f"the plan is of {', '.join(asked.promises)}"
        raise ShunterError(f"the plan and the command differ in {', '.join(sorted(other))}", hint=hint, exit_code=1)


def _deploy(run: Run, *, more: bool) -> tuple[Outcome, list[str]]:
    revisions = run.place.revisions()
    if whose := stranger(run.place, revisions):
        return Outcome(run.name, Status.REFUSED, whose), []
    notices = _recovered(run, revisions) if revisions and revisions[-1].is_pending else []
    revisions = run.place.revisions() if notices else revisions
    if late := _late(run, revisions):
        return Outcome(run.name, Status.REFUSED, late), notices
    plan, wanted = planned(run, revisions, each=bool(run.asked.promises))
    if why := tuple(_refusals(run, plan)):
        return Outcome(run.name, Status.REFUSED, why[0]), [*notices, *why[1:]]
    if not plan.is_done:
        done, watch = _applied(run, wanted)
        if done.error:
            outcome, said = _failed(run, done, watch.at_last(), revisions, plan)
            return outcome, [*notices, *said]
    sick = _soaked(run, wanted, seconds=run.asked.soak if more else 0)
    now = run.place.newest()
    if not now.is_deployed:
        cause = f"another run has begun, or helm may not update Secrets: shunter rights check {run.again}"
        return Outcome(run.name, Status.FAILED, f"helm has ended well, and {now}"), [*notices, cause]
    if sick:
        text = f"{now}, and not well: {sick[0]}"
        return Outcome(run.name, Status.FAILED, text), [*notices, *map(str, sick[1:])]
    if plan.is_done:
        return Outcome(run.name, Status.NOOP, f"{now} as wanted, and well"), notices
    count = len([each for each in plan.changed if each.action != "same"])
    text = f"{now} and well: {plan.chart}, {count} of {len(plan.objects)} objects changed"
    return Outcome(run.name, Status.DONE, text), notices


def _recovered(run: Run, revisions: tuple[Revision, ...]) -> list[str]:
    """What was done about a release that a killed run left. Raises ShunterError where nobody asked for that."""
    if not run.asked.recover:
        raise stuck(run.place, revisions[-1])
    return list(recover(run.place, revisions))


def _late(run: Run, revisions: Sequence[Revision]) -> str:
    """Why a run comes late; a release apart has no order, since a request's branch is made anew."""
    return "" if run.asked.older or run.asked.apart else later(run.place, revisions)


def _refusals(run: Run, plan: Plan) -> Iterator[str]:
    """Why a plan is not carried out, one line each."""
    asked = run.asked
    for line in broken_promises(plan, asked.promises[run.name]) if asked.promises else ():
        yield f"not as planned any more: {line}"
    for each in plan.refused:
        yield f"{each.title} is refused: {each.refused}"
    if not asked.take:
        for each, conflict in plan.conflicts:
            yield f"conflict: {conflict.field} of {each.title} belongs to {conflict.owner} (--conflicts take)"
    if plan.lost and not asked.drop:
        lost = ", ".join(plan.lost)
        yield f"only the cluster has these settings: {lost} (put them into a values file, or --drop-settings)"


def _applied(run: Run, wanted: Wanted) -> tuple[Done, Watch]:
    """Let helm do it, and look on. A Ctrl-C says how the release stands then."""
    if not run.place.has_namespace:
        run.place.make_namespace()
    watch = Watch(run.place, wanted.objects, run.context.writing.progress)
    try:
        with watch:
            done = run.helm.upgrade(upgrade_of(run, server_side=wanted.server_side))
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(
            f"{run.place.label}: {run.place.state()}; what was applied stays: shunter deploy {run.again}"
        )
        raise
    return done, watch


def _failed(
    run: Run, done: Done, sick: Sequence[Trouble], revisions: Sequence[Revision], plan: Plan
) -> tuple[Outcome, list[str]]:
    """What became of an upgrade that failed, and what it leaves behind."""
    now = run.place.revisions()
    if len(now) and now[-1].is_pending:
        raise stuck(run.place, now[-1])
    made = now[-1].number if now and now[-1].number > plan.revision else 0
    text = f"revision {made} failed: {done.error}" if made else f"nothing was changed: {done.error}"
    notices = [f"not ready: {each}" for each in sick] if made else []
    notices += [f"helm: {line}" for line in done.notes[:8]]
    if not made:
        return Outcome(run.name, Status.FAILED, text), notices
    if not run.asked.rollback:
        notices.append(
            f"what was applied stays (--on-failure stop): mend it, and deploy again; or shunter rollback {run.again}"
        )
        return Outcome(run.name, Status.FAILED, text), notices
    ending, said = undo(run.place, run.helm, revisions, plan, timeout=run.asked.timeout, take=run.asked.take)
    return Outcome(run.name, Status.FAILED, f"{text}; {ending}"), [*notices, *said]


def _soaked(run: Run, wanted: Wanted, seconds: int) -> tuple[Trouble, ...]:
    """What is not well now, or within so many seconds from now."""
    end = time.monotonic() + seconds
    objects = (*wanted.objects, *(run.beside if seconds else ()))
    while True:
        sick = troubles(Look(run.place), objects)
        left = end - time.monotonic()
        if sick or left <= 0:
            return sick
        run.context.writing.progress(f"{run.name}: well, {left:.0f} s to watch", 0, 1)
        time.sleep(min(left, 1.0))
