"""A newer template brought to what people made of the older one: git's own three-way merge, project by project.

Base is the old render, theirs the new one, ours the working tree with its uncommitted edits. Synthetic commits in a
throw-away repository, so nothing is written near the person's. What git calls a conflict stays one; the person's
bytes are never dropped without being one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from posixpath import join, normpath

from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.templates.held import as_held, of_lf
from shunter.adapters.templates.keywise import COLLISION, by_key
from shunter.adapters.templates.scratch import Merge, Scratch
from shunter.adapters.templates.written_once import matcher
from shunter.model.data import dataclass, field, replace
from shunter.model.files import Conflict, FileState, OverlayTree, SubTree, Tree

Files = Mapping[str, FileState]
Changes = dict[str, FileState | None]
_ANSWERS = ".copier-answers.yml"
# What shunter derives itself: never the new name of a file that a person renamed.
_DERIVED = (".shunter/", "charts/")


@dataclass(frozen=True, slots=True)
class MergeProject:
    """One project: its folder in the repository (`.`: the root), old and new render.

    `once` are patterns of paths that are never touched once they exist; where the project is made `anew`, of another
    template, those that nobody has touched go with the old one.
    """

    path: str
    old: Files
    new: Files
    once: tuple[str, ...] = ()
    anew: bool = False


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


@dataclass(frozen=True, slots=True)
class Asked:
    """A repository at `root` whose projects are to be merged; `moved` are changes that count as made in it."""

    root: Path
    projects: Sequence[MergeProject]
    moved: Changes = field(default_factory=dict)


Result = tuple[Changes, tuple[Conflict, ...]]


@dataclass(frozen=True, slots=True)
class _Work:
    """A repository's merge: what is decided, which files differ three ways, and which projects git has to look at.

    `files` are three sides by their path in the repository; `trees` are projects with files that came or went.
    """

    changes: Changes = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    files: dict[str, tuple[FileState, FileState, FileState]] = field(default_factory=dict)
    trees: list[_Sides] = field(default_factory=list)


def merge_repository(root: Path, projects: Sequence[MergeProject], moved: Changes | None = None) -> Result:
    """One repository's `merge_repositories`."""
    return merge_repositories([Asked(root, projects, moved or {})])[0]


def merge_repositories(asked: Sequence[Asked]) -> list[Result]:
    """For each repository, changes (path in it → new state, None deletes) and conflicts that bring projects to their
    new render.

    A file that the person deleted stays deleted, renames on either side are followed, files outside the projects'
    folders do not change. Nothing is written. Files that differ three ways, while none came or went beside them, are
    merged at once for all repositories.
    """
    works = [_work(each) for each in asked]
    with Scratch() as scratch:
        _merge_files(scratch, works)
        for work in works:
            for sides in work.trees:
                _merge_tree(scratch, sides, work)
    return [by_key(work.changes, work.conflicts) for work in works]


def _work(asked: Asked) -> _Work:
    tree = OverlayTree(DiskTree(asked.root), asked.moved) if asked.moved else DiskTree(asked.root)
    work = _Work()
    hard: list[tuple[MergeProject, _Sides]] = []
    for project in asked.projects:
        each = _sides(SubTree(tree, project.path), project, matcher(project.once))
        base, ours, theirs = held_in(asked.root, project, (each.base, each.ours, each.theirs))
        each = replace(each, base=base, ours=ours, theirs=theirs)
        if not _sort(each, work):
            hard.append((project, each))
    visible = _visible(asked.root, asked.moved) if hard else []
    work.trees.extend(_with_added(SubTree(tree, p.path), p, asked.projects, visible, each) for p, each in hard)
    return work


def _sort(sides: _Sides, work: _Work) -> bool:
    """Decide each file by itself, if neither side has added, deleted or renamed any: else False.

    What is equal on two of three sides needs no git, and what is not needs no look at other files.
    """
    paths = [path for path in {*sides.base, *sides.theirs} if sides.base.get(path) != sides.theirs.get(path)]
    gone = any(path not in sides.theirs or path not in sides.base for path in paths)
    if gone or (not sides.base.keys() <= sides.ours.keys() and not _untouched(sides, paths)):
        return False
    for path in paths:
        base, ours, theirs = sides.base[path], sides.ours[path], sides.theirs[path]
        if ours == base:
            work.changes[sides.prefix + path] = theirs
        elif ours != theirs:
            work.files[sides.prefix + path] = (base, ours, theirs)
    return True


def _untouched(sides: _Sides, paths: Iterable[str]) -> bool:
    """Whether the person has left these files as they were rendered, whatever became of others."""
    return all(sides.ours.get(path) == sides.base.get(path) for path in paths)


def _merge_files(scratch: Scratch, works: Sequence[_Work]) -> None:
    """Merge single files of all repositories: each has a name of its own, and none can be taken for another."""
    named = {f"{number}/{path}": sides for number, work in enumerate(works) for path, sides in work.files.items()}
    if not named:
        return
    trees = [{name: sides[side] for name, sides in named.items()} for side in range(3)]
    merge = scratch.merge(*trees)
    for name, state in merge.changes():
        number, _, path = name.partition("/")
        works[int(number)].changes[path] = state
    for name in sorted(merge.conflicts()):
        number, _, path = name.partition("/")
        base, ours, theirs = named[name]
        works[int(number)].conflicts.append(
            Conflict(path, merge.merged.kinds.get(name, "contents"), base, ours, theirs)
        )


def held_in(root: Path, project: MergeProject, sides: tuple[Files, Files, Files]) -> tuple[Files, Files, Files]:
    """Base, ours and theirs of a project with the bytes that git holds, or would hold, where the disk has others."""
    prefix = "" if project.path == "." else f"{project.path}/"
    base, ours, theirs = sides
    found = as_held(root, {prefix + path: (base.get(path), state) for path, state in ours.items()})
    ours = {**ours, **{path[len(prefix) :]: state for path, state in found.items()}}
    ends = [p for p, was in base.items() if b"\r\n" in was.data and (own := ours.get(p)) and b"\r\n" not in own.data]
    held = {path[len(prefix) :] for path in of_lf(root, [prefix + path for path in ends])} if ends else ()
    with_base, with_theirs = ({p: side[p].with_lf() for p in held if p in side} for side in (base, theirs))
    return {**base, **with_base}, ours, {**theirs, **with_theirs}


def _visible(root: Path, moved: Mapping[str, FileState | None]) -> list[str]:
    """What git shows of a working tree in which some files have moved."""
    stay = (path for path in Repository(root).visible_paths() if path not in moved)
    return sorted([*stay, *(path for path, state in moved.items() if state is not None)])


def _sides(disk: Tree, project: MergeProject, once: Callable[[str], bool]) -> _Sides:
    """The three trees, of ours only what a render has."""
    prefix = "" if project.path == "." else f"{project.path}/"
    rendered = {path: disk.get(path) for path in {*project.old, *project.new}}
    settled = {path for path in rendered if once(path) and (rendered[path] is not None or path in project.old)}
    if project.anew:
        settled -= {path for path in settled if rendered[path] == project.old.get(path)}
    base = {path: state for path, state in project.old.items() if path not in settled}
    theirs = {path: state for path, state in project.new.items() if path not in settled}
    known = {path: state for path, state in rendered.items() if path not in settled and state is not None}
    return _Sides(prefix, base, known, theirs, frozenset(settled))


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


def _collides(path: str, files: Iterable[str]) -> bool:
    """Whether a file at `path` and these files need the same name for a file and a folder."""
    return any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in files)


def _added(prefix: str, visible: Sequence[str], others: Iterable[str]) -> Iterator[str]:
    """A person's own files in the project's folder: not those of projects inside it, nor what shunter derives."""
    inside = [path[len(prefix) :] for path in visible if path.startswith(prefix)]
    nested = {path.removesuffix(_ANSWERS) for path in inside if path.endswith(f"/{_ANSWERS}")}
    nested |= {f"{other[len(prefix) :]}/" for other in others if other.startswith(prefix) and other != "."}
    skipped = (*nested, *_DERIVED)
    return (path for path in inside if not path.startswith(skipped))


def _merge_tree(scratch: Scratch, sides: _Sides, work: _Work) -> None:
    """Merge one project as a tree, with its renames: those of another are none of its business."""
    merge = scratch.merge(sides.base, sides.ours, sides.theirs)
    changes = dict(merge.changes())
    # Without a stage of ours but with a base, the person has deleted the file: it stays deleted.
    found = {path: stages for path, stages in merge.conflicts().items() if 2 in stages or 1 not in stages}
    for path in _in_nobodys_way(merge, changes, found):
        del changes[merge.unbranched(path)], found[path]
    for path in _overtaken(merge, changes, sides):
        del changes[path]
        gone = Conflict(sides.prefix + path, "modify/delete", sides.base[path], sides.ours[path], None)
        work.conflicts.append(gone)
    work.changes.update((sides.prefix + path, state) for path, state in changes.items())
    work.conflicts.extend(_conflict(merge, path, merge.states(found[path]), sides) for path in sorted(found))


def _overtaken(merge: Merge, changes: Changes, sides: _Sides) -> list[str]:
    """Edited files that the template renames, where the person has the renamed one already, as the release has it.

    git then takes the person's for the merge of both, and drops the edit without a conflict (2.39 and later).
    """
    there = {path for path, state in sides.theirs.items() if path not in sides.base and sides.ours.get(path) == state}
    edited = [path for path, was in sides.base.items() if sides.ours.get(path, was) != was]
    gone = [path for path in edited if path in changes and changes[path] is None] if there else []
    renamed = merge.renames() if gone else {}
    return [path for path in gone if renamed.get(path) in (None, *there)]


def _in_nobodys_way(merge: Merge, changes: Changes, found: Collection[str]) -> list[str]:
    """The files that git has moved aside for a folder of which nothing is left, since the person has deleted it."""
    there = {*found, *(path for path, state in changes.items() if state is not None)}
    aside = {path: merge.unbranched(path) for path in found}
    return [p for p, place in aside.items() if p != place and place in changes and not _collides(place, there - {p})]


def _conflict(merge: Merge, path: str, states: Mapping[int, FileState], sides: _Sides) -> Conflict:
    # After a rename git shows a pre-merged text as ours; what counts is what the person has there.
    ours = sides.ours.get(path, states.get(2)) if 2 in states else None
    kind = merge.merged.kinds.get(path, "contents")
    if states.keys() == {2, 3} and states[3] != sides.theirs.get(path):
        kind = COLLISION
    return Conflict(sides.prefix + merge.name(path), kind, states.get(1), ours, states.get(3))
