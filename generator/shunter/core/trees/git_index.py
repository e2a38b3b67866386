"""git's index as it lies on disk: entries of some paths, without a process (Documentation/gitformat-index.txt)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from struct import error as StructError  # noqa: N812 - it has no other name
from struct import unpack_from
from typing import Final

from shunter.model.data import dataclass

_HEADER: Final = 12
_STAT: Final = 40  # of each entry: times, device, inode, mode, owner, size
_MODE: Final = 24
_VALID, _EXTENDED, _SKIPPED = 0x8000, 0x4000, 0x4000
_FOLDER: Final = 0o040000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `hidden` is the bit by which git does not look at the file on disk, as git calls it, or empty."""

    mode: str
    object_id: str
    stage: int
    hidden: str


class OddIndexError(Exception):
    """An index that only git itself can read: split, sparse, of a newer format, or broken."""


def read_index(data: bytes, width: int, wanted: Collection[bytes]) -> dict[bytes, list[Entry]]:
    """The entries of the `wanted` paths in these bytes of an index, by path; `width` is that of an object id in bytes.

    Raises OddIndexError where git has to be asked.
    """
    try:
        found: dict[bytes, list[Entry]] = {}
        end = _HEADER
        for name, start, end in _entries(data, width):  # noqa: B007 - `end` is where the last one ends
            mode: int = unpack_from(">I", data, start + _MODE)[0]
            if mode == _FOLDER:
                raise OddIndexError
            if name in wanted:
                found.setdefault(name, []).append(_entry(data, start, width, mode))
        _refuse_needed(data, end, len(data) - width)
    except (IndexError, ValueError, StructError) as error:
        raise OddIndexError from error
    return found


def _entries(data: bytes, width: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each entry."""
    signature, version, count = unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise OddIndexError
    at, name, fixed = _HEADER, b"", _STAT + width + 2
    for _ in range(count):
        start, begin = at, at + fixed
        if data[begin - 2] & (_EXTENDED >> 8):
            begin += 2
        if version == 4:
            cut, begin = _number(data, begin)
            name = name[: len(name) - cut]
        else:
            name = b""
        end = data.index(b"\0", begin)
        name += data[begin:end]
        at = end + 1 if version == 4 else start + ((end - start + 8) & ~7)
        yield name, start, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, as packs have them, and where it ends."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1


def _entry(data: bytes, start: int, width: int, mode: int) -> Entry:
    at = start + _STAT
    flags: int = unpack_from(">H", data, at + width)[0]
    more: int = unpack_from(">H", data, at + width + 2)[0] if flags & _EXTENDED else 0
    stage = flags >> 12 & 3
    hidden = "skip-worktree" if more & _SKIPPED else "assume-unchanged" if flags & _VALID else ""
    return Entry(f"{mode:06o}", data[at : at + width].hex(), stage, "" if stage else hidden)


def _refuse_needed(data: bytes, at: int, end: int) -> None:
    """Refuse an extension without which the entries are not the whole: its name begins with a small letter."""
    while at < end:
        if data[at] >= ord("a"):
            raise OddIndexError
        at += 8 + unpack_from(">I", data, at + 4)[0]
    if at != end:
        raise OddIndexError
