"""Lints on a chart's values.schema.json itself: what Helm accepts there, and someone will regret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from shunter.core.charts.load import Chart
from shunter.core.rules.verdict import ordered, schema_finding, schema_span
from shunter.core.schema.compile import compile_schema, formats_count
from shunter.core.schema.walk import LISTS, MAPS, SINGLE, Path, subschemas
from shunter.model.findings import Finding, Kind, Severity
from shunter.model.wording import nearest

MAX_SIZE: Final = 100 * 1024
_OTHERS: Final = (
    "$anchor $comment $dynamicAnchor $dynamicRef $id $recursiveAnchor $recursiveRef $ref $schema $vocabulary const "
    "contentEncoding contentMediaType default dependentRequired deprecated description enum examples exclusiveMaximum "
    "exclusiveMinimum format id maxContains maxItems maxLength maxProperties maximum minContains minItems minLength "
    "minProperties minimum multipleOf pattern readOnly required title type uniqueItems writeOnly"
)
_KNOWN: Final = MAPS | LISTS | SINGLE | frozenset(_OTHERS.split())


def lint_schema(chart: Chart) -> tuple[Finding, ...]:
    """What is wrong or risky about a chart's own schema; nothing if it has none."""
    if chart.schema is None:
        return ()
    schema = compile_schema(chart.schema)
    found = [schema_finding(chart, problem) for problem in schema.problems]
    if isinstance(schema.document, dict):
        found += _keywords(chart, schema.document)
        found += _no_global(chart, schema.document)
        found += _formats(chart, schema.document)
        found += _size(chart, schema.document)
    return ordered(found)


def _lint(chart: Chart, rule: str, message: str, path: Path, hint: str, severity: Severity) -> Finding:
    span = schema_span(chart, path)
    text = f"{message} (schema of {chart.name} {chart.version})"
    return Finding(rule, text, span, Kind.LINT, severity, path, hint=hint)


def _keywords(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    for path, schema in subschemas(document):
        for key in schema:
            guess = None if key in _KNOWN or key.startswith("x-") else nearest(key, _KNOWN)
            if guess is not None:
                message = f"JSON Schema does not know `{key}`, so it does nothing"
                hint = f"did you mean `{guess}`?"
                yield _lint(chart, "schema-unknown-keyword", message, (*path, key), hint, Severity.WARNING)


def _no_global(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    closing = [key for key in ("additionalProperties", "unevaluatedProperties") if document.get(key) is False]
    if not closing or "$ref" in document or "allOf" in document:
        return
    if "global" not in document.get("properties", {}):
        message = "the schema is closed and does not list `global`, which Helm puts into every subchart"
        hint = 'add "global": {} to its properties'
        yield _lint(chart, "schema-no-global", message, (closing[0],), hint, Severity.WARNING)


def _formats(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    if formats_count(document):
        return
    for path, schema in subschemas(document):
        if isinstance(schema.get("format"), str):
            message = f"Helm does not check the format `{schema['format']}` in this draft"
            hint = 'use a `pattern`, or "$schema": "http://json-schema.org/draft-07/schema#"'
            yield _lint(chart, "schema-format-ignored", message, (*path, "format"), hint, Severity.NOTE)
            return


def _size(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    size = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"))
    if size > MAX_SIZE:
        message = f"the schema has {size // 1024} KiB, and Helm compiles it for every render of every alias"
        hint = "drop definitions that nothing uses, and descriptions"
        yield _lint(chart, "schema-size", message, (), hint, Severity.NOTE)
