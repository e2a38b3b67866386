"""Plans become files, index entries, commits and repositories: all of them, or none.

The order is that of a database: objects into git's stores, then the journal, then files, index and ref of one
repository after the other, then the journal goes. An exception undoes everything; after a kill `recover` finishes.
"""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shunter.adapters.git import journal
from shunter.adapters.git.journal import Change, Journal
from shunter.adapters.git.prepare import build_new, prepare_existing, refuse_taken
from shunter.adapters.git.recovery import Step, carry_out, finish, move_in, quiet, recover, recover_in, undo_all
from shunter.adapters.git.repository import git_dir
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan
from shunter.model.findings import Outcome, Status

__all__ = ["apply", "apply_new", "recover"]


def _staging_of(plan: RepositoryPlan) -> Path:
    root = Path(plan.root)
    refuse_taken(root)
    return root.with_name(f".{root.name}.shunter-new")


def _prepare(plans: Sequence[RepositoryPlan], folder: Path, on_step: Step) -> tuple[Change, ...]:
    fresh = {_staging_of(plan): plan for plan in plans if plan.head is None}
    old = [plan for plan in plans if plan.head is not None]
    announced = [Change(plan.repository, plan.root, None, None, staging=str(at)) for at, plan in fresh.items()]
    announced += [Change(plan.repository, plan.root, plan.head, None) for plan in old]
    journal.store(folder, Journal(ready=False, changes=tuple(announced)))
    on_step("announced")
    changes = [prepare_existing(plan) for plan in old]
    for at, plan in fresh.items():
        shutil.rmtree(at, ignore_errors=True)
        commit = build_new(plan, at)
        changes.append(Change(plan.repository, plan.root, None, commit, plan.message, staging=str(at)))
        on_step(f"{plan.repository}: built")
    return tuple(changes)


def _run(changes: Sequence[Change], folder: Path, on_step: Step) -> None:
    try:
        journal.store(folder, Journal(ready=True, changes=tuple(changes)))
        on_step("journal")
        for change in changes:
            carry_out(change, on_step)
        on_step("done")
    except BaseException:
        undo_all(changes, folder)
        raise
    finish(changes, folder)


def _outcome(change: Change, plan: RepositoryPlan) -> Outcome:
    count = len(plan.edits)
    if change.conflicts:
        return Outcome(change.repository, Status.CONFLICT, "resolve and commit: " + ", ".join(change.conflicts))
    files = f"{count} file{'' if count == 1 else 's'}"
    return Outcome(change.repository, Status.DONE, f"{files}, commit {change.commit[:8]}" if change.commit else files)


def _outcomes(plans: Sequence[RepositoryPlan], changes: Sequence[Change]) -> tuple[Outcome, ...]:
    by_root = {change.root: change for change in changes}
    noop = Status.NOOP
    return tuple(
        _outcome(by_root[plan.root], plan) if plan.root in by_root else Outcome(plan.repository, noop, "nothing to do")
        for plan in plans
    )


def apply(plans: Sequence[RepositoryPlan], home: Path, *, on_step: Step = quiet) -> tuple[Outcome, ...]:
    """Carry out all plans or none, as one commit per repository; one outcome per plan, in order.

    `home` is the workspace repository, whose git directory holds lock and journal. Every edit's `before` must
    still be on disk. A plan with `head` None makes a new repository, whose place must be free; a plan with
    conflicts leaves files and index as an unfinished merge does, without a commit; an existing repository's commit
    goes onto whatever HEAD is. Other edits and index entries of the person stay as they are. `on_step` hears what
    has just been done. On any exception everything is put back; the exception then goes on.
    """
    found = git_dir(home)
    if found is None:
        raise ShunterError(f"{home} is not a git repository", hint="run `git init` there")
    with journal.locked(journal.folder_of(found), home) as folder:
        recover_in(folder)
        plans = [replace(plan, root=str(Path(plan.root).absolute())) for plan in plans]
        busy = [plan for plan in plans if plan.edits or plan.conflicts or plan.head is None]
        if not busy:
            return _outcomes(plans, ())
        try:
            changes = _prepare(busy, folder, on_step)
        except BaseException:
            recover_in(folder)
            raise
        _run(changes, folder, on_step)
        return _outcomes(plans, changes)


def _sweep(target: Path) -> None:
    """Remove what killed runs left beside `target`: their locks are free."""
    for stale in target.parent.glob(f".{glob.escape(target.name)}.shunter-new-*"):
        try:
            with journal.locked(stale, stale, patience=0):
                pass
        except ShunterError:
            continue
        shutil.rmtree(stale, ignore_errors=True)


def apply_new(plans: Sequence[RepositoryPlan], target: Path, *, on_step: Step = quiet) -> tuple[Outcome, ...]:
    """Make a workspace at `target`: every plan's repository (at or below `target`), appearing by one rename.

    `target` must be missing or empty. Whatever goes wrong, or a kill, leaves nothing at `target`.
    """
    target = target.absolute()
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    box = Path(tempfile.mkdtemp(prefix=f".{target.name}.shunter-new-", dir=target.parent))
    try:
        with journal.locked(box, target):
            changes = _build_all(plans, target, box / "built", on_step)
            move_in(Change(target.name, str(target), None, None, staging=str(box / "built")))
            on_step("moved into place")
    finally:
        shutil.rmtree(box, ignore_errors=True)
    return _outcomes(plans, changes)


def _build_all(plans: Sequence[RepositoryPlan], target: Path, built: Path, on_step: Step) -> list[Change]:
    changes = []
    for plan in sorted(plans, key=lambda plan: len(Path(plan.root).parts)):
        commit = build_new(plan, built / Path(plan.root).absolute().relative_to(target))
        changes.append(Change(plan.repository, plan.root, None, commit, plan.message))
        on_step(f"{plan.repository}: built")
    return changes
