"""Who is to blame for a schema's errors: from instance paths to the file and line that set the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from jsonschema_rs import ValidationError

from shunter.core.goyaml.document import Document, KeyPath, value_at
from shunter.core.rules.content import veiled
from shunter.core.rules.errors.case import Case
from shunter.core.rules.errors.indentation import lost_indentation
from shunter.core.rules.errors.key_errors import may_hold, missing_key, null_default, unknown_key
from shunter.core.rules.errors.schema_errors import Subject, describe, description, explained, mismatch
from shunter.core.rules.judged import Judged
from shunter.core.schema.branches import intended
from shunter.core.schema.compile import Schema, known_keys
from shunter.core.schema.messages import message_of
from shunter.core.schema.walk import at
from shunter.core.values.layering import GLOBAL
from shunter.model.data import dataclass, field, replace
from shunter.model.findings import Finding, Span
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
    case = Case(judged, schema, errors)
    settled: set[KeyPath] = set()
    for finding, paths in lost_indentation(case):
        settled.update(paths)
        yield finding
    yield from _Blame(case).explain_all(errors, settled)


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


@dataclass(frozen=True, slots=True)
class _Blame:
    """A case; what the schema's author said, and of which place."""

    case: Case
    said: set[tuple[Span, str]] = field(default_factory=set)

    def explain_all(self, errors: Iterable[ValidationError], settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for some errors; of `anyOf` and `oneOf`, for what is wrong in the form that is meant."""
        for error in sorted(_telling(errors), key=_order):
            deeper = () if self._said(error) else intended(error)
            if deeper:
                yield from self.explain_all((one for one in deeper if not self.case.judged.excuses(one)), settled)
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
            path = path[:-1] if self.case.condition(error) else []  # the condition that forbids a key
        return message_of(self.case.references, path)

    def _explained(self, error: ValidationError, settled: set[KeyPath]) -> Iterator[Finding]:
        """The findings for one error, but for what concerns a path in `settled`."""
        path = self.case.path_of(error)
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
            yield explained(self.case.subject(error, path))

    def _misnamed(self, error: ValidationError, path: KeyPath, refused: ValidationError) -> Finding:
        document, own = self.case.judged.origin(path) or (self.case.top, path)
        rule = self.case.holder(refused)
        reason = (mismatch(rule) if refused.kind.name == "pattern" else "") or refused.message
        message = f"`{dotted(own)}` cannot be called so: {reason}"
        span, hint = document.span(own, of="key"), description(rule) or "rename it"
        return Finding("constraint", message, span, key=own, notes=self.case.notes(error), hint=hint)

    def _misspelt(self, error: ValidationError, key: str) -> str:
        """The required key that is missing beside an unknown one which is near to it; empty if there is none."""
        beside = [one for one in self.case.errors if one.instance_path == error.instance_path]
        missing = [one.kind.as_dict()["property"] for one in beside if "property" in one.kind.as_dict()]
        return nearest(key, missing) or ""

    def _unknown(self, error: ValidationError, path: KeyPath, missing: str) -> Finding:
        document, own = self.case.judged.origin(path) or (self.case.top, path)
        if self.case.judged.gets_globals and path[len(self.case.judged.path) :] == (GLOBAL,):
            return self._closed_to_globals(error)
        parent = self.case.holder(error)
        subject = Subject(error, document, own[:-1], True, None, parent, dotted(own), self.case.notes(error))
        key, known = str(path[-1]), known_keys(self.case.schema, parent)
        elsewhere = tuple(self._elsewhere(error, parent, path, own)) if len(known) <= MOST_KNOWN else ()

        def fits(guess: str) -> bool:
            return may_hold(self.case.schema_of(parent, guess), value_at(document.value, own))

        finding = unknown_key(subject, key, known, self.case.judged.owner, elsewhere, fits, missing)
        advice = self.case.judged.advice(key, known)
        return replace(finding, hint=advice, fix=()) if advice else finding

    def _closed_to_globals(self, error: ValidationError) -> Finding:
        """The finding for `global` in a closed schema, at the file that has it, or else at the schema."""
        above = self.case.judged.path
        paths = [(*above[:depth], GLOBAL) for depth in range(len(above), -1, -1)]
        held = (document.span(path, of="key") for path in paths for document in self._holding(path))
        return Finding(
            "unknown-key",
            f"`{GLOBAL}` is not a key of {self.case.judged.owner}, and Helm hands it to every subchart",
            next(held, None) or self.case.judged.schema_span(tuple(error.schema_path)),
            key=(*above, GLOBAL),
            notes=self.case.notes(error),
            hint='add "global": {} to the properties of the schema',
        )

    def _holding(self, path: KeyPath) -> Iterator[Document]:
        return (document for document in reversed(self.case.judged.documents) if document.has(path))

    def _elsewhere(self, error: ValidationError, parent: Any, path: KeyPath, own: KeyPath) -> Iterator[str]:
        """Where a key that is unknown here is known: in a map or chart below, or one level up."""
        key = str(path[-1])
        for owner in known_keys(self.case.schema, parent):
            if key in known_keys(self.case.schema, self.case.schema_of(parent, owner)):
                yield dotted((*own[:-1], owner, key))
        for name, schema in self.case.judged.beside(path[:-1]):
            if key in known_keys(schema, schema.usable):
                yield dotted((*own[:-1], name, key))
        above = error.evaluation_path[:-2]
        if (
            above
            and above[-1] == "properties"
            and key in known_keys(self.case.schema, self.case.references.along(above[:-1]))
        ):
            yield dotted((*own[:-2], key))

    def _missing(self, error: ValidationError, path: KeyPath, key: str) -> Finding:
        full = (*path, key)
        parent, wanted = self.case.holder(error), self._wanted(error, key)
        for document in reversed(self.case.judged.documents[1:]):
            if document.has(full) and value_at(document.value, full) is None:
                return self._nulled(error, document, full, wanted)
        nulls = [place for place in self.case.judged.default(full) if place[0].has(place[1])]
        if nulls and nulls[0][0] is self.case.judged.documents[0]:
            subject = Subject(error, *nulls[0], True, None, parent, dotted(full), self.case.notes(error))
            return null_default(subject, dotted(full), wanted)
        document = self._nearest(path)
        subject = Subject(error, document, path, False, None, parent, dotted(path), self.case.notes(error))
        related = tuple(("null here, which Helm drops", null.span(own)) for null, own in nulls[:1])
        return replace(missing_key(subject, key, wanted), related=related)

    def _wanted(self, error: ValidationError, key: str) -> Any:
        """The schema of a required key, with what is said of it where it is required or where that depends on."""
        path, holder = tuple(error.schema_path[:-1]), self.case.holder(error)
        while self.case.schema_of(holder, key) is None and path[-1:] in (("then",), ("else",)):
            path = path[:-1]
            holder = at(self.case.schema.usable, path)
        found, said = self.case.schema_of(holder, key), description(at(holder, ("properties", key)))
        return {**found, "description": said} if said and isinstance(found, dict) else found

    def _nearest(self, path: KeyPath) -> Document:
        """The highest layer that has a map on the way to `path`, or else the highest of all."""
        candidates = self.case.judged.documents[::-1]
        return next((document for document in candidates if path and document.has(path[:1])), candidates[0])

    def _nulled(self, error: ValidationError, document: Document, path: KeyPath, wanted: Any) -> Finding:
        subject = Subject(
            error, document, path, True, None, self.case.holder(error), dotted(path), self.case.notes(error)
        )
        default, span = self._default(path)
        message = f"`{dotted(path)}` is null, and {self.case.judged.owner} requires {describe(wanted)}"
        hint = f"set it to {describe(wanted)}: there is no default"
        if default is not None:
            kept = shown(veiled(default, path))
            hint = f"drop the key to keep the default {kept}: Helm deletes a default that null overrides"
        related = (("the default", span),) if span is not None else ()
        return subject.finding("null-value", message, hint=hint, related=related)

    def _default(self, path: KeyPath) -> tuple[Any, Span | None]:
        for document, own in self.case.judged.default(path):
            value = value_at(document.value, own)
            if value is not None:
                return value, document.span(own)
        return None, None
