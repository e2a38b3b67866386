"""An update on its way to the forge: a branch of its own in every repository, pushed, with its pull request kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from shunter.adapters.forge.clients import Logins
from shunter.flows.checkouts.kept import on_branch, published, taken_up
from shunter.flows.checkouts.push import PUSHED
from shunter.flows.checkouts.requests import Opener
from shunter.flows.checkouts.sync import Checkout
from shunter.flows.workspace.context import Context, reopened
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

BRANCH: Final = "update/templates"
"""The branch of pull requests where nobody names another."""
Run = Callable[[Context, Collection[str]], Report]
"""An update, by the context that it runs in, and the repositories that it leaves out."""


@dataclass(frozen=True, slots=True)
class Way:
    """How far an update goes: to a `branch`, to the remotes (`push`), to pull requests (`requests`)."""

    branch: str = ""
    push: bool = False
    requests: bool = False


def deliver(context: Context, run: Run, way: Way, names: Collection[str] = ()) -> Report:
    """Run an update on its branch, push what it has made, and keep the pull requests; a report of all.

    `names` are the repositories that it is about; none: all. One that has the branch already goes on there. Where git
    refuses to check that out, or to push, the repository is refused, and the others go on.
    """
    context, refused = _begun(context, way, names)
    report = run(context, frozenset(refused))
    done = published(context, _to_publish(context, report), Opener(Logins(), keeps=True) if way.requests else None)
    outcomes = [_with(outcome, done) for outcome in report.outcomes]
    outcomes += [Outcome(name, Status.REFUSED, why) for name, why in refused.items()]
    notices = (*report.notices, *(f"{each.spec.name}: {line}" for each in done for line in each.said))
    return replace(report, outcomes=tuple(outcomes), notices=notices)


def _to_publish(context: Context, report: Report) -> set[str]:
    """What was committed, and what is on the branch since an earlier run, and nothing is to be done there now."""
    branch = context.writing.branch
    stands = on_branch(context, branch) if branch else ()
    status = {each.unit: each.status for each in report.outcomes}
    found = ((spec.name, status.get((context.root / spec.folder).name)) for spec in context.specs())
    return {name for name, was in found if was is Status.DONE or (was is Status.NOOP and name in stands)}


def _begun(context: Context, way: Way, names: Collection[str]) -> tuple[Context, dict[str, str]]:
    """The context on the branch of an update, and the repositories that cannot be brought there, with why."""
    context.require_workspace()
    branch = way.branch or (BRANCH if way.requests else "")
    if not branch:
        return context, {}
    refused = taken_up(context, branch, names)
    home = next((spec.name for spec in context.specs() if spec.folder == "."), "")
    if home in refused:
        raise ShunterError(f"{home}: {refused[home]}", hint="clear the way there first: all other repositories follow")
    context = reopened(context)
    return replace(context, writing=replace(context.writing, branch=branch)), refused


def _with(outcome: Outcome, done: Collection[Checkout]) -> Outcome:
    """The outcome of a repository with what became of its branch."""
    found = next((each for each in done if each.root.name == outcome.unit), None)
    if found is None:
        return outcome
    words = {"opened": "opened ", "updated": "updated ", "link": "open a pull request: "}
    request = f"{words[found.request.state]}{found.request.url}" if found.request else ""
    pushed = "pushed" if found.state == PUSHED else ""
    detail = "; ".join(part for part in (outcome.detail, pushed, found.detail, request) if part)
    if found.left and found.detail:
        return replace(outcome, status=Status.REFUSED, detail=detail)
    return replace(outcome, status=Status.DONE if pushed or request else outcome.status, detail=detail)
