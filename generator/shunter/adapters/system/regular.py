"""The bytes of regular files, up to a size: no pipe is waited for, no device read. Imports next to nothing."""

from __future__ import annotations

import errno
import os
import stat

LARGEST = 64 * 1024 * 1024
"""Bytes. Nothing that shunter reads as text or as a chart is larger; Helm stops at 5 MiB."""

FOLDER = "a folder"
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


def kind_of(mode: int) -> str:
    """What stands there instead of a regular file: `a folder`, `a pipe`, `a socket` or `a device`; empty for one."""
    if stat.S_ISREG(mode):
        return ""
    return FOLDER if stat.S_ISDIR(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


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
