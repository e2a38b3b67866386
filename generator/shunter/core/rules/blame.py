"""Who is to blame for a schema's errors: from instance paths to the file and line that set the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from jsonschema_rs import ValidationError

from shunter.core.goyaml.document import Document, KeyPath, value_at
from shunter.core.rules.content import veiled
from shunter.core.rules.judged import Judged
from shunter.core.rules.key_errors import may_hold, missing_key, null_default, unknown_key
from shunter.core.rules.schema_errors import Subject, describe, description, explained, mismatch
from shunter.core.schema.branches import intended
from shunter.core.schema.compile import Schema, known_keys, references_of
from shunter.core.schema.messages import message_of
from shunter.core.schema.references import References
from shunter.core.schema.walk import at
from shunter.core.values.layering import GLOBAL
from shunter.model.data import dataclass, field, replace
from shunter.model.findings import Finding, Span, TextEdit
from shunter.model.wording import MOST_KNOWN, dotted, nearest, shown

_LISTS: Final = frozenset(("enum", "const"))
_TEXT: Final = frozenset(("type", "pattern", "format", "minLength", "maxLength", "minimum", "maximum"))
_MOST_ERRORS: Final = 20_000
"""More are not collected: each takes a kilobyte or two, and only the first 500 are shown."""


def findings(judged: Judged, schema: Schema) -> Iterator[Finding]:
    """The findings for all errors of one schema, one per root cause."""
    assert schema.validator is not None
    some = islice(schema.validator.iter_errors(judged.values), _MOST_ERRORS)
    raised = [error for error in some if not judged.excuses(error)]
    errors = sorted(raised, key=_order)
    case = _Case(judged, schema, errors)
    settled: set[KeyPath] = set()
    for finding, paths in case.lost_indentation():
        settled.update(paths)
        yield finding
    yield from case.explain_all(errors, settled)


def _order(error: ValidationError) -> tuple[list[str], list[str]]:
    return [str(step) for step in error.instance_path], [str(step) for step in error.schema_path]


def _telling(errors: Iterable[ValidationError]) -> list[ValidationError]:
    """The errors without those that say less of one value than another error of the same schema object does.

    A list of the allowed words says more than their type or pattern; of a null, the type says more.
    """
    found = list(errors)
    kinds: dict[tuple[KeyPath, KeyPath], set[str]] = {}
    for error in found:
        kinds.setdefault(_subject_of(error), set()).add(error.kind.name)
    return [error for error in found if not _says_less(error, kinds[_subject_of(error)])]


def _subject_of(error: ValidationError) -> tuple[KeyPath, KeyPath]:
    return tuple(error.instance_path), tuple(error.schema_path[:-1])


def _says_less(error: ValidationError, beside: set[str]) -> bool:
    if error.instance is None:
        return error.kind.name in _LISTS and "type" in beside
    return error.kind.name in _TEXT and not beside.isdisjoint(_LISTS)


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
    """Values, their schema and the errors; what its author said, and of which place."""

    judged: Judged
    schema: Schema
    errors: list[ValidationError]
    said: set[tuple[Span, str]] = field(default_factory=set)

    def explain_all(self, errors: Iterable[ValidationError], settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for some errors; of `anyOf` and `oneOf`, for what is wrong in the form that is meant."""
        for error in sorted(_telling(errors), key=_order):
            deeper = () if self._said(error) else intended(error)
            if deeper:
                yield from self.explain_all((one for one in deeper if not self.judged.excuses(one)), settled)
            else:
                yield from self.explain(error, settled)

    def explain(self, error: ValidationError, settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for one error in the words of the schema's author, if there are any, and then in ours."""
        said = self._said(error)
        for finding in self._explained(error, settled):
            if not said:
                yield finding
            elif (finding.span, said) not in self.said:
                self.said.add((finding.span, said))
                yield replace(finding, message=said, notes=(finding.message, *finding.notes))

    def _said(self, error: ValidationError) -> str:
        path = error.evaluation_path
        if error.kind.name == "falseSchema" and path[-1:] != ["additionalProperties"]:
            path = path[:-1] if self._condition(error) else []  # the condition that forbids a key
        return message_of(self._references, path)

    def _explained(self, error: ValidationError, settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for one error, but for what concerns a path in `settled`."""
        path = (*self.judged.path, *_keys(self.judged.values, error.instance_path))
        details = error.kind.as_dict()
        if "unexpected" in details and error.kind.name != "unevaluatedItems":
            for key in details["unexpected"]:
                if (*path, key) not in settled:
                    missing = self._misspelt(error, key)
                    settled.add((*path, missing))
                    yield self._unknown(error, (*path, key), missing)
        elif error.kind.name == "propertyNames":
            yield self._misnamed(error, (*path, details["error"].instance), details["error"])
        elif "property" in details:
            if (*path, details["property"]) not in settled:
                yield self._missing(error, path, details["property"])
        elif path not in settled:
            yield explained(self._subject(error, path))

    @property
    def _references(self) -> References:
        return references_of(self.schema)

    def _holder(self, error: ValidationError) -> Any:
        """The schema object that holds the keyword that an error is about.

        jsonschema-rs tells the way of the evaluation and the keyword's own path. Behind a reference into a part that
        it met before, the way is not whole; the other path is that within the resource of an `$id`.
        """
        if error.kind.name == "falseSchema":
            return self._condition(error)
        *way, keyword = error.evaluation_path
        holder = self._references.along(way)
        whole = isinstance(holder, dict) and keyword in holder
        return holder if whole else at(self.schema.usable, error.schema_path[:-1])

    def _condition(self, error: ValidationError) -> Any:
        """The `then` or `else` that forbids a property: its description, unlike another object's, can say why."""
        *way, _ = error.evaluation_path or ("",)
        forbids = way[-2:] in (["then", "properties"], ["else", "properties"])
        return self._references.along(way[:-1]) if forbids else None

    def _notes(self, error: ValidationError) -> tuple[str, ...]:
        path = error.evaluation_path if error.kind.name == "falseSchema" else error.evaluation_path[:-1]
        # Equal parts are stored once: the place that refers to one is the place that a reader knows.
        path = path[: path.index("$ref")] if "$ref" in path else path
        pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
        return (f"schema: {self.judged.schema_name}#{pointer}", *self.judged.notes)

    def _subject(self, error: ValidationError, path: KeyPath, value: Any = None) -> Subject:
        origin = self.judged.origin(path)
        document, own = origin or (self._top, ())
        exact = document.has(own) and (origin is None or len(own) > 0)
        value = error.instance if value is None else value
        document_name = dotted(own) if own else dotted(path)
        notes, on_null = self._notes(error), self.judged.on_null
        return Subject(error, document, own, exact, value, self._holder(error), document_name, notes, on_null)

    @property
    def _top(self) -> Document:
        return self.judged.documents[-1]

    def _misnamed(self, error: ValidationError, path: KeyPath, refused: ValidationError) -> Finding:
        document, own = self.judged.origin(path) or (self._top, path)
        rule = self._holder(refused)
        reason = (mismatch(rule) if refused.kind.name == "pattern" else "") or refused.message
        message = f"`{dotted(own)}` cannot be called so: {reason}"
        span, hint = document.span(own, of="key"), description(rule) or "rename it"
        return Finding("constraint", message, span, key=own, notes=self._notes(error), hint=hint)

    def _misspelt(self, error: ValidationError, key: str) -> str:
        """The required key that is missing beside an unknown one which is near to it; empty if there is none."""
        beside = [one for one in self.errors if one.instance_path == error.instance_path]
        missing = [one.kind.as_dict()["property"] for one in beside if "property" in one.kind.as_dict()]
        return nearest(key, missing) or ""

    def _unknown(self, error: ValidationError, path: KeyPath, missing: str) -> Finding:
        document, own = self.judged.origin(path) or (self._top, path)
        if self.judged.gets_globals and path[len(self.judged.path) :] == (GLOBAL,):
            return self._closed_to_globals(error)
        parent = self._holder(error)
        subject = Subject(error, document, own[:-1], True, None, parent, dotted(own), self._notes(error))
        key, known = str(path[-1]), known_keys(self.schema, parent)
        elsewhere = tuple(self._elsewhere(error, parent, path, own)) if len(known) <= MOST_KNOWN else ()

        def fits(guess: str) -> bool:
            return may_hold(self._property(parent, guess), value_at(document.value, own))

        finding = unknown_key(subject, key, known, self.judged.owner, elsewhere, fits, missing)
        advice = self.judged.advice(key, known)
        return replace(finding, hint=advice, fix=()) if advice else finding

    def _closed_to_globals(self, error: ValidationError) -> Finding:
        """The finding for `global` in a closed schema, at the file that has it, or else at the schema."""
        above = self.judged.path
        paths = [(*above[:depth], GLOBAL) for depth in range(len(above), -1, -1)]
        held = (document.span(path, of="key") for path in paths for document in self._holding(path))
        return Finding(
            "unknown-key",
            f"`{GLOBAL}` is not a key of {self.judged.owner}, and Helm hands it to every subchart",
            next(held, None) or self.judged.schema_span(tuple(error.schema_path)),
            key=(*above, GLOBAL),
            notes=self._notes(error),
            hint='add "global": {} to the properties of the schema',
        )

    def _holding(self, path: KeyPath) -> Iterator[Document]:
        return (document for document in reversed(self.judged.documents) if document.has(path))

    def _elsewhere(self, error: ValidationError, parent: Any, path: KeyPath, own: KeyPath) -> Iterator[str]:
        """Where a key that is unknown here is known: in a map or chart below, or one level up."""
        key = str(path[-1])
        for owner in known_keys(self.schema, parent):
            if key in known_keys(self.schema, self._property(parent, owner)):
                yield dotted((*own[:-1], owner, key))
        for name, schema in self.judged.beside(path[:-1]):
            if key in known_keys(schema, schema.usable):
                yield dotted((*own[:-1], name, key))
        above = error.evaluation_path[:-2]
        if above and above[-1] == "properties" and key in known_keys(self.schema, self._references.along(above[:-1])):
            yield dotted((*own[:-2], key))

    def _missing(self, error: ValidationError, path: KeyPath, key: str) -> Finding:
        full = (*path, key)
        parent, wanted = self._holder(error), self._wanted(error, key)
        for document in reversed(self.judged.documents[1:]):
            if document.has(full) and value_at(document.value, full) is None:
                return self._nulled(error, document, full, wanted)
        nulls = [place for place in self.judged.default(full) if place[0].has(place[1])]
        if nulls and nulls[0][0] is self.judged.documents[0]:
            subject = Subject(error, *nulls[0], True, None, parent, dotted(full), self._notes(error))
            return null_default(subject, dotted(full), wanted)
        document = self._nearest(path)
        subject = Subject(error, document, path, False, None, parent, dotted(path), self._notes(error))
        related = tuple(("null here, which Helm drops", null.span(own)) for null, own in nulls[:1])
        return replace(missing_key(subject, key, wanted), related=related)

    def _wanted(self, error: ValidationError, key: str) -> Any:
        """The schema of a required key, with what is said of it where it is required or where that depends on."""
        path, holder = tuple(error.schema_path[:-1]), self._holder(error)
        while self._property(holder, key) is None and path[-1:] in (("then",), ("else",)):
            path = path[:-1]
            holder = at(self.schema.usable, path)
        found, said = self._property(holder, key), description(at(holder, ("properties", key)))
        return {**found, "description": said} if said and isinstance(found, dict) else found

    def _nearest(self, path: KeyPath) -> Document:
        """The highest layer that has a map on the way to `path`, or else the highest of all."""
        candidates = self.judged.documents[::-1]
        return next((document for document in candidates if path and document.has(path[:1])), candidates[0])

    def _nulled(self, error: ValidationError, document: Document, path: KeyPath, wanted: Any) -> Finding:
        subject = Subject(error, document, path, True, None, self._holder(error), dotted(path), self._notes(error))
        default, span = self._default(path)
        message = f"`{dotted(path)}` is null, and {self.judged.owner} requires {describe(wanted)}"
        hint = f"set it to {describe(wanted)}: there is no default"
        if default is not None:
            kept = shown(veiled(default, path))
            hint = f"drop the key to keep the default {kept}: Helm deletes a default that null overrides"
        related = (("the default", span),) if span is not None else ()
        return subject.finding("null-value", message, hint=hint, related=related)

    def _default(self, path: KeyPath) -> tuple[Any, Span | None]:
        for document, own in self.judged.default(path):
            value = value_at(document.value, own)
            if value is not None:
                return value, document.span(own)
        return None, None

    def _property(self, node: Any, key: str) -> Any:
        if not isinstance(node, dict):
            return None
        found = node.get("properties", {}).get(key)
        if found is None:
            target = self._references.find(node, node.get("$ref"))
            return self._property(target.schema, key) if target else None
        target = self._references.find(found, found.get("$ref")) if isinstance(found, dict) else None
        return target.schema if target else found

    def lost_indentation(self) -> Iterator[tuple[Finding, set[KeyPath]]]:
        """Keys that stand beside an empty key although they belong below it, and the paths that this settles."""
        for error in self.errors:
            unexpected = error.kind.as_dict().get("unexpected")
            if not unexpected or not isinstance(unexpected[0], str):
                continue
            path = (*self.judged.path, *_keys(self.judged.values, error.instance_path))
            parent = self._holder(error)
            for owner in known_keys(self.schema, parent):
                lost = self._lost(path, parent, owner, unexpected)
                if lost:
                    yield self._indentation(error, (*path, owner), lost), {(*path, key) for key in (owner, *lost)}
                    break

    def _lost(self, path: KeyPath, parent: Any, owner: str, unexpected: list[str]) -> list[str]:
        document, own = self.judged.origin((*path, unexpected[0])) or (self._top, path)
        empty = (*own[:-1], owner)
        if not document.has(empty) or value_at(document.value, empty) is not None:
            return []
        known = known_keys(self.schema, self._property(parent, owner))
        lost = [key for key in unexpected if key in known]
        return sorted(lost, key=lambda key: document.span((*own[:-1], key), of="key").line)

    def _indentation(self, error: ValidationError, path: KeyPath, lost: list[str]) -> Finding:
        document, own = self.judged.origin((*path[:-1], lost[0])) or (self._top, path)
        owner = (*own[:-1], path[-1])
        lines = sorted(document.span((*own[:-1], key), of="key").line for key in lost)
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]}-{lines[-1]}"
        names = ", ".join(lost)
        message = f"`{dotted(owner)}` is empty, and {names} ({where}) belong below it"
        if len(lost) == 1:
            message = f"`{dotted(owner)}` is empty, and {names} ({where}) belongs below it"
        span = document.span(owner, of="key")
        hint = f"indent {where} by two more spaces"
        lines_in = sorted({line for key in lost for line in _lines_of(document, (*own[:-1], key))})
        fix = tuple(TextEdit(Span(document.path, line, 1, 1, document.line(line)), "  ") for line in lines_in)
        return Finding("indentation", message, span, key=owner, notes=self._notes(error), hint=hint, fix=fix)


def _lines_of(document: Document, path: KeyPath) -> Iterator[int]:
    """The lines of a key and its value, and of the comments right above it that stand in its column."""
    first = document.span(path, of="key")
    below = document.span(path).line - first.line + document.raw(path).count("\n")
    yield from range(first.line, first.line + below + 1)
    comment = " " * (first.column - 1) + "#"
    above = first.line - 1
    while above and (document.line(above).startswith(comment) or not document.line(above).strip()):
        if document.line(above).strip():
            yield above
        above -= 1
