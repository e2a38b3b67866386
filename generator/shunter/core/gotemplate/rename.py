"""Other names for named templates, in the text of a template file: every other byte stays.

What names a template is the constant after `define`, `template`, `block` and `include`. A name that is computed is
known only when the template runs, and so is what a text that `tpl` is given names: both are renamed then, by what is
put around them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from shunter.core.gotemplate.parse import Token, actions
from shunter.model.data import dataclass

_NAMED = ("define", "template", "block", "include")
_STRINGS = ("string", "raw")
DIGITS: Final = 12
_MARK: Final = re.compile(rf"@[^@\s]+-[0-9a-f]{{{DIGITS}}}(?=\.|$)")


@dataclass(frozen=True, slots=True)
class Names:
    """How named templates are called from now on.

    `new` gives the name for an old one; `computed` and `evaluated` are what to put before and after an expression that
    results in a name, and in a text that names templates; `printed` follows the `tpl` of such a text.
    """

    new: Callable[[str], str]
    computed: tuple[str, str]
    evaluated: tuple[str, str]
    printed: str


Edit = tuple[int, int, str]


def renamed(text: str, names: Names) -> str:
    """The template file with other names. Raises TemplateError for what is no template."""
    return _edited(text, (edit for tokens in actions(text) for edit in _edits(tokens, names)))


def _edited(text: str, edits: Iterable[Edit]) -> str:
    pieces, done = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        pieces += [text[done:start], new]
        done = end
    return "".join((*pieces, text[done:]))


def public(name: str) -> str:
    """The name without the version and hash, of `DIGITS` digits, that make it a published app's own."""
    return _MARK.sub("", name)


def named(text: str) -> list[str]:
    """The names that constants of a template file define or call. Raises TemplateError for what is no template."""
    return [
        after.value
        for tokens in actions(text)
        for word, after in pairwise(tokens)
        if word.kind == "word" and word.text in _NAMED and after.kind in _STRINGS
    ]


def _edits(tokens: Sequence[Token], names: Names) -> Iterator[Edit]:
    for place, token in enumerate(tokens[:-1]):
        after = tokens[place + 1]
        if token.kind != "word" or token.text not in (*_NAMED, "tpl") or after.kind == "close" or after.text in "|)":
            continue
        last = _operand(tokens, place + 1)
        if token.text == "tpl":
            yield from _around(after, tokens[last], names.evaluated)
            end = tokens[_command(tokens, place) - 1].end
            yield end, end, names.printed
        elif after.kind in _STRINGS:
            yield after.start, after.end, _quoted(after, names.new(after.value))
        elif token.text == "include":
            yield from _around(after, tokens[last], names.computed)


def _around(first: Token, last: Token, marks: tuple[str, str]) -> Iterator[Edit]:
    before, behind = marks
    yield first.start, first.start, before
    yield last.end, last.end, behind


def _quoted(token: Token, name: str) -> str:
    quote = token.text[0]
    if name == token.value:
        return token.text
    return f"{quote}{name}{quote}" if token.text[1:-1] == token.value else json.dumps(name)


def _operand(tokens: Sequence[Token], place: int) -> int:
    """The place of the last token of the operand that starts at `place`."""
    depth = 0
    while True:
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0)
        following = tokens[place + 1]
        joined = following.kind == "field" and not following.spaced
        if (depth <= 0 and not joined) or following.kind == "close":
            return place
        place += 1


def _command(tokens: Sequence[Token], place: int) -> int:
    """The place of the token that ends the command which `place` is in."""
    depth = 0
    while tokens[place].kind != "close":
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0)
        if depth < 0 or (depth == 0 and tokens[place].text == "|"):
            return place
        place += 1
    return place
