"""A branch of our own in many repositories: taken up where there is one, and pushed, with its pull request kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from shunter.adapters.git.remote import Target, fetch_all, take_up
from shunter.adapters.remote.upstream import standing
from shunter.adapters.system.process import refuse_inside_run
from shunter.adapters.system.regular import is_checkout
from shunter.core.workspace.layout import reference_rank
from shunter.core.workspace.model import RepositorySpec
from shunter.flows.checkouts.push import carried_out, step_of, with_request
from shunter.flows.checkouts.requests import Opener, commits_of
from shunter.flows.checkouts.sync import AHEAD, DIVERGED, NO_UPSTREAM, UP_TO_DATE, Checkout
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.phases import Phases
from shunter.model.data import replace
from shunter.model.progress import stepwise, when_interrupted

Heard = Callable[[Checkout, Mapping[str, float]], None]
"""Hears of a repository that is done, with seconds by phase."""


def _unheard(checkout: Checkout, seconds: Mapping[str, float]) -> None:
    """Nobody listens."""


def taken_up(context: Context, branch: str, names: Collection[str] = ()) -> dict[str, str]:
    """Check out `branch` in each repository (of these `names`; none: all) that has it, or whose remote has it.

    It is brought up to date with its remote, and with the default branch where that holds all of it already. A
    repository that has no such branch stays where it is. Gives, by name, why a repository could not be brought there:
    git has refused, or the two branches have diverged. Nothing is forced.
    """
    refuse_inside_run()
    specs = [each for each in context.specs() if not names or each.name in names]
    roots = {each.name: root for each in specs if is_checkout(root := context.root / each.folder)}
    prompts, progress = context.writing.ask is not None, context.writing.progress
    fetched = fetch_all(list(roots.values()), prompts=prompts, progress=progress)
    refused: dict[str, str] = {}
    for name, root in roots.items():
        said = fetched[root]
        if said is not None and not said.ok:
            refused[name] = said.complaint
        elif problem := take_up(root, branch, prompts=prompts):
            refused[name] = problem
    return refused


def published(
    context: Context, names: Collection[str], opener: Opener | None, heard: Heard = _unheard
) -> tuple[Checkout, ...]:
    """Push the branch of each repository of these names, what is referenced first, and keep its pull request.

    Without an `opener` nobody asks a forge. What is refused is left to do, and the others go on. `heard` is told of
    each repository as it is done.
    """
    refuse_inside_run()
    specs = sorted((each for each in context.specs() if each.name in names), key=reference_rank)
    done: list[Checkout] = []
    for spec in stepwise(context.writing.progress, specs, lambda each: f"push {each.name}"):
        phases = Phases()
        with when_interrupted(f"pushed: {', '.join(each.spec.name for each in done) or 'nothing'}"):
            after = _published(context, stood(context, spec), opener, phases)
        heard(after, phases.seconds)
        done.append(after)
    return tuple(done)


def _published(context: Context, checkout: Checkout, opener: Opener | None, phases: Phases) -> Checkout:
    step = step_of(checkout)
    if step.target is None and not step.obstacle:
        return replace(checkout, detail="no remote", left=False)
    if opener and step.target:
        default, commits = commits_of(checkout, step.target)
        branch = checkout.at.branch if checkout.at else None
        if step.pushes and default in ("", branch):
            return replace(checkout, detail=_nowhere(checkout, step.target, default), left=True)
        if not commits:
            return replace(checkout, left=False)  # it was merged, or nobody has changed anything
    phases.begin("push")
    after = carried_out(context, step)
    if opener:
        phases.begin("pull request")
        after = with_request(step, after, opener)
    phases.begin("")
    return after


def _nowhere(checkout: Checkout, target: Target, default: str) -> str:
    """Why no pull request can come of a branch; pushed as the first one, it would become the remote's default."""
    if default:
        return f"not pushed: {default} is the default branch of its remote, and nothing to request (--branch NAME)"
    git = f"git -C {checkout.spec.folder} push {target.base} BRANCH"
    return f"not pushed: its remote has no default branch yet, or does not answer: push that one first, {git}"


def stood(context: Context, spec: RepositorySpec) -> Checkout:
    """A repository as it stands towards what it follows, as last fetched."""
    root = context.root / spec.folder
    at = standing(root)
    if at.ahead is None:
        return Checkout(spec, root, NO_UPSTREAM, at=at)
    if at.ahead and at.behind:
        return Checkout(spec, root, DIVERGED, f"merge or rebase it onto {at.upstream} by hand", at)
    return Checkout(spec, root, AHEAD if at.ahead else UP_TO_DATE, at=at, left=bool(at.ahead))


def on_branch(context: Context, branch: str) -> Sequence[str]:
    """The repositories that have this branch checked out."""
    roots = ((each.name, context.root / each.folder) for each in context.specs())
    return [name for name, root in roots if is_checkout(root) and standing(root).branch == branch]
