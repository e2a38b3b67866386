"""A project updated by Copier itself, in a copy: for templates whose tasks or migrations run programs in a project."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from shunter.adapters.git.repository import FILE_MODES, Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.templates.isolated import Asked, update_in
from shunter.model.files import Conflict, FileState, Tree

Result = tuple[dict[str, FileState | None], tuple[Conflict, ...]]
_NOBODY = ("-c", "user.name=shunter", "-c", "user.email=shunter@localhost", "-c", "commit.gpgSign=false")


def updated_by_copier(files: Tree, source: str, asked: Asked, bare: Path | None, *, trust: bool) -> Result:
    """What `copier update` makes of a project's `files`: changes (path in it to new state) and conflicts, as it says.

    The person's files are not touched: programs run in a copy of the project, a repository of its own. What git would
    not show there is left out. Without `trust`, a template that runs programs is a `ShunterError`.
    """
    before = {path: state for path in files.paths() if (state := files.get(path)) is not None}
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
        copy = Repository.init(Path(folder, "project"))
        for path, state in before.items():
            write_file(copy.root / path, state)
        copy.git("-c", "core.autocrlf=false", "add", "--all", "--force")
        copy.git(*_NOBODY, "commit", "--quiet", "--no-verify", "--allow-empty", "--message=before")
        update_in(copy.root, source, asked, bare, trust=trust)
        conflicts = _conflicts(copy)
        disk = DiskTree(copy.root)
        after = {path: state for path in copy.visible_paths() if (state := disk.get(path)) is not None}
    changed = {path: after.get(path) for path in {*before, *after} if before.get(path) != after.get(path)}
    for each in conflicts:
        changed.pop(each.path, None)
    return changed, conflicts


def _conflicts(copy: Repository) -> tuple[Conflict, ...]:
    """The conflicts that Copier has left in the index."""
    sides: dict[str, dict[str, FileState]] = {}
    for line in copy.git("ls-files", "--unmerged", "-z").stdout.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, object_id, stage = about.decode("ascii").split(" ")
        sides.setdefault(os.fsdecode(name), {})[stage] = copy.blob(object_id, FILE_MODES[mode])
    return tuple(
        Conflict(path, "contents", each.get("1"), each.get("2"), each.get("3")) for path, each in sorted(sides.items())
    )
