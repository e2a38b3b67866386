"""A prepared change carried out, undone, or, after a kill, brought to its end.

Every step looks at what is there first, so that doing it twice is doing it once; a file that is neither as it was
nor as it is to be is never touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from shunter.adapters.git import journal
from shunter.adapters.git.journal import Change, FileChange, Stored
from shunter.adapters.git.prepare import KEEP, NEXT, is_free, refuse_taken
from shunter.adapters.git.repository import FILE_MODES, Repository, git_dir
from shunter.adapters.system.files import place, read_state, remove_file, temporary_name, write_file
from shunter.model.errors import ShunterError

Step = Callable[[str], None]


def quiet(step: str) -> None:
    """Hear a step, and say nothing."""


def _now(root: Path, path: str) -> Stored | None:
    state = read_state(place(root, path), path)
    return None if state is None else Stored(state.mode, state.object_id())


def _content(stored: Stored | None) -> str | None:
    return None if stored is None else stored.object_id


def _put(repository: Repository, file: FileChange, wanted: Stored | None) -> None:
    now = _now(repository.root, file.path)
    if now == wanted:
        return
    if _content(now) not in (_content(file.before), _content(file.after)):
        raise ShunterError(f"{file.path} changed while shunter was working", hint=f"in {repository.root}")
    target = place(repository.root, file.path)
    if wanted is None:
        remove_file(target, repository.root)
    else:
        write_file(target, repository.blob(wanted.object_id, FILE_MODES[wanted.mode]))


def move_in(change: Change) -> None:
    """Let a new repository appear in its place by one rename."""
    staging, root = Path(change.staging), Path(change.root)
    if staging.exists():
        refuse_taken(root)
        if root.exists():
            root.rmdir()
        staging.rename(root)


def carry_out(change: Change, on_step: Step) -> None:
    """Do one repository's part, from wherever it stands."""
    on_step(f"{change.repository}: start")
    if change.staging:
        move_in(change)
        on_step(f"{change.repository}: moved into place")
        return
    repository = Repository(Path(change.root))
    for file in sorted(change.files, key=lambda file: (file.after is not None, file.path)):
        _put(repository, file, file.after)
        on_step(f"{change.repository}: {file.path}")
    repository.stage({file.path: file.index_after for file in change.files})
    on_step(f"{change.repository}: index")
    if change.commit is not None and repository.head() != change.commit:
        repository.update_ref(change.commit, change.head, change.message.partition("\n")[0])
        on_step(f"{change.repository}: ref")


def _take_out(change: Change) -> None:
    staging, root = Path(change.staging), Path(change.root)
    if not staging.exists() and git_dir(root) is not None and Repository(root).head() == change.commit:
        root.rename(staging)
    shutil.rmtree(staging, ignore_errors=True)


def _undo(change: Change) -> None:
    if change.staging:
        _take_out(change)
        return
    repository = Repository(Path(change.root))
    if change.commit is not None and change.head is not None and repository.head() == change.commit:
        repository.update_ref(change.head, change.commit, "undone")
    for file in sorted(change.files, key=lambda file: (file.before is not None, file.path)):
        _put(repository, file, file.before)
        if file.before is None:
            remove_file(temporary_name(place(repository.root, file.path)), repository.root)
    repository.stage({file.path: file.index_before for file in change.files})


def undo_all(changes: Sequence[Change], folder: Path) -> None:
    """Put every repository back to where it was."""
    for change in reversed(changes):
        _undo(change)
    finish(changes, folder)


def finish(changes: Sequence[Change], folder: Path) -> None:
    """Forget a change that is done or undone."""
    for change in changes:
        if not change.staging and git_dir(Path(change.root)) is not None:
            Repository(Path(change.root)).delete_refs(KEEP, NEXT)
    journal.clear(folder)


def _has_all(change: Change) -> bool:
    """Whether git's store, or the staging folder, still holds what finishing needs."""
    if change.staging:
        return Path(change.staging).exists() or git_dir(Path(change.root)) is not None
    needed = [stored.object_id for file in change.files for stored in (file.before, file.after) if stored]
    return Repository(Path(change.root)).has([*needed, *([change.commit] if change.commit else [])])


def _foreign(change: Change, folder: Path) -> None:
    """A `ShunterError` when something here is neither what it was before the change nor what it is to be."""
    give_up = f"or, to keep everything as it is now, delete {folder / 'journal.json'}"
    if change.staging:
        if Path(change.staging).exists() and not is_free(Path(change.root)):
            raise ShunterError(
                f"an interrupted run wants to make {change.root}, which is not empty",
                hint=f"move what is there away, {give_up}",
            )
        return
    repository = Repository(Path(change.root))
    for file in change.files:
        if _content(_now(repository.root, file.path)) not in (_content(file.before), _content(file.after)):
            raise ShunterError(
                f"{repository.root / file.path} was edited after a run of shunter was interrupted",
                hint=f"move your version away and put back what it was, {give_up}",
            )
    if repository.head() not in (change.head, change.commit or change.head):
        raise ShunterError(
            f"{change.root} has new commits since a run of shunter was interrupted",
            hint=f"go back to commit {change.head}, {give_up}",
        )


def _sweep_temporaries(change: Change) -> None:
    for file in change.files:
        with suppress(FileNotFoundError, NotADirectoryError):
            temporary_name(place(Path(change.root), file.path)).unlink()


def recover_in(folder: Path) -> str | None:
    """See `recover`; the caller holds the lock on `folder`."""
    found = journal.load(folder)
    if found is None:
        return None
    names = ", ".join(change.repository for change in found.changes)
    if not found.ready:
        for change in found.changes:
            if change.staging:
                shutil.rmtree(change.staging, ignore_errors=True)
        finish(found.changes, folder)
        return f"cleaned up after an interrupted run: {names}"
    for change in found.changes:
        _foreign(change, folder)
    for change in found.changes:
        _sweep_temporaries(change)
    if all(_has_all(change) for change in found.changes):
        for change in found.changes:
            carry_out(change, quiet)
        finish(found.changes, folder)
        return f"finished an interrupted run: {names}"
    undo_all(found.changes, folder)
    return f"undid an interrupted run: {names}"


def recover(home: Path) -> str | None:
    """Finish, or undo where git's objects are missing, what a killed run left; one line saying so, or None.

    To be called before anything else. A file that is neither as it was nor as it was to be is never touched: that
    is a `ShunterError` that names it, before anything is written.
    """
    found = git_dir(home)
    if found is None or not (journal.folder_of(found) / "journal.json").exists():
        return None
    with journal.locked(journal.folder_of(found), home) as folder:
        return recover_in(folder)
