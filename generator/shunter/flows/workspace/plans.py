"""From changed files to plans, from plans to outcomes: the writing end that all flows share."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from shunter.adapters.git.apply import apply
from shunter.adapters.git.repository import PlannedRepository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.core.trees.diffs import unified
from shunter.model.files import Conflict, Edit, FileState, RepositoryPlan, Tree
from shunter.model.findings import Outcome, Report, Status

Changes = Mapping[str, FileState | None]


def plan_changes(
    root: Path,
    changes: Changes,
    message: str,
    *,
    tree: Tree | None = None,
    conflicts: tuple[Conflict, ...] = (),
    include: Iterable[str] = (),
    repository: PlannedRepository | None = None,
) -> RepositoryPlan:
    """The plan that makes `changes` (path → new state, None deletes) in the repository at `root`.

    `tree` is what is there now (default: the disk); changes that change nothing are dropped. Paths in `include`
    go into the commit as they are on disk: a person's uncommitted edits that belong to the same step. `repository` is
    the one at `root`, where somebody has asked it before.
    """
    current = tree or DiskTree(root)
    edits = [edit for path, after in sorted(changes.items()) if (edit := _edit(current, path, after))]
    known = {edit.path for edit in edits}
    edits += [_as_is(current, path) for path in sorted(set(include) - known)]
    head = None
    if is_checkout(root):
        head = (repository or PlannedRepository(root)).head() if edits or conflicts else ""
    return RepositoryPlan(root.name, str(root), head, tuple(edits), conflicts, message=message)


def _edit(tree: Tree, path: str, after: FileState | None) -> Edit | None:
    before = tree.get(path)
    return None if before == after else Edit(path, before.object_id() if before else None, after)


def _as_is(tree: Tree, path: str) -> Edit:
    state = tree.get(path)
    return Edit(path, state.object_id() if state else None, state)


def uncommitted(repository: PlannedRepository, folder: str) -> list[str]:
    """Paths below `folder` whose state on disk is not the committed one; ignored files aside."""
    head = repository.head()
    if head is None:
        return []
    committed, disk = repository.tree(head), DiskTree(repository.root)
    visible = [path for path in repository.visible_paths() if path.startswith(f"{folder}/")]
    return sorted(path for path in {*visible, *committed.paths(folder)} if disk.get(path) != committed.get(path))


def carry_out(
    plans: Iterable[RepositoryPlan],
    home: Path,
    *,
    dry_run: bool,
    diff: bool,
    next_step: str = "",
    noop: str = "up to date",
) -> Report:
    """Apply plans, or only say what they would do, as one report. Plans without edits become noop outcomes."""
    started = time.perf_counter()
    plans = tuple(plans)
    busy = tuple(plan for plan in plans if plan.edits or plan.conflicts)
    product = "".join(unified(plan, _before) for plan in busy) if diff else ""
    idle = tuple(Outcome(plan.repository, Status.NOOP, noop) for plan in plans if plan not in busy)
    if dry_run:
        planned = tuple(Outcome(plan.repository, _status(plan), summary(plan)) for plan in busy)
        return Report(product=product, outcomes=(*planned, *idle))
    done = apply(busy, home) if busy else ()
    subjects = {plan.repository: plan.message.splitlines()[0] for plan in busy}
    seconds = {"apply": time.perf_counter() - started}
    told = tuple(replace(o, detail=f"{subjects[o.unit]}: {o.detail}", timings=seconds) for o in done)
    return Report(product=product, outcomes=(*told, *idle), next_step=next_step)


def summary(plan: RepositoryPlan) -> str:
    """One line that says what a plan does."""
    added = sum(1 for edit in plan.edits if edit.before is None and edit.after)
    removed = sum(1 for edit in plan.edits if edit.after is None)
    changed = len(plan.edits) - added - removed
    counts = [
        f"{count} {word}" for count, word in ((added, "added"), (changed, "changed"), (removed, "removed")) if count
    ]
    conflicts = [f"conflict in {conflict.path}" for conflict in plan.conflicts]
    return f"{plan.message.splitlines()[0]} ({', '.join([*counts, *conflicts]) or 'no files'})"


def _status(plan: RepositoryPlan) -> Status:
    return Status.CONFLICT if plan.conflicts else Status.PLANNED


def _before(plan: RepositoryPlan, path: str) -> FileState | None:
    return DiskTree(Path(plan.root)).get(path)
