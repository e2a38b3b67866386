"""New repositories: built beside their place, with all their files, and put there by one rename."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from shunter.adapters.git import journal
from shunter.adapters.git.commit import commit, read_commit, stage
from shunter.adapters.git.journal import Change
from shunter.adapters.git.remote import checked
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import path_below, write_file
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan, Writing
from shunter.model.progress import stepwise

Step = Callable[[str], None]


def quiet(step: str) -> None:
    """Hear a step, and say nothing."""


def is_free(target: Path) -> bool:
    """Whether a new folder may take this place: nothing is there, or an empty folder."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        return False
    return not target.exists() or not any(target.iterdir())


def refuse_taken(target: Path) -> None:
    """A `ShunterError` when there is something at `target` that a new repository would hide."""
    if not is_free(target):
        raise ShunterError(f"{target} is not empty", hint="choose another folder, or move what is there away")


def staging_of(root: Path) -> Path:
    """Where a new repository is built before it takes its place."""
    return root.with_name(f".{root.name}.shunter-new")


def build(plan: RepositoryPlan, folder: Path) -> None:
    """Make a repository in the missing `folder` with the plan's files, staged and not committed."""
    if plan.conflicts or any(edit.before or edit.after is None for edit in plan.edits):
        raise ValueError(f"{plan.repository}: a new repository can only be given files")
    repository = Repository.init(folder, plan.branch)
    if plan.origin:
        repository.git("remote", "add", "--", "origin", checked(plan.origin))
    for edit in plan.edits:
        if edit.after is not None:
            write_file(path_below(folder, edit.path), edit.after)
    with journal.own_folder(folder / ".git") as own:
        stage(folder, [edit.path for edit in plan.edits], own)


def move_in(staging: Path, root: Path) -> None:
    """Let a new repository appear in its place by one rename."""
    if staging.exists():
        refuse_taken(root)
        if root.exists():
            root.rmdir()
        staging.rename(root)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new repository of a new workspace: its commit and what that holds."""

    plan: RepositoryPlan
    commit: str
    paths: tuple[str, ...]


def make_workspace(
    plans: Sequence[RepositoryPlan], target: Path, writing: Writing, *, on_step: Step = quiet
) -> tuple[Fresh, ...]:
    """Make a workspace at `target`: every plan's repository (at or below `target`), appearing by one rename.

    `target` must be missing or empty. Whatever goes wrong, or a kill, leaves nothing at `target`. The result is in the
    order of the plans.
    """
    target = target.absolute()
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    box = Path(tempfile.mkdtemp(prefix=f".{target.name}.shunter-new-", dir=target.parent))
    try:
        with journal.locked(box, target):
            made = _build_all(plans, target, box / "built", writing, on_step)
            move_in(box / "built", target)
            on_step("moved into place")
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"undone: nothing is at {target}" if is_free(target) else f"{target} is made")
        raise
    finally:
        shutil.rmtree(box, ignore_errors=True)
    return made


def _build_all(
    plans: Sequence[RepositoryPlan], target: Path, built: Path, writing: Writing, on_step: Step
) -> tuple[Fresh, ...]:
    places = {plan.root: built / Path(plan.root).absolute().relative_to(target) for plan in plans}
    # The workspace's own folder holds the others; what refers to other repositories is committed after them.
    in_turn = sorted(plans, key=lambda plan: len(places[plan.root].parts))
    for plan in stepwise(writing.progress, in_turn, lambda plan: f"write {plan.repository}"):
        build(plan, places[plan.root])
        on_step(f"{plan.repository}: built")
    made: dict[str, Fresh] = {}
    for number, plan in enumerate(plans):
        made[plan.root] = _commit(plan, places[plan.root], writing, (number, len(plans)))
        on_step(f"{plan.repository}: committed")
    return tuple(made[plan.root] for plan in plans)


def _commit(plan: RepositoryPlan, folder: Path, writing: Writing, place: tuple[int, int]) -> Fresh:
    files = tuple(journal.FileChange(edit.path, None, None) for edit in plan.edits)
    change = Change(plan.repository, str(folder), None, message=plan.message, files=files)
    with journal.own_folder(folder / ".git") as own:
        said = commit(replace(change, branch=plan.branch), own, writing, place)
    if said is None:
        raise ValueError(f"{plan.repository}: nothing to commit")
    done = read_commit(folder)
    return Fresh(plan, done.commit, tuple(sorted(done.paths)))


def _sweep(target: Path) -> None:
    """Remove what killed runs left beside `target`: their locks are free."""
    for stale in target.parent.glob(f".{glob.escape(target.name)}.shunter-new-*"):
        try:
            with journal.locked(stale, stale, patience=0):
                pass
        except ShunterError:
            continue
        shutil.rmtree(stale, ignore_errors=True)
