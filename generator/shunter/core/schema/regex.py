"""Regular expressions of Go (regexp/syntax, Perl flags): which it refuses, and how Rust's regex crate spells the rest.

The two agree on most; where they do not, Go takes a `{` or a `[` for itself that Rust wants escaped, repeats what is
no atom, and has ASCII in `\\d`, `\\w` and `\\s`. What `rust` gives means the same to both, but for `\\b` beside
letters that are not ASCII; and it passes for a pattern of ECMAScript, which the old drafts' own schemas ask for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_LAST: Final = 0x10FFFF
_MOST: Final = 1000
_ESCAPED: Final = r"\\[.\-/+*?()\[\]{}|^$dw]"
_INSIDE: Final = r"[a-zA-Z0-9_ ,;:=@/%!\"'+*?.()$]"
_CLASS: Final = rf"\[\^?-?(?!-)(?:{_INSIDE}|{_ESCAPED}|-(?=[a-zA-Z0-9]))*-?\]"
_TIMES: Final = r"(?:(?:[*+?]|\{(?:0|[1-9][0-9]{0,2})(?:,(?:0|[1-9][0-9]{0,2})?)?\})\??)?"
_SAME: Final = re.compile(
    rf"(?:(?:[a-zA-Z0-9_ ,;:=@/%~<>!\"'.)-]|{_ESCAPED}|{_CLASS}){_TIMES}|\((?:\?:)?|[|^$](?![*+?{{]))*"
)
"""Patterns of usual parts, which both read alike."""

_REPEAT: Final = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_originals: dict[str, str] = {}
_FLAGS: Final = re.compile(r"\(\?(?:([imsU]*)(-[imsU]+)?)([:)])", re.ASCII)
_NAMED: Final = re.compile(r"\(\?P?<(\w+)>", re.ASCII)
_POSIX: Final = {
    "alnum": "09AZaz",
    "alpha": "AZaz",
    "ascii": "\0\x7f",
    "blank": "\t\t  ",
    "cntrl": "\0\x1f\x7f\x7f",
    "digit": "09",
    "graph": "!~",
    "lower": "az",
    "print": " ~",
    "punct": "!/:@[`{~",
    "space": "\t\r  ",
    "upper": "AZ",
    "word": "09AZ__az",
    "xdigit": "09AFaf",
}
_PERL: Final = {"d": "09", "s": "\t\n\f\r  ", "w": "09AZ__az"}
_ESCAPES: Final = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_CLASS_NAME: Final = re.compile(r"\[:(\^?)([a-z]+):\]")
_UNICODE: Final = re.compile(r"\\([pP])(?:\{(\^?)([A-Za-z_ -]+)\}|([A-Z]))")
_WORDS: Final = """
alphabetic alpha lowercase lower uppercase upper whitespace wspace space dash hexdigit hex asciihexdigit ahex cased
idstart ids idcontinue idc xidstart xids xidcontinue xidc caseignorable ci math ideographic ideo joincontrol joinc
quotationmark qmark radical softdotted sd terminalpunctuation term variationselector vs extender ext diacritic dia
deprecated dep emoji emojimodifier emojipresentation emojicomponent regionalindicator graphemebase grbase
"""
_PROPERTIES: Final = frozenset(_WORDS.split())
"""What Rust knows as a class and Go does not."""


class PatternError(Exception):
    """Go does not compile the pattern; the text says why."""


@lru_cache(4096)
def rust(pattern: str) -> str:
    """The pattern for Rust. Raises PatternError."""
    found = _Parser(pattern).run()
    if _SAME.fullmatch(pattern):
        return pattern
    _originals[found] = pattern
    return found


def original(pattern: str) -> str:
    """The pattern as its author wrote it, of one that `rust` gave."""
    return _originals.get(pattern, pattern)


def problem(pattern: str) -> str | None:
    """Why Go refuses the pattern; None if it does not."""
    try:
        rust(pattern)
    except PatternError as error:
        return str(error)
    return None


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.names: set[str] = set()
        self.greedy = True

    def run(self) -> str:
        out = self.alternatives()
        if self.at < len(self.text):
            raise PatternError("unexpected )")
        return out

    def peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def alternatives(self) -> str:
        """Everything up to the end or an unmatched `)`.

        Flags such as `(?i)` hold to the end of their group, alternatives included; a repetition looks past them.
        """
        out, atom = "", ""
        held: list[str] = []
        fresh, greedy = 0, self.greedy
        times, repeated = 1, False
        while self.at < len(self.text) and self.peek() != ")":
            char = self.peek()
            suffix = self.suffix(char)
            flags = _FLAGS.match(self.text, self.at)
            if suffix is not None:
                if not atom or repeated or (times := times * suffix[1]) > _MOST:
                    raise PatternError(f"invalid or nested repetition: `{suffix[0]}`")
                atom, repeated = f"(?:{atom}){suffix[0]}", True
            elif flags is not None and flags[3] == ")":
                held += [self.opened(flags)]
                repeated = False
            else:
                out += atom + "".join(held[fresh:])
                fresh = len(held)
                (atom, times), repeated = self.atom(char, flags), False
                if char == "|":
                    out, atom = out + ")" * len(held) + "|" + "".join(held), ""
        self.greedy = greedy
        return out + atom + ")" * fresh

    def opened(self, flags: re.Match[str]) -> str:
        """The start of a group with flags; what `U` swaps, `lazy` swaps, for Rust would do it otherwise."""
        self.at = flags.end()
        on, off = flags[1], flags[2] or ""
        self.greedy = "U" in off or ("U" not in on and self.greedy)
        on, off = on.replace("U", ""), off.replace("U", "").removesuffix("-")
        return f"(?{on}{off}:"

    def suffix(self, char: str) -> tuple[str, int] | None:
        """A repetition operator and how often it repeats at most; None where none stands. Moves past it."""
        if char in ("*", "+", "?"):
            self.at += 1
            return char + self.lazy(), 1
        found = _REPEAT.match(self.text, self.at) if char == "{" else None
        if found is None:
            return None
        low, high = int(found[1]), int(found[3] or found[1])
        if max(low, high) > _MOST or (found[3] and high < low):
            raise PatternError(f"invalid repeat count: `{found[0]}`")
        self.at = found.end()
        return found[0] + self.lazy(), max(high, low, 1)

    def lazy(self) -> str:
        lazy = self.peek() == "?"
        self.at += lazy
        return "?" if lazy == self.greedy else ""

    def group(self) -> tuple[str, int]:
        inner = self.alternatives()
        if self.peek() != ")":
            raise PatternError("missing closing )")
        self.at += 1
        counts = [int(found[3] or found[1]) for found in _REPEAT.finditer(inner)]
        return inner, max(counts, default=1) or 1

    def atom(self, char: str, flags: re.Match[str] | None) -> tuple[str, int]:
        """One part of the pattern, and how often something in it is repeated."""
        if flags is not None:
            greedy, start = self.greedy, self.opened(flags)
            inner, times = self.group()
            self.greedy = greedy
            return f"{start}{inner})", times
        if char == "(":
            return self.capture()
        if char == "[":
            self.at += 1
            return self.bracket(), 1
        if char == "\\":
            return self.escape(), 1
        self.at += 1
        return (char if char in ".^$|" else _literal(ord(char))), 1

    def capture(self) -> tuple[str, int]:
        if named := _NAMED.match(self.text, self.at):
            if named[1] in self.names:
                raise PatternError("duplicate capture group name")
            self.names.add(named[1])
            self.at = named.end()
        elif self.peek(1) == "?":
            raise PatternError(f"invalid or unsupported Perl syntax: `{self.text[self.at : self.at + 3]}`")
        else:
            self.at += 1
        inner, times = self.group()
        return f"({inner})", times

    def escape(self) -> str:
        char = self.peek(1)
        if char in ("A", "z", "b", "B"):
            self.at += 2
            return {"A": "(?-m:^)", "z": "(?-m:$)"}.get(char, f"\\{char}")
        if char == "Q":
            text, _, _ = self.text[self.at + 2 :].partition(r"\E")
            self.at = min(self.at + 2 + len(text) + 2, len(self.text))
            return "".join(_literal(ord(one)) for one in text) or "(?:)"
        known = self.known_class()
        return f"[{known}]" if known is not None else _literal(self.code())

    def known_class(self) -> str | None:
        r"""The inside of a bracket for `\d`, `\pL` and the like; None where none stands."""
        letter = self.peek(1)
        if letter.lower() in _PERL:
            self.at += 2
            return _ranges(_PERL[letter.lower()], negated=letter.isupper())
        found = _UNICODE.match(self.text, self.at)
        if found is None:
            if letter in ("p", "P"):
                raise PatternError("invalid character class range")
            return None
        self.at = found.end()
        name = found[3] or found[4]
        if not _is_class(name):
            raise PatternError(f"invalid character class range: `{found[0]}`")
        return f"\\{'P' if (found[1] == 'P') != bool(found[2]) else 'p'}{{{name}}}"

    def code(self) -> int:
        """The character that an escape stands for."""
        char = self.peek(1)
        if octal := re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})").match(self.text, self.at):
            self.at = octal.end()
            return int(octal[1], 8)
        if hexadecimal := re.compile(r"\\x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})").match(self.text, self.at):
            code = int(hexadecimal[1] or hexadecimal[2], 16)
            if code <= _LAST:
                self.at = hexadecimal.end()
                return code
        elif char in _ESCAPES or (char and char.isascii() and not char.isalnum()):
            self.at += 2
            return _ESCAPES.get(char, ord(char))
        raise PatternError(f"invalid escape sequence: `\\{char}`" if char else "trailing backslash")

    def bracket(self) -> str:
        negated = self.peek() == "^"
        self.at += negated
        parts: list[str] = []
        first = True
        while first or self.peek() != "]":
            first = False
            if self.at >= len(self.text):
                raise PatternError("missing closing ]")
            parts.append(self.item())
        self.at += 1
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def item(self) -> str:
        if named := _CLASS_NAME.match(self.text, self.at):
            if named[2] not in _POSIX:
                raise PatternError(f"invalid character class range: `{named[0]}`")
            self.at = named.end()
            return _ranges(_POSIX[named[2]], negated=named[1] == "^")
        known = self.known_class() if self.peek() == "\\" else None
        if known is not None:
            return known
        low = self.bound()
        if self.peek() != "-" or self.peek(1) in ("]", ""):
            return _literal(low)
        self.at += 1
        high = self.bound()
        if high < low:
            raise PatternError("invalid character class range")
        return f"{_literal(low)}-{_literal(high)}"

    def bound(self) -> int:
        if self.peek() == "\\":
            return self.code()
        if not self.peek():
            raise PatternError("missing closing ]")
        self.at += 1
        return ord(self.text[self.at - 1])


@lru_cache(256)
def _is_class(name: str) -> bool:
    """Whether Go knows a category or script of this name; Rust knows the same ones, and more."""
    import jsonschema_rs

    plain = re.sub("[ _-]", "", name).lower()
    if plain in _PROPERTIES or plain.startswith(("is", "changeswhen")):
        return False
    try:
        jsonschema_rs.validator_for({"pattern": f"\\p{{{name}}}"}, pattern_options=jsonschema_rs.RegexOptions())
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def _literal(code: int) -> str:
    char = chr(code)
    if 0xD800 <= code <= 0xDFFF:
        return r"\ufffd"
    if char.isascii() and char.isalnum():
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\u{{{code:x}}}"


def _ranges(ends: str, *, negated: bool) -> str:
    """The inside of a bracket for the ranges of characters whose ends are given, one after the other."""
    codes = [ord(end) for end in ends]
    pairs = list(zip(codes[::2], codes[1::2], strict=True))
    if negated:
        starts = [0, *(high + 1 for _, high in pairs)]
        stops = [*(low - 1 for low, _ in pairs), _LAST]
        pairs = [pair for pair in zip(starts, stops, strict=True) if pair[0] <= pair[1]]
    return "".join(f"{_literal(low)}-{_literal(high)}" for low, high in pairs)
