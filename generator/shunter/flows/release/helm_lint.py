"""What Helm's own linter says of a chart, each in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from shunter.adapters.helm.engine import Engine, LintMessage
from shunter.core.charts.contents import read_once
from shunter.core.charts.packed import PackedChart
from shunter.core.goyaml.document import Document, KeyPath
from shunter.flows.release.judged import remains
from shunter.flows.release.release import Release
from shunter.flows.workspace.context import Site
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity, Span

_AT: Final = re.compile(r"at '((?:/[^']*)?)': (?:additional properties '([^']*)')?")
_IN_TEMPLATE: Final = re.compile(r"(?:^|\(|template: )([^\s:()]+):(\d+)(?::(\d+))?(?:$|[):])", re.MULTILINE)
_NAMES: Final = re.compile(r"'[^', ]+'(?:, '[^', ]+')+|(?<=these dependencies: )\S+")
_ERROR: Final = "- at "
_WORD: Final = re.compile(r"[A-Za-z]+")


def helm_lint(
    site: Site,
    release: Release,
    helm: Engine,
    lean: PackedChart | None = None,
    linted: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """The warnings and errors of `helm lint` with the release's values, at Helm's severity.

    `lean` is the chart without what has been judged, see `judged`; `linted` is None if Helm does not render it, and
    else has what `helm lint` renders, as far as it is known. Where nothing is said of that, nothing is to be said.
    """
    try:
        values = release.values
    except ShunterError as error:
        if not release.is_encrypted:
            raise
        told = f"helm lint is skipped: {error.message}"
        kind, level = Kind.LINT, Severity.WARNING
        yield Finding("encrypted-values", told, Span(""), kind, level, notes=error.notes, hint=error.hint)
        return
    if lean is not None:
        left = remains(lean, linted, helm) if linted is not None else None
        asked, but = (left.chart, left.misses) if left else (lean, "")
        if not _said(helm.lint(asked, values, namespace=release.namespace), but):
            return
    chart = release.archive if release.is_encrypted else site.path
    messages = helm.lint(chart, values, namespace=release.namespace)
    yield from _told(release, [replace(message, text=_in_order(release.shown(message.text))) for message in messages])


def _in_order(text: str) -> str:
    """What Helm says, each list of names and errors sorted: it takes them from maps, in another order every time."""
    lines = [_NAMES.sub(_sorted, line) for line in text.splitlines()]
    errors = iter(sorted(line for line in lines if line.lstrip().startswith(_ERROR)))
    return "\n".join(next(errors) if line.lstrip().startswith(_ERROR) else line for line in lines)


def _sorted(names: re.Match[str]) -> str:
    between = ", " if ", " in names[0] else ","
    return between.join(sorted(names[0].split(between)))


def _said(messages: Iterable[LintMessage], but: str) -> bool:
    return any(message.severity is not Severity.NOTE and _in_order(message.text) != but for message in messages)


def _told(release: Release, messages: Iterable[LintMessage]) -> Iterator[Finding]:
    said: set[str] = set()
    for message in messages:
        lines = [line.strip() for line in message.text.splitlines() if line.strip()] or ["it does not say what"]
        if message.severity is Severity.NOTE or lines[-1] in said:
            continue
        said.add(lines[-1])
        if _IN_TEMPLATE.fullmatch(lines[0]):  # the cause comes last, behind each call on the way
            lines = [*lines[:0:-1], lines[0]]
        span = _place(release, message)
        subject = "" if not message.path or span.path.startswith(message.path) else f"{message.path}: "
        notes = tuple(f"helm: {line}" for line in lines[1:])
        text = f"helm lint: {subject}{lines[0]}"
        yield Finding("helm-lint", text, span, Kind.LINT, message.severity, notes=notes)


def _place(release: Release, message: LintMessage) -> Span:
    """Where a message points: a template's line, a key of the values, or a key of Chart.yaml that it names."""
    file = Span(message.path if release.tree.get(message.path) else "Chart.yaml")
    if (found := _IN_TEMPLATE.search(message.text)) is not None:
        path = found[1].partition("/")[2]
        if (state := release.tree.get(path)) is not None:
            return _line(path, state.data, int(found[2]), int(found[3] or 0))
    if (at := _AT.search(message.text)) is not None:
        return _value(release, (*_steps(at[1]), *([at[2]] if at[2] else ())), file)
    if file.path == "values.yaml" and release.chart.values.findings:
        return release.chart.values.findings[0].span
    if message.path == "Chart.yaml" and (state := release.tree.get("Chart.yaml")) is not None:
        return _key(read_once(state.data, "Chart.yaml"), message.text)
    return file


def _line(path: str, data: bytes, line: int, column: int) -> Span:
    """A line of a template from a column on that counts from 0."""
    lines = data.decode("utf-8", "replace").splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return Span(path, line, column + 1, max(len(text), column) + 1, text)


def _steps(pointer: str) -> KeyPath:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _value(release: Release, path: KeyPath, otherwise: Span) -> Span:
    """Where the highest file that has a value, or the nearest one around it, says so."""
    documents = (*release.layers[::-1], release.chart.values)
    for depth in range(len(path), 0, -1):
        for document in documents:
            if document.has(path[:depth]):
                return document.span(path[:depth], of="value" if depth == len(path) else "key")
    return otherwise


def _key(definition: Document, text: str) -> Span:
    words = (word for word in _WORD.findall(text) if definition.has((word,)))
    return definition.span((next(words, ""),))
