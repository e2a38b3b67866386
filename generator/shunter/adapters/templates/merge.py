"""A newer template brought to what people made of the older one: git's own three-way merge, project by project.

Base is the old render, theirs the new one, ours the working tree with its uncommitted edits. Synthetic commits in a
throw-away repository, so nothing is written near the person's. What git calls a conflict stays one; the person's
bytes are never dropped without being one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from shunter.model.data import dataclass, replace
from pathlib import Path
from posixpath import join, normpath

from shunter.adapters.system.files import DiskTree
from shunter.adapters.git.repository import FILE_MODES, Repository
from shunter.adapters.templates.held import as_held
from shunter.adapters.templates.keywise import by_key
from shunter.adapters.templates.written_once import matcher
from shunter.core.trees import fast_import
from shunter.core.trees.fast_import import Signature
from shunter.core.trees.merge_output import Merged, read_diff, read_merge
from shunter.model.errors import ShunterError
from shunter.model.files import Conflict, FileState, OverlayTree, SubTree, Tree

Files = Mapping[str, FileState]
Changes = dict[str, FileState | None]
_ANSWERS = ".copier-answers.yml"
# What shunter derives itself: never the new name of a file that a person renamed.
_DERIVED = (".shunter/", "charts/")
_NOBODY = Signature("shunter", "shunter@localhost", 0)
_CONFIG = (
    *("-c", "merge.renames=true"),
    *("-c", "merge.renameLimit=10000"),
    # A file that a person adds to a folder stays there, even when the template renames the folder's own files.
    *("-c", "merge.directoryRenames=false"),
    *("-c", f"core.attributesFile={os.devnull}"),
)


@dataclass(frozen=True, slots=True)
class MergeProject:
    """One project: its folder in the repository (`.`: the root), old and new render.

    `once` are patterns of paths that are never touched once they exist.
    """

    path: str
    old: Files
    new: Files
    once: tuple[str, ...] = ()


def touched(projects: Sequence[MergeProject]) -> set[str]:
    """The paths in their repository that a merge of these projects may change."""
    return {normpath(join(each.path, name)) for each in projects for name in {*each.old, *each.new}}


@dataclass(frozen=True, slots=True)
class _Sides:
    """The three trees of one project's merge, paths relative to its folder.

    `settled` are rendered paths that stay as they are on disk, and are in none of the trees.
    """

    prefix: str
    base: Files
    ours: Files
    theirs: Files
    settled: frozenset[str] = frozenset()


def merge_repository(
    root: Path, projects: Sequence[MergeProject], moved: Mapping[str, FileState | None] | None = None
) -> tuple[Changes, tuple[Conflict, ...]]:
    """Changes (path in the repository → new state, None deletes) and conflicts that bring projects to their new render.

    A file that the person deleted stays deleted, renames on either side are followed, files outside the projects'
    folders do not change. Nothing is written. `moved` are changes that count as made in the working tree.
    """
    tree = OverlayTree(DiskTree(root), moved) if moved else DiskTree(root)
    changes: Changes = {}
    conflicts: list[Conflict] = []
    hard: list[tuple[MergeProject, _Sides]] = []
    for project in projects:
        each = _sides(SubTree(tree, project.path), project, matcher(project.once))
        each = replace(each, ours={**each.ours, **held_in(root, project, each.ours)})
        plain = _plain(each)
        if plain is None:
            hard.append((project, each))
        else:
            changes |= {each.prefix + path: state for path, state in plain.items()}
    visible = _visible(root, moved or {}) if hard else []
    sides = [_with_added(SubTree(tree, p.path), p, projects, visible, each) for p, each in hard]
    if sides:
        with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
            scratch = Repository.init(Path(folder), bare=True)
            scratch.import_stream(b"".join(_commits(sides)))
            for number, each in enumerate(sides):
                _merge(scratch, number, each, changes, conflicts)
    return by_key(changes, conflicts)


def held_in(root: Path, project: MergeProject, ours: Files) -> Files:
    """The files of a project of which git holds other line ends than the disk, by their path in it."""
    prefix = "" if project.path == "." else f"{project.path}/"
    found = as_held(root, {prefix + path: (project.old.get(path), state) for path, state in ours.items()})
    return {path[len(prefix) :]: state for path, state in found.items()}


def _visible(root: Path, moved: Mapping[str, FileState | None]) -> list[str]:
    """What git shows of a working tree in which some files have moved."""
    stay = (path for path in Repository(root).visible_paths() if path not in moved)
    return sorted([*stay, *(path for path, state in moved.items() if state is not None)])


def _sides(disk: Tree, project: MergeProject, once: Callable[[str], bool]) -> _Sides:
    """The three trees, of ours only what a render has."""
    prefix = "" if project.path == "." else f"{project.path}/"
    rendered = {path: disk.get(path) for path in {*project.old, *project.new}}
    settled = {path for path in rendered if once(path) and (rendered[path] is not None or path in project.old)}
    base = {path: state for path, state in project.old.items() if path not in settled}
    theirs = {path: state for path, state in project.new.items() if path not in settled}
    known = {path: state for path, state in rendered.items() if path not in settled and state is not None}
    return _Sides(prefix, base, known, theirs, frozenset(settled))


def _plain(sides: _Sides) -> Files | None:
    """What the template changes, where a merge has nothing to decide; else None.

    That is where it adds and deletes no file, so that there is nothing to rename, and each file that it changes is as
    the last render left it.
    """
    paths = {path for path in {*sides.base, *sides.theirs} if sides.base.get(path) != sides.theirs.get(path)}
    old = [sides.base.get(path) for path in paths]
    if None in old or any(path not in sides.theirs for path in paths) or old != [sides.ours.get(p) for p in paths]:
        return None
    return {path: sides.theirs[path] for path in paths}


def _with_added(
    disk: Tree, project: MergeProject, projects: Sequence[MergeProject], visible: Sequence[str], sides: _Sides
) -> _Sides:
    """The three trees, ours with the person's own files that the merge has to see."""
    others = {other.path for other in projects} - {project.path}
    added = set(_added(sides.prefix, visible, others)) - sides.ours.keys() - sides.settled
    if sides.base.keys() <= sides.ours.keys():
        added = {path for path in added if _collides(path, sides.theirs)}
    more = {path: state for path in added if (state := disk.get(path)) is not None}
    return replace(sides, ours={**sides.ours, **more})


def _collides(path: str, files: Files) -> bool:
    """Whether a file at `path` and these files need the same name for a file and a folder."""
    return any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in files)


def _added(prefix: str, visible: Sequence[str], others: Iterable[str]) -> Iterator[str]:
    """A person's own files in the project's folder: not those of projects inside it, nor what shunter derives."""
    inside = [path[len(prefix) :] for path in visible if path.startswith(prefix)]
    nested = {path.removesuffix(_ANSWERS) for path in inside if path.endswith(f"/{_ANSWERS}")}
    nested |= {f"{other[len(prefix) :]}/" for other in others if other.startswith(prefix) and other != "."}
    skipped = (*nested, *_DERIVED)
    return (path for path in inside if not path.startswith(skipped))


def _commits(sides: Sequence[_Sides]) -> Iterator[bytes]:
    for number, each in enumerate(sides):
        first = 3 * number + 1
        yield fast_import.commit(f"refs/heads/base-{number}", _NOBODY, "", each.base, mark=first)
        for offset, (name, files) in enumerate((("yours", each.ours), ("template", each.theirs)), 1):
            laid = {path: files.get(path) for path in {*each.base, *files}}
            ref = f"refs/heads/{name}-{number}"
            yield fast_import.commit(ref, _NOBODY, "", laid, parent=f":{first}", mark=first + offset)


def _merge(scratch: Repository, number: int, sides: _Sides, changes: Changes, conflicts: list[Conflict]) -> None:
    ours, theirs = f"yours-{number}", f"template-{number}"
    done = scratch.try_git(*_CONFIG, "merge-tree", "--write-tree", "-z", ours, theirs)
    if done.returncode > 1:
        raise ShunterError(
            "git cannot merge the templates", notes=(f"git: {done.complaint}",), hint="is git 2.38 or newer?"
        )
    merged = read_merge(done.stdout)
    diff = scratch.git("diff-tree", "-r", "-z", "--no-renames", ours, merged.tree).stdout
    for path, mode, object_id in read_diff(diff):
        if path not in merged.stages:
            state = None if mode == "000000" else scratch.blob(object_id, FILE_MODES[mode])
            changes[sides.prefix + path] = state
    # Without a stage of ours but with a base, the person has deleted the file: it stays deleted.
    open_paths = sorted(path for path, stages in merged.stages.items() if 2 in stages or 1 not in stages)
    conflicts.extend(_conflict(scratch, merged, path, sides, number) for path in open_paths)


def _conflict(scratch: Repository, merged: Merged, path: str, sides: _Sides, number: int) -> Conflict:
    states = {stage: scratch.blob(id_, FILE_MODES[mode]) for stage, (mode, id_) in merged.stages[path].items()}
    # After a rename git shows a pre-merged text as ours; what counts is what the person has there.
    ours = sides.ours.get(path, states.get(2)) if 2 in states else None
    # Where a file and a folder want one name, git moves the file aside and calls it after the branch.
    name = path.replace(f"~template-{number}", "~template").replace(f"~yours-{number}", "~yours")
    kind = merged.kinds.get(path, "contents")
    return Conflict(sides.prefix + name, kind, states.get(1), ours, states.get(3))
