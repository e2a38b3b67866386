"""The verdict on values: what Helm would refuse, each on its line, and what it lets pass to everybody's regret.

There is a finding of kind verdict exactly where Helm's `template` refuses the values or a schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from shunter.core.charts.load import Chart
from shunter.core.charts.schema_text import line_span, schema_span
from shunter.core.goyaml.document import Document, KeyPath, value_at
from shunter.core.rules.limits import limited
from shunter.core.schema.compile import Schema, compile_schema
from shunter.core.schema.problems import Problem
from shunter.core.schema.walk import draft_of
from shunter.core.values import sops
from shunter.core.values.coalesce import Coalesced, Slice, coalesce
from shunter.core.values.dependencies import Circle
from shunter.core.values.layering import table_at
from shunter.model.data import replace
from shunter.model.findings import Finding, Kind, Severity, Span

_REFERENCES: Final = (b'$ref"', b'$dynamicRef"', b'$recursiveRef"')
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
_LARGE: Final = 100_000
_SOME: Final = 100
"""Errors that are looked through for one at a certain place."""
_TOO_COMPLEX: Final = Problem(
    "this schema asks for more than 100 million checks of one value, so it is not used",
    hint="refer to a definition once, not in several branches of each level above it; use `enum` for alternatives",
    fatal=False,
    rule="schema-too-complex",
)
_NO_PLAIN_FILE: Final = {"chart-broken", "file-too-large"}
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def judge(chart: Chart, layers: Sequence[Document], *, defaults: bool = False) -> tuple[Finding, ...]:
    """What is wrong with `chart` when the documents `layers` are passed with `-f`, lowest first.

    Verdicts are Helm's; lints come from the reader (the layers', and with `defaults` those of the chart's own
    values.yaml) and from the umbrella's wiring. In order of file, line and column; one finding per root cause.
    """
    unread = [*chart.findings, *(finding for layer in layers for finding in layer.findings)]
    looked_at = (chart.values, *layers) if defaults else layers
    lints = [finding for document in looked_at for finding in limited(_yaml_lints(document))]
    if unread:
        return ordered([*unread, *lints])
    coalesced = coalesce(chart, [sops.decrypted_shape(layer) for layer in layers])
    if coalesced.mismatch is not None:
        return ordered([_mismatch(coalesced, *coalesced.mismatch), *lints])
    if coalesced.circle is not None:
        return ordered([_circle(coalesced.circle), *lints])
    found = [finding for part in coalesced.slices for finding in judge_slice(coalesced, part)]
    lints = [*as_meant(coalesced, lints), *_lints(coalesced, looked_at)]
    refused = {(finding.span.path, finding.span.line, finding.span.column) for finding in found}
    lints = [lint for lint in lints if (lint.span.path, lint.span.line, lint.span.column) not in refused]
    found += [*disabled(coalesced), *lints]
    if any(finding.key[-1:] == ("value",) for finding in found):
        from shunter.core.rules.masking import masked_pairs

        return ordered(masked_pairs(found, (chart.values, *layers)))
    return ordered(found)


def as_meant(coalesced: Coalesced, lints: Iterable[Finding]) -> Iterator[Finding]:
    """The lints of values files; `enabled: no` is a note where only a boolean can be meant.

    That is where the chart's own values have one, or where the schema refuses the word.
    """
    for lint in lints:
        if lint.rule == "yaml-1.1-boolean" and _wants_boolean(coalesced, lint):
            yield replace(lint, severity=Severity.NOTE)
        else:
            yield lint


def _wants_boolean(coalesced: Coalesced, lint: Finding) -> bool:
    word = lint.span.text[lint.span.column - 1 : lint.span.end - 1]
    for part in coalesced.slices:
        rest = lint.key[len(part.path) :]
        if part.path != lint.key[: len(part.path)] or not rest or part.chart.values.path == lint.span.path:
            continue
        if value_at(part.chart.values.value, rest).__class__ is bool or _refuses(part, rest, word):
            return True
    return False


def _refuses(part: Slice, path: KeyPath, word: str) -> bool:
    """Whether a chart's schema refuses a word in the place of a boolean."""
    schema = compile_schema(part.chart.schema) if part.chart.schema is not None else None
    if schema is None or schema.validator is None or value_at(part.values, path).__class__ is not bool:
        return False
    errors = schema.validator.iter_errors(_with(part.values, path, word)) if _costs(part, schema)[1] else iter(())
    return any(tuple(error.instance_path) == path for error in islice(errors, _SOME))


def _with(value: Any, path: KeyPath, word: str) -> Any:
    """A value with a word at a path in it."""
    if not path:
        return word
    below = _with(value[path[0]], path[1:], word)
    if isinstance(value, dict):
        return {**value, path[0]: below}
    return [below if index == path[0] else item for index, item in enumerate(value)]


def _yaml_lints(document: Document) -> tuple[Finding, ...]:
    """The lints of a document; what has surely none does not even import what looks for them."""
    if document.clean:
        return ()
    from shunter.core.rules.yaml_lints import yaml_lints

    return yaml_lints(document)


def _lints(coalesced: Coalesced, documents: Sequence[Document]) -> Iterator[Finding]:
    """The lints beyond the schema; what there is no sign of is not even imported."""
    if any(part.chart.dependencies for part in coalesced.slices):
        from shunter.core.rules import wiring

        yield from limited(wiring.lints(coalesced))
    suspects = [document for document in documents if sops.may_hold_secrets(document)]
    ageing = [part for part in coalesced.slices if b'"deprecated"' in (part.chart.schema or b"")]
    emptied = [document for document in documents if document.value and _holds_null(document.value)]
    reshaped = [(part, document) for part in coalesced.slices for document in documents if _may_reshape(part, document)]
    if suspects or ageing or emptied or reshaped:
        from shunter.core.rules import content

        yield from (finding for document in suspects for finding in limited(content.secrets(document)))
        yield from (finding for part in ageing for finding in limited(content.deprecated(coalesced, part)))
        for part, document in reshaped:
            yield from limited(content.reshaped(part, document))
        for document in emptied:
            if document is not coalesced.chart.values:
                yield from limited(content.dropped_defaults(coalesced, document))


def _may_reshape(part: Slice, document: Document) -> bool:
    """Whether a values file has a map where the chart's own values have none, or the other way round."""
    defaults = part.chart.values
    if document is defaults or not document.value or not defaults.value:
        return False
    table = table_at(document.value, part.path)
    return table is not None and _differ(table, defaults.value)


def _differ(values: dict[str, Any], defaults: dict[str, Any]) -> bool:
    for key, value in values.items():
        default = defaults.get(key)
        if value.__class__ is dict and default.__class__ is dict:
            if _differ(value, default):
                return True
        elif default not in _EMPTY and value is not None and (value.__class__ is dict or default.__class__ is dict):
            return True
    return False


def _holds_null(tree: dict[str, Any]) -> bool:
    for value in tree.values():  # noqa: SIM110 - any() takes twice as long, for every file
        if value is None or (value.__class__ is dict and _holds_null(value)):
            return True
    return False


def judge_slice(coalesced: Coalesced, part: Slice) -> Iterator[Finding]:
    """What one chart's own schema says of the values it gets."""
    if part.chart.schema is None:
        return
    schema = compile_schema(part.chart.schema)
    for problem in schema.problems:
        yield schema_finding(part.chart, problem)
    if schema.validator is None:
        return
    affordable, explained = _costs(part, schema)
    if not affordable:
        yield schema_finding(part.chart, _TOO_COMPLEX)
        return
    if draft_of(schema.document) == 4:
        part = replace(part, values=_whole(part.values))
    if not schema.validator.is_valid(part.values):
        from shunter.core.rules.errors.blame import findings
        from shunter.core.rules.judged import ChartValues, unexplained

        judged = ChartValues(coalesced, part)
        yield from limited(findings(judged, schema)) if explained else (unexplained(judged),)


def not_for_helm(coalesced: Coalesced) -> tuple[Finding, ...]:
    """Why these values of a chart must not be handed to Helm, which has no bounds: it would not come back.

    A schema that asks for too much, a file that is a pipe, a device or too large, or values that hold themselves.
    """
    if coalesced.circle is not None:
        return (_circle(coalesced.circle),)
    if unread := [finding for finding in coalesced.chart.findings if finding.rule in _NO_PLAIN_FILE]:
        return tuple(unread)
    return tuple(finding for part in coalesced.slices for finding in _too_complex(part))


def _too_complex(part: Slice) -> Iterator[Finding]:
    if part.chart.schema is None:
        return
    schema = compile_schema(part.chart.schema)
    rule = _TOO_COMPLEX.rule
    yield from (schema_finding(part.chart, problem) for problem in schema.problems if problem.rule == rule)
    if schema.validator is not None and not _costs(part, schema)[0]:
        yield schema_finding(part.chart, _TOO_COMPLEX)


def _costs(part: Slice, schema: Schema) -> tuple[bool, bool]:
    """Whether the values can be judged by the schema, and what is wrong with them explained."""
    if not _may_unfold(part.chart.schema or b""):
        return True, True
    from shunter.core.schema.cost import MOST_CHECKS, MOST_EXPLAINED, most_checks

    checks = most_checks(schema, part.values)
    return checks <= MOST_CHECKS, checks <= MOST_EXPLAINED


@lru_cache(256)
def _may_unfold(schema: bytes) -> bool:
    return len(schema) > _LARGE or b"\\u00" in schema or sum(schema.count(mark) for mark in _REFERENCES) > 1


def _whole(value: Any) -> Any:
    """The value with large whole numbers as integers: jsonschema-rs takes a float for none in draft 4, Helm does.

    They are those that JSON spells: of 1e300 the float is another one.
    """
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return _spelled(value) if value.__class__ is float and value == int(value) else value


def _spelled(value: float) -> int:
    digits, _, exponent = repr(value).partition("e")
    whole, _, rest = digits.partition(".")
    return int(whole + rest) * 10 ** (int(exponent) - len(rest)) if exponent else int(value)


def schema_finding(chart: Chart, problem: Problem) -> Finding:
    """A finding about the schema itself, at its line where that is found."""
    span = line_span(chart, *problem.place) if problem.place[0] else schema_span(chart, problem.path)
    kind = Kind.VERDICT if problem.fatal else Kind.LINT
    message = f"{problem.message} (schema of {chart.name} {chart.version})"
    return Finding(problem.rule, message, span, kind=kind, key=problem.path, hint=problem.hint)


def disabled(coalesced: Coalesced) -> Iterator[Finding]:
    """Lints for values of charts that are switched off: Helm looks at them only when they are switched on."""
    on, everything = {part.path for part in coalesced.slices}, coalesced.everything
    for part in everything.slices:
        if part.path in on:
            continue
        for finding in judge_slice(everything, part):
            notes = (*finding.notes, f"{part.name} is switched off, so Helm does not look at it yet")
            severity = Severity.WARNING
            yield replace(finding, rule="disabled-values", kind=Kind.LINT, severity=severity, notes=notes)


def _mismatch(coalesced: Coalesced, name: str, origin: tuple[Document, KeyPath] | None) -> Finding:
    document, path = origin or (coalesced.chart.values, ())
    message = f"`{name}` must be a map: it holds the values of the subchart {name}"
    hint = f"write the subchart's keys below `{name}:`, or delete it"
    return Finding("subchart-type", message, document.span(path), key=path, hint=hint)


def _circle(circle: Circle) -> Finding:
    """Where a chart imports values into themselves."""
    definition = circle.chart.definition
    dependencies = (definition.value or {}).get("dependencies")
    entries = dependencies if isinstance(dependencies, list) else []
    named = (item if isinstance(item, dict) else {} for item in entries)
    at = next((at for at, item in enumerate(named) if circle.dependency in (item.get("alias"), item.get("name"))), None)
    path: KeyPath = ("dependencies", at, "import-values") if at is not None else ()
    span = definition.span(path, of="key") if definition.has(path) else Span(definition.path)
    message = f"what {circle.chart.name} imports from `{circle.dependency}` would hold itself: Helm never comes back"
    hint = "import each map to a place outside of what else is imported"
    return Finding("import-circle", message, span, key=path, hint=hint)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in order of file, line and column; what one place does to several aliases is one finding."""
    unique: dict[tuple[Any, ...], Finding] = {}
    for finding in sorted(findings, key=_file_order):
        mark = _cause(finding)
        first = unique.setdefault(mark, finding)
        if first.key != finding.key:
            from shunter.model.wording import dotted

            also = f"the same for `{dotted(finding.key)}`"
            unique[mark] = first if also in first.notes else replace(first, notes=(*first.notes, also))
    return tuple(unique.values())


def _cause(finding: Finding) -> tuple[Any, ...]:
    """Equal for findings of one root cause: a value that an anchor hands to several aliases has several key paths."""
    span = finding.span
    shared = span.line and finding.key and finding.rule != "missing-key"
    return span.path, span.line, span.column, finding.rule, finding.key[-1:] if shared else finding.key


def _file_order(finding: Finding) -> tuple[Any, ...]:
    span = finding.span
    return (
        span.path,
        span.line,
        span.column,
        finding.kind != Kind.VERDICT,
        _ORDER[finding.severity],
        finding.rule,
        finding.message,
    )
