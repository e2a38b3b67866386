"""What looks like a secret in plain text is shown to nobody: not in source lines, messages, hints, notes or fixes.

In its own line a secret is masked where it stands. Elsewhere only a whole scalar is a copy of it: never letters inside
of a word, and of words that anybody may use, such as `in` or `secret`, only what is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shunter.core.rules.content import SECRET_VALUE, is_named_secret, may_be_secret
from shunter.model.data import dataclass, replace
from shunter.model.findings import Finding, Span, TextEdit
from shunter.model.wording import dotted

_KEY: Final = re.compile(
    r"""(?:"(?P<double>[\w.-]+)"|'(?P<single>[\w.-]+)'|(?<![\w.-])(?P<plain>[\w.-]+))\s*:(?:\s+|(?=["']))(?:[&!]\S*\s+)*"""
)
_QUOTED: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_PLAIN_IN_FLOW: Final = re.compile(r"[^,}\]]*?(?=\s*(?:[,}\]]|\s#|$))")
_PLAIN: Final = re.compile(r".*?(?=\s*(?:\s#|$))")
_NO_PLAIN: Final = frozenset("|>&*![{#")
_KEY_MATERIAL: Final = re.compile(r"\s*[A-Za-z0-9+/]{40,}={0,2}\s*")
_ESCAPE: Final = re.compile(r'\\(["\\/])')
_WORD: Final = re.compile(r"[A-Za-z]+")
_TELLING: Final = 4
"""A secret of fewer characters is masked only where it stands, and in what is said of that place."""
_LONGEST: Final = 40
"""Where `shown` cuts a value."""
_SCALARS: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)')


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a secret stands in a line, without its quotes: columns from 0, and its text as written and as read."""

    start: int
    end: int
    written: str
    read: str


def masked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with asterisks for every character of a secret that they would show; columns stay."""
    return tuple(map(_masked, findings))


def secrets_in(line: str) -> tuple[str, ...]:
    """The secrets in one line of a values file, as they are written but without quotes, in their order."""
    return tuple(place.written for place in _places(line))


def _places(line: str) -> list[_Place]:
    if _KEY_MATERIAL.fullmatch(line):
        return [_Place(len(line) - len(line.lstrip()), len(line.rstrip()), line.strip(), line.strip())]
    found = sorted((*_named(line), *_telling(line)), key=lambda place: (place.start, -place.end))
    outer: list[_Place] = []
    for place in found:
        if not outer or place.start >= outer[-1].end:
            outer.append(place)
    return outer


def _telling(line: str) -> Iterator[_Place]:
    for match in SECRET_VALUE.finditer(line):
        yield _Place(*match.span(), match[0], match[0])


def _named(line: str) -> Iterator[_Place]:
    """The values of keys that are called like secrets."""
    for match in _KEY.finditer(line):
        start, end = match.end(), _end_of_scalar(line, match.end())
        quote = line[start : start + 1] if line[start : start + 1] in ("'", '"') else ""
        start += len(quote)
        end -= len(quote) if quote and line[end - 1] == quote and end > start else 0
        written = line[start:end]
        read = _unquoted(written, quote)
        if written and may_be_secret(match["double"] or match["single"] or match["plain"], read):
            yield _Place(start, end, written, read)


def _end_of_scalar(line: str, start: int) -> int:
    """Where the scalar at `start` ends on its line; there itself, where a list, a map or a block begins."""
    first = line[start : start + 1]
    if first in ("'", '"'):
        match = _QUOTED.match(line, start)
        return match.end() if match else len(line.rstrip())
    if not first or first in _NO_PLAIN:
        return start
    plain = (_PLAIN_IN_FLOW if _in_flow(line, start) else _PLAIN).match(line, start)
    return plain.end() if plain else start


def _in_flow(line: str, start: int) -> bool:
    """Whether brackets are open at a column: those of its own line, or those of a line above that close on it."""
    return _open(line[:start]) > 0 or _open(line[start:]) < 0


def _open(text: str) -> int:
    bare = _QUOTED.sub("", text)
    return sum(map(bare.count, "{[")) - sum(map(bare.count, "}]"))


def _unquoted(text: str, quote: str) -> str:
    if quote == "'":
        return text.replace("''", "'")
    return _ESCAPE.sub(r"\1", text) if quote else text


def _masked(finding: Finding) -> Finding:
    spans = [finding.span, *(span for _, span in finding.related), *(edit.span for edit in finding.fix)]
    secrets = {place.read: place for span in spans for place in _places(span.text)}
    own = [place for place in _places(finding.span.text) if _covers(finding.span, place)]
    elsewhere = is_named_secret(finding.key) and _is_elsewhere(finding.span)
    if not secrets and not elsewhere:
        return finding
    copies = _SCALARS if elsewhere else _copies(secrets.values(), own, dotted(finding.key))

    def hidden(text: str) -> str:
        return _hidden(text, copies)

    return replace(
        finding,
        message=hidden(finding.message),
        hint=hidden(finding.hint),
        notes=tuple(map(hidden, finding.notes)),
        span=_masked_span(finding.span),
        related=tuple((hidden(label), _masked_span(span)) for label, span in finding.related),
        fix=() if any(_shows(edit, copies) for edit in finding.fix) else tuple(map(_masked_edit, finding.fix)),
    )


def _covers(span: Span, place: _Place) -> bool:
    """Whether a finding is about a secret itself."""
    return span.column <= place.end and place.start < span.end - 1


def _is_elsewhere(span: Span) -> bool:
    """Whether the value that a span names is not written in its line: it has none, or begins a block there."""
    return not span.text or span.text[span.column - 1 : span.column] in ("|", ">")


def _copies(secrets: Iterable[_Place], own: Sequence[_Place], key: str) -> re.Pattern[str] | None:
    """What finds secrets as whole scalars in texts: quoted, or by themselves where they are no words of a language.

    Of a finding's own secret, also what goes on in the next lines is masked; `key` is no copy of it.
    """
    about = {place.read for place in own}
    found = [place for place in secrets if place.read in about or len(place.read) >= _TELLING]
    patterns = [pattern for place in found for pattern in _copy_of(place, key, own=place.read in about)]
    return re.compile("|".join(patterns)) if patterns else None


def _copy_of(place: _Place, key: str, *, own: bool) -> Iterator[str]:
    forms = _forms(place)
    either = "|".join(map(re.escape, forms))
    more = r'(?:[^"\\]|\\.)*' if own and len(place.read) >= _TELLING else ""
    yield rf"(?<=[\"'])(?:{either}){more}(?=[\"']|$)"
    if not _WORD.fullmatch(place.read):
        yield rf"(?<![\w.-])(?:{either})(?![\w-]|\.\w)"
    elif own and place.read != key:
        yield rf"(?<=`)(?:{either})(?=`)"
    cut = "|".join(re.escape(forms[0][:length]) for length in range(min(len(forms[0]), _LONGEST), _TELLING - 1, -1))
    if cut:
        yield rf"(?<![\w.-])(?:{cut})(?=\.\.\.)"


def _forms(place: _Place) -> list[str]:
    """How a secret may be spelled: as in its file, as it is read, and as a message quotes it; the longest first."""
    return sorted({place.written, place.read, json.dumps(place.read, ensure_ascii=False)[1:-1]}, key=len, reverse=True)


def _hidden(text: str, copies: re.Pattern[str] | None) -> str:
    return copies.sub(lambda match: _stars(match[0]), text) if copies else text


def _shows(edit: TextEdit, copies: re.Pattern[str] | None) -> bool:
    """Whether the text of a fix is, or holds, a secret."""
    covered = any(_covers(edit.span, place) for place in _places(edit.span.text))
    return covered or _hidden(edit.replacement, copies) != edit.replacement


def _masked_edit(edit: TextEdit) -> TextEdit:
    return replace(edit, span=_masked_span(edit.span))


def _masked_span(span: Span) -> Span:
    text = span.text
    places = _places(text)
    for place in places:
        text = text[: place.start] + _stars(place.written) + text[place.end :]
    for place in places:
        if len(place.read) >= _TELLING:
            either = "|".join(map(re.escape, _forms(place)))
            scalar = rf"((?:^|[:,\[{{-])\s*[\"']?)({either})(?=[\"']?\s*(?:[,}}\]]|\s#|$))"
            text = re.sub(scalar, lambda match: match[1] + _stars(match[2]), text)
    return replace(span, text=text)


def _stars(text: str) -> str:
    return "*" * len(text)
