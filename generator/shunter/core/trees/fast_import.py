"""git's fast-import stream as text: blobs, commits and tags, written by pure functions.

Format: https://git-scm.com/docs/git-fast-import#_input_format
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shunter.model.data import dataclass
from shunter.model.files import FileState

_ESCAPES = {0x22: b'\\"', 0x5C: b"\\\\", 0x0A: b"\\n"}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who made a commit and when: `seconds` since the epoch, `zone` as `+0100`."""

    name: str
    email: str
    seconds: int
    zone: str = "+0000"

    def line(self) -> bytes:
        """The signature as git writes it; characters that would break the line are left out."""
        name, email = ("".join(c for c in text if c not in "<>\n\0") for text in (self.name, self.email))
        return f"{name} <{email}> {self.seconds} {self.zone}".encode("utf-8", "surrogateescape")


def quoted(path: str) -> bytes:
    """A path as the stream wants it: C-style quotes, needed for a line end, a quote or a backslash."""
    raw = path.encode("utf-8", "surrogateescape")
    return b'"' + b"".join(_ESCAPES.get(byte, bytes((byte,))) for byte in raw) + b'"'


def data(content: bytes) -> bytes:
    """One `data` command, with the byte count form."""
    return b"data %d\n%b\n" % (len(content), content)


def blob(content: bytes) -> bytes:
    """Store a file's bytes without a commit that holds them."""
    return b"blob\n" + data(content)


def changes(files: Mapping[str, FileState | None]) -> Iterable[bytes]:
    """File commands: deletions first, so that a file may take the place of a folder and the other way round."""
    for path in sorted(path for path, state in files.items() if state is None):
        yield b"D " + quoted(path) + b"\n"
    for path in sorted(files):
        state = files[path]
        if state is not None:
            yield b"M %b inline %b\n" % (state.mode.encode(), quoted(path)) + data(state.data)


def commit(
    ref: str,
    signature: Signature,
    message: str,
    files: Mapping[str, FileState | None],
    *,
    parent: str | None = None,
    mark: int = 1,
) -> bytes:
    """A commit on `ref` that lays `files` (None deletes) over `parent`: an id, a mark `:n`, or None for no parent."""
    start = b"" if parent else b"reset " + ref.encode() + b"\n\n"
    head = b"commit %b\nmark :%d\n" % (ref.encode(), mark)
    who = b"author %b\ncommitter %b\n" % (signature.line(), signature.line())
    origin = b"from " + parent.encode() + b"\n" if parent else b""
    return start + head + who + data(message.encode()) + origin + b"".join(changes(files)) + b"\n"


def tag(name: str, target: str) -> bytes:
    """A lightweight tag on a commit's id or mark."""
    return f"reset refs/tags/{name}\nfrom {target}\n\n".encode()
