"""Findings for values files that Helm cannot read at all."""

from __future__ import annotations

import re

from shunter.core.goyaml.construct import RefusedError
from shunter.core.goyaml.nodes import MAX_DEPTH, MarkedYAMLError, ReaderError, TooDeepError
from shunter.core.goyaml.positions import span_at
from shunter.model.data import replace
from shunter.model.findings import Finding, Kind, Span

_NO_TAB = "indent with spaces: YAML allows no tab there"
_HINTS = (
    ("a tab character that violates indentation", _NO_TAB),
    ("cannot start any token", "quote the value: this character cannot start one"),
    ("mapping values are not allowed", "quote a value that holds `: `, or check the indentation"),
    ("could not find expected ':'", "a key needs a `:` after it; check the indentation, or quote the text"),
    ("did not find expected key", "check the indentation of this line and the one above"),
    ("did not find expected '-' indicator", "items of one list must stand in one column"),
    ("did not find expected ',' or", "a `,` or a closing bracket is missing"),
    ("undefined alias", "define the anchor (`&name`) above its first use"),
    ("found unexpected end of stream", "a quote is not closed"),
    ("unknown escape character", "double a backslash in double quotes, or use single quotes"),
    ("did not find expected <document start>", "Helm accepts no directives (`%YAML`)"),
    ("`?` inside brackets", "quote the value"),
    ("block sequence entries are not allowed", "put the list on the lines below its key, or quote the `-`"),
    ("expected <block end>", "check the indentation of this line and the one above"),
    ("found duplicate", "drop one of the two"),
)
_OPENERS = ("while parsing a flow", "while scanning a quoted")
_KEYED = re.compile(
    r"(?P<indent>\s*(?:- +)*)(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<plain>[^\s:#\"'][^\s:#]*))\s*:(?:\s|$)"
)
_MOST_LINES = 2_000
"""As far up is looked for the keys above an error."""
_ACTION = re.compile(r"^[^#'\"]*?(?<![^\s:,\[-])\{\{")
_NO_TEMPLATE = "values files are no templates: write the value itself, or quote it if the chart hands it to `tpl`"
_HINT = "quote the value, or check the indentation of this line and the one above"


def syntax_finding(path: str, text: str, first_line: int, error: Exception) -> Finding:
    """The finding for an error of reading; `text` is the document, which starts on line `first_line` (from 0)."""
    finding = _finding(path, text, first_line, error)
    lines = (finding.span.text, *(span.text for _, span in finding.related))
    if finding.rule in ("yaml-key", "yaml-syntax") and any(map(_ACTION.search, lines)):
        return replace(finding, hint=_NO_TEMPLATE)
    return finding


def _finding(path: str, text: str, first_line: int, error: Exception) -> Finding:
    if isinstance(error, RefusedError):
        span = span_at(path, text, first_line, error.node.start_mark.index, error.node.end_mark.index)
        return Finding(error.rule, str(error), span, key=_keys_above(text, span.line - first_line), hint=error.hint)
    if isinstance(error, TooDeepError):
        mark = error.node.start_mark.index if error.node is not None else 0
        message = f"values nested deeper than {MAX_DEPTH} levels are not judged"
        span = span_at(path, text, first_line, mark, mark + 1)
        return Finding("too-deep", message, span, kind=Kind.LINT, hint="flatten them")
    if isinstance(error, ReaderError):
        return _encoding_finding(path, text, first_line, error)
    return _yaml_finding(path, text, first_line, error)


def _encoding_finding(path: str, text: str, first_line: int, error: ReaderError) -> Finding:
    position = error.position if isinstance(error.position, int) else 0
    index = len(text.encode("utf-8", "replace")[:position].decode("utf-8", "ignore"))
    span = span_at(path, text, first_line, index, index + 1)
    if "control" in str(error.reason):
        character = f"U+{error.character:04X}" if isinstance(error.character, int) else "a control character"
        return Finding(
            "yaml-encoding", f"{character} is not allowed in YAML", span, hint='remove it, or write it as "\\x.."'
        )
    return Finding("yaml-encoding", f"this is no UTF-8: {error.reason}", span, hint="save the file as UTF-8")


def _unclosed(text: str, end: int) -> int:
    """Where the last bracket opens that is still open at `end`; `end` if none is."""
    stack: list[int] = []
    for found in re.finditer(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?<!\S)#.*|[\[{\]}]", text[:end]):
        if found[0] in ("[", "{"):
            stack.append(found.start())
        elif found[0] in ("]", "}") and stack:
            stack.pop()
    return stack[-1] if stack else end


def _yaml_finding(path: str, text: str, first_line: int, error: Exception) -> Finding:
    if not isinstance(error, MarkedYAMLError):
        return Finding("yaml-syntax", f"this is no YAML: {error}", Span(path))
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context)
    index = mark.index if mark is not None else 0
    hint = next((hint for part, hint in _HINTS if part in problem), _HINT)
    if "cannot start any token" in problem and text[index : index + 1] == "\t":
        hint = _NO_TAB
    span = span_at(path, text, first_line, index, index + 1)
    related: tuple[tuple[str, Span], ...] = ()
    opened = error.context_mark.index if error.context_mark is not None else index
    if opened == index and not text[index:].strip():
        opened = _unclosed(text, index)
    start = span_at(path, text, first_line, opened, opened + 1)
    if start.line != span.line and mark is not None:
        if opened != index and (error.context_mark is None or str(error.context).startswith(_OPENERS)):
            span, related = start, (("the parser gave up here", span),)  # the bracket or quote never closes
        else:
            related = ((str(error.context), start),)
    key = _keys_above(text, span.line - first_line)
    return Finding("yaml-syntax", f"this is no YAML: {problem}", span, key=key, hint=hint, related=related)


def _keys_above(text: str, line: int) -> tuple[str, ...]:
    """The keys that a line (from 1) of text that is no YAML stands below, and its own, by the indentation."""
    lines = text.split("\n")[max(line - _MOST_LINES, 0) : line]
    found: list[str] = []
    left = None
    for one in reversed(lines):
        match = _KEYED.match(one)
        if match and (left is None or len(match["indent"]) < left):
            left = len(match["indent"])
            found.insert(0, match["double"] or match["single"] or match["plain"] or "")
    return tuple(found)
