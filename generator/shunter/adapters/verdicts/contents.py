"""What stands at places of a workspace, as one digest: bytes are read again only where the disk says that they changed.

As git does it: of each file its size, its times and its inode are compared with what they were when it was read last.
Where times say less than that, on Windows or within moments of a change, files are read. Imports next to nothing: a
run that finds all its answers in the memory passes here.
"""

from __future__ import annotations

import marshal
import os
import stat
import time

from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts.entries import key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Places = tuple[str, ...]
    """Files and folders, as paths from the workspace."""
    _Entry = tuple[str, int, int, int, int, int]
    """A path; its mode, 0 for nothing; of a file its size, when it and when its inode changed, and that's number."""

_SETTLED = 2_000_000_000
"""Nanoseconds after which another change is sure to have another time, on any file system."""
_SAYS_CHANGES = os.name == "posix"
"""Whether `st_ctime` is when a file or what is known of it changed."""
_GIT = ".git"


class _UnfitError(Exception):
    """Something that a digest cannot stand for: a symbolic link, a device, a repository in a folder."""


class Contents:
    """What stands below the folder `root`, looked at once. `recall` gives the digest of an earlier run for a look."""

    def __init__(self, root: str, recall: Callable[[str], str | None]) -> None:
        self._root, self._recall = root, recall
        self._found: dict[Places, str | None] = {}
        self._sound = {"", "."}
        self._before = time.time_ns() - _SETTLED
        self.fresh: dict[str, str] = {}
        """The digests that a later run may recall, by what it sees then."""

    def of(self, places: Places) -> str | None:
        """The digest of all that stands at these places, names and bytes; None where none can stand for it.

        Of a folder `.git` only counts that it is there.
        """
        if places not in self._found:
            try:
                self._found[places] = self._digest(places)
            except (OSError, RecursionError, _UnfitError):
                self._found[places] = None
        return self._found[places]

    def _digest(self, places: Places) -> str:
        entries: list[_Entry] = []
        for place in places:
            self._require_sound(os.path.dirname(place))
            self._look(place, entries)
        seen = key_of("seen", "", [("", marshal.dumps(entries, 2))])
        known = self._recall(seen) if _SAYS_CHANGES else None
        if known is None:
            known = key_of("contents", "", self._parts(entries))
            if _SAYS_CHANGES and max((max(entry[3:5]) for entry in entries), default=0) < self._before:
                self.fresh[seen] = known
        return known

    def _require_sound(self, folder: str) -> None:
        """No folder on the way is a symbolic link: nobody reads behind one."""
        if folder not in self._sound:
            self._require_sound(os.path.dirname(folder))
            if os.path.islink(f"{self._root}/{folder}"):
                raise _UnfitError(folder)
            self._sound.add(folder)

    def _look(self, place: str, entries: list[_Entry]) -> None:
        path = f"{self._root}/{place}"
        try:
            about = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            entries.append((place, 0, 0, 0, 0, 0))
            return
        if stat.S_ISDIR(about.st_mode):
            entries.append((place, stat.S_IFDIR, 0, 0, 0, 0))
            if os.path.basename(place) != _GIT:
                _look_below(path, place, entries)
        else:
            entries.append(_file(place, about))

    def _parts(self, entries: list[_Entry]) -> Iterator[tuple[str, bytes]]:
        for path, mode, *_ in entries:
            if stat.S_ISREG(mode):
                yield f"{path}*" if mode & stat.S_IXUSR else path, read_regular(f"{self._root}/{path}")
            else:
                yield f"{path}/{mode}", b""


def _look_below(path: str, place: str, entries: list[_Entry]) -> None:
    with os.scandir(path) as scanned:
        found = sorted(scanned, key=_name)
    for entry in found:
        name = entry.name
        if name == _GIT:
            raise _UnfitError(path)
        if entry.is_dir(follow_symlinks=False):
            entries.append((f"{place}/{name}", stat.S_IFDIR, 0, 0, 0, 0))
            _look_below(f"{path}/{name}", f"{place}/{name}", entries)
        else:
            entries.append(_file(f"{place}/{name}", entry.stat(follow_symlinks=False)))


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _file(place: str, about: os.stat_result) -> _Entry:
    if not stat.S_ISREG(about.st_mode):
        raise _UnfitError(place)
    return place, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino
