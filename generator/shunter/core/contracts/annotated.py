"""Inferred schemas with what comments say laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shunter.core.contracts.comments import Comment
from shunter.core.rules.schema_lints import FORMS, KNOWN
from shunter.model.data import dataclass

Schema = dict[str, Any]
_COMPOSED: Final = frozenset(("anyOf", "oneOf", "allOf", "$ref"))
_LISTED: Final = frozenset(("enum", "const"))
_OF_KIND: Final = {"object": ("properties", "required", "additionalProperties"), "array": ("items",)}
_OURS: Final = ("hidden", "nullable", "skipProperties", "mergeProperties", "required", "unevaluatedProperties", "$id")
_FOR_PEOPLE: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(("$comment", "contentEncoding", "contentMediaType", "description", "title"), (str,)),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), (bool,)),
    "examples": (list,),
}
_DRAWERS: Final = ("definitions", "$defs")


@dataclass(frozen=True, slots=True)
class Annotated:
    """One key's schema, the definitions that it brings, whether the key must be set, and what could not be used."""

    schema: Schema
    definitions: Schema
    required: bool = False
    sure: bool = False
    notes: tuple[str, ...] = ()


def annotated(inferred: Mapping[str, Any], comment: Comment) -> Annotated:
    """The schema that was `inferred` of a key, and what its comment says instead or in addition."""
    asked = {key: value for key, value in comment.keywords.items() if key in _OURS or _is_keyword(key, value)}
    wrong = (*comment.wrong, *(key for key in comment.keywords if key not in asked))
    notes = [f"`{text}` is no annotation that is known" for text in wrong]
    said = {key: value for key, value in asked.items() if key not in (*_OURS, *_DRAWERS)}
    reference = said.get("$ref")
    if reference is not None and not str(reference).startswith("#"):
        notes.append(f"`$ref: {reference}` leads out of the chart, and is left out")
        del said["$ref"]
    schema = {} if asked.get("hidden") else _joined(dict(inferred), said)
    if asked.get("nullable") and schema.get("type"):
        types = schema["type"]
        names = [types] if isinstance(types, str) else [name for name in types if isinstance(name, str)]
        schema["type"] = list(dict.fromkeys([*names, "null"]))
    if asked.get("skipProperties") or asked.get("mergeProperties"):
        schema = {key: value for key, value in schema.items() if key not in _OF_KIND["object"]}
    if isinstance(asked.get("unevaluatedProperties"), bool):
        schema["additionalProperties"] = asked["unevaluatedProperties"]
    if isinstance(asked.get("required"), list):
        schema["required"] = sorted({*schema.get("required", ()), *map(str, asked["required"])})
    if comment.description:
        schema = {"description": comment.description, **schema}
    definitions = {name: item for drawer in _DRAWERS for name, item in (asked.get(drawer) or {}).items()}
    sure = not {"type", *_COMPOSED, *_LISTED}.isdisjoint(said)
    return Annotated(schema, definitions, asked.get("required") is True, sure, tuple(notes))


def _is_keyword(key: str, value: Any) -> bool:
    """Whether JSON Schema knows a keyword, and values of this kind for it."""
    forms = FORMS.get(key) or _FOR_PEOPLE.get(key)
    return value.__class__ in forms if forms else key in KNOWN or key.startswith("x-")


def _joined(inferred: Schema, said: Schema) -> Schema:
    if not (_COMPOSED | _LISTED).isdisjoint(said) or "type" in said:
        inferred.pop("type", None)
    types = said.get("type")
    for kind, keywords in _OF_KIND.items():
        if types is not None and kind != types and kind not in types:
            inferred = {key: value for key, value in inferred.items() if key not in keywords}
    found = {**inferred, **said}
    if isinstance(said.get("properties"), dict):
        found["properties"] = {**inferred.get("properties", {}), **said["properties"]}
    if "$ref" in found:  # what stands beside a reference does not count in draft 7
        found["allOf"] = [*found.get("allOf", ()), {"$ref": found.pop("$ref").replace("#/$defs/", "#/definitions/")}]
    return found
