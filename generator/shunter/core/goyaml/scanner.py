"""PyYAML's own scanner with the habits of go-yaml's, for the few texts on which libyaml 0.2.5 went another way.

In flow collections go-yaml ends a plain scalar at `?`, lets one end in `:`, and allows `,` and brackets in tags. In
double quotes it knows the escape `\\'`, and none for a slash.
"""

from __future__ import annotations

from typing import Any, Final

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken, TagToken

_BLANK: Final = "\0 \t\r\n\x85\u2028\u2029"


class GoParser(Reader, Scanner, Parser):
    """Events of a text, as go-yaml's parser gives them."""

    ESCAPE_REPLACEMENTS: Final = {  # type: ignore[misc]
        **{char: text for char, text in Scanner.ESCAPE_REPLACEMENTS.items() if char != "/"},
        "'": "'",
    }

    def __init__(self, text: bytes) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def check_plain(self) -> bool:
        char, after = self.peek(), self.peek(1)
        if char in "?:":
            return not self.flow_level and after not in _BLANK
        return char not in _BLANK + "-?:,[]{}#&*!|>'\"%@`" or (char == "-" and after not in " \t")

    def check_key(self) -> bool:
        return bool(self.flow_level) or self.peek(1) in _BLANK

    def check_value(self) -> bool:
        return bool(self.flow_level) or self.peek(1) in _BLANK

    def scan_plain(self) -> ScalarToken:
        """Scanner.scan_plain, but for where the scalar ends."""
        chunks: list[str] = []
        start = end = self.get_mark()
        spaces: list[str] | None = []
        while self.peek() != "#":
            length = 0
            while not self._ends_plain(length):
                length += 1
            if length == 0:
                break
            self.allow_simple_key = False
            chunks.extend(spaces or ())
            chunks.append(self.prefix(length))
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(self.indent + 1, start)
            if not spaces or (not self.flow_level and self.column < self.indent + 1):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def scan_to_next_token(self) -> None:
        """Scanner.scan_to_next_token, but tabs separate tokens wherever they cannot be taken for indentation."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str]:
        """Scanner.scan_plain_spaces, but blanks are spaces and tabs."""
        length = 0
        while self.peek(length) in " \t":
            length += 1
        if self.peek(length) in "\r\n\x85\u2028\u2029":
            self.forward(length)
            return list(super().scan_plain_spaces(indent, start_mark) or ())
        blanks = self.prefix(length)
        self.forward(length)
        return [blanks] if blanks else []

    def scan_tag(self) -> TagToken:
        """Scanner.scan_tag, but a handle is `!`, or `!word!`, and all else belongs to the tag."""
        start = self.get_mark()
        if self.peek(1) == "<" or self.peek(1) in _BLANK:
            return super().scan_tag()
        length = 1
        while self.peek(length).isalnum() or self.peek(length) in "_-":
            length += 1
        handle, head = "!", ""
        if self.peek(length) == "!":
            length += 1
            handle = self.prefix(length)
        else:
            head = self.prefix(length)[1:]
        self.forward(length)
        suffix = head if head and self.peek() in _BLANK else head + self.scan_tag_uri("tag", start)
        if self.peek() not in _BLANK:
            raise ScannerError("while scanning a tag", start, "did not find expected whitespace", self.get_mark())
        return TagToken((handle, suffix), start, self.get_mark())

    def _ends_plain(self, length: int) -> bool:
        char: Any = self.peek(length)
        if char in _BLANK or (char == ":" and self.peek(length + 1) in _BLANK):
            return True
        return bool(self.flow_level) and char in ",?[]{}"
