"""Chart archives as bytes: reproducible `.tgz` files, what is in them, and digests. `packed` knows what a chart is.

The limits and the rules for paths are those of Helm's archive loader (`pkg/chart/loader/archive`).
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from shunter.core.charts.deflate import END, blocks, stored
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState

if TYPE_CHECKING:
    import tarfile  # where archives are read: the commit hook rarely is

LARGEST_CHART = 100 * 1024 * 1024
LARGEST_FILE = 5 * 1024 * 1024
_MOST_ENTRIES = 20_000
_LONGEST_PATH = 4_096
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_APART = 4096
"""The least size of a file that is compressed apart: where a chart differs from the next one is in small files."""
_PLAIN = 16 * 1024
"""How much of its beginning is stored: what repeats nothing shrinks least, and takes Helm longest to inflate."""
_LARGEST_PART = 32 * 1024
_LARGEST_KEPT = 256 * 1024
_SHORT = 100
"""Characters of a name that need no second place in a tar."""
_NEAR = 8**11
_NOBODY = b"0000000\0" * 2
_BEHIND = b"0%sustar\x0000%s%s" % (bytes(100), bytes(64), _NOBODY) + bytes(155 + 12)
_CHECK = sum(_BEHIND) + 8 * ord(" ")
_DRIVE = re.compile(r"[a-zA-Z]:/")


def write(files: Mapping[str, FileState], name: str, mtime: int = 0, *, compressed: bool = True) -> bytes:
    """The archive of `files` (paths relative to the chart) in a top folder `name`.

    Equal files give equal bytes: entries are sorted, owned by nobody, and dated `mtime` (seconds since 1970). What is
    read once and kept nowhere need not be `compressed`. Raises ShunterError where a file is a symbolic link or too
    large.
    """
    return gzipped([*_tar(files, name, mtime)], compressed=compressed)


def gzipped(parts: Sequence[tuple[bytes, int]], *, compressed: bool = True) -> bytes:
    """The parts as one gzip file, each compressed by itself: a part that many files have is compressed once.

    Beside each stands how many bytes of its beginning are stored.
    """
    made = (_compressed(part, plain) if compressed else stored(part) for part, plain in parts)
    check = size = 0
    for part, _ in parts:
        check, size = zlib.crc32(part, check), size + len(part)
    return b"".join((_GZIP_HEADER, *made, END, struct.pack("<II", check, size & 0xFFFFFFFF)))


def _compressed(part: bytes, plain: int) -> bytes:
    return _blocks_once(part, plain) if len(part) < _LARGEST_KEPT else blocks(part, plain)


_blocks_once = lru_cache(maxsize=64)(blocks)


def _tar(files: Mapping[str, FileState], name: str, mtime: int) -> Iterator[tuple[bytes, int]]:
    """The tar in parts: a file that is not small is one of its own, equal in every chart that has it."""
    import tarfile

    part, size = b"", 0
    for path in sorted(files, key=lambda path: (path != "Chart.yaml", path)):
        data = _checked(path, files[path], name)
        head = _head(f"{name}/{path}", len(data), 0o755 if files[path].mode == EXECUTABLE else 0o644, mtime)
        padding = bytes(-len(data) % tarfile.BLOCKSIZE)
        apart = len(data) >= _APART
        if apart or len(part) >= _LARGEST_PART:
            yield part + head, 0
            part = b""
        else:
            part += head
        if apart:
            yield data, _PLAIN
        else:
            part += data
        part += padding
        size += len(head) + len(data) + len(padding)
    end = 2 * tarfile.BLOCKSIZE
    yield part + bytes(end + -(size + end) % tarfile.RECORDSIZE), 0


def _head(name: str, size: int, mode: int, mtime: int) -> bytes:
    """What stands before a file of nobody in a tar, as `tarfile` writes it: that takes ten times as long."""
    if len(name) > _SHORT or not name.isascii() or not 0 <= mtime < _NEAR:
        import tarfile

        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, mtime, mode
        return entry.tobuf(tarfile.PAX_FORMAT, tarfile.ENCODING, "surrogateescape")
    before = b"%s%s%07o\0%s%011o\0%011o\0" % (name.encode(), bytes(_SHORT - len(name)), mode, _NOBODY, size, mtime)
    check = sum(before) + _CHECK
    return b"%s%06o\0 %s" % (before, check, _BEHIND)


def _checked(path: str, state: FileState, name: str) -> bytes:
    if state.mode == SYMLINK:
        raise ShunterError(
            f"chart {name} holds the symbolic link {path}", hint="put the file there, or name it in .helmignore"
        )
    if len(state.data) > LARGEST_FILE:
        raise ShunterError(
            f"{path} in chart {name} is larger than Helm loads ({LARGEST_FILE} bytes)", hint="name it in .helmignore"
        )
    return state.data


def unpack(data: bytes, what: str = "the archive", most: int = LARGEST_CHART) -> dict[str, FileState]:
    """The files of an archive, sorted, paths relative to the chart; `what` names the archive in errors.

    Raises ShunterError for what is no archive, for a path that leaves the chart, for links and devices, and
    for more than Helm would load.
    """
    import tarfile

    files: dict[str, FileState] = {}
    try:
        plain = gunzipped(data, most)
        if plain is None:
            raise _too_large(what, most)
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            for number, entry in enumerate(tar):
                if number == _MOST_ENTRIES:
                    raise ShunterError(f"{what} holds more than {_MOST_ENTRIES:,} files", hint="charts are smaller")
                if not entry.isdir():
                    files[_inside(entry.name, what)] = _state(tar, entry, what)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        reason = str(error).rpartition("while decompressing data: ")[2]
        why = f"it is no gzip, or damaged ({reason})" if isinstance(error, zlib.error) else reason
        raise ShunterError(
            f"{what} is not a chart archive: {why}", hint="make it anew with `shunter package` or `helm package`"
        ) from error
    if "Chart.yaml" not in files:
        raise ShunterError(
            f"{what} holds no chart: there is no Chart.yaml in its top folder",
            hint="make it anew with `shunter package` or `helm package`",
        )
    return dict(sorted(files.items()))


def gunzipped(data: bytes, most: int) -> bytes | None:
    """What is in a gzip file; None for more than `most` bytes. Raises zlib.error and EOFError for what is damaged."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    plain = inflate.decompress(data, most + 1)
    if len(plain) > most:
        return None
    if not inflate.eof:
        raise EOFError("it is cut off")
    return plain


def _too_large(what: str, most: int) -> ShunterError:
    limit = f"{LARGEST_CHART // 1024 // 1024} MiB"
    return ShunterError(
        f"{what} is larger than Helm unpacks ({limit})"
        if most == LARGEST_CHART
        else f"with {what}, the archives of this chart unpack to more than {limit}",
        hint="take out what is no chart's business, or do not use this archive",
    )


def _inside(name: str, what: str) -> str:
    """The path below the archive's top folder."""
    if len(name) > _LONGEST_PATH:
        message = f"{what} holds a path of {len(name):,} characters, and no file system takes it"
        raise ShunterError(message, hint="do not use this archive")
    parts = name.replace("\\", "/").split("/")
    path = "/".join(part for part in parts[1:] if part not in ("", "."))
    absolute = name.startswith(("/", "\\")) or _DRIVE.match(path) is not None or _DRIVE.match(name) is not None
    if absolute or not path or ".." in parts or "\0" in name:
        raise ShunterError(
            f"{what} holds the path `{name}`, which leaves the chart",
            hint="do not use this archive: it may be an attack",
        )
    return path


def _state(tar: tarfile.TarFile, entry: tarfile.TarInfo, what: str) -> FileState:
    if not entry.isreg():
        raise ShunterError(f"{what} holds `{entry.name}`, which is a link or a device", hint="charts hold plain files")
    if entry.size > LARGEST_FILE:
        raise ShunterError(
            f"`{entry.name}` in {what} is larger than Helm loads ({LARGEST_FILE} bytes)", hint="take it out"
        )
    source = tar.extractfile(entry)
    assert source is not None
    return FileState(source.read(), EXECUTABLE if entry.mode & 0o100 else REGULAR)


def digest(data: bytes) -> str:
    """The SHA-256 of an archive's bytes, `sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def content_digest(files: Mapping[str, FileState]) -> str:
    """The SHA-256 of unpacked files, whatever archive they came in.

    What is hashed: for each path in order of its UTF-8 bytes, `<length of path>:<path>`, `x` or `-`, and
    `<length of data>:<data>`. No two trees give the same stream.
    """
    total = hashlib.sha256()
    for path, state in sorted((path.encode("utf-8", "surrogateescape"), state) for path, state in files.items()):
        mark = b"x" if state.mode == EXECUTABLE else b"l" if state.mode == SYMLINK else b"-"
        total.update(b"%d:%s%s%d:" % (len(path), path, mark, len(state.data)))
        total.update(state.data)
    return "sha256:" + total.hexdigest()
