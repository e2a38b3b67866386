"""From a plan to a journal entry: check that the plan still holds, and put everything it needs into git's store.

Nothing here touches a work tree, an index or a branch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from shunter.adapters.git.journal import Change, FileChange, Stored
from shunter.adapters.git.repository import IndexEntry, Repository
from shunter.adapters.system import process
from shunter.adapters.system.files import place, read_state, write_file
from shunter.core.trees import fast_import
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, Conflict, FileState, RepositoryPlan

# Per work tree, and refs keep what is needed for undoing from git's garbage collection.
KEEP, NEXT = "refs/worktree/shunter/keep", "refs/worktree/shunter/next"
_EMPTY_BLOB = FileState(b"").object_id()  # what `git add --intent-to-add` puts into the index


def _changed(path: str) -> ShunterError:
    return ShunterError(f"{path} changed while shunter was working", hint="nothing was written: run the command again")


def _id(state: FileState | None) -> str | None:
    return None if state is None else state.object_id()


def _stored(state: FileState | None) -> Stored | None:
    return None if state is None else Stored(state.mode, state.object_id())


def _disk(root: Path, paths: Iterable[str]) -> dict[str, FileState | None]:
    return {path: read_state(place(root, path), path) for path in paths}


def _verify_disk(plan: RepositoryPlan, disk: Mapping[str, FileState | None]) -> None:
    deleted = {edit.before for edit in plan.edits if edit.after is None}
    for edit in plan.edits:
        if _id(disk[edit.path]) != edit.before:
            raise _changed(edit.path)
    for conflict in plan.conflicts:
        # A template's rename brings a person's file along: it still stands under the name that an edit deletes.
        allowed = {_id(conflict.ours)} | ({None} if _id(conflict.ours) in deleted else set())
        if _id(disk[conflict.path]) not in allowed:
            raise _changed(conflict.path)


def _verify_index(
    plan: RepositoryPlan, index: Mapping[str, tuple[IndexEntry, ...]], head: Mapping[str, Stored]
) -> None:
    allowed = {edit.path: {edit.before, _id(edit.after)} for edit in plan.edits}
    allowed.update({conflict.path: {_id(conflict.ours)} for conflict in plan.conflicts})
    for path, entries in index.items():
        if any(entry.stage for entry in entries):
            raise ShunterError(f"{path} has an unresolved merge conflict", hint="resolve it, then run again")
        old = head.get(path)
        if entries[0].object_id not in allowed[path] | {old.object_id if old else None, _EMPTY_BLOB}:
            raise ShunterError(
                f"{path} is staged with other content than it has on disk",
                hint=f"stage or unstage it first: git add {path}",
            )


def _head_entries(repository: Repository, head: str, paths: set[str]) -> dict[str, Stored]:
    entries = repository.tree(head).entries()
    return {path: Stored(*entries[path]) for path in paths if path in entries}


def conflict_state(conflict: Conflict) -> FileState | None:
    """What the work tree shows for a conflict: git's markers where both sides have text, else the side that is there.

    A person's bytes win where markers cannot be written (binary files, symbolic links). None: no file.
    """
    base, ours, theirs = conflict.base, conflict.ours, conflict.theirs
    if ours is None or theirs is None or SYMLINK in (ours.mode, theirs.mode):
        return ours or theirs
    with tempfile.TemporaryDirectory(prefix="shunter-") as folder:
        for name, state in (("ours", ours), ("base", base or FileState(b"")), ("theirs", theirs)):
            (Path(folder) / name).write_bytes(state.data)
        labels = ("-L", "before updating", "-L", "last update", "-L", "after updating")
        merged = process.run(["git", "merge-file", "-p", *labels, "ours", "base", "theirs"], folder)
    mode = theirs.mode if base is not None and base.mode == ours.mode else ours.mode
    return ours if merged.returncode > 127 else FileState(merged.stdout, mode)


def _stages(conflict: Conflict) -> tuple[IndexEntry, ...]:
    sides = ((1, conflict.base), (2, conflict.ours), (3, conflict.theirs))
    return tuple(IndexEntry(state.mode, state.object_id(), stage) for stage, state in sides if state is not None)


def _file_changes(
    plan: RepositoryPlan,
    disk: Mapping[str, FileState | None],
    shown: Mapping[str, FileState | None],
    index: Mapping[str, tuple[IndexEntry, ...]],
) -> tuple[FileChange, ...]:
    staged = {conflict.path: _stages(conflict) for conflict in plan.conflicts}
    for edit in plan.edits:
        staged[edit.path] = (IndexEntry(edit.after.mode, edit.after.object_id()),) if edit.after else ()
    return tuple(
        FileChange(path, _stored(disk[path]), _stored(after), index.get(path, ()), staged[path])
        for path, after in shown.items()
    )


def _kept(states: Iterable[FileState | None]) -> dict[str, FileState | None]:
    unique = {state.object_id(): state for state in states if state is not None}
    return {f"kept/{object_id}": state for object_id, state in unique.items()}


def _build(
    repository: Repository,
    plan: RepositoryPlan,
    kept: Mapping[str, FileState | None],
    new: Mapping[str, FileState | None],
) -> str | None:
    who = repository.signature()
    stream = fast_import.commit(KEEP, who, "kept for undoing", kept)
    if not new:
        repository.import_stream(stream)
        return None
    stream += fast_import.commit(NEXT, who, plan.message, new, parent=plan.head, mark=2)
    return repository.import_stream(stream + b"get-mark :2\n")[0]


def prepare_existing(plan: RepositoryPlan) -> Change:
    """Check a plan for a repository that exists, and store its commit and all bytes that doing or undoing needs.

    With conflicts there is no commit: files and index are to stand as a merge would leave them.
    """
    repository = Repository(Path(plan.root))
    if plan.head is None or repository.head() != plan.head:
        raise _changed(f"the current commit of {plan.repository}")
    shown = {edit.path: edit.after for edit in plan.edits}
    shown.update({conflict.path: conflict_state(conflict) for conflict in plan.conflicts})
    if len(shown) != len(plan.edits) + len(plan.conflicts):
        raise ValueError(f"{plan.repository}: a path is planned twice")
    disk = _disk(repository.root, shown)
    _verify_disk(plan, disk)
    index = repository.index(list(shown))
    head = _head_entries(repository, plan.head, set(shown))
    _verify_index(plan, index, head)
    sides = [side for conflict in plan.conflicts for side in (conflict.base, conflict.ours, conflict.theirs)]
    new = {path: after for path, after in shown.items() if head.get(path) != _stored(after)}
    commit = _build(repository, plan, _kept([*disk.values(), *shown.values(), *sides]), {} if sides else new)
    files = _file_changes(plan, disk, shown, index)
    names = tuple(conflict.path for conflict in plan.conflicts)
    return Change(plan.repository, plan.root, plan.head, commit, plan.message, files=files, conflicts=names)


def is_free(target: Path) -> bool:
    """Whether a new folder may take this place: nothing is there, or an empty folder."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        return False
    return not target.exists() or not any(target.iterdir())


def refuse_taken(target: Path) -> None:
    """A `ShunterError` when there is something at `target` that a new repository would hide."""
    if not is_free(target):
        raise ShunterError(f"{target} is not empty", hint="choose another folder, or move what is there away")


def build_new(plan: RepositoryPlan, folder: Path) -> str:
    """Make a whole new repository, with one commit of the plan's edits, in the missing `folder`; its commit."""
    if plan.conflicts or any(edit.before or edit.after is None for edit in plan.edits):
        raise ValueError(f"{plan.repository}: a new repository can only be given files")
    repository = Repository.init(folder, plan.branch)
    files = {edit.path: edit.after for edit in plan.edits}
    commit = repository.commit(f"refs/heads/{plan.branch}", files, plan.message)
    for path, state in files.items():
        if state is not None:
            write_file(place(folder, path), state)
    repository.git("read-tree", "HEAD")
    repository.try_git("update-index", "-q", "--refresh")
    return commit
