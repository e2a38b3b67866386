"""One repository's part of a run taken back: branch, files and index, and nothing that a person has done since."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from shunter.adapters.git import copies
from shunter.adapters.git.commit import Made, read_commit, take_from_head
from shunter.adapters.git.journal import Change, FileChange, folder_of
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.git.state import listed
from shunter.adapters.system.files import path_below, read_state, write_file


def ours(change: Change) -> Made | None:
    """The commit that a run made here, if it did: it stands on what was HEAD, under our subject, with our paths."""
    root = Path(change.root)
    if git_dir(root) is None:
        return None
    repository = Repository(root)
    tip = branch_of(repository, change)
    if repository.try_git("rev-parse", "--quiet", "--verify", tip).text in ("", change.head):
        return None
    since = f"{change.head}..{tip}" if change.head else tip
    listed = repository.try_git("rev-list", "--first-parent", since)
    if listed.returncode or not listed.text:
        return None
    made = read_commit(root, listed.text.split()[-1])
    subject = change.message.partition("\n")[0]
    said = repository.git("log", "-1", "--format=%B", made.commit).stdout.decode("utf-8", "replace")
    is_ours = made.parent == change.head and subject in said and bool(set(made.paths) & set(change.paths()))
    return made if is_ours else None


def branch_of(repository: Repository, change: Change) -> str:
    """The branch that a run commits to, wherever HEAD is now; HEAD where it was detached."""
    name = change.new_branch or change.branch
    ref = f"refs/heads/{name}"
    return ref if name and not repository.try_git("show-ref", "--verify", "--quiet", ref).returncode else "HEAD"


def undo(change: Change, *, live: bool, hooked: bool = False) -> tuple[str, ...]:
    """Put one repository back to where it was, as far as nobody else has been there; lines about what stays.

    With `live` the run has failed just now: what has become of a file that only shunter writes is put aside, and the
    file put back; where it is `hooked`, as a hook may have run since the files were written, that of every file.
    Else such a file may be a person's, and stays.
    """
    root = Path(change.root)
    found = git_dir(root)
    if change.staging:
        return _take_out(change)
    if found is None:
        return (f"{root} is no git repository any more",)
    repository, folder = Repository(root), folder_of(found)
    notes = _branch_back(repository, change)
    moved_on = repository.head() != change.head
    notes += _files_back(repository, change, folder, live=live, hooked=hooked, moved_on=moved_on)
    if moved_on:
        take_from_head(root, [file.path for file in change.files], folder)
    else:
        _index_back(repository, change)
        _switch_back(repository, change)
    return tuple(notes)


def unwritten(change: Change) -> None:
    """Put back files that a run has just written and not committed yet, and what the index held of them."""
    repository = Repository(Path(change.root))
    _files_back(repository, change, folder_of(repository.git_dir), live=True, hooked=False, moved_on=False)
    _index_back(repository, change)


def _index_back(repository: Repository, change: Change) -> None:
    """Let the index be what it was. Nothing is written where it is: a run may have failed as the disk was full."""
    found, _ = listed(repository, [file.path for file in change.files])
    if any(found.get(file.path, ()) != file.entries for file in change.files):
        repository.stage({file.path: file.entries for file in change.files}, change.digest)


def _branch_back(repository: Repository, change: Change) -> list[str]:
    made = ours(change)
    if made is None:
        return [] if repository.head() == change.head else [f"{change.repository} has a commit that is not shunter's"]
    if repository.update_ref(change.head, made.commit, "undone", branch_of(repository, change)):
        return _elsewhere(repository, change, made)
    return [f"{change.repository} has moved on from the commit of this run; to take it back: {revert(change, made)}"]


def _elsewhere(repository: Repository, change: Change, made: Made) -> list[str]:
    """A line where another branch, or a remote that was pushed to, holds the commit that was just taken back."""
    asked = ("--contains", made.commit, "--format=%(refname:short)", "--", "refs/heads", "refs/remotes")
    holding = repository.git("for-each-ref", *asked).text.split()
    if not holding:
        return []
    told = f"the commit of this run is on {', '.join(holding)} as well; to take it back there"
    return [f"{change.repository}: {told}: {revert(change, made)}"]


def revert(change: Change, made: Made) -> str:
    """The command that takes back a commit which others may have built on."""
    return f"git -C {change.root} revert {made.commit[:12]}"


def _switch_back(repository: Repository, change: Change) -> None:
    if not change.new_branch or repository.branch() != change.new_branch:
        return
    if change.branch:
        repository.git("symbolic-ref", "-m", "shunter: undone", "HEAD", f"refs/heads/{change.branch}")
    elif change.head:
        repository.git("update-ref", "--no-deref", "-m", "shunter: undone", "HEAD", change.head)
    if change.head:
        repository.update_ref(None, change.head, "undone", f"refs/heads/{change.new_branch}")


def _files_back(
    repository: Repository, change: Change, folder: Path, *, live: bool, hooked: bool, moved_on: bool
) -> list[str]:
    root, notes = repository.root, []
    committed = _as_in_head(repository) if moved_on else None
    for file in sorted(change.files, key=lambda file: (file.before is not None, file.path)):
        if committed is not None and file.path not in committed:
            continue  # a commit that stays holds it as it is on disk
        if copies.put_back(root, file, folder / "undo"):
            continue
        if live and (hooked or not file.shared):
            aside = _aside(root, file, folder)
            notes.append(
                f"what became of {file.path} meanwhile is kept as {aside}" if aside else f"{file.path} is back"
            )
            copies.restore(root, file, folder / "undo")
        else:
            notes.append(f"{root / file.path} is not what shunter wrote, and stays" + _kept_copy(file, folder))
    return notes


def _as_in_head(repository: Repository) -> set[str]:
    """Paths that differ between HEAD and disk."""
    done = repository.git("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules", "HEAD")
    return {os.fsdecode(name) for name in done.stdout.split(b"\0")[:-1]}


def _aside(root: Path, file: FileChange, folder: Path) -> Path | None:
    state = read_state(path_below(root, file.path), file.path)
    if state is None:
        return None
    target = copies.kept_in(folder) / file.path
    write_file(target, state)
    return target


def _kept_copy(file: FileChange, folder: Path) -> str:
    if not file.copy or not (folder / "undo" / file.copy).exists():
        return ""
    target = copies.kept_in(folder) / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    (folder / "undo" / file.copy).replace(target)
    return f"; as it was before: {target}"


def _take_out(change: Change) -> tuple[str, ...]:
    """Take a new repository out of its place again, unless a person has worked in it."""
    staging, root = Path(change.staging), Path(change.root)
    if not staging.exists() and git_dir(root) is not None:
        made = ours(change)
        repository = Repository(root)
        if repository.head() not in (None, made.commit if made else None) or _touched(repository, change):
            return (f"{root} is new, and holds what shunter did not put there: it stays",)
        root.rename(staging)
    shutil.rmtree(staging, ignore_errors=True)
    return ()


def _touched(repository: Repository, change: Change) -> bool:
    status = repository.git(
        "status", "--porcelain", "-z", "--untracked-files=all", "--ignored=matching", "--no-renames"
    )
    names = {os.fsdecode(line[3:]) for line in status.stdout.split(b"\0")[:-1]}
    if names - {file.path for file in change.files}:
        return True
    return any(copies.on_disk(repository.root, file.path) != file.after for file in change.files)
