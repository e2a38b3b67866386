"""shunter's own files, judged by the functions that judge values: all that is wrong with one, each in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.schema.compile import accepts, compile_schema
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity, TextEdit

_REPEATED: Final = ("duplicate-key", "colliding-keys")


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One kind of file that shunter reads back.

    `schema` is what its schema is called (`schemas/<schema>.schema.json`), `called` what findings call a file of this
    kind; `note` goes with every finding.
    """

    schema: str
    called: str
    note: str = ""


Rules = Callable[[Document, tuple[Finding, ...]], Iterable[Finding]]
"""What a schema cannot say of a document that was read; it is handed what the schema says, and need not repeat it."""


def checked(document: Document, kind: OwnFile, schema: bytes, rules: Rules | None = None) -> dict[str, Any]:
    """The mapping in a document, which is right by its `schema` and `rules`.

    Raises ShunterError with every problem as a finding, in the order of the file.
    """
    found = _judge(document, kind, schema)
    uncounted = any(finding.rule == "too-many-findings" for finding in found)
    if rules is not None and document.value is not None and not uncounted:
        known = {finding.key for finding in found}
        found += tuple(finding for finding in rules(document, found) if finding.key not in known)
    if found:
        from shunter.core.rules.verdict import ordered

        raise ShunterError.of(ordered(found))
    assert document.value is not None
    return document.value


def _judge(document: Document, kind: OwnFile, schema: bytes) -> tuple[Finding, ...]:
    notes = (kind.note,) if kind.note else ()
    if document.value is None:
        return tuple(_refused(replace(finding, notes=(*finding.notes, *notes))) for finding in document.findings)
    found: list[Finding] = []
    if not document.clean:
        found += (_refused(replace(finding, notes=(*finding.notes, *notes))) for finding in _repeated(document))
    if not accepts(schema, document.value):
        from shunter.core.rules.errors.blame import findings
        from shunter.core.rules.judged import FileValues
        from shunter.core.rules.limits import limited

        judged = FileValues(document, kind.called, f"{kind.schema}.schema.json", notes)
        found += limited(findings(judged, compile_schema(schema)))
    return tuple(found)


def _repeated(document: Document) -> Iterator[Finding]:
    """Keys that are set twice. It is not Helm that reads them here, so what Helm makes of them is not said."""
    from shunter.core.rules.yaml_lints import yaml_lints
    from shunter.model.wording import dotted

    for finding in yaml_lints(document):
        if finding.rule in _REPEATED:
            line = finding.related[0][1].line
            message = f"`{dotted(finding.key)}` is already set on line {line}, and only one of the two can count"
            yield replace(finding, message=message)


def _refused(finding: Finding) -> Finding:
    """A finding that stops us, whatever it is in a values file."""
    return replace(finding, kind=Kind.VERDICT, severity=Severity.ERROR)


def sound(value: Mapping[str, Any], findings: Iterable[Finding], kept: Callable[[KeyPath], Any]) -> dict[str, Any]:
    """`value` without the parts that findings are about, so that the rest can be looked at.

    `kept` is asked for what takes the place of the part at a key path; None drops it.
    """
    paths = {finding.key for finding in findings if finding.key and finding.rule not in _REPEATED}
    copy = _without(value, (), paths, kept)
    assert isinstance(copy, dict)
    return copy


def _without(value: Any, at: KeyPath, paths: set[KeyPath], kept: Callable[[KeyPath], Any]) -> Any:
    if at in paths:
        return kept(at)
    if isinstance(value, dict):
        below = {key: _without(item, (*at, key), paths, kept) for key, item in value.items()}
        return {key: item for key, item in below.items() if (*at, key) not in paths or item is not None}
    if isinstance(value, list):
        items = ((_without(item, (*at, index), paths, kept), (*at, index)) for index, item in enumerate(value))
        return [item for item, path in items if path not in paths or item is not None]
    return value


def misspelt(document: Document, path: KeyPath, written: str, meant: str, *, of: str) -> tuple[TextEdit, ...]:
    """The fix for the word `written` as key or value (`of`) at `path`, where it can only be `meant` misspelt."""
    from shunter.core.goyaml.plain import scalar_text
    from shunter.model.wording import is_slip

    span = document.span(path, of="key" if of == "key" else "value")
    bare = span.text[span.column - 1 : span.end - 1] == written
    return (TextEdit(span, scalar_text(meant)),) if bare and is_slip(written, meant) else ()
