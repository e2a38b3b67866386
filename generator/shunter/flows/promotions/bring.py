"""One environment's change on the remote: a commit on the branch itself, or on `promote/ENV` with a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.requests import Request
from shunter.adapters.git.repository import Repository
from shunter.adapters.remote.tip import Pushed, Tip, push_commit
from shunter.core.trains.waves import waves
from shunter.flows.promotions import forge
from shunter.flows.promotions.body import Brought, body_of
from shunter.flows.promotions.branch import Kept, branch_of, is_current, is_still, kept_of, refuse_instead
from shunter.flows.promotions.derived import Derived, until_taken
from shunter.flows.promotions.signed import made_by_forge
from shunter.flows.release.release import release_of
from shunter.flows.trains import promote as promoting
from shunter.flows.trains import rollback as returning
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import SubTree
from shunter.model.findings import Outcome, Report, Status

INSTEAD: Final = "; what may not be pushed can be asked for: --pr"
Ask = Callable[[Context, Kept | None], Report | None]
"""Makes the change in a derived workspace, given the branch that is there; None where nothing is to be done."""


@dataclass(frozen=True, slots=True)
class How:
    """How far a change goes: `always` as pull request, whatever shunter.yaml says; `dry_run` and `diff` push nothing.

    With `strict` a branch whose base has moved is pushed again where its forge would not merge it otherwise. Forges are
    asked by whose `logins`.
    """

    always: bool = False
    strict: bool = False
    dry_run: bool = False
    diff: bool = False
    logins: Logins = field(default_factory=Logins, compare=False)

    @property
    def shows(self) -> bool:
        """Whether nothing is pushed."""
        return self.dry_run or self.diff


def promote(context: Context, asked: promoting.Promotion, how: How) -> Report:
    """Promote on what the remote has; each environment by itself, until one is refused.

    What somebody asked for with words of their own gives way to words alone: else nobody is told that it is gone.
    """
    workspace = context.require_workspace()
    names = [name for wave in waves(asked.to, workspace.environments, workspace.groups) for name in wave]

    def ask_for(name: str) -> Ask:
        own = replace(asked, to=(name,))

        def ask(there: Context, kept: Kept | None) -> Report | None:
            if not (asked.why or asked.said.force or asked.said.without or how.shows):
                refuse_instead(kept)
            return promoting.promote(there, own, dry_run=how.dry_run, diff=how.diff)

        return ask

    if len(names) == 1:
        return bring(context, names[0], ask_for(names[0]), how)
    return joined(fronted(bring(context, name, ask_for(name), how), name, how) for name in names)


def rollback(context: Context, asked: returning.Return, how: How) -> Report:
    """Roll back on what the remote has."""
    return bring(
        context,
        asked.environment,
        lambda there, _: returning.rollback(there, asked, dry_run=how.dry_run, diff=how.diff),
        how,
    )


def fronted(report: Report, name: str, how: How) -> Report:
    """The report of one environment among others: each line of what moves begins with its name."""
    if how.diff:
        return report
    return replace(report, product="".join(f"{name}: {line}\n" for line in report.product.splitlines()))


def joined(reports: Iterable[Report]) -> Report:
    """The reports up to the first one that is no success, as one."""
    found: list[Report] = []
    for report in reports:
        found.append(report)
        if report.exit_code():
            break
    return together(found)


def together(reports: Sequence[Report]) -> Report:
    """Several reports as one."""
    return Report(
        product="".join(report.product for report in reports),
        data=[row for report in reports for row in report.data or ()],
        findings=tuple(finding for report in reports for finding in report.findings),
        outcomes=tuple(outcome for report in reports for outcome in report.outcomes),
        notices=tuple(notice for report in reports for notice in report.notices),
        next_step=next((report.next_step for report in reversed(reports) if report.next_step), ""),
        answer=all(report.answer for report in reports),
    )


def bring(context: Context, name: str, ask: Ask, how: How) -> Report:
    """The report of what `ask` changes in an environment, pushed.

    Raises ShunterError where a push is refused that nobody was faster with, and where others work on the branch.
    """
    context.site("environment", name)
    return until_taken(context, name, lambda there: _attempt(context, there, name, ask, how))


def _attempt(own: Context, there: Derived, name: str, ask: Ask, how: How) -> Report | None:
    site = there.context.site("environment", name)
    tip = there.tips[site.root]
    kept = kept_of(there.context, site, tip)
    report = ask(there.context, kept)
    if report is not None and (how.shows or report.exit_code()):
        return report
    made = there.made_in(site.root)
    if report is None or not made:
        return _nothing(tip, name, kept, report, how)
    if _is_direct(there.context, name) and not how.always:
        made = signed(there, tip, made, how)
        if not taken(tip, made, tip.branch, expected=None, instead=INSTEAD):
            return None
        done = direct(tip, made, report, own, name)
        said = f"superseded: {_subject(tip, made)} is on {tip.branch}"
        return ended(tip, kept, done, said, how.logins) if kept else done
    return _requested(own, there, _Made(site, tip, made, kept), report, how)


def _is_direct(context: Context, name: str) -> bool:
    workspace = context.require_workspace()
    environment = workspace.environment(name)
    places = {name, f"stage:{environment.stage}" if environment else name}
    places |= {f"group:{group}" for group, members in workspace.groups.items() if name in members}
    return bool(places & {*workspace.direct})


def signed(there: Derived, tip: Tip, made: str, how: How) -> str:
    """The commit that is pushed: the one that was derived, or what the forge makes of it."""
    by_forge = there.context.require_workspace().commit_by == "api"
    return made_by_forge(tip, made, how.logins) if by_forge else made


def taken(tip: Tip, commit: str, branch: str, *, expected: str | None, instead: str = "") -> bool:
    """Whether the remote took the commit; False where another one was first. Raises ShunterError for a refusal."""
    done: Pushed = push_commit(tip, commit, branch, expected=expected, prompts=False)
    if done.ok or done.raced:
        return done.ok
    notes = tuple(f"git: {line}" for line in done.lines)
    hint = f"see that this login may push to {branch}{instead}"
    raise ShunterError(f"{tip.remote} of {tip.root.name} refuses the push to {branch}", hint=hint, notes=notes)


def _subject(tip: Tip, commit: str) -> str:
    return Repository(tip.root).git("log", "--max-count=1", "--no-show-signature", "--format=%s", commit).text


def direct(tip: Tip, made: str, report: Report, own: Context, name: str = "") -> Report:
    """The report of a commit that is on the branch itself now."""
    detail = f"{_subject(tip, made)}: commit {made[:8]}, pushed to {tip.branch}"
    outcome = Outcome(name or own.root.name, Status.DONE, detail, commit=made)
    row = {"environment": name, "state": "pushed", "branch": tip.branch, "commit": made}
    data = [row] if name else report.data
    return replace(report, outcomes=(outcome,), data=data, next_step="shunter sync")


@dataclass(frozen=True, slots=True)
class _Made:
    """A commit that was derived for an environment, and the branch that is there."""

    site: Site
    tip: Tip
    commit: str
    kept: Kept | None


def _requested(own: Context, there: Derived, made: _Made, report: Report, how: How) -> Report | None:
    site, tip, kept = made.site, made.tip, made.kept
    after = files_of(there.context, site)
    entry = after.entries[after.record.entry] if after.record else None
    assert entry is not None
    branch, title = branch_of(site.name), _subject(tip, made.commit)
    still = kept is not None and not kept.merged and is_still(tip, site, kept, made.commit, entry)
    if still and kept and how.strict and not is_current(tip, kept):
        still = not forge.is_outdated(tip.root, tip.remote, branch, tip.branch, how.logins)
    ours = made.commit if still else signed(there, tip, made.commit, how)
    if not still and not taken(tip, ours, branch, expected=kept.commit if kept else ""):
        return None
    before = ProjectFiles(SubTree(Repository(tip.root).tree(tip.commit), site.folder), after.label)
    sides = (release_of(there.context, site, of=before), release_of(there.context, site, of=after))
    body = body_of(own, there.context, Brought(site.name, entry, *sides, report.notices))
    asked = forge.ask_for(tip.root, tip.remote, Request(branch, tip.branch, title, body), how.logins)
    commit = kept.commit if still and kept else ours
    outcome = Outcome(site.name, Status.NOOP if still else Status.DONE, f"{title}: {asked}", commit=commit)
    row = {"environment": site.name, "state": asked.state, "branch": branch, "commit": commit, "url": asked.url}
    product = "" if still else report.product
    return replace(report, product=product, outcomes=(outcome,), data=[row], next_step="")


def _nothing(tip: Tip, name: str, kept: Kept | None, report: Report | None, how: How) -> Report | None:
    """The report where nothing moves; the branch that asked for it is taken away."""
    said = next((outcome.detail for outcome in report.outcomes), "") if report else ""
    said = said or f"nothing is to come to {name}"
    row = {"environment": name, "state": "nothing", "branch": "", "commit": ""}
    done = Report(outcomes=(Outcome(name, Status.NOOP, said),), data=[row], notices=report.notices if report else ())
    return ended(tip, kept, done, f"superseded: {said}", how.logins) if kept and not how.shows else done


def ended(tip: Tip, kept: Kept, done: Report, said: str, logins: Logins) -> Report | None:
    """The report, once the branch is gone and its pull request closed; None where the branch has moved since."""
    branch = branch_of(kept.name)
    # First the request: a forge closes one itself, without a word, once its branch is gone.
    closed = forge.end(tip.root, tip.remote, Request(branch, tip.branch, "", said), logins)
    if not taken(tip, "", branch, expected=kept.commit):
        return None
    told = f"{branch} is gone{' and its pull request closed' if closed else ''}"
    outcomes = (replace(each, status=Status.DONE, detail=f"{each.detail}; {told}") for each in done.outcomes)
    return replace(done, outcomes=tuple(outcomes))
