"""An app's own keys: the small schema file beside its values, read with every mistake named where it stands.

The file is a JSON Schema in YAML with the keywords of `KEYWORDS` at its top. Its `$ref`s point to `$defs`, its own or
those of the library's contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from shunter.core.goyaml import plain
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.schema.compile import compile_document
from shunter.model.errors import ShunterError
from shunter.model.wording import nearest

KEYWORDS: Final = ("properties", "required", "$defs", "x-features")
_ANNOTATIONS: Final = ("$schema", "type", "title", "description", "$comment")
_DEFS: Final = "#/$defs/"
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"


def read_extra(data: bytes, path: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """The app's own schema in `data`; `path` names its file, `source` is the library's contract.

    Raises ShunterError for what is no such schema; what only an archetype decides is left to the compiler.
    """
    document = plain.load(data, path)
    own: dict[str, Any] = dict(document.value or {})
    _check_keywords(document, own)
    for name in ("properties", "$defs"):
        _require(document, (name,), isinstance(own.get(name, {}), dict), "must be a map of schemas by name")
    for name in ("required", "x-features"):
        names = own.get(name, [])
        is_list = isinstance(names, list) and all(isinstance(item, str) for item in names)
        _require(document, (name,), is_list, "must be a list of names")
    _require(document, ("type",), own.get("type", "object") == "object", "can only be `object`")
    _check_names(document, own, source)
    _check_references(document, own, {**source["$defs"], **own.get("$defs", {})})
    _check_schemas(document, own, source)
    return own


def _error(document: Document, path: KeyPath, message: str, hint: str) -> ShunterError:
    return ShunterError(message, hint=hint, span=document.span(path))


def _require(document: Document, path: KeyPath, holds: bool, message: str) -> None:
    if not holds:
        hint = "such as\n  properties:\n    currency: {type: string}\n  required: [currency]"
        raise _error(document, path, f"`{path[0]}` {message}", hint)


def _check_keywords(document: Document, own: Mapping[str, Any]) -> None:
    known = (*KEYWORDS, *_ANNOTATIONS)
    for key in own:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(KEYWORDS)}"
            raise _error(document, (key,), f"`{key}` is no part of an app's own schema", hint)


def _check_names(document: Document, own: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    for name in own.get("$defs", {}):
        if name in source["$defs"]:
            message = f"`$defs.{name}` would redefine what the library's keys refer to"
            raise _error(document, ("$defs", name), message, "choose another name")
    workload = source["$defs"].get("workload", {}).get("properties", {})
    known = {*own.get("properties", {}), *source["properties"], *workload}
    for index, name in enumerate(own.get("required", ())):
        if name not in known:
            raise _error(document, ("required", index), f"`{name}` is required, and no key", "add it to `properties`")


def _check_references(document: Document, own: Mapping[str, Any], definitions: Mapping[str, Any]) -> None:
    for path, target in _references(own, ()):
        name = target.removeprefix(_DEFS)
        if target in ("#", _DEFS + name) and (target == "#" or name in definitions):
            continue
        if target.startswith(_DEFS):
            near = nearest(name, definitions)
            hint = f"did you mean `{_DEFS}{near}`?" if near else f"define `{name}` below `$defs`"
            raise _error(document, path, f"there is no `{target}`", hint)
        hint = f"put the definition under $defs and refer to {_DEFS}<name>"
        message = f"`$ref: {target}` leaves the schema; Helm would resolve it on the disk or the network"
        raise _error(document, path, message, hint)


def _references(schema: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _references(value, (*path, key))
    elif isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from _references(item, (*path, index))


def _check_schemas(document: Document, own: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    definitions = {**dict.fromkeys(source["$defs"], True), **own.get("$defs", {})}
    schema = {"$schema": _DIALECT, "properties": own.get("properties", {}), "$defs": definitions}
    for problem in compile_document(schema).problems:
        raise _error(document, problem.path, problem.message, problem.hint or "see https://json-schema.org")
