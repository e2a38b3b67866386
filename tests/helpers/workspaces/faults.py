"""Calls of the adapters that fail, once, and where they were made: Python tells of each before it is made."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import NamedTuple

CHANGES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
LOOKS = {"os.listdir", "os.scandir"}
PROCESS, WRITE, READ = "subprocess.Popen", "write", "read"
_ADAPTERS, _DOORS = "adapters/", ("adapters/system/", "adapters/git/repository.py", "model/")


class Site(NamedTuple):
    """Where the adapters touch the outside: the function that asks, that which does it, and what it does.

    These are the same but where one of the doors that all share is gone through. Names are `room/module.py:function`.
    """

    asks: str
    does: str
    what: str


class Fault(NamedTuple):
    """The call that fails: which one of a site's, from 1; a process cannot be started, or, if `ends`, ends with 1."""

    site: Site
    at: int
    ends: bool = False


@dataclass
class _Ear:
    """What is heard: all calls by site; and what is to fail, until it has."""

    on: bool = False
    heard: Counter[Site] = field(default_factory=Counter)
    fault: Fault | None = None


_EAR = _Ear()


@contextmanager
def listening(fault: Fault | None = None) -> Iterator[Counter[Site]]:
    """Count the calls in this process by site, and let one of them fail; it is no longer there if it has."""
    if not _installed:
        sys.addaudithook(_hear)
        _installed.append(True)
    _EAR.heard, _EAR.fault, _EAR.on = Counter(), fault, True
    try:
        yield _EAR.heard
    finally:
        _EAR.on = False


def has_failed() -> bool:
    """Whether the call that was to fail was made."""
    return _EAR.fault is None


_installed: list[bool] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if not _EAR.on or (what := _what(event, arguments)) is None:
        return
    site = _site(sys._getframe(1), what)
    if site is None:
        return
    _EAR.heard[site] += 1
    fault = _EAR.fault
    if fault is None or fault.site != site or fault.at != _EAR.heard[site]:
        return
    _EAR.fault = None
    if fault.ends and isinstance(arguments[1], list):
        arguments[1][:] = ["sh", "-c", "exit 1"] if arguments[0] == "sh" else [arguments[0], "--no-such-option"]
        return
    number = {READ: errno.EIO, PROCESS: errno.EAGAIN}.get(what, errno.EIO if what in LOOKS else errno.ENOSPC)
    raise OSError(number, os.strerror(number), str(arguments[0]))


def _what(event: str, arguments: tuple[object, ...]) -> str | None:
    if event in CHANGES or event in LOOKS or event == PROCESS:
        return event
    if event != "open" or isinstance(arguments[0], int) or str(arguments[0]) == os.devnull:
        return None
    flags = arguments[2]
    return WRITE if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else READ


def _site(frame: FrameType | None, what: str) -> Site | None:
    """The innermost function of an adapter, and that which has asked a door for it; None where none was on the way."""
    does = None
    while frame is not None:
        name = frame.f_code.co_filename
        if "importlib" in name:
            return None
        _, found, path = name.rpartition("/shunter/")
        if found:
            place = f"{path}:{frame.f_code.co_qualname}"
            if does is None and not path.startswith(_ADAPTERS):
                return None
            does = does or place
            if not path.startswith(_DOORS):
                return Site(place, does, what)
        frame = frame.f_back
    return None if does is None else Site(does, does, what)
