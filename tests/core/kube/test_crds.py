"""Custom resources: schemas that charts bring, as strict as the API server."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.kube.catalogue import Gvk
from shunter.core.kube.crds import schemas_of, validator

SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1},
        "port": {"x-kubernetes-int-or-string": True, "type": "string"},
        "note": {"type": "string", "nullable": True},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {"type": "string"}}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "either": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "embedded": {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": {"type": "object"}}},
    },
}  # fmt: skip
SCHEMA = {"type": "object", "properties": {"spec": SPEC}}
CRD: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "acme.example",
        "names": {"kind": "Thing"},
        "versions": [
            {"name": "v1", "served": True, "schema": {"openAPIV3Schema": SCHEMA}},
            {"name": "v2", "served": False, "schema": {"openAPIV3Schema": SCHEMA}},
        ],
    },
}
SPECS = [
    ({"size": 1}, True),
    ({"size": 0}, False),
    ({}, False),
    ({"size": 1, "sise": 1}, False),
    ({"size": 1, "port": 80, "note": None}, True),
    ({"size": 1, "port": "http"}, True),
    ({"size": 1, "port": True}, False),
    ({"size": 1, "free": {"a": "x", "anything": 1}}, True),
    ({"size": 1, "free": {"a": 1}}, False),
    ({"size": 1, "map": {"a": "b"}}, True),
    ({"size": 1, "map": {"a": 1}}, False),
    ({"size": 1, "either": {"a": "x"}}, True),
    ({"size": 1, "either": {"a": "x", "b": "y"}}, False),
    ({"size": 1, "embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}}, True),
    ({"size": 1, "embedded": {"status": 1}}, False),
]


@pytest.mark.parametrize(("spec", "fits"), SPECS, ids=range(len(SPECS)))
def test_objects_fit_as_the_api_server_says(spec: dict[str, Any], fits: bool) -> None:
    judge = validator(schemas_of([CRD])[Gvk("acme.example", "v1", "Thing")])
    assert judge is not None
    item = {"apiVersion": "acme.example/v1", "kind": "Thing", "metadata": {"name": "x", "labels": {}}, "spec": spec}
    assert judge.is_valid(item) is fits


def test_what_is_not_served_or_broken_is_not_there() -> None:
    assert list(schemas_of([CRD, {"kind": "CustomResourceDefinition"}, {"kind": "Secret"}])) == [
        Gvk("acme.example", "v1", "Thing")
    ]
    assert validator({"type": "strnig"}) is None


def test_the_old_form_shares_one_schema() -> None:
    spec = {"group": "g.example", "names": {"kind": "Old"}, "version": "v1", "validation": {"openAPIV3Schema": SCHEMA}}
    assert schemas_of([{**CRD, "spec": spec}]) == {Gvk("g.example", "v1", "Old"): SCHEMA}
