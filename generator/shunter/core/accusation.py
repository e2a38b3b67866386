"""Who is to blame for a schema's errors: from instance paths to the file and line that set the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import ValidationError

from shunter.core import sops
from shunter.core.coalesce import Coalesced, Slice
from shunter.core.compiled import Schema
from shunter.core.explain import dotted, shown
from shunter.core.forms import intended
from shunter.core.reader import Document, KeyPath
from shunter.core.schema_errors import Subject, at, describe, explained, missing_key, unknown_key
from shunter.core.verdict import known_keys, local
from shunter.model.data import dataclass
from shunter.model.findings import Finding, Span, TextEdit


def findings(coalesced: Coalesced, part: Slice, schema: Schema) -> Iterator[Finding]:
    """The findings for all errors of one chart's schema, one per root cause."""
    assert schema.validator is not None
    raised = [error for error in schema.validator.iter_errors(part.values) if not sops.excuses(error)]
    errors = sorted(raised, key=_place)
    case = _Case(coalesced, part, schema, errors)
    settled: set[KeyPath] = set()
    for finding, paths in case.lost_indentation():
        settled.update(paths)
        yield finding
    yield from case.accuse_all(errors, settled)


def _place(error: ValidationError) -> tuple[list[str], list[str]]:
    return [str(step) for step in error.instance_path], [str(step) for step in error.schema_path]


def _keys(value: Any, path: Iterable[str | int]) -> Iterator[str | int]:
    """The steps of `path` as `value` has them: jsonschema-rs takes every key that reads as a number for an index."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, int):
            wanted = str(step)
            like = (key for key in value if (key.removeprefix("+").lstrip("0") or "0") == wanted)
            step = wanted if wanted in value else next(like, wanted)
        yield step
        value = at(value, (step,))


@dataclass(frozen=True, slots=True)
class _Case:
    """One chart, its values, its schema and the errors."""

    coalesced: Coalesced
    part: Slice
    schema: Schema
    errors: list[ValidationError]

    def accuse_all(self, errors: Iterable[ValidationError], settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for some errors; of `anyOf` and `oneOf`, for what is wrong in the form that is meant."""
        for error in sorted(errors, key=_place):
            deeper = intended(error)
            if deeper:
                yield from self.accuse_all((one for one in deeper if not sops.excuses(one)), settled)
            else:
                yield from self.accuse(error, settled)

    def accuse(self, error: ValidationError, settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for one error, but for what concerns a path in `settled`."""
        path = (*self.part.path, *_keys(self.part.values, error.instance_path))
        details = error.kind.as_dict()
        if "unexpected" in details and error.kind.name != "unevaluatedItems":
            for key in details["unexpected"]:
                if (*path, key) not in settled:
                    yield self._unknown(error, (*path, key))
        elif error.kind.name == "propertyNames":
            yield explained(self._subject(error, path))
        elif "property" in details:
            if (*path, details["property"]) not in settled:
                yield self._missing(error, path, details["property"])
        elif path not in settled:
            yield explained(self._subject(error, path))

    @property
    def _chart(self) -> str:
        chart = self.part.chart
        name = f"{chart.name} {chart.version}"
        return f"{name} (alias {self.part.name})" if self.part.name != chart.name else name

    def _notes(self, error: ValidationError) -> tuple[str, ...]:
        path = error.evaluation_path if error.kind.name == "falseSchema" else error.evaluation_path[:-1]
        # Equal parts are stored once: the place that refers to one is the place that a reader knows.
        path = path[: path.index("$ref")] if "$ref" in path else path
        pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
        return (f"schema: {self._chart}, values.schema.json#{pointer}",)

    def _subject(self, error: ValidationError, path: KeyPath, value: Any = None) -> Subject:
        origin = self.coalesced.origin(path)
        document, own = origin or (self._top, ())
        exact = document.has(own) and (origin is None or len(own) > 0)
        value = error.instance if value is None else value
        document_name = dotted(own) if own else dotted(path)
        return Subject(error, document, own, exact, value, self.schema.usable, document_name, self._notes(error))

    @property
    def _top(self) -> Document:
        return self.coalesced.layers[-1] if self.coalesced.layers else self.coalesced.chart.values

    def _unknown(self, error: ValidationError, path: KeyPath) -> Finding:
        document, own = self.coalesced.origin(path) or (self._top, path)
        parent = at(self.schema.usable, error.schema_path[:-1])
        subject = Subject(error, document, own[:-1], True, None, self.schema.usable, dotted(own), self._notes(error))
        return unknown_key(subject, str(path[-1]), known_keys(self.schema, parent), self._chart)

    def _missing(self, error: ValidationError, path: KeyPath, key: str) -> Finding:
        full = (*path, key)
        parent = at(self.schema.usable, error.schema_path[:-1])
        wanted = self._property(parent, key)
        for document in reversed(self.coalesced.layers):
            if document.has(full) and _value(document, full) is None:
                return self._nulled(error, document, full, wanted)
        document = self._nearest(path)
        subject = Subject(error, document, path, False, None, self.schema.usable, dotted(path), self._notes(error))
        return missing_key(subject, key, wanted)

    def _nearest(self, path: KeyPath) -> Document:
        """The highest layer that has a map on the way to `path`, or else the highest of all."""
        candidates = [*reversed(self.coalesced.layers), self.coalesced.chart.values]
        return next((document for document in candidates if path and document.has(path[:1])), candidates[0])

    def _nulled(self, error: ValidationError, document: Document, path: KeyPath, wanted: Any) -> Finding:
        subject = Subject(error, document, path, True, None, self.schema.usable, dotted(path), self._notes(error))
        default, span = self._default(path)
        message = f"`{dotted(path)}` is null, and {self._chart} requires {describe(wanted)}"
        hint = f"drop the key to keep the default {shown(default)}: Helm deletes a default that null overrides"
        related = (("the default", span),) if span is not None else ()
        return subject.finding("null-value", message, hint=hint, related=related)

    def _default(self, path: KeyPath) -> tuple[Any, Span | None]:
        depth = len(self.part.path)
        candidates = ((self.coalesced.chart.values, path), (self.part.chart.values, path[depth:]))
        for document, own in candidates:
            value = _value(document, own)
            if value is not None:
                return value, document.span(own)
        return None, None

    def _property(self, node: Any, key: str) -> Any:
        if not isinstance(node, dict):
            return None
        found = node.get("properties", {}).get(key)
        if found is None:
            return self._property(local(self.schema.usable, node.get("$ref")), key) if "$ref" in node else None
        return local(self.schema.usable, found.get("$ref")) or found if isinstance(found, dict) else found

    def lost_indentation(self) -> Iterator[tuple[Finding, set[KeyPath]]]:
        """Keys that stand beside an empty key although they belong below it, and the paths that this settles."""
        for error in self.errors:
            unexpected = error.kind.as_dict().get("unexpected")
            if not unexpected or not isinstance(unexpected[0], str):
                continue
            path = (*self.part.path, *_keys(self.part.values, error.instance_path))
            parent = at(self.schema.usable, error.schema_path[:-1])
            for owner in known_keys(self.schema, parent):
                lost = self._lost(path, parent, owner, unexpected)
                if lost:
                    yield self._indentation(error, (*path, owner), lost), {(*path, key) for key in (owner, *lost)}
                    break

    def _lost(self, path: KeyPath, parent: Any, owner: str, unexpected: list[str]) -> list[str]:
        document, own = self.coalesced.origin((*path, unexpected[0])) or (self._top, path)
        empty = (*own[:-1], owner)
        if not document.has(empty) or _value(document, empty) is not None:
            return []
        known = known_keys(self.schema, self._property(parent, owner))
        lost = [key for key in unexpected if key in known]
        return sorted(lost, key=lambda key: document.span((*own[:-1], key), of="key").line)

    def _indentation(self, error: ValidationError, path: KeyPath, lost: list[str]) -> Finding:
        document, own = self.coalesced.origin((*path[:-1], lost[0])) or (self._top, path)
        owner = (*own[:-1], path[-1])
        lines = sorted(document.span((*own[:-1], key), of="key").line for key in lost)
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]}-{lines[-1]}"
        names = ", ".join(lost)
        message = f"`{dotted(owner)}` is empty, and {names} ({where}) belong below it"
        if len(lost) == 1:
            message = f"`{dotted(owner)}` is empty, and {names} ({where}) belongs below it"
        span = document.span(owner, of="key")
        hint = f"indent {where} by two more spaces"
        fix = tuple(edit for key in lost for edit in _indent(document, (*own[:-1], key)))
        fix = tuple(sorted(fix, key=lambda edit: edit.span))
        return Finding("indentation", message, span, key=owner, notes=self._notes(error), hint=hint, fix=fix)


def _indent(document: Document, path: KeyPath) -> Iterator[TextEdit]:
    """Two more spaces in front of every line of a key and its value."""
    first = document.span(path, of="key")
    below = document.span(path).line - first.line + document.raw(path).count("\n")
    for line in range(first.line, first.line + below + 1):
        yield TextEdit(Span(document.path, line, 1, 1, document.line(line)), "  ")


def _value(document: Document, path: KeyPath) -> Any:
    value: Any = document.value
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
