"""How much a template repository of somebody else may hold: it is looked at before any of it is read or checked out."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator, Mapping
from typing import IO, Final

from shunter.adapters.git.remote import checked
from shunter.adapters.git.repository import Repository
from shunter.adapters.system import process
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

MIB: Final = 1 << 20
MOST_FETCHED: Final = 512 * MIB
"""Bytes of a template repository as git stores it, with all its releases."""
MOST_FILES: Final = 20_000
"""Files of a release, and of a project that is made of one."""
MOST_BYTES: Final = 256 * MIB
"""Bytes of all files of a release."""
MOST_OF_A_FILE: Final = 64 * MIB
"""Bytes of a file, and of a project: nothing that is kept in git is larger."""
_SUBMODULE: Final = b"160000"
_BLOCK: Final = 512
"""Bytes of a block, in which a shell counts."""
_LIMITED: Final = ("sh", "-c", f'trap "" {int(signal.SIGXFSZ)}; ulimit -f "$0" && exec "$@"')
"""A shell that becomes git, which is told that a file is too large: killed for it, it would not say why."""
_QUICK: Final = ("-c", "maintenance.auto=false", "-c", "gc.auto=0")
_ONE_FILE: Final = ("-c", "fetch.unpackLimit=1")
"""What is fetched is one file then, whose size is bounded."""
_NOT_SLOW: Final = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")


def fetch(bare: Repository, source: str, url: str, *arguments: str, what: str = "the templates") -> None:
    """`git fetch` from the template repository `source`, which git calls `url`, into a bare one.

    `arguments` are options, and then refs; `what` is to be read from it.

    A `ShunterError` where git cannot read it, or where it is larger than `MOST_FETCHED`.
    """
    options = [each for each in arguments if each.startswith("--")]
    command = ["git", *_QUICK, *_ONE_FILE, *_NOT_SLOW, "fetch", "--quiet", "--no-write-fetch-head", *options, "--"]
    refs = [each for each in arguments if not each.startswith("--")]
    limited = [*_LIMITED, str(MOST_FETCHED // _BLOCK), *command, checked(url), *refs]
    done = process.run(limited, bare.root)
    if not done.returncode:
        return
    if any(os.strerror(errno.EFBIG) in line for line in done.complaints):
        raise ShunterError(
            f"the templates at {source} are larger than {MOST_FETCHED // MIB} MiB, with all their releases",
            hint="keep what is large elsewhere: it stays in git's history for ever",
        )
    raise ShunterError(
        f"cannot read {what} at {source}",
        notes=tuple(f"git: {line}" for line in done.complaints[:6]),
        hint="is the URL right, and reachable?",
    )


def refuse_unbounded(repository: Repository, commit: str, source: str, *, trust: bool = False) -> bool:
    """Whether a release has a submodule; a `ShunterError` if nobody trusts that, or if it holds too much.

    Folders of a commit may hold each other any number of times: what is listed is counted as it comes.
    """
    child = process.start(["git", "ls-tree", "-r", "-l", "-z", "--full-tree", commit], repository.root)
    try:
        assert child.stdout is not None
        return _refuse(child.stdout, source, trust=trust)
    finally:
        child.kill()
        child.communicate()


def refuse_large(files: Mapping[str, FileState], source: str) -> None:
    """A `ShunterError` for a project that has too many files, or bytes."""
    if len(files) > MOST_FILES:
        raise ShunterError(f"a project from the templates at {source} would have more than {MOST_FILES} files")
    if sum(len(state.data) for state in files.values()) > MOST_OF_A_FILE:
        raise ShunterError(f"a project from the templates at {source} would be larger than {MOST_OF_A_FILE // MIB} MiB")


def _refuse(listing: IO[bytes], source: str, *, trust: bool) -> bool:
    files = size = modules = 0
    for mode, length, path in _entries(listing):
        files, size, modules = files + 1, size + length, modules + (mode == _SUBMODULE)
        if mode == _SUBMODULE and not trust:
            message = f"the templates at {source} have a submodule, {path}: nothing else is fetched for them"
            raise ShunterError(message, hint="put its files into the template repository")
        if length > MOST_OF_A_FILE:
            message = f"{path} of the templates at {source} is larger than {MOST_OF_A_FILE // MIB} MiB"
            raise ShunterError(message, hint=_SMALLER)
        if files > MOST_FILES:
            message = f"a release of the templates at {source} has more than {MOST_FILES} files"
            raise ShunterError(message, hint=_SMALLER)
        if size > MOST_BYTES:
            message = f"a release of the templates at {source} is larger than {MOST_BYTES // MIB} MiB"
            raise ShunterError(message, hint=_SMALLER)
    return modules > 0


_SMALLER: Final = "are these the right templates? `templates.source` in shunter.yaml names them"


def _entries(listing: IO[bytes]) -> Iterator[tuple[bytes, int, str]]:
    """Mode, bytes and path of each file that git lists."""
    rest = b""
    while chunk := listing.read(1 << 16):
        *lines, rest = (rest + chunk).split(b"\0")
        for line in lines:
            about, _, path = line.partition(b"\t")
            mode, _, _, size = about.split()
            yield mode, int(size) if size != b"-" else 0, os.fsdecode(path)
