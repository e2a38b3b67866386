"""What a history says about a commit: how many commits lead to it, its tags, and what changed since another one."""

from __future__ import annotations

import os
import re

from shunter.adapters.git.repository import Repository
from shunter.model.errors import ShunterError

_WHOLE_ID = re.compile("[0-9a-f]{40}([0-9a-f]{24})?")
_DEEPEN = "`git fetch --unshallow`; in CI fetch the whole history: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab"


def commits_to_head(repository: Repository) -> int:
    """How many commits lead to HEAD, those that merges brought included.

    Whatever comes after a commit has a greater number, also where a later merge has the commit as its second parent.
    Raises ShunterError in a shallow clone, where older ones are missing.
    """
    _require_whole(repository, "the build number counts all commits before")
    return int(repository.git("rev-list", "--count", "HEAD").text)


def tags_at_head(repository: Repository) -> list[str]:
    """The tags of the commit that HEAD stands on, annotated ones too, by name."""
    form = ("--points-at=HEAD", "--format=%(refname:lstrip=2)")
    return repository.git("for-each-ref", *form, "refs/tags").text.splitlines()


def all_tags(repository: Repository) -> list[str]:
    """Every tag, by name. Raises ShunterError in a shallow clone, where some may be missing."""
    _require_whole(repository, "the tags of other releases say which tags move")
    return repository.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags").text.splitlines()


def has_changes(repository: Repository) -> bool:
    """Whether files that git tracks differ from HEAD."""
    return bool(repository.git("status", "--porcelain", "-z", "--untracked-files=no").stdout)


def changed_since(repository: Repository, ref: str) -> list[str]:
    """Paths that the commits of HEAD since its last common commit with `ref` changed; both names of what was moved.

    Raises ShunterError where there is no such commit, no common one, or a shallow clone lacks it.
    """
    known = repository.try_git("rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    if known.returncode:
        _require_whole(repository, f"`{ref}` is not in it")
        hint = (
            "check the name, or `git fetch` first; a new branch has no commit before it: take its base, as origin/main"
        )
        raise ShunterError(f"there is no commit `{ref}` in {repository.root}", hint=hint)
    base = repository.try_git("merge-base", known.text, "HEAD")
    if base.returncode:
        _require_whole(repository, f"what `{ref}` and HEAD have in common is not in it")
        raise ShunterError(f"`{ref}` and HEAD have no commit in common", hint="name an older commit of this branch")
    listing = repository.git("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", base.text, "HEAD").stdout
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def has_commit(repository: Repository, ref: str) -> bool:
    """Whether the repository has a commit of that name. Raises ShunterError in a shallow clone, which cannot tell."""
    known = repository.try_git("rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    if known.returncode:
        _require_whole(repository, f"`{ref}` is not in it")
    return not known.returncode


def is_lost(repository: Repository, ref: str) -> bool:
    """Whether `ref` is the whole id of a commit that the repository does not have, such as one before a forced push.

    Raises ShunterError in a shallow clone, which cannot tell.
    """
    if not _WHOLE_ID.fullmatch(ref) or not repository.try_git("cat-file", "-e", f"{ref}^{{commit}}").returncode:
        return False
    _require_whole(repository, f"`{ref}` is not in it")
    return True


def all_paths(repository: Repository) -> list[str]:
    """Every path that HEAD holds."""
    listing = repository.git("ls-tree", "-r", "-z", "--name-only", "HEAD").stdout
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def _require_whole(repository: Repository, why: str) -> None:
    if repository.git("rev-parse", "--is-shallow-repository").text == "true":
        raise ShunterError(f"{repository.root} is a shallow clone, and {why}", hint=_DEEPEN)
