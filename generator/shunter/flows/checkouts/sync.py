"""Sync: every checkout fetches, and catches up where nothing of a person's is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.forge.requests import Opened
from shunter.adapters.git.remote import Said, fast_forward, fetch_all, upstream_is_gone
from shunter.adapters.remote.upstream import Standing, standing
from shunter.adapters.system.regular import is_checkout
from shunter.core.workspace.model import RepositorySpec
from shunter.flows.workspace.context import Context, reopened
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.progress import stepwise

UP_TO_DATE, FORWARDED, AHEAD, DIRTY = "up to date", "fast-forwarded", "ahead", "dirty"
DIVERGED, DETACHED, NO_UPSTREAM, MISSING = "diverged", "detached", "no upstream", "missing"
UNKNOWN, REFUSED = "unknown", "refused"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One repository of the workspace and what became of it: a `state`, and one line of `detail` about it.

    `at` is where it stands now, None where it is missing or cannot be read. `left` says that something is left to do.
    `said` is what git wrote when it refused, `request` the pull request of its branch.
    """

    spec: RepositorySpec
    root: Path
    state: str
    detail: str = ""
    at: Standing | None = None
    left: bool = True
    said: tuple[str, ...] = ()
    request: Opened | None = None

    def row(self) -> dict[str, object]:
        """The checkout as data."""
        at = self.at
        row: dict[str, object] = {
            "repository": self.spec.name,
            "branch": at.branch if at else None,
            "ahead": at.ahead if at else None,
            "behind": at.behind if at else None,
            "state": self.state,
            "detail": self.detail,
        }
        if self.request:
            row["pull-request"] = {"state": self.request.state, "url": self.request.url}
        return row


def catch_up(context: Context) -> tuple[tuple[Checkout, ...], tuple[str, ...]]:
    """Fetch everywhere and fast-forward what is clean and only behind: the checkouts, and what a person should know.

    A repository that the workspace's new commits bring is among them. Never rebases, stashes, switches or clones.
    """
    found = _caught_up(context, context.specs())
    if not any(each.root == context.root and each.state == FORWARDED for each in found):
        return found, ()
    try:
        newer = reopened(context)
    except ShunterError as error:
        return found, (f"notice: {error.message}; its newest commit brought that",)
    known = {each.spec.name for each in found}
    return (*found, *_caught_up(newer, [spec for spec in newer.specs() if spec.name not in known])), ()


def _caught_up(context: Context, specs: Sequence[RepositorySpec]) -> tuple[Checkout, ...]:
    places = {spec.name: context.root / spec.folder for spec in specs}
    roots = [root for root in places.values() if is_checkout(root)]
    progress = context.writing.progress
    fetched = fetch_all(roots, prompts=context.writing.ask is not None, progress=progress)
    told = stepwise(progress, specs, lambda spec: f"sync {spec.name}")
    return tuple(_checkout(spec, places[spec.name], fetched) for spec in told)


def _checkout(spec: RepositorySpec, root: Path, fetched: dict[Path, Said | None]) -> Checkout:
    if root not in fetched:
        return Checkout(spec, root, MISSING, "shunter clone")
    said = fetched[root]
    try:
        at = standing(root)
        found = Checkout(spec, root, UNKNOWN, at=at)
        if at.operation:
            return replace(found, state=f"{at.operation} in progress", detail="end it first, with git")
        if said is not None and not said.ok:
            return replace(found, detail=said.complaint, said=said.lines)
        if at.branch is None:
            return replace(found, state=DETACHED, detail="on no branch")
        return _moved(found, at) if _follows(root, at, said) else _alone(found, at, has_remote=said is not None)
    except ShunterError as error:
        return Checkout(spec, root, UNKNOWN, error.message, said=error.notes)


def _follows(root: Path, at: Standing, said: Said | None) -> bool:
    """Whether the branch follows one that its remote has."""
    return bool(at.upstream) and at.ahead is not None and not (said is not None and upstream_is_gone(root))


def _alone(found: Checkout, at: Standing, *, has_remote: bool) -> Checkout:
    if at.head is None:
        return replace(found, state=NO_UPSTREAM, detail="no commit yet", left=False)
    if at.upstream:
        return replace(found, state=NO_UPSTREAM, detail=f"{at.upstream} is gone")
    return replace(found, state=NO_UPSTREAM, detail="" if has_remote else "no remote", left=has_remote)


def _moved(found: Checkout, at: Standing) -> Checkout:
    if at.ahead and at.behind:
        return replace(found, state=DIVERGED, detail=f"merge or rebase it onto {at.upstream} by hand")
    if at.dirty:
        return replace(found, state=DIRTY, detail="changes that are not committed")
    if at.ahead or not at.behind:
        return replace(found, state=AHEAD if at.ahead else UP_TO_DATE, left=bool(at.ahead))
    done = fast_forward(found.root, at.upstream)
    if not done.ok:
        return replace(found, state=REFUSED, detail=done.complaint, said=done.lines)
    count = f"{at.behind} commit{'' if at.behind == 1 else 's'}"
    return replace(found, state=FORWARDED, detail=count, at=standing(found.root), left=False)
