"""Lints on a chart's values.schema.json itself: what Helm accepts there, and someone will regret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from shunter.core.charts.load import Chart
from shunter.core.charts.schema_text import schema_span
from shunter.core.rules.verdict import ordered, schema_finding
from shunter.core.schema.compile import Schema, compile_schema, formats_count
from shunter.core.schema.cost import MOST_EXPLAINED, most_checks
from shunter.core.schema.references import References
from shunter.core.schema.walk import LISTS, MAPS, SINGLE, Path, subschemas
from shunter.model.findings import Finding, Kind, Severity
from shunter.model.wording import is_slip, nearest

MAX_SIZE: Final = 100 * 1024
_SURE: Final = 0.9
"""How alike two words have to be: `containers` is near to `contains`, and a name that means something else."""
_FOR_PEOPLE: Final = (
    "$comment default deprecated description examples readOnly title writeOnly contentEncoding contentMediaType"
)
_TEXTS: Final = "$anchor $dynamicAnchor $dynamicRef $id $recursiveRef $ref $schema format id pattern"
_NUMBERS: Final = (
    "maxContains maxItems maxLength maxProperties maximum "
    "minContains minItems minLength minProperties minimum multipleOf"
)
FORMS: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(SINGLE, (dict, bool)),
    **dict.fromkeys(MAPS, (dict,)),
    **dict.fromkeys(LISTS, (list,)),
    "items": (dict, bool, list),
    **dict.fromkeys(_TEXTS.split(), (str,)),
    **dict.fromkeys(_NUMBERS.split(), (int, float)),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), (int, float, bool)),
    **dict.fromkeys(("enum", "required"), (list,)),
    **dict.fromkeys(("$recursiveAnchor", "uniqueItems"), (bool,)),
    **dict.fromkeys(("$vocabulary", "dependentRequired"), (dict,)),
    "const": (dict, list, str, int, float, bool, type(None)),
    "type": (str, list),
}
"""The keywords that matter to a verdict, and what their values are in JSON."""
KNOWN: Final = frozenset((*FORMS, *_FOR_PEOPLE.split()))
"""These, and the ones that are for people."""


def lint_schema(chart: Chart) -> tuple[Finding, ...]:
    """What is wrong or risky about a chart's own schema; nothing if it has none."""
    if chart.schema is None:
        return ()
    schema = compile_schema(chart.schema)
    found = [schema_finding(chart, problem) for problem in schema.problems]
    if isinstance(schema.document, dict):
        found += _no_global(chart, schema)
        found += _size(chart, schema.document)
    return ordered([*found, *ineffective(chart)])


def ineffective(chart: Chart) -> Iterator[Finding]:
    """What a chart's own schema says in vain, so that Helm takes values which its author meant to refuse."""
    schema = compile_schema(chart.schema) if chart.schema is not None else None
    if schema is not None and schema.validator is not None and isinstance(schema.document, dict):
        yield from _keywords(chart, schema.document)
        yield from _formats(chart, schema.document)
        yield from _urns(chart, schema.document)
        yield from _messages(chart, schema.document)


def _lint(chart: Chart, rule: str, message: str, path: Path, hint: str, severity: Severity) -> Finding:
    span = schema_span(chart, path)
    text = f"{message} (schema of {chart.name} {chart.version})"
    return Finding(rule, text, span, Kind.LINT, severity, path, hint=hint)


def _keywords(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    suspects = [
        (path, key, guess)
        for path, schema in subschemas(document)
        for key, value in schema.items()
        if key not in KNOWN and not key.startswith("x-") and (guess := _meant(key, value, schema))
    ]
    drawers = _referred(document) if suspects else set()
    for path, key, guess in suspects:
        if (*path, key) not in drawers:
            message = f"JSON Schema does not know `{key}`, so it does nothing"
            hint = f"did you mean `{guess}`?"
            yield _lint(chart, "schema-unknown-keyword", message, (*path, key), hint, Severity.WARNING)


def _meant(key: str, value: Any, beside: dict[str, Any]) -> str:
    """The keyword that a key is meant for: one of a similar name that can have such a value, and is not there too."""
    fitting = [word for word, forms in FORMS.items() if word not in beside and value.__class__ in forms]
    guess = nearest(key, fitting) or ""
    return guess if is_slip(key, guess) or nearest(key, [guess], alike=_SURE) else ""


def _referred(document: dict[str, Any]) -> set[Path]:
    """The paths of all that references lead to and of what is around it: keys there are names, not keywords."""
    references = References(document)
    found = set()
    for place in references.locations:
        for _, text in references.in_schema(place.schema):
            target = references.find(place.schema, text)
            if target is not None:
                found |= {target.path[:length] for length in range(1, len(target.path) + 1)}
    return found


def _no_global(chart: Chart, schema: Schema) -> Iterator[Finding]:
    values: dict[str, Any] = {"global": {}}
    if schema.validator is None or most_checks(schema, values) > MOST_EXPLAINED:
        return
    for error in schema.validator.iter_errors(values):
        closing = next(reversed(error.schema_path), "") in ("additionalProperties", "unevaluatedProperties")
        if closing and not error.instance_path and "global" in error.kind.as_dict().get("unexpected", values):
            message = "the schema is closed and does not list `global`, which Helm puts into every subchart"
            hint = 'add "global": {} to its properties'
            path = tuple(error.schema_path)
            yield _lint(chart, "schema-no-global", message, path, hint, Severity.WARNING)
            return


def _formats(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    if formats_count(document):
        return
    from shunter.core.schema.formats import FORMATS

    for path, schema in subschemas(document):
        name = schema.get("format")
        if isinstance(name, str) and name in FORMATS:
            message = f"Helm does not check the format `{name}` in this draft"
            hint = 'use a `pattern`, or "$schema": "http://json-schema.org/draft-07/schema#"'
            yield _lint(chart, "schema-format-ignored", message, (*path, "format"), hint, Severity.NOTE)
            return


def _urns(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    if b'"urn:' not in (chart.schema or b""):
        return
    from shunter.core.schema.links import leaving

    for reference in leaving(document):
        if reference.reached and not reference.dangling and reference.target.startswith("urn:"):
            message = f"Helm ignores `{reference.text}`, so any value is allowed here"
            hint = "define it in this schema"
            yield _lint(chart, "schema-reference-ignored", message, reference.path, hint, Severity.WARNING)


def _messages(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    if b'"x-message"' not in (chart.schema or b""):
        return
    from shunter.core.schema.messages import mute_messages

    for path, reason in mute_messages(document):
        hint = "write it beside the keyword: a string, or a map such as {minimum: text}"
        yield _lint(chart, "schema-message-unread", f"nobody reads this: {reason}", path, hint, Severity.WARNING)


def _size(chart: Chart, document: dict[str, Any]) -> Iterator[Finding]:
    size = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"))
    if size > MAX_SIZE:
        message = f"the schema has {size // 1024} KiB, and Helm compiles it for every render of every alias"
        hint = "drop definitions that nothing uses, and descriptions"
        yield _lint(chart, "schema-size", message, (), hint, Severity.NOTE)
