"""A train that is cut on what the remote has: a commit on its branch, or a branch of its own with a pull request."""

from __future__ import annotations

from shunter.adapters.forge.requests import Request
from shunter.adapters.remote.tip import Tip, parents, touched
from shunter.adapters.remote.written import message, written
from shunter.core.trains.file import FOLDER
from shunter.flows.promotions import forge
from shunter.flows.promotions.branch import without_merges
from shunter.flows.promotions.bring import INSTEAD, How, direct, signed, taken
from shunter.flows.promotions.derived import Derived, until_taken
from shunter.flows.trains.asked import TRAINS
from shunter.flows.trains.cut import Cut
from shunter.flows.trains.cut import cut as cut_here
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

_NEVER_THE_SAME = (b"cut:", b"hash:")
"""What two files of one train differ in: when it was cut."""


def cut(context: Context, asked: Cut, how: How) -> Report:
    """Cut a train on what the remote has, and push it: to the branch itself, or asked for by a pull request.

    An automatic one takes the place of the one that is asked for; what is the same stays as it is, and what nothing is
    new for any more is taken away. Raises ShunterError where a push is refused, and where others work on the branch.
    """

    def attempt(there: Derived) -> Report | None:
        report = cut_here(there.context, asked, dry_run=how.dry_run, diff=how.diff)
        made = there.made_in(there.context.root)
        if how.shows or report.exit_code():
            return report
        tip = there.tips[there.context.root]
        if how.always:
            return _requested(there, tip, made, asked, report, how)
        if not made:
            return report
        made = signed(there, tip, made, how)
        done = taken(tip, made, tip.branch, expected=None, instead=INSTEAD)
        return direct(tip, made, report, context) if done else None

    return until_taken(context, "trains", attempt)


def _branch_of(asked: Cut, report: Report) -> str:
    """One for all automatic trains of a line, and one for each train that a person has asked for."""
    name = "-".join(("auto", *([asked.line] if asked.line else []))) if asked.automatic else report.data["train"]
    return f"{TRAINS}/{name}"


def _requested(there: Derived, tip: Tip, made: str, asked: Cut, report: Report, how: How) -> Report | None:
    branch = _branch_of(asked, report)
    kept = tip.commit_of(branch)
    ours = without_merges(tip, kept) if kept else ""
    if kept:
        _refuse_foreign(tip, branch, ours)
    if not made:
        return _ended(tip, branch, kept, report, how) if kept else report
    still = bool(kept) and _said(tip, ours) == _said(tip, made)
    if still and tip.commit not in parents(tip.root, ours):
        still = not forge.is_outdated(tip.root, tip.remote, branch, tip.branch, how.logins)
    if not still:
        made = signed(there, tip, made, how)
        if not taken(tip, made, branch, expected=kept):
            return None
    title, _, body = message(tip, made).partition("\n")
    text = f"```\n{body.strip()}\n```"  # so that nobody is told by a name in it
    request = forge.ask_for(tip.root, tip.remote, Request(branch, tip.branch, title, text), how.logins)
    outcome = Outcome(
        there.context.root.name,
        Status.NOOP if still else Status.DONE,
        f"{title}: {request}",
        commit=kept if still else made,
    )
    return replace(report, outcomes=(outcome,), next_step="")


def _refuse_foreign(tip: Tip, branch: str, kept: str) -> None:
    others = [name for name in touched(tip.root, kept) if not name.startswith(f"{FOLDER}/")]
    if others or len(parents(tip.root, kept)) > 1:
        hint = f"merge it, or take it away: git -C {tip.root} push {tip.remote} --delete {branch}"
        raise ShunterError(f"{branch} has commits that are not shunter's: {kept[:12]}", hint=hint, exit_code=1)


def _said(tip: Tip, commit: str) -> dict[str, tuple[bytes, ...] | None]:
    """What a commit writes, but for when the train was cut."""
    before = replace(tip, commit=parents(tip.root, commit)[0])
    found = {each.path: each.data for each in written(before, commit)}
    return {
        path: None
        if data is None
        else tuple(line for line in data.splitlines() if not line.startswith(_NEVER_THE_SAME))
        for path, data in found.items()
    }


def _ended(tip: Tip, branch: str, kept: str, report: Report, how: How) -> Report | None:
    """The report, once the branch is gone and its pull request closed; None where it has moved since."""
    said = f"superseded: {next((outcome.detail for outcome in report.outcomes), 'nothing is new')}"
    closed = forge.end(tip.root, tip.remote, Request(branch, tip.branch, "", said), how.logins)
    if not taken(tip, "", branch, expected=kept):
        return None
    told = f"{branch} is gone{' and its pull request closed' if closed else ''}"
    outcomes = (replace(each, status=Status.DONE, detail=f"{each.detail}; {told}") for each in report.outcomes)
    return replace(report, outcomes=tuple(outcomes))
