"""What stands at a path, and the bytes of regular files: no pipe waited for but one that is named, no device read."""

from __future__ import annotations

import errno
import os
import stat
import sys

LARGEST = 64 * 1024 * 1024
"""Bytes. Nothing that shunter reads as text or as a chart is larger; Helm stops at 5 MiB."""

_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

FOLDER = "a folder"
NOTHING = "nothing"
LOST_LINK = "a symbolic link that leads nowhere"
PIPE = "a pipe"
_KINDS = {stat.S_IFIFO: PIPE, stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


def kind_of(mode: int) -> str:
    """What stands there instead of a regular file: `a folder`, `a pipe`, `a socket` or `a device`; empty for one."""
    if stat.S_ISREG(mode):
        return ""
    return FOLDER if stat.S_ISDIR(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


def kind_at(path: str | os.PathLike[str]) -> str:
    """What stands at `path`, symbolic links followed: as `kind_of` says, or `nothing`, or a link that leads nowhere."""
    try:
        return kind_of(os.stat(path).st_mode)
    except (OSError, ValueError):
        return LOST_LINK if os.path.islink(path) else NOTHING


def exists(path: str | os.PathLike[str]) -> bool:
    """Whether anything stands at `path`, symbolic links followed."""
    return kind_at(path) not in (NOTHING, LOST_LINK)


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a folder stands at `path`, symbolic links followed."""
    return kind_at(path) == FOLDER


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether a regular file stands at `path`, symbolic links followed."""
    return kind_at(path) == ""


def size_of(path: str | os.PathLike[str]) -> int:
    """The size of the file at `path` in bytes, symbolic links followed. Raises OSError where there is none."""
    return os.stat(path).st_size


def is_checkout(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder is the root of a git work tree, as far as a look at `.git` tells."""
    return exists(os.path.join(folder, ".git"))


def read_input(most: int = LARGEST) -> bytes:
    """What standard input holds, at most one byte more than `most`; nothing where it is closed."""
    return sys.stdin.buffer.read(most + 1) if sys.stdin is not None else b""


def read_given(path: str, most: int = LARGEST) -> bytes:
    """What a person names as input: a file, or a pipe such as a shell's `<(command)`; otherwise as `read_regular`."""
    if kind_at(path) != PIPE:
        return read_regular(path, most)
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"more than shunter reads ({most:,} bytes)", path)
    return data


def read_regular(path: str, most: int = LARGEST) -> bytes:
    """The file's bytes, symbolic links followed. What is no regular file, or larger than `most`, is an OSError."""
    about = os.stat(path)
    kind = kind_of(about.st_mode)
    if kind:
        raise OSError(errno.EINVAL, f"this is {kind}, not a file", path)
    if about.st_size > most:
        raise OSError(errno.EFBIG, f"{about.st_size:,} bytes are more than shunter reads ({most:,})", path)
    with open(path, "rb") as file:
        return file.read()
