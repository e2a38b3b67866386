"""Pushing what the checkouts are ahead, what is referenced before what refers to it; and pull requests for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shunter.adapters.forge.clients import Logins
from shunter.adapters.git.remote import Target, default_branch, is_pushed, push_branch, push_target
from shunter.adapters.remote.upstream import standing
from shunter.adapters.system.process import refuse_inside_run
from shunter.core.workspace.layout import reference_rank
from shunter.flows.checkouts.requests import Opener, requested
from shunter.flows.checkouts.sync import DIVERGED, MISSING, NO_UPSTREAM, REFUSED, UNKNOWN, Checkout, catch_up
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report
from shunter.model.progress import stepwise, when_interrupted

PUSHED, NOT_PUSHED = "pushed", "not pushed"


@dataclass(frozen=True, slots=True)
class Step:
    """One checkout and where its branch goes: `target` is None where nothing is to be pushed.

    `obstacle` is why it cannot be pushed, and so nothing after it.
    """

    checkout: Checkout
    target: Target | None = None
    obstacle: str = ""
    pushes: bool = False


def sync(context: Context, *, push: bool = False, requests: bool = False) -> Report:
    """Bring every checkout up to date; `push` what is ahead; with `requests` open pull requests for what is pushed.

    The report's data has one row for each repository. Its answer is no where anything is left to do.
    """
    context.require_workspace()
    refuse_inside_run()
    found, notices = catch_up(context)
    stopped: tuple[str, ...] = ()
    if push or requests:
        found, stopped = _pushed(context, found, requests=requests)
    refused = [f"{each.spec.name}: {line}" for each in found if each.state in (REFUSED, UNKNOWN) for line in each.said]
    left = [each for each in found if each.left]
    data = [each.row() for each in found]
    return Report(data=data, notices=(*notices, *refused, *stopped), next_step=_next(left), answer=not left)


def _next(left: Sequence[Checkout]) -> str:
    if any(each.state == MISSING for each in left):
        return "shunter clone"
    waiting = ("ahead", NOT_PUSHED)
    fresh = any(each.state == NO_UPSTREAM and each.at and not each.at.upstream for each in left)
    return "shunter sync --push" if fresh or any(each.state in waiting for each in left) else ""


def _pushed(
    context: Context, found: Sequence[Checkout], *, requests: bool
) -> tuple[tuple[Checkout, ...], tuple[str, ...]]:
    """The checkouts after pushing, in their order; and, where a refusal ended it, what is pushed and what is not."""
    steps = [step_of(each) for each in sorted(found, key=lambda each: reference_rank(each.spec))]
    if requests:
        _refuse_default_branches(steps)
    done: dict[str, Checkout] = {}
    held: list[str] = []
    for step in stepwise(context.writing.progress, steps, lambda step: f"push {step.checkout.spec.name}"):
        with when_interrupted(f"pushed: {_pushed_of(done) or 'nothing'}"):
            after = carried_out(context, step, stopped=bool(held))
        done[after.spec.name] = after
        if step.obstacle or (step.pushes and after.state != PUSHED):
            held.append(after.spec.name)
    if held:
        told = (f"pushed: {_pushed_of(done) or 'nothing'}; not pushed: {', '.join(held)}",)
        return tuple(done[each.spec.name] for each in found), told
    if requests:
        opener = Opener(Logins())
        done = {step.checkout.spec.name: with_request(step, done[step.checkout.spec.name], opener) for step in steps}
    return tuple(done[each.spec.name] for each in found), ()


def _pushed_of(done: Mapping[str, Checkout]) -> str:
    return ", ".join(each.spec.name for each in done.values() if each.state == PUSHED)


def step_of(checkout: Checkout) -> Step:
    """What is to be done with one checkout, by what git and its own settings say."""
    at = checkout.at
    if at is None or at.head is None:
        return Step(checkout)
    if at.branch is None:
        return Step(checkout, obstacle="" if is_pushed(checkout.root) else "its commits are on no branch of a remote")
    try:
        target = push_target(checkout.root, at.branch)
    except ShunterError as error:
        return Step(checkout, obstacle=f"{error.message}: {error.hint}")
    if target is None or (target.base == target.remote and at.ahead == 0):
        return Step(checkout, target)
    obstacle = _obstacle(checkout, at.branch, target)
    gone = at.upstream and checkout.state == NO_UPSTREAM
    if gone and is_pushed(checkout.root, besides=at.upstream):
        return Step(checkout, target)
    return Step(checkout, target, obstacle, pushes=True)


def _obstacle(checkout: Checkout, branch: str, target: Target) -> str:
    at = checkout.at
    assert at is not None
    again = f"git -C {checkout.spec.folder} push --set-upstream {target.remote} {branch}"
    if at.operation:
        return checkout.detail
    if at.ahead and at.behind and checkout.state == DIVERGED:
        return checkout.detail
    if at.upstream and checkout.state == NO_UPSTREAM:
        return f"{checkout.detail}; to bring it back: {again}"
    if target.follows not in ("", branch) and target.base == target.remote:
        return f"{branch} follows {at.upstream}, another branch: {again}"
    return ""


def carried_out(context: Context, step: Step, *, stopped: bool = False) -> Checkout:
    """The checkout after its step: pushed, refused with what git said, or left for its obstacle or what `stopped`."""
    checkout, at, target = step.checkout, step.checkout.at, step.target
    if step.obstacle:
        return replace(checkout, detail=step.obstacle, left=True)
    if not step.pushes or at is None or at.branch is None or target is None:
        return checkout
    if stopped:
        return replace(checkout, state=NOT_PUSHED, left=True)
    try:
        said = push_branch(checkout.root, at.branch, target, prompts=context.writing.ask is not None)
    except ShunterError as error:
        return replace(checkout, state=REFUSED, detail=error.message, left=True)
    if not said.ok:
        return replace(checkout, state=REFUSED, detail=said.complaint, said=said.lines, left=True)
    after = standing(checkout.root)
    detail = "changes that are not committed stay" if after.dirty else ""
    return replace(checkout, state=PUSHED, detail=detail, at=after, left=after.dirty, said=())


def _refuse_default_branches(steps: Sequence[Step]) -> None:
    """A `ShunterError` before anything is pushed where a branch is the one that pull requests go to."""
    for step in steps:
        at, target = step.checkout.at, step.target
        if not step.pushes or step.obstacle or at is None or target is None:
            continue
        default = default_branch(step.checkout.root, target.base)
        if not default and step.checkout.state == UNKNOWN:
            said = tuple(f"git: {line}" for line in step.checkout.said)
            raise ShunterError(f"the remote of {step.checkout.spec.name} does not answer", hint="try again", notes=said)
        if at.branch == (default or at.branch):
            why = "its default branch" if default else "the first branch of its remote"
            raise ShunterError(
                f"{step.checkout.spec.name} is on {at.branch}, {why}: there is nothing to request",
                hint="commit to a branch of its own (`--branch NAME` on the command that writes), or sync --push",
                exit_code=1,
            )


def with_request(step: Step, after: Checkout, opener: Opener) -> Checkout:
    """The checkout with the pull request of its branch, where that is pushed."""
    at = after.at
    if at is None or step.target is None or not (after.state == PUSHED or at.ahead == 0):
        return after
    return requested(after, step.target, opener)
