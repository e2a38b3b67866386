"""A template file in fewer bytes that means the same: Helm reads, inflates and parses it anew for every app.

Comments go, but for those of a licence, and so does white space that trimming takes away, or that parts nothing inside
an action. Variables get short names, and `include` becomes `template` where its text is printed as it is: that writes
where the text belongs, and calls no function. The tree that Go makes of it (text/template/parse) is otherwise the
same, but for texts that only a comment kept apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain, count, product
from string import ascii_lowercase
from typing import Final

from shunter.core.gotemplate.parse import BLANK, Token, pieces

_LICENCE: Final = re.compile(r"licen[cs]e|copyright|\bspdx\b", re.IGNORECASE)
_JOINED_BEFORE: Final = frozenset(("|", ")", ",", ":="))
_JOINED_AFTER: Final = frozenset(("|", "(", ",", ":=", "="))
"""Go's lexer ends what stands before or behind these without a blank; before `=` it wants one."""
_TRIMMED: Final = " {{- "
_TRIMMED_LINE: Final = "\n{{- "
_KEPT: Final = frozenset(("$", "$_"))
_NAMED: Final = frozenset(("define", "block"))
_PLACES: Final = frozenset(("dot", "field", "variable"))


def compact(text: str) -> str:
    """The template file, shorter. Raises TemplateError for what is no template.

    Where a line ended before a named template, one still does: for people, and for the lines that Helm's errors name.
    """
    made: list[str] = []
    before, done, trimming, ended = "", 0, False, False
    found = [*pieces(text)]
    names = _short(token.text for _, _, tokens in found for token in tokens if token.kind == "variable")
    for start, end, tokens in found:
        left = text[start + 2] == "-" and text[start + 3] in BLANK
        raw = text[done:start]
        kept = _trimmed(raw, trimming, left)
        made, before = _joined(made, before, kept)
        ended = ended or raw.count("\n") > kept.count("\n")
        named = bool(tokens) and tokens[0].text in _NAMED
        if tokens or _LICENCE.search(text, start, end):
            body = (
                _action(_written(tokens), names)
                if tokens
                else text[text.index("/*", start) : text.rindex("*/", start, end) + 2]
            )
            made += [before, _opening(before, ended and named), body, "}}"]
            before, ended = "", False
        done, trimming = end, text[end - 3] == "-"
    made, before = _joined(made, before, _trimmed(text[done:], trimming, False))
    return "".join((*made, before))


def _trimmed(text: str, left: bool, right: bool) -> str:
    text = text.lstrip(BLANK) if left else text
    return text.rstrip(BLANK) if right else text


def _joined(made: list[str], before: str, kept: str) -> tuple[list[str], str]:
    """The texts on both sides of a comment as one, unless they would open an action together."""
    if before.endswith("{") and kept.startswith("{"):
        return [*made, before, _TRIMMED, "/**/}}"], kept
    return made, before + kept


def _opening(before: str, on_a_line: bool) -> str:
    """The braces that open an action behind the text `before`, which may end with one."""
    if before.endswith("{"):
        return _TRIMMED
    return _TRIMMED_LINE if on_a_line and not before.endswith(tuple(BLANK)) else "{{"


def _action(tokens: Sequence[Token], names: Mapping[str, str]) -> str:
    """What stands in an action, with a blank where Go wants one, and variables by their new names."""
    parts: list[str] = []
    for place, token in enumerate(tokens[:-1]):
        after = tokens[place + 1]
        joined = after.kind == "close" or after.text in _JOINED_BEFORE or token.text in _JOINED_AFTER
        word = names.get(token.text, token.text) if token.kind == "variable" else token.text
        parts += [word, "" if joined or not after.spaced else " "]
    return "".join(parts)


def _written(tokens: Sequence[Token]) -> Sequence[Token]:
    """The action with `template` in place of an `include` that is all of it: a constant name and one operand."""
    if [token.kind for token in tokens[:2]] not in (["word", "string"], ["word", "raw"]) or tokens[0].text != "include":
        return tokens
    operand = tokens[2:-1]
    if _bracketed(operand):
        operand = operand[1:-1]
    elif not operand or operand[0].kind not in _PLACES or any(t.spaced or t.kind != "field" for t in operand[1:]):
        return tokens
    return (replace(tokens[0], text="template"), tokens[1], replace(operand[0], spaced=True), *operand[1:], tokens[-1])


def _bracketed(operand: Sequence[Token]) -> bool:
    """Whether one pair of brackets is around all of it."""
    depth = list(accumulate({"(": 1, ")": -1}.get(token.text, 0) for token in operand))
    return len(depth) > 2 and depth[0] == 1 and depth.index(0) == len(depth) - 1


def _short(variables: Iterable[str]) -> dict[str, str]:
    """A name for each variable of a file, no two the same: the more often it is used, the shorter."""
    used = Counter(name for name in variables if name not in _KEPT)
    often = sorted(used, key=lambda name: (-used[name], len(name), name))
    return dict(zip(often, _new_names(), strict=False))


def _new_names() -> Iterator[str]:
    """`$a` to `$z`, `$aa`, and so on."""
    letters = chain.from_iterable(product(ascii_lowercase, repeat=length) for length in count(1))
    return ("$" + "".join(word) for word in letters)
