"""Other people's repositories: cloned, listed and pushed to. A URL from a file never becomes an option or a program."""

from __future__ import annotations

import re
from pathlib import Path

from shunter.adapters.system import process
from shunter.model.errors import ShunterError

_TRANSPORT = re.compile(r"([A-Za-z0-9+.-]+)(::|://)")


def checked(url: str) -> str:
    """The URL, path or `host:path` as it is. A `ShunterError` for an option, or a transport that git is not to use."""
    if url.startswith("-"):
        raise ShunterError(f"`{url}` is no URL: it starts like an option", hint="such as git@host:acme/{name}.git")
    found = _TRANSPORT.match(url)
    if found and (found[2] == "::" or found[1].lower() not in process.TRANSPORTS):
        known = ", ".join(process.TRANSPORTS)
        raise ShunterError(f"`{url}` uses the transport `{found[1]}`", hint=f"git may use: {known}")
    return url


def clone(url: str, target: Path) -> process.Completed:
    """Clone `url` to the missing folder `target`, with the hooks and filters that git itself gives to a clone."""
    return process.run(["git", "clone", "--quiet", "--", checked(url), str(target)], target.parent)


def tags(url: str) -> process.Completed:
    """The tags of the repository at `url`, as `git ls-remote` prints them."""
    return process.run(["git", "ls-remote", "--tags", "--refs", "--", checked(url)], Path.cwd())


def push(repository: Path, url: str, *refspecs: str) -> process.Completed:
    """Push from `repository` to `url`: all refs, or none."""
    return process.run(["git", "push", "--quiet", "--atomic", "--", checked(url), *refspecs], repository)
