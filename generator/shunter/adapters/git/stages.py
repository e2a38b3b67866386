"""What a merge, rebase or cherry-pick has left in the index: paths that both sides changed, with what each holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from shunter.adapters.git.repository import FILE_MODES, Repository, git_dir
from shunter.adapters.git.state import LEFT, operation_in
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

_HEADS = ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")


@dataclass(frozen=True, slots=True)
class Sides:
    """One path as git merges it: the common base, ours, theirs; None where that side has no such file.

    In a rebase ours is the branch that is rebased onto, as git has it.
    """

    base: FileState | None
    ours: FileState | None
    theirs: FileState | None


@dataclass(frozen=True)
class Merge:
    """What a person has in progress in the repository at `root`. Git is asked only where something is in progress."""

    root: Path
    read: dict[str, Sides] = field(default_factory=dict)

    @cached_property
    def operation(self) -> str:
        """The merge, rebase, cherry-pick and the like; empty where there is none."""
        found = git_dir(self.root)
        return operation_in(found) if found else ""

    @cached_property
    def unmerged(self) -> Mapping[str, Mapping[int, tuple[str, str]]]:
        """Paths with a conflict that nobody has resolved, each with mode and object id by stage."""
        found = git_dir(self.root)
        if found is None or not (self.operation or (found / LEFT).exists()):
            return {}
        paths: dict[str, dict[int, tuple[str, str]]] = {}
        for line in Repository(self.root).git("ls-files", "--unmerged", "-z").stdout.split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mode, object_id, stage = about.decode("ascii").split(" ")
            paths.setdefault(os.fsdecode(name), {})[int(stage)] = (mode, object_id)
        return paths

    def below(self, folder: str) -> dict[str, str]:
        """Unmerged paths below a folder: the path in it, and the path in the repository."""
        prefix = "" if folder == "." else f"{folder}/"
        return {path[len(prefix) :]: path for path in self.unmerged if path.startswith(prefix)}

    def sides(self, path: str) -> Sides:
        """What each side of an unmerged path holds, as git would write it to disk."""
        if path not in self.read:
            stages = self.unmerged[path]
            self.read[path] = Sides(*(self._state(path, stages.get(stage)) for stage in (1, 2, 3)))
        return self.read[path]

    def _state(self, path: str, entry: tuple[str, str] | None) -> FileState | None:
        if entry is None:
            return None
        if entry[0] not in FILE_MODES:
            raise ShunterError(f"{path} is a conflict of something that is no file", hint="resolve it with git first")
        done = Repository(self.root).git("cat-file", "--filters", f"--path={path}", entry[1])
        return FileState(done.stdout, FILE_MODES[entry[0]])

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits that are merged, ours first, by the names that git gives them."""
        found = git_dir(self.root)
        return ("HEAD", *(name for name in _HEADS if found and (found / name).exists()))
