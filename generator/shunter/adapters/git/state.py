"""What git says of a repository before a run's first write: HEAD, branch, index, and what a person has under way."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shunter.adapters.git.repository import IndexEntry, PlannedRepository, Repository, git_dir
from shunter.adapters.system.regular import read_regular
from shunter.core.trees.git_index import OddIndexError, read_index
from shunter.model.data import dataclass
from shunter.model.files import FileState

_FEW = 50
"""Paths that git is asked for by name; of more it lists all: faster than matching each file with each path."""

_LARGEST = 1 << 20
"""Bytes of an index that is read here: git is faster with a larger one."""

_OPERATIONS = (
    ("rebase-merge", "rebase"),
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick"),
    ("BISECT_LOG", "bisect"),
)
LEFT = "AUTO_MERGE"
"""git's own name for the tree with its markers: it is there after a `git stash pop` with conflicts, too."""
_NONE: frozenset[str] = frozenset()
_HIDDEN = {"S": "skip-worktree", "s": "skip-worktree", "h": "assume-unchanged"}


@dataclass(frozen=True, slots=True)
class PathState:
    """One path in the index: its entries, and git's letters for HEAD against index and for index against disk.

    `.` is unchanged. `hidden` names the bit by which a person told git not to look at the file on disk.
    """

    entries: tuple[IndexEntry, ...] = ()
    staged: str = "."
    unstaged: str = "."
    hidden: str = ""

    @property
    def is_touched(self) -> bool:
        """Whether somebody has changed it, on disk or in the index, since the last commit, and left no conflict."""
        return bool(self.entries) and not self.conflicted and (self.staged, self.unstaged) != (".", ".")

    @property
    def conflicted(self) -> bool:
        """Whether a merge left stages here that nobody has resolved."""
        return any(entry.stage for entry in self.entries)


@dataclass(frozen=True, slots=True)
class RepositoryState:
    """A repository as git sees it. `paths` holds what the index knows of the paths that were asked for.

    `operation` names a merge, rebase and the like that a person has not ended; `staged` are all paths whose index
    entry is not HEAD's.
    """

    root: Path
    git_dir: Path
    head: str | None
    branch: str | None
    operation: str
    locked: bool
    paths: Mapping[str, PathState]
    staged: frozenset[str]
    digest: str

    def of(self, path: str) -> PathState:
        """What is known of one path; a path that the index does not hold has no entries."""
        return self.paths.get(path, PathState())

    def holds(self, path: str, here: FileState | None, state: FileState | None) -> bool:
        """Whether git sees no difference between HEAD, index, disk and `state`, such as line ends that it converts.

        Where it converts those of what is `here` on disk, it would convert those of `state`.
        """
        known = self.of(path)
        if state is None or len(known.entries) != 1 or (known.staged, known.unstaged) != (".", "."):
            return False
        converted = here is not None and b"\r\n" in here.data and not self._is_entry(known, here)
        return not known.hidden and self._is_entry(known, state.with_lf() if converted else state)

    def shows(self, path: str, state: FileState | None) -> bool:
        """Whether the index holds `state`, and git sees no difference between it and what is on disk."""
        known = self.of(path)
        if state is None or len(known.entries) != 1 or known.unstaged != "." or known.hidden:
            return False
        return self._is_entry(known, state)

    def commits_nothing(self, path: str, state: FileState | None) -> bool:
        """Whether HEAD holds `state` already, so that writing it only takes back what somebody has changed on disk."""
        known = self.of(path)
        return state is not None and len(known.entries) == 1 and known.staged == "." and self._is_entry(known, state)

    def _is_entry(self, known: PathState, state: FileState) -> bool:
        return known.entries[0] == IndexEntry(state.mode, blob_id(state.data, self.digest))


def blob_id(data: bytes, digest: str) -> str:
    """The id that git gives to these bytes, in a repository of that object format (`sha1` or `sha256`)."""
    return hashlib.new(digest, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def operation_in(git_dir: Path) -> str:
    """The merge, rebase, cherry-pick and the like that is in progress, or nothing."""
    return next((name for mark, name in _OPERATIONS if (git_dir / mark).exists()), "")


def marks(git_dir: Path) -> tuple[Path, ...]:
    """The files and folders that are there while something is in progress, or while a conflict may be left."""
    return (*(git_dir / mark for mark, _ in _OPERATIONS), git_dir / LEFT)


def read_repository(root: Path, paths: Sequence[str]) -> RepositoryState:
    """Ask git about a repository and these paths in it: one process, and a second where its index is an odd one."""
    repository = Repository(root)
    git_dir = repository.git_dir
    about, changed = _status(repository)
    head = None if about.get("branch.oid", "(initial)") == "(initial)" else about["branch.oid"]
    branch = about.get("branch.head", "(detached)")
    wanted = set(paths)
    entries, hidden = _indexed(git_dir, head, paths) or listed(repository, paths)
    found = {
        path: PathState(entries.get(path, ()), *changed.get(path, (".", ".")), hidden.get(path, ""))
        for path in wanted & (entries.keys() | changed.keys())
    }
    return RepositoryState(
        root,
        git_dir,
        head,
        None if branch == "(detached)" else branch,
        operation_in(git_dir),
        (git_dir / "index.lock").exists(),
        found,
        frozenset(path for path, (staged, _) in changed.items() if staged != "."),
        _digest(repository, head, entries),
    )


def glance(root: Path) -> RepositoryState | None:
    """What git's files say of a repository, without a process: nothing of commits and paths. None: they say nothing."""
    place = git_dir(root)
    try:
        head = (place / "HEAD").read_text("utf-8") if place else ""
    except (OSError, UnicodeDecodeError):
        return None
    if place is None or not head:
        return None
    name = head.strip().removeprefix("ref: refs/heads/")
    branch = None if name == head.strip() else name
    return RepositoryState(
        root, place, None, branch, operation_in(place), (place / "index.lock").exists(), {}, _NONE, ""
    )


def _digest(repository: Repository, head: str | None, entries: Mapping[str, Sequence[IndexEntry]]) -> str:
    known = head or next((entry.object_id for found in entries.values() for entry in found), "")
    if known:
        return "sha1" if len(known) == 40 else "sha256"
    return repository.git("rev-parse", "--show-object-format").text


def _status(repository: Repository) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The headers of `git status`, and of each changed path the two letters."""
    asked = ("--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all")
    about: dict[str, str] = {}
    changed: dict[str, tuple[str, str]] = {}
    for line in _lines(repository.git("status", *asked).stdout):
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            about[name] = value
        elif line[:2] in ("1 ", "u "):
            path = line.split(" ", 8 if line[0] == "1" else 10)[-1]
            changed[path] = (line[2], line[3])
    return about, changed


Listed = tuple[dict[str, tuple[IndexEntry, ...]], dict[str, str]]


def _indexed(git_dir: Path, head: str | None, paths: Sequence[str]) -> Listed | None:
    """`listed` without a process; None where git has to be asked."""
    try:
        data = read_regular(str(git_dir / "index"), _LARGEST)
        found = read_index(data, len(head or "") // 2, {os.fsencode(path) for path in paths}) if head else None
    except (OSError, OddIndexError):
        return None
    if found is None:
        return None
    named = {os.fsdecode(path): entries for path, entries in found.items()}
    known = {path: tuple(IndexEntry(e.mode, e.object_id, e.stage) for e in each) for path, each in named.items()}
    return known, {path: entries[0].hidden for path, entries in named.items() if entries[0].hidden}


def entry_ids(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """The object ids of files as the index has them, by path; none of what is not tracked, or is unmerged."""
    repository = PlannedRepository(root)
    found = _indexed(repository.git_dir, repository.head(), paths)
    if found is None:
        return repository.staged_ids(paths)
    return {path: entry.object_id for path, (entry, *_) in found[0].items() if not entry.stage}


def overlooked(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Those of these paths where something is that git is told to ignore, with what it is: itself, or above it."""
    tracked = entry_ids(root, paths)
    ways = {path: way for path in paths if path not in tracked and (way := _in_the_way(root, path))}
    found = Repository(root).ignored(sorted(set(ways.values()))) if ways else set()
    return {path: way for path, way in ways.items() if way in found}


def _in_the_way(root: Path, path: str) -> str:
    """What is at a path already: it, or what is no folder above it; else nothing."""
    above = (path[:at] for at, char in enumerate(path) if char == "/")
    for each in above:
        if os.path.islink(root / each) or not os.path.isdir(root / each):  # noqa: PTH112, PTH114
            return each if os.path.lexists(root / each) else ""
    return path if os.path.lexists(root / path) else ""


def listed(repository: Repository, paths: Sequence[str]) -> Listed:
    """The entries of the index at these paths, and how git hides those that it is told not to look at."""
    asked = ["--", *paths] if len(paths) <= _FEW else []
    wanted = set(paths)
    entries: dict[str, tuple[IndexEntry, ...]] = {}
    hidden: dict[str, str] = {}
    for line in _lines(repository.git("ls-files", "--stage", "-v", "-z", *asked).stdout):
        about, _, path = line.partition("\t")
        if path in wanted:
            letter, mode, object_id, stage = about.split(" ")
            entries[path] = (*entries.get(path, ()), IndexEntry(mode, object_id, int(stage)))
            if letter in _HIDDEN:
                hidden[path] = _HIDDEN[letter]
    return entries, hidden


def _lines(output: bytes) -> Iterator[str]:
    return (line.decode("utf-8", "surrogateescape") for line in output.split(b"\0")[:-1])
