"""After a commit: is what git holds what was judged? A hook may have changed it on the way.

Where no hook can have run, the new commit and its trees are read from their files: that takes no process, and a loop
over many repositories half the time. Whatever is not as expected there is left to git to explain.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from shunter.adapters.git.commit import Made, differs_from_index, is_judged, read_commit, take_from_head
from shunter.adapters.git.copies import on_disk, stored
from shunter.adapters.git.prepare import Prepared
from shunter.adapters.git.repository import Repository, git_dir, head_in_files
from shunter.adapters.git.settings import Settings, may_have_hooks
from shunter.adapters.git.state import blob_id
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan, Tree

Judge = Callable[[RepositoryPlan, Tree], str]
"""Judges a plan's repository again as it was committed: what is wrong with it, or nothing."""


Entries = Mapping[str, tuple[str, str]]
"""Mode and object id by name: what one folder of a commit holds."""

_FOLDER = "40000"


def verify(prepared: Prepared, folder: Path, judge: Judge | None, around: Settings) -> tuple[Made, tuple[str, ...]]:
    """The commit of this run, and notices of what hooks did; a `ShunterError` where it is not what was judged.

    `folder` is where shunter's own files lie in the git directory; `around` is what `settings_around` says.
    """
    change, root = prepared.change, Path(prepared.change.root)
    if not may_have_hooks(root, around) and (exact := _exactly_judged(prepared)):
        return exact, ()
    made = ours_of(root, change.head, read_commit(root))
    ours = set(change.paths())
    left = {path for path in differs_from_index(root) if path in ours or path in made.paths}
    suspects = left | {path for path in ours if on_disk(root, path) != stored(prepared.after[path])}
    changed = sorted(path for path in suspects & ours if not _as_judged(prepared, made, path))
    derived = {file.path for file in change.files if not file.shared}
    if spoiled := [path for path in changed if path in derived]:
        raise _spoiled(change.repository, spoiled, "and shunter writes it anew each time")
    if changed and judge is not None and (wrong := judge(prepared.plan, Repository(root).tree(made.commit))):
        raise _spoiled(change.repository, changed, f"and then {wrong}")
    if left:
        take_from_head(root, sorted(left), folder)
    notices = [f"{change.repository}: a hook changed {path}" for path in changed]
    notices += [f"{change.repository}: a hook added {path} to the commit" for path in sorted(made.paths.keys() - ours)]
    return made, tuple(notices)


def ours_of(root: Path, head: str | None, made: Made) -> Made:
    """The commit on top of `head`: a hook may have made another one on top of it."""
    if made.parent == head:
        return made
    since = [f"{head}..HEAD"] if head else ["HEAD"]
    commits = Repository(root).git("rev-list", "--first-parent", *since).text.split()
    return read_commit(root, commits[-1]) if commits else made


def _exactly_judged(prepared: Prepared) -> Made | None:
    """The commit of this run, where it holds at every path what was judged, byte by byte; None where git has to tell.

    That is so where a filter encodes what is committed, the objects are not in files of their own, or a person has
    staged or committed something on the way.
    """
    change, root = prepared.change, Path(prepared.change.root)
    head = head_in_files(root) if prepared.plain else None
    objects = (git_dir(root) or root) / "objects"
    about = _object(objects, head, b"commit") if head else None
    if head is None or about is None:
        return None
    lines = about.partition(b"\n\n")[0].split(b"\n")
    parents = [line[7:].decode() for line in lines[1:] if line.startswith(b"parent ")]
    if parents != ([change.head] if change.head else []):
        return None
    before = {file.path: file.entries for file in change.files}
    folders: dict[str, Entries | None] = {"": _folder(objects, lines[0][5:].decode())}
    paths: dict[str, tuple[str, str] | None] = {}
    for path in change.paths():
        above, _, name = path.rpartition("/")
        listed, wanted = _listed(objects, folders, above), prepared.after[path]
        entry = None if listed is None or listed.get(name, (_FOLDER,))[0] == _FOLDER else listed[name]
        if listed is None or entry != ((wanted.mode, blob_id(wanted.data, change.digest)) if wanted else None):
            return None
        if entry != next(((old.mode, old.object_id) for old in before[path]), None):
            paths[path] = entry
    return Made(head, change.head, paths)


def _listed(objects: Path, folders: dict[str, Entries | None], folder: str) -> Entries | None:
    """What a commit holds in a folder, nothing where it is none; None where that is not known. `folders` are known."""
    if folder not in folders:
        above, _, name = folder.rpartition("/")
        around = _listed(objects, folders, above)
        mode, object_id = ("", "") if around is None else around.get(name, ("", ""))
        nothing: Entries | None = None if around is None else {}
        folders[folder] = _folder(objects, object_id) if mode == _FOLDER else nothing
    return folders[folder]


def _folder(objects: Path, object_id: str) -> Entries | None:
    """What a tree object lists, where it is in a file of its own."""
    data = _object(objects, object_id, b"tree")
    if data is None:
        return None
    found, at, size = {}, 0, len(object_id) // 2
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, name = data[at:end].partition(b" ")
        at = end + 1 + size
        found[os.fsdecode(name)] = (mode.decode(), data[end + 1 : at].hex())
    return found


def _object(objects: Path, object_id: str, kind: bytes) -> bytes | None:
    """The content of an object in a file of its own; None where it is none of that kind, or somewhere else."""
    try:
        head, _, body = zlib.decompress((objects / object_id[:2] / object_id[2:]).read_bytes()).partition(b"\0")
    except (OSError, zlib.error):
        return None
    return body if head == b"%b %d" % (kind, len(body)) else None


def _as_judged(prepared: Prepared, made: Made, path: str) -> bool:
    root, wanted = Path(prepared.change.root), prepared.after[path]
    if path in made.paths:
        entry = made.paths[path]
    else:
        listed = (
            Repository(root).git("ls-tree", "-z", made.commit, "--", path).stdout.decode("utf-8", "surrogateescape")
        )
        entry = (listed.split(" ")[0], listed.split(" ")[2].partition("\t")[0]) if listed else None
    if entry is None or wanted is None:
        return entry is None and wanted is None
    return is_judged(root, path, wanted, entry[1])


def _spoiled(repository: str, paths: list[str], why: str) -> ShunterError:
    shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
    return ShunterError(
        f"a git hook in {repository} changed {shown}, {why}",
        hint="let the hook exclude these files (`exclude:` in .pre-commit-config.yaml), or --no-verify",
    )
