"""A throw-away repository in which git merges for us: nothing is written near a person's files."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

from shunter.adapters.git.repository import FILE_MODES, Repository
from shunter.core.trees import fast_import
from shunter.core.trees.fast_import import Signature
from shunter.core.trees.merge_output import Merged, read_diff, read_merge
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

Files = Mapping[str, FileState]
_DISTINCT: Final = "distinct "
"""How git's kind of a conflict begins where one side has a file and the other a link: `modes`, or once `types`."""
_NOBODY: Final = Signature("shunter", "shunter@localhost", 0)
_CONFIG: Final = (
    *("-c", "merge.renames=true"),
    *("-c", "merge.renameLimit=10000"),
    # A file that a person adds to a folder stays there, even when the template renames the folder's own files.
    *("-c", "merge.directoryRenames=false"),
    *("-c", f"core.attributesFile={os.devnull}"),
)


class Scratch:
    """All merges of a run share one; it is made when the first is asked for."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made: Repository | None = None
        self._count = 0

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._made = None
        if self._folder:
            self._folder.cleanup()

    @property
    def repository(self) -> Repository:
        """The repository, without a work tree."""
        if self._made is None:
            self._folder = tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True)
            self._made = Repository.init(Path(self._folder.name), bare=True)
        return self._made

    def merge(self, base: Files, ours: Files, theirs: Files) -> Merge:
        """Three trees merged by git, which follows renames. Raises ShunterError where it cannot."""
        self._count += 1
        merge = Merge(self, self._count)
        self.repository.import_stream(b"".join(merge.commits(base, ours, theirs)))
        merge.run()
        return merge


class Merge:
    """One merge, of the branches `yours` and `template` with a number behind them: git names files after these."""

    def __init__(self, scratch: Scratch, number: int) -> None:
        self._repository = scratch.repository
        self._ours, self._theirs = f"yours-{number}", f"template-{number}"
        self._number = number
        self.merged = Merged("", {}, {})

    def commits(self, base: Files, ours: Files, theirs: Files) -> Iterator[bytes]:
        """The three commits, for git's fast-import."""
        yield fast_import.commit(f"refs/heads/base-{self._number}", _NOBODY, "", base, mark=1)
        for mark, (name, files) in enumerate(((self._ours, ours), (self._theirs, theirs)), 2):
            laid = {path: files.get(path) for path in {*base, *files}}
            yield fast_import.commit(f"refs/heads/{name}", _NOBODY, "", laid, parent=":1", mark=mark)

    def run(self) -> None:
        """Let git merge. Raises ShunterError where it cannot."""
        done = self._repository.try_git(*_CONFIG, "merge-tree", "--write-tree", "-z", self._ours, self._theirs)
        if done.returncode > 1:
            raise ShunterError(
                "git cannot merge the templates", notes=(f"git: {done.complaint}",), hint="is git 2.38 or newer?"
            )
        self.merged = read_merge(done.stdout)

    def changes(self) -> Iterator[tuple[str, FileState | None]]:
        """What the merge changes of ours, without what is in conflict."""
        diff = self._repository.git("diff-tree", "-r", "-z", "--no-renames", self._ours, self.merged.tree).stdout
        for path, mode, object_id in read_diff(diff):
            if path not in self.merged.stages:
                yield path, None if mode == "000000" else self._repository.blob(object_id, FILE_MODES[mode])

    def conflicts(self) -> dict[str, dict[int, tuple[str, str]]]:
        """Per path in conflict its stages, mode and object id each.

        Where one side has a file and the other a link, git calls the file after its branch: here both stand at their
        path, as sides of one conflict.
        """
        found: dict[str, dict[int, tuple[str, str]]] = {}
        for path, stages in self.merged.stages.items():
            place = self.unbranched(path) if self.merged.kinds.get(path, "").startswith(_DISTINCT) else path
            found[place] = {**stages, **found.get(place, {})}
        return found

    def renames(self) -> dict[str, str]:
        """The files that the template's side has under another name than the base, as git finds them: old → new."""
        asked = ("-r", "-z", "-M", "-l10000", "--diff-filter=R", f"base-{self._number}", self._theirs)
        parts = [os.fsdecode(part) for part in self._repository.git("diff-tree", *asked).stdout.split(b"\0")[:-1]]
        return dict(zip(parts[1::3], parts[2::3], strict=True))

    def states(self, stages: Mapping[int, tuple[str, str]]) -> dict[int, FileState]:
        """The sides of a conflict."""
        return {stage: self._repository.blob(id_, FILE_MODES[mode]) for stage, (mode, id_) in stages.items()}

    def unbranched(self, path: str) -> str:
        """A path, without the branch that git has called it after where it has moved it aside."""
        return re.sub(f"~({self._ours}|{self._theirs})(_[0-9]+)?$", "", path)

    def name(self, path: str) -> str:
        """A path, without the number where git has moved a file aside and called it after a branch."""
        return path.replace(f"~{self._theirs}", "~template").replace(f"~{self._ours}", "~yours")
