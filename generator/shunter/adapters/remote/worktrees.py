"""Work trees of a run's own, at commits of repositories that stand elsewhere: nobody's files or branches change."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shunter.adapters.git.repository import Repository


@contextmanager
def worktrees(name: str, commits: Mapping[str, tuple[Path, str]]) -> Iterator[Path]:
    """A folder `name` with a work tree at each relative path, of the repository and at the commit that it names.

    They share settings, hooks and objects with their repositories, as every linked work tree does, are on no branch,
    and are gone at the end; commits that were made there stay among the objects.
    """
    home = Path(tempfile.mkdtemp(prefix="shunter-tip-")).resolve()
    made: list[tuple[Path, Path]] = []
    try:
        for path in sorted(commits, key=lambda path: len(Path(path).parts)):
            root, commit = commits[path]
            place = home / name / path
            made.append((root, place))
            Repository(root).git("worktree", "add", "--quiet", "--detach", "--force", "--", str(place), commit)
        yield home / name
    finally:
        for root, place in reversed(made):
            Repository(root).try_git("worktree", "remove", "--force", "--force", "--", str(place))
        shutil.rmtree(home, ignore_errors=True)
        for root, _ in made:
            Repository(root).try_git("worktree", "prune")
