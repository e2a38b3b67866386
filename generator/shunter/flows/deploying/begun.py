"""One release under way: begun where nothing is in its way, and brought to its end, well or taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from shunter.adapters.helm.deployer import Done, Work
from shunter.core.deployment.plan import Plan, broken_promises
from shunter.core.deployment.revision import Revision
from shunter.flows.deploying.late import later, later_parts, stranger
from shunter.flows.deploying.run import Run, planned, seconds_of, upgrade_of
from shunter.flows.deploying.stuck import recover, stuck
from shunter.flows.deploying.undo import undo
from shunter.flows.deploying.wanted import Wanted
from shunter.flows.deploying.watch import Look, Trouble, Watch, troubles
from shunter.model.data import dataclass
from shunter.model.findings import Outcome, Status

_PAUSE = 1.0
Told = tuple[Outcome, list[str]]
"""What became of a release, and what else there is to say."""


@dataclass(frozen=True, eq=False)
class Begun:
    """A release that helm is at work on, or at which there is nothing to do."""

    run: Run
    plan: Plan
    wanted: Wanted
    revisions: Sequence[Revision]
    notices: list[str]
    applying: tuple[Work, Watch] | None


def begin(run: Run, stack: ExitStack) -> Begun | Told:
    """Let helm begin, or say why it does not; it is ended with the `stack`.

    Raises ShunterError for a release that is stuck, and for what may not be asked.
    """
    revisions = run.place.revisions()
    if whose := stranger(run.place, revisions):
        return Outcome(run.name, Status.REFUSED, whose), []
    notices = _recovered(run, revisions) if revisions and revisions[-1].is_pending else []
    revisions = run.place.revisions() if notices else revisions
    if late := late_of(run, revisions):
        return Outcome(run.name, Status.REFUSED, late), notices
    plan, wanted = planned(run, revisions, each=bool(run.asked.promises))
    if why := tuple(_refusals(run, plan)):
        return Outcome(run.name, Status.REFUSED, why[0]), [*notices, *why[1:]]
    applying = None if plan.is_done else stack.enter_context(_applying(run, wanted))
    return Begun(run, plan, wanted, revisions, notices, applying)


def finish(begun: Begun, *, soak: bool, patient: bool) -> Told:
    """Wait for helm, and take back what failed. `soak` is whether all must stay well for as long as was asked.

    `patient` is whether what helm does not change may get well yet, since others change. Raises ShunterError for a
    release that is stuck then.
    """
    run, plan, wanted, notices = begun.run, begun.plan, begun.wanted, begun.notices
    if begun.applying:
        work, watch = begun.applying
        done = work.done()
        if done.error:
            outcome, said = _failed(run, done, watch.at_last(), begun.revisions, plan)
            return outcome, [*notices, *said]
    if run.helm.major < 4 or (patient and not begun.applying):  # Helm 3 does not wait for pods of before to go
        _wait(run, wanted)
    sick = _soaked(run, wanted, seconds=run.asked.soak if soak else 0)
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


def late_of(run: Run, revisions: Sequence[Revision]) -> str:
    """Why a run comes late; a release apart has no order, since a request's branch is made anew."""
    if run.asked.older or run.asked.apart:
        return ""
    place = run.place
    return later_parts(place) if place.target.is_by_app and not place.target.part else later(place, revisions)


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


@contextmanager
def _applying(run: Run, wanted: Wanted) -> Iterator[tuple[Work, Watch]]:
    """Let helm begin, and look on until it has ended, or is told to. A Ctrl-C says how the release stands then."""
    if not run.place.has_namespace:
        run.place.make_namespace()
    with Watch(run.place, wanted.objects, run.context.writing.progress) as watch:
        work = run.helm.begin(upgrade_of(run, server_side=wanted.server_side))
        try:
            yield work, watch
        except KeyboardInterrupt as interrupt:
            if work.end():
                state = run.place.state()
                interrupt.add_note(f"{run.place.label}: {state}; what was applied stays: shunter deploy {run.again}")
            raise
        finally:
            work.end()


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


def _wait(run: Run, wanted: Wanted) -> None:
    """Wait until all is well, or for as long as helm would."""
    end = time.monotonic() + seconds_of(run.asked.timeout)
    while time.monotonic() < end and (sick := troubles(Look(run.place), wanted.objects)):
        run.context.writing.progress(f"{run.name}: {sick[0]}", 0, 1)
        time.sleep(_PAUSE)


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
        time.sleep(min(left, _PAUSE))
