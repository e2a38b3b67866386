"""Schemas of custom resources: from definitions that a chart brings, made as strict as the API server is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from shunter.core.kube.catalogue import Gvk

if TYPE_CHECKING:  # who only wants to know which kinds there are judges nothing
    import jsonschema_rs

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_OPEN: Final = "x-kubernetes-preserve-unknown-fields"
_EITHER: Final = "x-kubernetes-int-or-string"
_HEAD: Final = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}


def schemas_of(objects: Iterable[Mapping[str, Any]]) -> dict[Gvk, Any]:
    """The schema of each kind that the CustomResourceDefinitions among `objects` define and serve."""
    found: dict[Gvk, Any] = {}
    for item in objects:
        spec = item.get("spec")
        if item.get("kind") != "CustomResourceDefinition" or not isinstance(spec, dict):
            continue
        kind = str((spec.get("names") or {}).get("kind", ""))
        shared = (spec.get("validation") or {}).get("openAPIV3Schema")
        for version in spec.get("versions") or [{"name": spec.get("version", "")}]:
            own = (version.get("schema") or {}).get("openAPIV3Schema", shared)
            if own is not None and version.get("served", True):
                found[Gvk(str(spec.get("group", "")), str(version.get("name", "")), kind)] = own
    return found


def kinds_of(definition: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The kinds, each with its group, that a CustomResourceDefinition defines and serves."""
    return frozenset((gvk.group, gvk.kind) for gvk in schemas_of([definition]))


def validator(schema: Any) -> jsonschema_rs.Validator | None:
    """What judges objects of a custom resource by its structural schema; None where the schema itself is broken."""
    import jsonschema_rs

    strict = _strict(schema)
    if isinstance(strict.get("properties"), dict):
        strict["properties"] = {**_HEAD, **strict["properties"]}
    try:
        return jsonschema_rs.validator_for({**strict, "$schema": _DRAFT}, pattern_options=jsonschema_rs.RegexOptions())
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return None


def _strict(schema: Any) -> dict[str, Any]:
    """A structural schema in JSON Schema's words, its objects closed unless they say otherwise.

    What stands below `allOf`, `anyOf`, `oneOf` and `not` only refines, and stays as it is.
    """
    if not isinstance(schema, dict):
        return {}
    result = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), dict):
            result[key] = _strict(result[key])
    if isinstance(result.get("properties"), dict):
        result["properties"] = {name: _strict(item) for name, item in result["properties"].items()}
        if result.get("x-kubernetes-embedded-resource"):
            result["properties"] = {**_HEAD, **result["properties"]}
        if not result.get(_OPEN):
            result.setdefault("additionalProperties", False)
    if result.pop(_EITHER, False):
        result.pop("type", None)
        result.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    if result.get("nullable"):
        return {"anyOf": [{"type": "null"}, result]}
    return result
