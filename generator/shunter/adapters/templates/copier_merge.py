"""`--merge copier`: a newer template brought to people's files with the bytes that `copier update` would leave.

What the person changed since the last render is a patch, and git applies it to the new render. Where a part of it does
not fit, the file is merged three ways instead. All files of a run share one throw-away repository.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from shunter.adapters.git.conflicts import marked
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.templates.merge import Asked, Result, held_in, merge_repositories
from shunter.adapters.templates.written_once import matcher
from shunter.core.trees import fast_import
from shunter.core.trees.copier_update import Decided, Sides, decide
from shunter.core.trees.fast_import import Signature
from shunter.model.data import replace
from shunter.model.files import EXECUTABLE, REGULAR, Conflict, FileState, OverlayTree, SubTree, Tree

_NOBODY = Signature("shunter", "shunter@localhost", 0)
_FOLDER = "t"


def merge_as_copier(asked: Sequence[Asked]) -> list[Result]:
    """For each repository, changes (path in it → new state, None deletes) and conflicts, as `copier update` leaves it.

    Renames are not followed. Nothing is written. Where Copier ends half-way, since a name is to be a file on one side
    and a folder on the other, that repository is merged as git does it.
    """
    works = [_work(each) for each in asked]
    torn = {number for number, each in enumerate(asked) if _collides(each, works[number])}
    by_git = dict(zip(sorted(torn), merge_repositories([asked[number] for number in sorted(torn)]), strict=True))
    merged = iter(merged_files([sides for work in works for sides in work.left.values()]))
    for work in works:
        for path, sides in work.left.items():
            state = next(merged)
            if state is None:
                work.conflicts.append(_conflict(path, sides))
            elif state != sides.ours:
                work.changes[path] = state
    return [by_git.get(n) or (work.changes, tuple(work.conflicts)) for n, work in enumerate(works)]


def _collides(asked: Asked, work: Decided) -> bool:
    """Whether a file is to be written where a folder stays, or in a place where a file stays."""
    tree = _tree(asked)
    fresh = [path for path, state in work.changes.items() if state is not None and tree.get(path) is None]
    for path in fresh:
        above = (path[:at] for at, char in enumerate(path) if char == "/")
        there = [*tree.paths(path), *(each for each in above if tree.get(each) is not None)]
        if any(each not in work.changes or work.changes[each] is not None for each in there):
            return True
    return False


def _tree(asked: Asked) -> Tree:
    disk = DiskTree(asked.root)
    return OverlayTree(disk, asked.moved) if asked.moved else disk


def _work(asked: Asked) -> Decided:
    """What is decided for a repository, by paths in it."""
    tree = _tree(asked)
    work = Decided()
    for project in asked.projects:
        disk = SubTree(tree, project.path)
        ours = {path: state for path in {*project.old, *project.new} if (state := disk.get(path)) is not None}
        sides = held_in(asked.root, project, (project.old, ours, project.new))
        found = decide(*sides, matcher(project.once))
        prefix = "" if project.path == "." else f"{project.path}/"
        work.changes.update((prefix + path, state) for path, state in found.changes.items())
        work.left.update((prefix + path, sides) for path, sides in found.left.items())
        work.conflicts.extend(replace(each, path=prefix + each.path) for each in found.conflicts)
    return work


def _conflict(path: str, sides: Sides) -> Conflict:
    """The three stages, all of the mode that the person's file has: so Copier puts them into the index."""
    mode = sides.ours.mode
    base, ours, theirs = (FileState(side.data, mode) for side in (sides.base, sides.ours, sides.theirs))
    return Conflict(path, "contents", base, ours, theirs)


def merged_files(files: Sequence[Sides]) -> list[FileState | None]:
    """What becomes of each file; None where both sides have changed the same lines."""
    if not files:
        return []
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
        scratch = Repository.init(Path(folder))
        scratch.import_stream(b"".join(_commits(files)))
        diff = ("diff-tree", "-p", "-r", "--no-renames", "--unified=3", "--inter-hunk-context=-1", "--no-ext-diff")
        patch = scratch.git(*diff, "base", "ours").stdout
        for number, sides in enumerate(files):
            write_file(_file(scratch, number), sides.theirs)
        scratch.try_git("-c", "core.autocrlf=false", "apply", "--reject", "--whitespace=nowarn", "-", stdin=patch)
        return [_merged(scratch, number, sides) for number, sides in enumerate(files)]


def _file(scratch: Repository, number: int) -> Path:
    return scratch.root / _FOLDER / str(number)


def _commits(files: Sequence[Sides]) -> Iterator[bytes]:
    base = {f"{_FOLDER}/{number}": sides.base for number, sides in enumerate(files)}
    ours = {f"{_FOLDER}/{number}": sides.ours for number, sides in enumerate(files)}
    yield fast_import.commit("refs/heads/base", _NOBODY, "", base, mark=1)
    yield fast_import.commit("refs/heads/ours", _NOBODY, "", ours, parent=":1", mark=2)


def _merged(scratch: Repository, number: int, sides: Sides) -> FileState | None:
    file = _file(scratch, number)
    if not file.with_name(f"{number}.rej").exists():
        return FileState(file.read_bytes(), EXECUTABLE if file.stat().st_mode & 0o100 else REGULAR)
    done = marked((sides.base.data, sides.ours.data, sides.theirs.data))
    return FileState(done.stdout, sides.ours.mode) if done.returncode == 0 else None
