"""Values, their schema and its errors: what a finding about one of them is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import ValidationError

from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.rules.errors.schema_errors import Subject
from shunter.core.rules.judged import Judged
from shunter.core.schema.compile import Schema, references_of
from shunter.core.schema.references import References
from shunter.core.schema.walk import at
from shunter.model.data import dataclass
from shunter.model.wording import dotted


@dataclass(frozen=True, slots=True)
class Case:
    """Values, their schema and the errors."""

    judged: Judged
    schema: Schema
    errors: list[ValidationError]

    def path_of(self, error: ValidationError) -> KeyPath:
        """The keys of the value that an error is about, from the whole values down."""
        return (*self.judged.path, *_keys(self.judged.values, error.instance_path))

    @property
    def references(self) -> References:
        """The references of the schema."""
        return references_of(self.schema)

    def holder(self, error: ValidationError) -> Any:
        """The schema object that holds the keyword that an error is about.

        jsonschema-rs tells the way of the evaluation and the keyword's own path. Behind a reference into a part that
        it met before, the way is not whole; the other path is that within the resource of an `$id`.
        """
        if error.kind.name == "falseSchema":
            return self.condition(error)
        *way, keyword = error.evaluation_path
        holder = self.references.along(way)
        whole = isinstance(holder, dict) and keyword in holder
        return holder if whole else at(self.schema.usable, error.schema_path[:-1])

    def condition(self, error: ValidationError) -> Any:
        """The `then` or `else` that forbids a property: its description, unlike another object's, can say why."""
        *way, _ = error.evaluation_path or ("",)
        forbids = way[-2:] in (["then", "properties"], ["else", "properties"])
        return self.references.along(way[:-1]) if forbids else None

    def notes(self, error: ValidationError) -> tuple[str, ...]:
        """Where in the schema an error comes from, and what else holds for these values."""
        path = error.evaluation_path if error.kind.name == "falseSchema" else error.evaluation_path[:-1]
        # Equal parts are stored once: the place that refers to one is the place that a reader knows.
        path = path[: path.index("$ref")] if "$ref" in path else path
        pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
        return (f"schema: {self.judged.schema_name}#{pointer}", *self.judged.notes)

    def subject(self, error: ValidationError, path: KeyPath, value: Any = None) -> Subject:
        """What a finding about an error at `path` is about; `value` is given where it is not that of the error."""
        origin = self.judged.origin(path)
        document, own = origin or (self.top, ())
        exact = document.has(own) and (origin is None or len(own) > 0)
        value = error.instance if value is None else value
        document_name = dotted(own) if own else dotted(path)
        notes, on_null = self.notes(error), self.judged.on_null
        return Subject(error, document, own, exact, value, self.holder(error), document_name, notes, on_null)

    @property
    def top(self) -> Document:
        """The highest layer of the values."""
        return self.judged.documents[-1]

    def schema_of(self, node: Any, key: str) -> Any:
        """The schema of a key in the schema object `node`, references followed; None if it says nothing of it."""
        if not isinstance(node, dict):
            return None
        found = node.get("properties", {}).get(key)
        if found is None:
            target = self.references.find(node, node.get("$ref"))
            return self.schema_of(target.schema, key) if target else None
        target = self.references.find(found, found.get("$ref")) if isinstance(found, dict) else None
        return target.schema if target else found


def _keys(value: Any, path: Iterable[str | int]) -> Iterator[str | int]:
    """The steps of `path` as `value` has them: jsonschema-rs takes every key that reads as a number for an index."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, int):
            wanted = str(step)
            like = (key for key in value if (key.removeprefix("+").lstrip("0") or "0") == wanted)
            step = wanted if wanted in value else next(like, wanted)
        yield step
        value = at(value, (step,))
