"""Rendered objects held against the schemas of Kubernetes versions and of custom resources: one remark each, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from shunter.core.kube.catalogue import Catalogue, Gvk
from shunter.core.kube.objects import RenderedObject
from shunter.core.rules.manifests import Cluster, check
from shunter.model.findings import Finding


def kind(group: str, version: str, name: str, **schema: Any) -> dict[str, Any]:
    gvk = [{"group": group, "version": version, "kind": name}]
    return {"type": "object", "x-kubernetes-group-version-kind": gvk, **schema}


POD = {
    "additionalProperties": False,
    "required": ["spec"],
    "properties": {
        "apiVersion": {},
        "kind": {},
        "metadata": {},
        "spec": {"$ref": "#/$defs/Spec"},
    },
}
SPEC = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "image": {"type": "string"},
        "policy": {"enum": ["Always", "Never"]},
        "port": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        "count": {"type": "integer", "minimum": 1},
    },
}
COMMON = {"Pod": kind("", "v1", "Pod", **POD), "Spec": SPEC, "Job": kind("batch", "v1", "Job")}
KNOWN = [
    Catalogue("1.34", {**COMMON, "Old": kind("batch", "v1beta1", "Job")}),
    Catalogue("1.35", COMMON),
]
THING = Gvk("acme.example", "v1", "Thing")


def checked(value: dict[str, Any], versions: Sequence[str] = ("1.35",), **more: Any) -> list[Finding]:
    item = RenderedObject("c/templates/a.yaml", {"metadata": {"name": "x"}, **value})
    return list(check([item, item] if more.pop("twice", False) else [item], [], Cluster(versions, KNOWN, **more)))


def pod(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": spec}


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        (pod(imag="x"), "there is no field `spec.imag`", "did you mean `image`?"),
        (pod(zzz=1), "there is no field `spec.zzz`", "the API server drops or refuses it: remove it"),
        (pod(image=1), "`spec.image` must be a string, not a number", "correct it there"),
        (pod(policy="x"), '`spec.policy` must be one of "Always", "Never", not "x"', "correct it there"),
        (pod(port=[]), "`spec.port` is [], which fits none of the allowed forms", "correct it there"),
        (pod(count=0), "`spec.count`: 0 is less than the minimum of 1", "correct it there"),
        ({"apiVersion": "v1", "kind": "Pod"}, "`spec` is missing", "set it in the template or in its values"),
        ({"apiVersion": "v1", "kind": "Pdo"}, "v1 has no kind Pdo", "did you mean `Pod`?"),
        ({"apiVersion": "v1"}, "`kind` is missing", "add it to the template"),
        ({"kind": "Pod"}, "`apiVersion` is missing", "add it to the template"),
    ],
)
def test_what_the_api_server_would_refuse(value: dict[str, Any], message: str, hint: str) -> None:
    (finding,) = checked(value)
    assert (finding.rule, finding.severity, finding.hint) == ("manifest-invalid", "error", hint)
    assert finding.message == f"{value.get('kind', 'an object')} x: {message}"


def test_what_is_valid_is_silent() -> None:
    assert checked(pod(image="x", port="http")) == []


def test_the_same_in_every_version_is_said_once_and_without_versions() -> None:
    (everywhere,) = checked(pod(image=1), ("1.34", "1.35"))
    assert everywhere.notes == ()
    (one,) = checked({"apiVersion": "batch/v1beta1", "kind": "Job"}, ("1.34", "1.35"))[1:]
    assert (one.rule, one.notes) == ("removed-api", ("Kubernetes 1.35",))


def test_an_api_that_ends_is_a_warning_and_one_that_is_gone_an_error() -> None:
    old = {"apiVersion": "batch/v1beta1", "kind": "Job"}
    assert [(f.rule, f.severity, f.hint) for f in checked(old, ("1.34",))] == [
        ("deprecated-api", "warning", "use apiVersion: batch/v1")
    ]
    assert [(f.rule, f.severity, f.hint) for f in checked(old)] == [
        ("removed-api", "error", "use apiVersion: batch/v1")
    ]


def test_a_custom_resource_is_judged_by_its_definition_or_noted_once() -> None:
    value = {"apiVersion": "acme.example/v1", "kind": "Thing", "size": "x"}
    schema = {"type": "object", "properties": {"size": {"type": "integer"}}}
    assert [(f.rule, f.severity) for f in checked(value, twice=True)] == [("unknown-kind", "note")]
    for more in ({"defined": {THING: schema}}, {"lookup": {THING: schema}.get}):
        assert [f.rule for f in checked(value, **more)] == ["manifest-invalid"]
        assert checked({**value, "size": 1}, **more) == []
