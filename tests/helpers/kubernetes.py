"""Kubernetes' own schemas and those of the custom resources that the library emits, as oracles."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs
import kubernetes_validate
import kubernetes_validate.utils

from helpers.outside_data import outside_data

# kubernetes-validate reads a megabyte of definitions anew for every object.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)
_BUILT_IN = frozenset({"networking.k8s.io", "rbac.authorization.k8s.io"})
MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")


@cache
def _custom(api_version: str, kind: str) -> Any:
    group, version = api_version.split("/")
    path = outside_data("crds") / group / f"{kind.lower()}_{version}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(_closed(schema))


def _closed(schema: Any) -> Any:
    """A CRD's objects admit no unknown field unless they say so; the published schemas leave that to the API server."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _closed(value) for key, value in schema.items()}
    if isinstance(result.get("properties"), dict) and not result.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    return result


def is_custom(item: dict[str, Any]) -> bool:
    """Whether the object is of a custom resource definition."""
    group = item["apiVersion"].rpartition("/")[0]
    return "." in group and group not in _BUILT_IN


def check(item: dict[str, Any], minors: tuple[str, ...] = MINORS) -> None:
    """Raises where the object does not fit its CRD's schema, or some Kubernetes minor's strict one."""
    if is_custom(item):
        _custom(item["apiVersion"], item["kind"]).validate(item)
        return
    text = json.dumps(item, sort_keys=True)
    for minor in minors:
        _built_in(text, minor)


@cache
def _built_in(text: str, minor: str) -> None:
    kubernetes_validate.validate(json.loads(text), minor, strict=True)
