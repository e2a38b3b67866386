"""Files of projects read as YAML, and archives unpacked, equal bytes once.

A chart lies in many places with equal bytes: in its repository, in the registry's archive, in `charts/` of each
environment that pins it; a library in every app besides. What stands in one place is handed on as a value
(`packed.PackedChart`, `load.Chart`), but no value can be handed from one place to the next: that two files are equal
shows only when both are read. So what was made of the bytes is kept here, and given again for the file at hand. The
same goes for records and lock files of environments in one state, for a `-f` file, which is a layer on every chart of a
run, and for an environment's values.yaml, which is its chart's and a layer on it. Digests are not kept: each proves the
bytes of one place, and looking bytes up costs what hashing them does.

Nobody changes what is kept, so sharing is safe. It is bounded (a parsed file takes some sixty times its text), what was
not asked for longest goes first, and a command is one process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from shunter.core.goyaml.document import Document, read
from shunter.model.data import replace
from shunter.model.files import FileState

MOST_TEXT: Final = 1024 * 1024
MOST_UNPACKED: Final = 64 * 1024 * 1024
_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


class _Kept(Generic[_Key, _Made]):
    """What was made of some keys, while the sizes come to `most` bytes at most."""

    def __init__(self, most: int) -> None:
        self.made: dict[_Key, tuple[_Made, int]] = {}
        self.most = self.left = most

    def get(self, key: _Key) -> _Made | None:
        found = self.made.pop(key, None)
        if found is None:
            return None
        self.made[key] = found
        return found[0]

    def keep(self, key: _Key, made: _Made, size: int) -> None:
        if size > self.most // 4:
            return
        self.left -= size
        while self.left < 0:
            _, freed = self.made.pop(next(iter(self.made)))
            self.left += freed
        self.made[key] = made, size

    def clear(self) -> None:
        self.made.clear()
        self.left = self.most


_documents: _Kept[tuple[bytes, str], Document] = _Kept(MOST_TEXT)
_archives: _Kept[bytes, Mapping[str, FileState]] = _Kept(MOST_UNPACKED)


def read_once(data: bytes, path: str, helm: str = "4") -> Document:
    """What `document.read` makes of a file; always an object of its own, which identity tells from others."""
    found = _documents.get((data, helm))
    if found is not None:
        return replace(found, path=path)
    document = read(data, path, helm)
    if document.value is not None and not document.findings:
        _documents.keep((data, helm), document, len(data))
    return document


def unpack_once(data: bytes, what: str, most: int) -> Mapping[str, FileState]:
    """What `archive.unpack` makes of these bytes. Raises ShunterError as it does."""
    found = _archives.get(data)
    if found is not None and _size(found) <= most:
        return found
    from shunter.core.charts.archive import unpack  # most charts hold no archive, and most runs read none

    files = unpack(data, what, most)
    _archives.keep(data, files, _size(files))
    return files


def _size(files: Mapping[str, FileState]) -> int:
    return sum(len(state.data) for state in files.values())


def forget() -> None:
    """Keep nothing of what was read so far."""
    _documents.clear()
    _archives.clear()
