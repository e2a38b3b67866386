"""Templates of others: their repository fetched once for a command, with every release in it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shunter.adapters.git.repository import Repository
from shunter.adapters.templates import bounds

_SHORT: Final = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_FORGES: Final = tuple(_SHORT.values())


def git_url(source: str) -> str:
    """What git is asked for where Copier's answers file says `source`, such as `gh:acme/templates`."""
    for short, url in _SHORT.items():
        if source.startswith(short):
            source = url + source.removeprefix(short).lstrip("/")
    if source.startswith("~"):
        return os.path.expanduser(source)  # noqa: PTH111 (a Path raises for a person who is not known here)
    source = source.removeprefix("git+")
    return source if not source.startswith(_FORGES) or source.endswith(".git") else f"{source}.git"


@contextmanager
def fetched(source: str) -> Iterator[Path]:
    """A bare repository with the branches and tags of `source`, for as long as it is needed.

    A `ShunterError` where git cannot read it, or it is too large.
    """
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
        bare = Repository.init(Path(folder), bare=True)
        bounds.fetch(bare, source, git_url(source), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        yield bare.root


_DESCRIBED: Final = re.compile(r"[0-9A-Za-z](\.?[0-9A-Za-z+_-])*")


def commit_of(repository: Repository, release: str) -> tuple[str, str] | None:
    """The commit of a release, and what Copier would call it in an answers file; None where there is none."""
    if not _DESCRIBED.fullmatch(release):
        return None
    found = repository.try_git("rev-parse", "--quiet", "--verify", f"v{release}^{{commit}}").text
    if not found:
        return None
    return found, repository.git("describe", "--tags", "--always", found).text
