"""Whether a checkout may be deleted: only where all that is in it is certain to be on its remote, too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.adapters.git.state import operation_in


def unsaved(root: Path) -> str:
    """Why deleting the checkout at `root` could lose something: one reason, or nothing where it is certain not to.

    A commit is safe when a remote-tracking branch of a remote that is still configured has it: that is, as last
    fetched or pushed. What nobody can know counts as lost. Writes nothing, and asks no network.
    """
    repository = Repository(root)
    return next(_reasons(repository, repository.git_dir), "")


def _reasons(repository: Repository, place: Path) -> Iterator[str]:
    yield from _shape(place)
    yield from _commits(repository)
    yield from _files(repository)
    yield from _private(place)


def _shape(place: Path) -> Iterator[str]:
    """Reasons that lie in what kind of repository this is."""
    if (place / "commondir").exists():
        yield "it is a linked worktree of another repository"
    if (place / "shallow").exists():
        yield "it is a shallow clone, so git does not know all of its commits"
    if _holds(place / "worktrees"):
        yield "other worktrees are linked to it"
    if _holds(place / "modules"):
        yield "it has submodules, which are repositories of their own"
    if operation := operation_in(place):
        yield f"a {operation} is in progress in it"


def _holds(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _commits(repository: Repository) -> Iterator[str]:
    remotes = repository.git("remote").text.split()
    if not remotes:
        yield "it has no remote"
    # All refs with HEAD and the stash, and all reflogs, of every worktree; what a replacement hides counts as well.
    asked = ("--no-replace-objects", "rev-list", "--max-count=1", "--all", "--reflog", "--not")
    found = repository.try_git(*asked, *(f"--remotes={name}" for name in remotes))
    if found.returncode:
        yield f"git cannot say which of its commits are on a remote ({found.complaint})"
    elif found.text:
        yield f"commit {found.text[:12]} is on no remote, as last fetched"
    # git keeps no note of which tags a remote has; one that only names a commit loses no more than the name.
    listed = repository.git("for-each-ref", "--format=%(objecttype) %(refname:short)", "refs/tags").text.splitlines()
    for kind, _, name in (line.partition(" ") for line in listed):
        if kind != "commit":
            yield f"tag {name} holds a text of its own, and git does not know whether a remote has it"


def _files(repository: Repository) -> Iterator[str]:
    asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching")
    what = {"??": "is not tracked by git", "!!": "is ignored by git, so no commit holds it"}
    for line in repository.git(*asked, "--ignore-submodules=none").stdout.split(b"\0")[:-1]:
        yield f"{os.fsdecode(line[3:])} {what.get(line[:2].decode(), 'is not as it was committed')}"
    for line in repository.git("ls-files", "-v", "-z").stdout.split(b"\0")[:-1]:
        letter, path = line[:1].decode(), os.fsdecode(line[2:])
        if (letter == "S" or letter.islower()) and os.path.lexists(repository.root / path):
            yield f"git was told not to look at {path}"


def _private(place: Path) -> Iterator[str]:
    """Reasons in the git directory itself: what no push brings along."""
    hooks = place / "hooks"
    own = sorted(file.name for file in hooks.iterdir() if file.suffix != ".sample") if hooks.is_dir() else []
    if own:
        yield f"it has a git hook of its own ({own[0]})"
    if _holds(place / "lfs" / "objects"):
        yield "it holds files of Git LFS, and git does not know whether a remote has them"
