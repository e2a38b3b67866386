"""Kinds of others in a real cluster: definitions made of their makers' JSON schemas."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.clusters.cluster import Cluster
from shunter.core.kube.resources import resource_of


def defined(cluster: Cluster, schema: Path, group: str, kind: str) -> None:
    """Let the cluster have a kind, by the schema in GROUP/KIND_VERSION.json, and wait until it serves it."""
    plural, version = resource_of(kind), schema.stem.rpartition("_")[2]
    text = json.loads(schema.read_text("utf-8"))
    wanted = {**structural(text), "type": "object"}
    wanted["properties"] = {**wanted["properties"], "metadata": {"type": "object"}}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": wanted}}
    cluster.apply(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
                "versions": [served],
            },
        }
    )
    end = time.monotonic() + 60
    while f'"kind":"{kind}"' not in _served(cluster, f"/apis/{group}/{version}"):
        assert time.monotonic() < end, f"the server does not take up {kind}"
        time.sleep(0.3)


def _served(cluster: Cluster, path: str) -> str:
    try:
        return cluster.kubectl("get", "--raw", path)
    except AssertionError:
        return ""


def structural(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema as a definition may hold it: what it may not say, such as `$schema`, is left out."""
    either = [each.get("type") for key in ("oneOf", "anyOf") for each in schema.get(key, ())]
    if {"string", "integer"} <= {*either}:
        return {"x-kubernetes-int-or-string": True}
    found = {key: schema[key] for key in ("type", "description", "enum", "pattern", "required") if key in schema}
    if "properties" in schema:
        found["properties"] = {name: structural(each) for name, each in schema["properties"].items()}
    elif isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = structural(schema["additionalProperties"])
    if "items" in schema:
        found["items"] = structural(schema["items"])
    return _typed(found)


def _typed(found: dict[str, Any]) -> dict[str, Any]:
    """One type, and null beside it said as definitions do; what says nothing of itself may be anything."""
    if isinstance(types := found.get("type"), list):
        found["type"] = next(each for each in types if each != "null")
        found["nullable"] = "null" in types
    if found.get("type", "object") == "object" and not {"properties", "additionalProperties"} & found.keys():
        found["x-kubernetes-preserve-unknown-fields"] = True
    return found
