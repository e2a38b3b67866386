"""The code of our own templates, kept for the next run: compiling them is a fifth of what a plan of a fleet takes.

It is code that runs, so it is read only from a regular file that belongs to this user and that nobody else may write,
as Jinja's own cache demands it of its folder. Its name and head say what compiled it; a file that is damaged or of
another compiler is none, and so is one that cannot be read or written.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import MAGIC_NUMBER
from typing import Final

from shunter.adapters.system.paths import cache_path
from shunter.adapters.system.regular import read_regular
from shunter.core.templates.compiled import CODES, Stored

_MOST: Final = 8 << 20
"""Bytes of code; of more, only what this run has used is kept."""
_DIGEST: Final = 32


@contextmanager
def remembered() -> Iterator[None]:
    """Code of an earlier run is used inside, and afterwards kept with what was new."""
    CODES.earlier = CODES.earlier or _read
    try:
        yield
    finally:
        if CODES.compiled:
            CODES.compiled = 0
            with suppress(OSError, ValueError):
                _write({**CODES.stored, **CODES.used})


def _file() -> str:
    return os.path.join(cache_path(), "templates", f"code-{sys.implementation.cache_tag}.bin")


def _head() -> bytes:
    """What code depends on besides its template: what compiles it."""
    import jinja2.compiler
    from jinja2_ansible_filters import core_filters

    from shunter.core.templates import jinja

    digest = hashlib.sha256(MAGIC_NUMBER + jinja2.__version__.encode())
    for module in (jinja2.compiler, core_filters, jinja):
        digest.update(read_regular(module.__file__ or ""))
    return digest.digest()


def _read() -> Stored:
    with suppress(OSError, ValueError, EOFError, TypeError):
        data = _owned(_file())
        head, checksum, body = data[:_DIGEST], data[_DIGEST : 2 * _DIGEST], data[2 * _DIGEST :]
        if head == _head() and checksum == hashlib.sha256(body).digest():
            found: Stored = marshal.loads(body)  # noqa: S302 - nobody but this user can have written it
            return found
    return {}


def _owned(file: str) -> bytes:
    """The bytes of a regular file of this user's that nobody else may write; an OSError else."""
    number = os.open(file, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    with open(number, "rb") as source:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
            raise PermissionError(file)
        return source.read(2 * _MOST)


def _write(codes: Stored) -> None:
    if sum(map(len, codes.values())) > _MOST:
        codes = CODES.used
    body = marshal.dumps(dict(codes))
    file = _file()
    os.makedirs(os.path.dirname(file), exist_ok=True)
    number, name = tempfile.mkstemp(prefix="code-", dir=os.path.dirname(file))  # which only this user may read
    try:
        with open(number, "wb") as target:
            target.write(_head() + hashlib.sha256(body).digest() + body)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
