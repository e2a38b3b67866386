"""What a run will not do in a person's repository, each with the command that clears the way."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from shunter.adapters.git.journal import WAITING, folder_of
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.git.state import PathState, RepositoryState
from shunter.adapters.system.files import read_state
from shunter.model.errors import ShunterError
from shunter.model.files import Edit, RepositoryPlan

FOLLOWED: Final = "all other repositories follow from the workspace's own: none was changed"
"""What is told where that one is refused in a run in which all others are refused alone."""
_SUBMODULE = "160000"


def refuse_moved(plan: RepositoryPlan, state: RepositoryState, disk: Mapping[str, str | None]) -> None:
    """A `ShunterError` where HEAD or a file is not what the plan was made on. `disk` holds object ids by path."""
    if state.head != plan.head:
        raise changed(f"the current commit of {plan.repository}")
    for edit in plan.edits:
        if disk[edit.path] != edit.before:
            raise changed(edit.path)
    for item in plan.inputs:
        if disk[item.path] != item.before:
            raise changed(item.path)
    deleted = {edit.path: edit.before for edit in plan.edits if edit.after is None}
    for conflict in plan.conflicts:
        here, ours = disk[conflict.path], conflict.ours.object_id() if conflict.ours else None
        if here == ours or state.shows(conflict.path, conflict.ours):
            continue
        # A template's rename brings a person's file along: it still stands under the name that an edit deletes.
        moved = ours in deleted.values() or any(state.shows(path, conflict.ours) for path in deleted)
        if here is not None or not moved:
            raise changed(conflict.path)


def refuse_other_than(read: Mapping[Path, str | None]) -> None:
    """A `ShunterError` where a file is not as it was `read`: object ids by path, None for no file."""
    for path, before in read.items():
        now = read_state(path, str(path))
        if (now.object_id() if now else None) != before:
            raise changed(str(path))


def changed(what: str) -> ShunterError:
    """The error for something that is not as it was when the plan was made."""
    return ShunterError(
        f"{what} changed while shunter was working", hint="nothing was written there: run the command again"
    )


def refuse_unready(state: RepositoryState, *, commits: bool, during: bool, branch: str) -> None:
    """A `ShunterError` where a person has something under way in the repository as a whole.

    With `during` a merge or rebase in progress is no reason: nothing is committed then. `branch` is one to be made.
    """
    root = state.root
    if state.locked:
        raise ShunterError(
            f"{state.git_dir / 'index.lock'} exists: another git is at work in {root}, or one has crashed there",
            hint=f"wait until it is done; when no git is running: rm {shlex.quote(str(state.git_dir / 'index.lock'))}",
        )
    if state.operation and not during:
        end = "git bisect reset" if state.operation == "bisect" else f"git {state.operation} --continue (or --abort)"
        raise ShunterError(f"a {state.operation} is in progress in {root}", hint=f"end it first: {end}")
    if commits and not state.operation and state.branch is None and not branch:
        raise ShunterError(
            f"HEAD is detached in {root}: a commit there would be on no branch",
            hint="git switch BRANCH, or let this command make one: --branch NAME; or --no-commit",
        )


def commit_command(root: Path) -> str:
    """The command with which a person commits what a run has only staged."""
    found = git_dir(root)
    message = folder_of(found) / "message" if found else Path("message")
    return f"git -C {shlex.quote(str(root))} commit --cleanup=whitespace -F {shlex.quote(str(message))}"


def refuse_waiting(state: RepositoryState) -> None:
    """A `ShunterError` where an earlier run with --no-commit has staged files that are not committed yet."""
    waiting = folder_of(state.git_dir) / WAITING
    names = waiting.read_bytes().split(b"\0") if waiting.exists() else []
    if not state.operation and state.staged & {os.fsdecode(name) for name in names}:
        raise ShunterError(
            f"what shunter staged with --no-commit in {state.root} is not committed yet",
            hint=f"{commit_command(state.root)}\nor take it back: {_git(state, 'restore --staged --worktree', '.')}",
        )


def refuse_branch(state: RepositoryState, name: str) -> None:
    """A `ShunterError` where a new branch of that name cannot be made."""
    repository = Repository(state.root)
    if repository.try_git("check-ref-format", "--branch", name).returncode:
        raise ShunterError(f"`{name}` is not a name for a branch", hint="such as --branch promote-1.0.0")
    if not repository.try_git("show-ref", "--verify", "--quiet", f"refs/heads/{name}").returncode:
        raise ShunterError(f"{state.root} already has a branch `{name}`", hint="choose another name for --branch")


def refuse_inside(state: RepositoryState, paths: Sequence[str]) -> None:
    """A `ShunterError` where a path is in a submodule, or in another repository that stands in this one.

    The folders above the paths have to be among those that `state` was asked for.
    """
    for folder in folders_above(paths):
        is_module = any(entry.mode == _SUBMODULE for entry in state.of(folder).entries)
        if is_module or (state.root / folder / ".git").exists():
            path = next(path for path in paths if path.startswith(f"{folder}/"))
            told = "a submodule" if is_module else "another git repository"
            hint = f"move it elsewhere: {_git(state, 'mv', folder)} ELSEWHERE" if is_module else "move it elsewhere"
            raise ShunterError(f"{path} would be written into {folder}, which is {told}", hint=hint)


def folders_above(paths: Sequence[str]) -> list[str]:
    """The folders of a repository in which these paths are, sorted."""
    return sorted({path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"})


def refuse_edit(state: RepositoryState, edit: Edit, *, during: bool) -> None:
    """A `ShunterError` where writing this file would lose, or commit, what a person did not ask for."""
    known = state.of(edit.path)
    _refuse_hidden(state, edit.path, known)
    if known.conflicted and not (during and not edit.shared):
        raise _conflicted(state, edit.path)
    if known.conflicted:
        return
    partly = known.staged != "." and known.unstaged != "."
    is_there = edit.after is not None and edit.before == edit.after.object_id()
    if is_there and not partly:
        return  # it is committed as the person has it
    if not known.entries and edit.before is not None:
        raise ShunterError(
            f"{edit.path} would be overwritten, and git does not track it",
            hint=f"move it away, or let git keep it first: {_git(state, 'add', edit.path)}",
        )
    if edit.before is not None and (partly or known.unstaged == "A" or (edit.shared and known.unstaged != ".")):
        raise _unstaged(state, edit.path)


def refuse_conflict(state: RepositoryState, path: str) -> None:
    """A `ShunterError` where a conflict is to be left at a path that has one already, or that is not staged."""
    known = state.of(path)
    _refuse_hidden(state, path, known)
    if known.conflicted:
        raise _conflicted(state, path)
    if known.unstaged != "." and known.entries:
        raise _unstaged(state, path)


def travels(state: RepositoryState, path: str, before: str | None) -> bool:
    """Whether a person's file goes into the commit that depends on it: it is staged, and equal on disk.

    A `ShunterError` where the commit would be made on something that it does not hold.
    """
    known = state.of(path)
    if before is None and not known.entries and known.staged == ".":
        return False
    if not known.entries and known.staged == ".":
        if Repository(state.root).ignores(path):
            return False
        raise _unstaged(state, path, "is not tracked by git")
    _refuse_hidden(state, path, known)
    if known.conflicted:
        raise _conflicted(state, path)
    if known.unstaged != "." or (not known.entries and before is not None):
        raise _unstaged(state, path)
    return known.staged != "."


def _unstaged(state: RepositoryState, path: str, what: str = "") -> ShunterError:
    known = state.of(path)
    partly = "is staged with other content than it has on disk" if known.staged != "." else "is changed and not staged"
    return ShunterError(
        f"{path} {what or partly}, and the commit depends on it",
        hint=f"let it travel along: {_git(state, 'add', path)}",
    )


def _conflicted(state: RepositoryState, path: str) -> ShunterError:
    return ShunterError(
        f"{path} has an unresolved merge conflict", hint=f"resolve it first, then: {_git(state, 'add', path)}"
    )


def _refuse_hidden(state: RepositoryState, path: str, known: PathState) -> None:
    if known.hidden:
        sparse = known.hidden == "skip-worktree" and not (Path(state.root) / path).exists()
        folder = path.rpartition("/")[0]
        way = (
            _git(state, "sparse-checkout add", folder)
            if sparse
            else _git(state, f"update-index --no-{known.hidden}", path)
        )
        where = (
            "is outside of the sparse checkout" if sparse else f"is marked {known.hidden}, so git does not look at it"
        )
        raise ShunterError(f"{path} {where}", hint=way)


def _git(state: RepositoryState, command: str, path: str) -> str:
    return f"git -C {shlex.quote(str(state.root))} {command} {shlex.quote(path)}"


def refuse_twice(plan: RepositoryPlan, paths: Sequence[str]) -> None:
    """A programming error where a plan names a path twice."""
    if len(set(paths)) != len(paths):
        raise ValueError(f"{plan.repository}: a path is planned twice")
