"""Checkouts that take another place: by one rename each, with git's links between worktrees put right after it."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from shunter.adapters.git.journal import Change
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.system.files import path_below
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Move

REMOVED = ".shunter/removed"
"""Where a workspace keeps the checkouts that it no longer has; shunter never empties it."""


def removed(home: Path) -> tuple[str, ...]:
    """Names of the checkouts that lie in the workspace's folder for removed ones."""
    folder = home / REMOVED
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_dir())) if folder.is_dir() else ()


def place_for(home: Path, name: str) -> Path:
    """A free place for a checkout that leaves the workspace at `home`."""
    number, place = 1, path_below(home, f"{REMOVED}/{name}")
    while os.path.lexists(place):
        number += 1
        place = place.with_name(f"{name}-{number}")
    return place


def refuse_move(move: Move) -> None:
    """A `ShunterError` where a checkout cannot be moved by one rename, or where git would not move it."""
    root, target = Path(move.root), Path(move.target)
    by_hand = f"move it yourself, then run the command again: mv {shlex.quote(str(root))} ELSEWHERE"
    if os.path.lexists(target):
        raise ShunterError(f"{root.name} is to become {target}, which exists", hint="move that away first")
    if root.is_symlink():
        raise ShunterError(f"{root} is a symbolic link to a checkout", hint=f"rm {shlex.quote(str(root))}")
    if root.stat().st_dev != _existing(target).stat().st_dev:
        raise _other_disk(root, target, by_hand)
    place = git_dir(root)
    if place is None or ((root / ".git").is_file() and not (place / "commondir").exists()):
        raise ShunterError(f"the git directory of {root} lies elsewhere, as a submodule's does", hint=by_hand)
    if (place / "locked").exists():
        raise ShunterError(f"{root} is a locked worktree", hint=f"git worktree unlock {shlex.quote(str(root))}")
    if (place / "index.lock").exists():
        raise ShunterError(f"{place / 'index.lock'} exists: another git is at work in {root}", hint="wait for it")


def _existing(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.exists())


def _other_disk(root: Path, target: Path, hint: str) -> ShunterError:
    return ShunterError(f"{root} and {target.parent} are on different file systems: no rename leads there", hint=hint)


def carry_out(move: Move) -> None:
    """Move a checkout to its target. A move that has been made before is left as it is."""
    root, target = Path(move.root), Path(move.target)
    if not is_made(move):
        _make_folder(target.parent)
        try:
            if (root / ".git").is_file():
                _move_worktree(root, target)
            else:
                root.rename(target)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EBUSY):
                raise
            raise _other_disk(root, target, f"mv {shlex.quote(str(root))} ELSEWHERE") from error
    _repair(target, root)


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.as_posix().endswith(f"/{REMOVED}"):
        # Without it `git add -A` in the workspace would add the repositories in there.
        (folder / ".gitignore").write_text("*\n", "ascii")


def _move_worktree(root: Path, target: Path) -> None:
    place = git_dir(root)
    assert place is not None
    common = (place / (place / "commondir").read_text("utf-8").strip()).resolve()
    Repository(common).git("worktree", "move", str(root), str(target))


def _repair(here: Path, was: Path) -> None:
    """Let worktrees and their main repository find each other after one of them has moved from `was`."""
    if (here / ".git").is_file():
        Repository(here).try_git("worktree", "repair")
    elif any((here / ".git" / "worktrees").glob("*")):
        # A worktree that lies inside has moved as well.
        paths = [str(here / path.relative_to(was)) if was in path.parents else str(path) for path in _linked(here)]
        Repository(here).try_git("worktree", "repair", *paths)


def _linked(here: Path) -> Iterator[Path]:
    for line in Repository(here).git("worktree", "list", "--porcelain", "-z").stdout.split(b"\0"):
        if line.startswith(b"worktree "):
            path = Path(os.fsdecode(line[9:]))
            if path != here:
                yield path


def is_made(move: Move) -> bool:
    """Whether a move has been made: its checkout is at the target, and no longer where it was."""
    return os.path.lexists(move.target) and not os.path.lexists(move.root)


def take_back(moves: Sequence[Move]) -> tuple[str, ...]:
    """Bring checkouts back to where they were, the last one first; lines about what stays."""
    notes = []
    for move in reversed(moves):
        root, target = Path(move.root), Path(move.target)
        if is_made(move):
            target.rename(root)
        elif os.path.lexists(target):
            notes.append(f"{root} is somebody else's now: the checkout that was there stays in {target}")
            continue
        _repair(root, target)
        _drop_folder(target.parent)
    return tuple(notes)


def _drop_folder(folder: Path) -> None:
    if folder.as_posix().endswith(f"/{REMOVED}") and folder.is_dir() and [*folder.iterdir()] == [folder / ".gitignore"]:
        (folder / ".gitignore").unlink()
        folder.rmdir()


def placed(changes: Sequence[Change], moves: Sequence[Move]) -> tuple[Change, ...]:
    """The parts of a run, each with its repository where that is now."""
    now = {move.root: move.target for move in moves if is_made(move)}
    return tuple(replace(change, root=now.get(change.root, change.root)) for change in changes)
