"""From changed files to plans, from plans to outcomes: the writing end that all flows share."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shunter.adapters.git import journal
from shunter.adapters.git.apply import apply, look
from shunter.adapters.git.refusals import commit_command
from shunter.adapters.git.repository import PlannedRepository, Repository
from shunter.adapters.git.verify import Judge
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.core.trees.diffs import unified
from shunter.core.workspace.layout import reference_rank
from shunter.core.workspace.model import RepositorySpec
from shunter.flows.workspace.context import WORKSPACE_FILE, Context
from shunter.model.data import replace
from shunter.model.files import SYMLINK, Conflict, Edit, FileState, Input, Move, RepositoryPlan, Tree, object_ids
from shunter.model.findings import Outcome, Report, Status

_PATIENCE = 60.0
Changes = Mapping[str, FileState | None]
Specs = Callable[[], Iterable[RepositorySpec]]
"""The planned repositories of a workspace, once somebody asks."""


def plan_changes(
    root: Path,
    changes: Changes,
    message: str,
    *,
    tree: Tree | None = None,
    conflicts: tuple[Conflict, ...] = (),
    inputs: Iterable[Input] = (),
    shared: Collection[str] = (),
    unmerged: Collection[str] = (),
    before: Mapping[str, str | None] | None = None,
    repository: PlannedRepository | None = None,
) -> RepositoryPlan:
    """The plan that makes `changes` (path → new state, None deletes) in the repository at `root`.

    `tree` is what is there now (default: the disk); changes that change nothing are dropped. `inputs` are a person's
    files that the commit depends on, as they were read; the `shared` ones of the changes carry what a person wrote.
    `before` has the object ids of files that were read earlier than now, as they were then (None: no file).
    A path that is `unmerged`, or not known to git, is resolved by what is written there, even where that is on disk.
    `repository` is the one at `root`, where somebody has asked it before: the changes follow from the commit that was
    its head then.
    """
    current = tree or DiskTree(root)
    found = (
        _edit(current, path, after, shared=path in shared, always=path in unmerged)
        for path, after in sorted(changes.items())
    )
    earlier = before or {}
    found = (replace(e, before=earlier[e.path]) if e and e.path in earlier else e for e in found)
    edits = tuple(edit for edit in found if edit)
    head = None
    if is_checkout(root):
        head = (repository or PlannedRepository(root)).head() if edits or conflicts else ""
    return RepositoryPlan(root.name, str(root), head, edits, conflicts, message=message, inputs=tuple(inputs))


def _edit(tree: Tree, path: str, after: FileState | None, *, shared: bool, always: bool) -> Edit | None:
    before = tree.get(path)
    if before == after and not always:
        return None
    return Edit(path, before.object_id() if before else None, after, shared=shared)


def inputs_of(tree: Tree, folder: str, names: Iterable[str]) -> tuple[Input, ...]:
    """Files of the folder of a repository, `tree`, that a commit depends on, as they are now.

    Those beside the folder count, as far as they are in the repository.
    """
    found = []
    for name in dict.fromkeys(names):
        path = posixpath.normpath(f"{folder}/{name}")
        if not path.startswith(("../", "/")):
            state = tree.get(posixpath.normpath(name))
            found.append(Input(path, state.object_id() if state else None))
    return tuple(found)


def as_read(folder: Path, files: Mapping[str, FileState | None]) -> dict[Path, str | None]:
    """Files of a folder as they were read, for `carry_out`: it refuses to write when they are not so any more."""
    return {folder / path: state.object_id() if state else None for path, state in files.items()}


def read_now(folder: Path, tree: Tree, names: Iterable[str]) -> dict[Path, str | None]:
    """`as_read` for files of the tree in that folder, which are going to be read."""
    return {folder / name: object_id for name, object_id in object_ids(tree, names).items()}


def uncommitted(repository: Repository, folder: str) -> list[str]:
    """Paths below `folder` that are not as HEAD holds them, as `git status` says; ignored files aside."""
    return repository.changed(folder)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Be the only run that makes trains in a repository, or brings something to its remote; another one is waited for.

    Raises ShunterError where that takes more than a minute. Where there is no repository, nobody is waited for.
    """
    if not is_checkout(root):
        yield
        return
    with journal.alone(Repository(root).git_dir, root, _PATIENCE):
        yield


def _workspace_file(context: Context) -> dict[Path, str | None]:
    """The workspace's file as it was read; a link is left out, since what it leads to may lie anywhere."""
    state = DiskTree(context.root).get(WORKSPACE_FILE)
    if not context.text or (state is not None and state.mode == SYMLINK):
        return {}
    return {context.root / WORKSPACE_FILE: FileState(context.text).object_id()}


def carry_out(
    plans: Iterable[RepositoryPlan],
    context: Context,
    *,
    dry_run: bool,
    diff: bool,
    next_step: str = "",
    noop: str = "up to date",
    check: bool = False,
    during: bool = False,
    judge: Judge | None = None,
    moving: Sequence[Move] = (),
    read: Mapping[Path, str | None] | None = None,
    apart: bool = False,
) -> Report:
    """Apply plans, or only say what they would do, as one report. Plans without edits become noop outcomes.

    With `check` nothing refuses: what would change is told even where it could not be written now. `during`: see
    `apply`. `judge` is asked again about a commit where a hook has changed what a person shares. Checkouts that are
    `moving` do so in the same run; plans name them by where they are before it.
    `read` are the files that the plans follow from besides shunter.yaml, see `as_read`. Repositories that are `apart`
    are refused one by one, see `apply`.
    """
    plans = tuple(plans)
    busy = in_order([plan for plan in plans if plan.is_busy], context.specs, context.root)
    product = "".join(unified(plan, _before) for plan in busy) if diff else ""
    idle = tuple(Outcome(p.repository, Status.NOOP, noop) for p in plans if not p.is_busy)
    if check or dry_run:
        looked = look(busy, context.writing, during=during, refuse=not check, home=context.root if apart else None)
        seen = looked.surveys
        planned = (Outcome(s.plan.repository, _status(s.plan), summary(s.plan), paths=s.paths) for s in seen if s.busy)
        same = (Outcome(s.plan.repository, Status.NOOP, noop) for s in seen if not s.busy)
        notices = (*(notice for each in seen for notice in each.notices), *looked.notices)
        outcomes = (*planned, *looked.refused.values(), *same, *idle)
        return Report(product=product, outcomes=outcomes, notices=notices)
    if not busy and not moving:
        return Report(product=product, outcomes=idle, next_step=next_step)
    known = _workspace_file(context) | dict(read or {})
    done = apply(
        busy, context.root, context.writing, during=during, judge=judge, moving=moving, read=known, apart=apart
    )
    subjects = {plan.repository: plan.message.partition("\n")[0] for plan in busy}
    told = tuple(_told(o, subjects[o.unit], noop) for o in done.outcomes)
    if not context.writing.commit:
        left = [plan for plan, o in zip(busy, done.outcomes, strict=True) if o.status is Status.DONE]
        now = {move.root: move.target for move in moving}
        next_step = "\n".join(commit_command(Path(now.get(plan.root, plan.root))) for plan in left)
    return Report(product=product, outcomes=(*told, *idle), notices=done.notices, next_step=next_step)


def _told(outcome: Outcome, subject: str, noop: str) -> Outcome:
    if outcome.status is Status.NOOP:
        return replace(outcome, detail=noop)
    if outcome.status is Status.REFUSED:
        return outcome
    return replace(outcome, detail=f"{subject}: {outcome.detail}")


def in_order(plans: Sequence[RepositoryPlan], specs: Specs, home: Path) -> Sequence[RepositoryPlan]:
    """What is referenced before what refers to it; the workspace of these repositories is at `home`."""
    if len(plans) < 2:
        return plans
    known = {home / spec.folder: spec for spec in specs()}
    return sorted(plans, key=lambda plan: reference_rank(known.get(Path(plan.root))))


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
