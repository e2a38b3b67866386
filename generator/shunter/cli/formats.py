"""Findings for machines: JSON, SARIF 2.1.0, GitHub annotations and JUnit. The same findings give the same bytes.

Columns count Unicode characters from 1, ends are behind the last character, as in `Span`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from shunter import __version__
from shunter.core.rules.catalogue import RULES, Rule
from shunter.model.findings import Finding, Severity, Span, TextEdit

SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_GITHUB: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(findings: Sequence[Finding], form: str) -> str:
    """The findings in the format `json`, `sarif`, `github` or `junit`."""
    if form == "sarif":
        return sarif(findings)
    return {"json": as_json, "github": github, "junit": junit}[form](findings)


def as_json(findings: Iterable[Finding]) -> str:
    """A JSON object with the list `findings`; its schema is `schemas/findings.schema.json`."""
    return _text({"version": 1, "findings": [_json_finding(finding) for finding in findings]})


def _json_finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "message": finding.message,
        "span": _json_span(finding.span),
        "key": list(finding.key),
        "notes": list(finding.notes),
        "related": [{"message": message, "span": _json_span(span)} for message, span in finding.related],
        "hint": finding.hint,
        "fix": [{"span": _json_span(edit.span), "replacement": edit.replacement} for edit in finding.fix],
    }


def _json_span(span: Span) -> dict[str, Any]:
    return {"path": span.path, "line": span.line, "column": span.column, "end": span.end}


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def sarif(findings: Iterable[Finding], rules: Mapping[str, Rule] = RULES) -> str:
    """A SARIF 2.1.0 log with one run; rules that found nothing are left out."""
    found = list(findings)
    names = sorted({finding.rule for finding in found})
    driver = {
        "name": "shunter",
        "version": __version__,
        "rules": [_sarif_rule(name, rules.get(name)) for name in names],
    }
    results = [_sarif_result(finding, names.index(finding.rule)) for finding in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _text({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(name: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"kind": rule.kind.value},
    }


def _sarif_result(finding: Finding, index: int) -> dict[str, Any]:
    text = finding.message if not finding.hint else f"{finding.message} ({finding.hint})"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": "\n".join((text, *finding.notes))},
        "locations": [_sarif_location(finding.span)],
    }
    if finding.related:
        result["relatedLocations"] = [
            {**_sarif_location(span), "message": {"text": message}} for message, span in finding.related
        ]
    if finding.fix:
        result["fixes"] = [_sarif_fix(finding.fix, finding.hint or finding.message)]
    return result


def _sarif_location(span: Span) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(span.path) or "."}}
    if span.line:
        physical["region"] = _region(span) | {"snippet": {"text": span.text}}
    return {"physicalLocation": physical}


def _uri(path: str) -> str:
    return quote(path, errors="surrogateescape")


def _region(span: Span) -> dict[str, Any]:
    column = max(span.column, 1)
    return {"startLine": span.line, "startColumn": column, "endColumn": max(span.end, column)}


def _sarif_fix(edits: Sequence[TextEdit], description: str) -> dict[str, Any]:
    files: dict[str, list[dict[str, Any]]] = {}
    for edit in edits:
        change = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}}
        files.setdefault(edit.span.path, []).append(change)
    changes = [{"artifactLocation": {"uri": _uri(path)}, "replacements": list_} for path, list_ in files.items()]
    return {"description": {"text": description}, "artifactChanges": changes}


def github(findings: Iterable[Finding]) -> str:
    """Workflow commands of GitHub Actions, one line per finding."""
    return "".join(_annotation(finding) for finding in findings)


def _annotation(finding: Finding) -> str:
    span = finding.span
    fields = {"file": span.path}
    if span.line:
        fields |= {"line": str(span.line), "col": str(span.column), "endColumn": str(span.end)}
    fields["title"] = finding.rule
    properties = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in fields.items() if value)
    body = "\n".join([finding.message, *finding.notes, *([f"hint: {finding.hint}"] if finding.hint else [])])
    return f"::{_GITHUB[finding.severity]} {properties}::{_escaped(body)}\n"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def junit(findings: Iterable[Finding]) -> str:
    """JUnit XML: a test case per finding, grouped by file; errors are failures, the rest is printed as output."""
    files: dict[str, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.span.path, []).append(finding)
    total = sum(map(len, files.values()))
    failures = sum(map(_failures, files.values()))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites tests="{total}" failures="{failures}">']
    for path, group in files.items():
        lines.append(f'  <testsuite name={attribute(path)} tests="{len(group)}" failures="{_failures(group)}">')
        lines += [line for finding in group for line in _case(finding)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _failures(findings: Iterable[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


def _case(finding: Finding) -> list[str]:
    span = finding.span
    place = f"{span.path}:{span.line}:{span.column}" if span.line else span.path
    body = "\n".join([place, *finding.notes, *([f"hint: {finding.hint}"] if finding.hint else [])])
    name = attribute(f"{finding.rule} {place}")
    if finding.severity is Severity.ERROR:
        element = f"<failure message={attribute(finding.message)} type={attribute(finding.rule)}>"
        inner = f"      {element}{xml(body)}</failure>"
    else:
        inner = f"      <system-out>{xml(f'{finding.severity}: {finding.message}' + chr(10) + body)}</system-out>"
    return [f"    <testcase classname={attribute(span.path)} name={name}>", inner, "    </testcase>"]


def attribute(text: str) -> str:
    """The text as the value of an attribute of XML, in its quotes."""
    from xml.sax.saxutils import quoteattr  # with it come http and ssl: 40 ms that only JUnit's form pays

    return quoteattr(_printable(text), {"\n": "&#10;"})


def xml(text: str) -> str:
    """The text as XML holds it between elements."""
    from xml.sax.saxutils import escape

    return escape(_printable(text))


def _printable(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold."""
    return "".join(
        char
        if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char > "\uffff"
        else "\ufffd"
        for char in text
    )
