"""Repositories updated twice: by the real `copier update`, and by our engine as `--merge copier` and `--merge safe`."""

from __future__ import annotations

import filecmp
import shutil
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from helpers.fuzz.repositories import Files, Template, person, template
from helpers.workspaces.gitrepo import git
from shunter.adapters.git.apply import apply
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repositories
from shunter.adapters.templates.render import RenderRequest, render_many
from shunter.adapters.templates.written_once import matcher
from shunter.core.goyaml.document import read
from shunter.core.trees import fast_import
from shunter.core.trees.fast_import import Signature
from shunter.core.workspace.answers import as_copier
from shunter.flows.workspace.plans import plan_changes
from shunter.model.files import SYMLINK, Conflict, FileState

ANSWERS = ".copier-answers.yml"
_WHO = Signature("Tess Ter", "tess@example.org", 1_700_000_000)


class Left(NamedTuple):
    """What an update has left: files, and mode and object of the stages of conflicts, by path and stage.

    `ended` is the error with which Copier ended, if it did.
    """

    files: Files
    stages: Mapping[tuple[str, int], tuple[str, str]]
    ended: str = ""


class Case(NamedTuple):
    """A random repository: what was `rendered` first, both releases for its answers, what the person has made of it.

    `folder` holds three copies of it: `copier`, `ours` and `safe`. `again` is the new release as Copier renders it a
    second time: for the answers that the first time has recorded.
    """

    seed: int
    folder: Path
    rendered: Files
    old: Files
    new: Files
    ours: Files
    once: tuple[str, ...]
    again: Files


def laid(made: Template, bare: Path) -> Path:
    """The template as a bare repository with the tags v1.0.0 and v2.0.0."""
    Repository.init(bare, bare=True)
    gone = {path: None for path in made.old if path not in made.new}
    stream = [
        fast_import.commit("refs/heads/main", _WHO, "one", made.old),
        fast_import.tag("v1.0.0", ":1"),
        fast_import.commit("refs/heads/main", _WHO, "two", {**gone, **made.new}, parent=":1", mark=2),
        fast_import.tag("v2.0.0", ":2"),
    ]
    Repository(bare).import_stream(b"".join(stream))
    return bare


def case(seed: int, folder: Path) -> Case | None:
    """The random repository of a seed below `folder`; None for the few templates that no engine renders."""
    made = template(seed)
    source = laid(made, folder / "template.git")
    first = RenderRequest.of(str(source), "1.0.0", made.answers, source)
    try:
        rendered = dict(render_many([first]).files[first])
        recorded = as_copier(read(rendered[ANSWERS].data, ANSWERS)).value or {}
        wants = [
            RenderRequest.of(str(source), "1.0.0", recorded, source, "update", excluding="2.0.0"),
            RenderRequest.of(str(source), "2.0.0", recorded, source, "update", recorded),
        ]
        renders = render_many(wants)
    except Exception:  # whatever a template makes of Python; both engines are compared in tests/core/templates
        return None
    old, new = (dict(renders.files[each]) for each in wants)
    second = as_copier(read(new[ANSWERS].data, ANSWERS)).value or {}
    twice = RenderRequest.of(str(source), "2.0.0", second, source, "update")
    again = dict(render_many([twice], apart=True).files.get(twice, new))
    ours = person(seed, rendered, new)
    root = folder / "copier"
    Repository.init(root)
    for path, state in ours.items():
        write_file(root / path, state)
    git(root, "add", "--force", "--all")
    git(root, "commit", "-q", "-m", "ours")
    for name in ("ours", "safe"):
        shutil.copytree(root, folder / name, symlinks=True)
    return Case(seed, folder, rendered, old, new, ours, renders.once[wants[1]], again)


def by_copier(each: Case) -> Left:
    """Update the copy `copier` with Copier itself, in this process."""
    import copier

    ended = ""
    root = each.folder / "copier"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            copier.run_update(
                root, settings=copier.Settings(), defaults=True, overwrite=True, quiet=True, vcs_ref="v2.0.0"
            )
        except Exception as error:  # plumbum's, Jinja's, Python's own
            ended = f"{type(error).__name__}: {error}"
    return left(root, ended)


def by_us(cases: Sequence[Case], copy: str) -> list[tuple[Left, tuple[Conflict, ...]]]:
    """Update the copies `ours` as `--merge copier`, or `safe` as `--merge safe`, all at once; with the conflicts."""
    merge = merge_as_copier if copy == "ours" else merge_repositories
    roots = [each.folder / copy for each in cases]
    found = merge(
        [Asked(r, [MergeProject(".", each.old, each.new, each.once)]) for r, each in zip(roots, cases, strict=True)]
    )
    plans = []
    for root, (changes, conflicts) in zip(roots, found, strict=True):
        open_paths = {conflict.path for conflict in conflicts}
        wanted = {path: state for path, state in changes.items() if path not in open_paths}
        plans.append(plan_changes(root, wanted, "update", tree=DiskTree(root), conflicts=conflicts))
    apply(plans, roots[0])
    return [(left(root), conflicts) for root, (_, conflicts) in zip(roots, found, strict=True)]


def left(root: Path, ended: str = "") -> Left:
    """What is there now."""
    tree = DiskTree(root)
    files = {path: state for path in tree.paths() if (state := tree.get(path)) is not None}
    stages = {}
    for entry in filter(None, git(root, "ls-files", "-u", "-z").split("\0")):
        about, _, path = entry.partition("\t")
        mode, object_id, stage = about.split()
        stages[path, int(stage)] = (mode, object_id)
    return Left(files, stages, ended)


def differing(ours: Left, theirs: Left) -> list[str]:
    """Paths whose file or stages differ."""
    paths = {*ours.files, *theirs.files, *(path for path, _ in (*ours.stages, *theirs.stages))}
    return sorted(path for path in paths if _of(ours, path) != _of(theirs, path))


def _of(found: Left, path: str) -> object:
    return found.files.get(path), [found.stages.get((path, stage)) for stage in (1, 2, 3)]


def lost(each: Case, found: Left, conflicts: Sequence[Conflict]) -> list[str]:
    """What of a person's work an update has lost, without a conflict that says so; with the file's path.

    What the template left alone is as the person had it. Each line of theirs is in a file, what they deleted is not
    back, and modes and whole files of bytes are theirs, unless their path is in conflict: then it names what is gone.
    """
    named = {conflict.path for conflict in conflicts}
    sides = [side for conflict in conflicts for side in (conflict.ours, conflict.theirs) if side]
    everything = b"".join(state.data for state in (*found.files.values(), *sides))
    wrong = []
    for path in sorted({*each.ours, *each.rendered} - {ANSWERS}):
        was, here, now = each.rendered.get(path), each.ours.get(path), found.files.get(path)
        if here == was:
            continue
        same = each.old.get(path) == each.new.get(path)
        left_alone = same and path in each.rendered and path in each.old  # else a rename may lead to it
        if left_alone and here is not None and path not in named and now != here:
            wrong.append(f"{path} is not as the person has it, and the template left it alone")
        if here is None:
            if now is not None and path not in named and not is_fresh(each, path):
                wrong.append(f"{path} is back")
            continue
        known = [was] if was else each.rendered.values()  # a file that they have renamed gets what the template changes
        wrong += [f"{path}: {word!r} is gone" for word in _words(here, known) if word not in everything]
        if path in named or now is None:
            continue
        if was is not None and here.mode != was.mode and now.mode != here.mode:
            wrong.append(f"{path} has another mode than the person gave it")
        wrong += [f"{path}: {line!r} is back" for line in _removed(each, path) if line in now.data.splitlines()]
    return wrong


def is_fresh(each: Case, path: str) -> bool:
    """Whether the next release has a file under a name that was another's, or is to be there whatever happened to it."""
    return path not in each.old or matcher(each.once)(path)


def _words(here: FileState, known: Iterable[FileState]) -> list[bytes]:
    """The lines that a person has written into a file; the whole of it, where it has bytes that are no text."""
    if b"\0" in here.data:
        return [] if here in known else [here.data]
    before = {line for state in known for line in state.data.splitlines()}
    return [line for line in here.data.splitlines() if line not in before]


def _removed(each: Case, path: str) -> set[bytes]:
    """Lines that the person took out of a file, and the template neither wrote again nor has anywhere twice."""
    was, here, old, new = (files.get(path) for files in (each.rendered, each.ours, each.old, each.new))
    if was is None or here is None or old is None or new is None or b"\0" in was.data:
        return set()
    once = {line for line, count in Counter(was.data.splitlines()).items() if count == 1 and line.strip()}
    again = set(new.data.splitlines()) - set(old.data.splitlines())
    return once - set(here.data.splitlines()) - again


LOSSES: Mapping[str, str] = {
    "deleted": "a file that the template deletes is deleted, whatever a person has written into it",
    "binary": "a binary file is the template's, whatever a person has made of it",
    "link": "what the template changes in a file that is a link now is dropped, and two changes of a link end Copier",
    "bytes": "bytes that are not UTF-8 are dropped from what a person has changed",
    "folder": "folders that are called as those of old version control are never removed",
    "twice": "a change that both have made is made again in another place that looks alike",
    "type": "an answer that is not asked again, and has another type now, is read twice: files are gone, or say another",
}
"""What Copier itself loses in these repositories, and we do not: tests/adapters/templates/test_copier_losses.py shows each,
and those that random repositories do not have.
"""
_KEPT_FOLDERS = frozenset(filecmp.DEFAULT_IGNORES)


def loss(each: Case, path: str) -> str:
    """Which of Copier's losses explains that a path differs; nothing where none does."""
    sides = [files.get(path) for files in (each.old, each.ours, each.new)]
    base, here, new = sides
    if each.again.get(path) != new:
        return "type"
    if here is not None and here == new:
        return "twice"
    known = [state for state in sides if state]
    if new is None and base != here:
        return "deleted"
    if any(state.mode == SYMLINK for state in known) and base not in (here, new):
        return "link"
    if any(b"\0" in state.data[:8000] for state in known) and base != here:
        return "binary"
    if new is None and _KEPT_FOLDERS & set(path.split("/")[:-1]):
        return "folder"
    return "" if base == here or all(_is_utf8(state.data) for state in known) else "bytes"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def unexplained(each: Case, ours: Left, theirs: Left) -> list[str]:
    """Where `--merge copier` and Copier differ, and none of its losses is why."""
    if theirs.ended:
        return [] if ":(top)" in theirs.ended else [f"Copier ended: {theirs.ended}"]
    return [path for path in differing(ours, theirs) if not loss(each, path) or _is_ours(each, path, ours)]


def _is_ours(each: Case, path: str, ours: Left) -> bool:
    """Whether it is not Copier that lost something: person and template want the same, and we have not left it."""
    wanted = each.ours.get(path)
    return wanted is not None and wanted == each.new.get(path) != ours.files.get(path)
