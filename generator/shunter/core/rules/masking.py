"""What looks like a secret in plain text is shown to nobody: not in source lines, messages, hints, notes or fixes.

Messages about a secret are made without it (`content.veiled`). Here it is masked where it stands in lines and in
arguments such as those of `--set`. Elsewhere only a whole scalar is a copy of it: never letters inside of a word, and
of words that anybody may use, such as `in` or `secret`, only what is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from shunter.core.goyaml.document import Document, value_at
from shunter.core.rules.content import SECRET_VALUE, called, is_hidden, is_secret, secret_step, veiled
from shunter.model.data import dataclass, replace
from shunter.model.findings import Finding, Span, TextEdit
from shunter.model.wording import dotted

_KEY: Final = re.compile(
    r"""(?:(?:"(?P<double>[\w.-]+)"|'(?P<single>[\w.-]+)')\s*:\s*|(?<![\w.-])(?P<plain>[\w.-]+)\s*:(?:\s+|(?=["'])))"""
    r"""(?:[&!]\S*\s+(?!\#|$))*"""
)
_QUOTED: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_PLAIN_IN_FLOW: Final = re.compile(r"[^,}\]]*?(?=\s*(?:[,}\]]|\s#|$))")
_PLAIN: Final = re.compile(r".*?(?=\s*(?:\s#|$))")
_REST: Final = re.compile(r".*?(?=\s*$)")
_BLOCK: Final = re.compile(r"[|>][-+0-9]*\s*(?:\s#.*)?$")
_CLOSED: Final = re.compile(r"\s*(?:$|\s#)")
_GOES_ON: Final = re.compile(r"\s*(?:$|\s#|[,}\]])")
_SPECIAL: Final = frozenset("|>&*!%@`{[")
"""What no plain scalar begins with. Whoever writes a secret so has often forgotten its quotes."""
_ITEM: Final = re.compile(r"\s*(?:- +)*(?:(?P<key>[\w.-]+|\"[^\"]*\"|'[^']*')\s*:(?:\s+|$))?")
_SET: Final = re.compile(r"--set(?P<kind>-\w+)? (?P<text>.*)", re.DOTALL)
_ARGUMENT: Final = re.compile(
    r"(?P<key>(?:\\.|[^=,\\])*)=(?P<value>\{(?:\\.|[^}\\])*\}?(?:\\.|[^,\\])*|(?:\\.|[^,\\])*)", re.DOTALL
)
_STEP: Final = re.compile(r"(?:\\.|[^.\[\]\\])+", re.DOTALL)
_NAME: Final = re.compile(r"""(?<![\w.-])["']?name["']?\s*:\s*["']?([\w.-]+)""")
_WORDS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null", "~"))
_KEY_MATERIAL: Final = re.compile(r"\s*[A-Za-z0-9+/]{40,}={0,2}\s*")
_ESCAPE: Final = re.compile(r'\\(["\\/])')
_WORD: Final = re.compile(r"[A-Za-z]+")
_TELLING: Final = 4
"""A secret of fewer characters is masked only where it stands, and in what is said of that place."""
_LONGEST: Final = 40
"""Where `shown` cuts a value."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a secret stands in a line, without its quotes: columns from 0, and its text as written and as read."""

    start: int
    end: int
    written: str
    read: str


_Told = Mapping[tuple[str, int], _Place]
"""Secrets that another line names, as in `name: DB_PASSWORD`, by file and line."""


def masked_pairs(findings: Sequence[Finding], documents: Iterable[Document]) -> tuple[Finding, ...]:
    """The findings, without secrets that are called so by the `name` beside their `value`, which no line shows alone.

    `documents` are what the findings are about.
    """
    files = {document.path: document for document in documents if document.place is None}
    told: dict[tuple[str, int], _Place] = {}
    for finding in findings:
        document = files.get(finding.span.path) if finding.key[-1:] == ("value",) else None
        if document is None or not document.has(finding.key):
            continue
        value = value_at(document.value, finding.key)
        if veiled(value, called(finding.key, document.value)) != value:
            span = document.span(finding.key)
            told[span.path, span.line] = _place_of(span)
    return tuple(_masked(finding, told) for finding in findings) if told else tuple(findings)


def _place_of(span: Span) -> _Place:
    written = span.text[span.column - 1 : span.end - 1]
    quote = written[:1] if written[:1] in ("'", '"') and written[-1:] == written[:1] and len(written) > 1 else ""
    start, end = span.column - 1 + len(quote), span.end - 1 - len(quote)
    return _Place(start, end, span.text[start:end], _unquoted(span.text[start:end], quote))


def masked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with asterisks for every character of a secret that they would show; columns stay."""
    return tuple(_masked(finding, {}) for finding in findings)


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
        start, end = match.end(), _end_of_value(line, match.end())
        quote = line[start : start + 1] if line[start : start + 1] in ("'", '"') else ""
        closed = quote and end > start + 1 and _QUOTED.fullmatch(line, start, end)
        start += len(quote)
        end -= len(quote) if closed else 0
        written = line[start:end]
        read = _unquoted(written, quote)
        if written and is_hidden(_key_in(line, match), read):
            yield _Place(start, end, written, read)


def _key_in(line: str, match: re.Match[str]) -> str:
    """What a value is called: its key, or for `value` the `name` in the same braces."""
    key: str = match["double"] or match["single"] or match["plain"]
    start, end = line.rfind("{", 0, match.start()), line.find("}", match.end())
    beside = _NAME.search(line, start, end if end >= 0 else len(line)) if key == "value" and start >= 0 else None
    return beside[1] if beside else key


def _end_of_value(line: str, start: int) -> int:
    """Where the value at `start` ends on its line; there itself, where a block or a comment begins."""
    first, flow = line[start : start + 1], _in_flow(line, start)
    rest = len(line.rstrip())
    if first in ("'", '"'):
        match = _QUOTED.match(line, start)
        return match.end() if match and (_GOES_ON if flow else _CLOSED).match(line, match.end()) else rest
    if not first or first == "#" or _BLOCK.match(line, start):
        return start
    if first in ("]", "}") and _open(line[:start]) <= 0:
        return rest
    if first in _SPECIAL:
        return _end_of_brackets(line, start) if flow else rest
    plain = (_PLAIN_IN_FLOW if flow else _PLAIN).match(line, start)
    return plain.end() if plain else start


def _end_of_brackets(line: str, start: int) -> int:
    """Where a list or a map in brackets closes, and other text inside of brackets ends."""
    depth, at = 0, start
    while at < len(line):
        quoted = _QUOTED.match(line, at)
        if quoted is None:
            depth += (line[at] in "{[") - (line[at] in "}]")
            if depth < 0 or (depth == 0 and line[at] == ","):
                return at
        at = quoted.end() if quoted else at + 1
    return len(line.rstrip())


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


def _masked(finding: Finding, told: _Told) -> Finding:
    spans = [finding.span, *(span for _, span in finding.related), *(edit.span for edit in finding.fix)]
    secrets = {place.read: place for span in spans for place in _in_span(span, finding, told)}
    if not secrets and not any(span.path.startswith("--set") for span in spans):
        return finding
    own = [place for place in _in_span(finding.span, finding, told) if _covers(finding.span, place)]
    copies = _copies(secrets.values(), own, dotted(finding.key))

    def hidden(text: str) -> str:
        return _hidden(text, copies)

    def veil(span: Span) -> Span:
        return _masked_span(span, _in_span(span, finding, told))

    return replace(
        finding,
        message=hidden(finding.message),
        hint=hidden(finding.hint),
        notes=tuple(map(hidden, finding.notes)),
        span=veil(finding.span),
        related=tuple((hidden(label), veil(span)) for label, span in finding.related),
        fix=()
        if any(_shows(edit, finding, copies, told) for edit in finding.fix)
        else tuple(replace(edit, span=veil(edit.span)) for edit in finding.fix),
    )


def _in_span(span: Span, finding: Finding, told: _Told) -> list[_Place]:
    """The secrets in a span's line: those that it names, and all of it where the name stands in a line above."""
    if (span.path, span.line) in told:
        known = told[span.path, span.line]
        return [known, *(place for place in _places(span.text) if place.start >= known.end)]
    step = secret_step(finding.key)
    item = _ITEM.match(span.text)
    if step is None or item is None or finding.rule == "missing-key":
        return _places(span.text)
    above = map(str, finding.key[: step + 1])
    if (item["key"] or "").strip("\"'") in above or any(_named(span.text)):
        return _places(span.text)
    end = len(span.text.rstrip())
    text = span.text[item.end() : end]
    if not text or text[0] == "#" or text.strip("\"'").lower() in _WORDS or _BLOCK.match(text):
        return _places(span.text)
    return [_Place(item.end(), end, text, text.strip("\"'"))]


def secret_free(argument: str) -> str:
    """An argument such as `--set a.password=x` with asterisks for its secrets; other text as it is."""
    match = _SET.fullmatch(argument)
    if match is None:
        return argument
    text = match["text"]
    start = match.start("text")
    if match["kind"] == "-literal":
        key, _, value = text.partition("=")
        return argument[:start] + (f"{key}={_stars(value)}" if _is_hidden_at(key, value) else text)
    if match["kind"] == "-json":
        return argument[:start] + _secret_free_json(text)
    if match["kind"] == "-file":
        return argument
    shown = _ARGUMENT.sub(
        lambda one: f"{one['key']}={_stars(one['value'])}" if _is_hidden_at(one["key"], one["value"]) else one[0], text
    )
    return argument[:start] + SECRET_VALUE.sub(lambda one: _stars(one[0]), shown)


def _is_hidden_at(key: str, value: str) -> bool:
    path = tuple(re.sub(r"\\(.)", r"\1", step).strip() for step in _STEP.findall(key) if not step.isdigit())
    return is_secret(path, True if value.lower() in _WORDS else value)


def _secret_free_json(text: str) -> str:
    """JSON is shown as far as no key in it is called like a secret."""
    for key in re.finditer(r"[\w.\\-]+(?=[\"'\]\[0-9]*\s*[=:])", text):
        if _is_hidden_at(key[0], "x"):
            return text[: key.end()] + _stars(text[key.end() :])
    return SECRET_VALUE.sub(lambda one: _stars(one[0]), text)


def _covers(span: Span, place: _Place) -> bool:
    """Whether a finding is about a secret itself."""
    return span.column <= place.end and place.start < span.end - 1


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


def _shows(edit: TextEdit, finding: Finding, copies: re.Pattern[str] | None, told: _Told) -> bool:
    """Whether the text of a fix is, or holds, a secret."""
    covered = any(_covers(edit.span, place) for place in _in_span(edit.span, finding, told))
    return covered or _hidden(edit.replacement, copies) != edit.replacement


def _masked_span(span: Span, places: Sequence[_Place]) -> Span:
    text = span.text
    for place in places:
        text = text[: place.start] + _stars(place.written) + text[place.end :]
    for place in places:
        if len(place.read) >= _TELLING:
            either = "|".join(map(re.escape, _forms(place)))
            scalar = rf"((?:^|[:,\[{{-])\s*[\"']?)({either})(?=[\"']?\s*(?:[,}}\]]|\s#|$))"
            text = re.sub(scalar, lambda match: match[1] + _stars(match[2]), text)
    return replace(span, text=text, path=secret_free(span.path))


def _stars(text: str) -> str:
    return "*" * len(text)
