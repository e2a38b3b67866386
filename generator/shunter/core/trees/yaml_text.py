"""What all lines of a YAML file have in common, so that a text that was changed is written as it came."""

from __future__ import annotations

from typing import Final

from shunter.core.trees.yaml_read import CannotMergeError
from shunter.model.data import dataclass

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Layout:
    """A byte order mark, CRLF as line ends, and whether the last line has an end."""

    mark: bool
    crlf: bool
    ended: bool

    def laid(self, text: str) -> bytes:
        """The bytes of a text with line feeds."""
        text = text if self.ended else text.removesuffix("\n")
        return (_BOM if self.mark else b"") + (text.replace("\n", "\r\n") if self.crlf else text).encode()


def laid_out(data: bytes) -> tuple[Layout, str]:
    """How a file is laid out, and its text with a line feed behind each line.

    Raises CannotMergeError for another encoding than UTF-8, and for line ends of several kinds.
    """
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise CannotMergeError("it is not UTF-8") from None
    crlf = text.count("\r\n")
    if crlf not in (0, text.count("\n")):
        raise CannotMergeError("it has line ends of several kinds")
    ended = not text or text.endswith("\n")
    plain = text.replace("\r\n", "\n") + ("" if ended else "\n")
    return Layout(data.startswith(_BOM), crlf > 0, ended), plain
