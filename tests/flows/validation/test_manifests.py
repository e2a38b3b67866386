"""Rendered manifests against the schemas of Kubernetes versions and of custom resources."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from helpers.oracles.outside_data import outside_data
from helpers.tools import NO_HELM
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.transcript import error

pytest.importorskip("helm_python", reason=NO_HELM)

CRD = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: others.acme.example}
spec: {group: acme.example, names: {kind: Other}, versions: []}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.acme.example}
spec:
  group: acme.example
  names: {kind: Thing}
  versions:
  - {name: v1, served: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}
"""
HEAD = "apiVersion: {}\nkind: {}\nmetadata:\n  name: x\n"
GOOD = HEAD.format("v1", "ConfigMap") + "data:\n  a: b\n"


def chart(root: Path, *templates: str) -> Path:
    """An umbrella `shop` with the chart `svc` under the alias `api`, whose templates these are."""
    folder = root / "shop" / "charts" / "svc"
    for name in ("templates", "crds"):
        (folder / name).mkdir(parents=True)
    dependency = "dependencies:\n- {name: svc, version: 1.0.0, alias: api, repository: ''}\n"
    (root / "shop" / "Chart.yaml").write_text(f"apiVersion: v2\nname: shop\nversion: 1.0.0\n{dependency}", "utf-8")
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: svc\nversion: 1.0.0\n", "utf-8")
    (folder / "crds" / "things.yaml").write_text(CRD, "utf-8")
    for number, text in enumerate(templates):
        (folder / "templates" / f"{number}.yaml").write_text(text, "utf-8")
    return root


def checked(root: Path, *arguments: str) -> list[tuple[str, str, str, list[str], str]]:
    """Rule, severity, message, key and hint of every finding, in order."""
    result = shunter("validate", "--manifests", "shop", "-o", "json", *arguments, cwd=root)
    assert result.code in (0, 1), result.err
    found = json.loads(result.out)["findings"]
    assert {item["span"]["path"].rpartition("/")[0] for item in found} <= {"shop/charts/svc/templates"}
    return [(item["rule"], item["severity"], item["message"], item["key"], item.get("hint", "")) for item in found]


def test_the_example_is_valid_in_every_version(example_on_rails: Path) -> None:
    arguments = ("--crds", str(outside_data("crds")), "--kube-version", "1.33,1.34,1.35,1.36,1.37")
    assert ok("validate", "--manifests", *arguments, cwd=example_on_rails).err == "8 charts checked: valid\n"


def test_wrong_objects_are_named_with_their_template_and_field(tmp_path: Path) -> None:
    deployment = HEAD.format("apps/v1", "Deployment") + (
        "spec:\n  replica: 3\n  selector: {}\n  template:\n    spec:\n      containers:\n"
        "      - {name: a, ports: [{containerPort: http}]}\n"
    )
    root = chart(
        tmp_path, GOOD, deployment, HEAD.format("apps/v1", "Deploymnt"), HEAD.format("v1", "Secret") + "type: 5\n"
    )
    assert checked(root) == [
        (
            "manifest-invalid",
            "error",
            "api: Deployment x: `spec.template.spec.containers[0].ports[0].containerPort` must be an integer, not a string",
            ["spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"],
            "correct it there",
        ),
        (
            "manifest-invalid",
            "error",
            "api: Deployment x: there is no field `spec.replica`",
            ["spec", "replica"],
            "did you mean `replicas`?",
        ),
        (
            "manifest-invalid",
            "error",
            "api: Deploymnt x: apps/v1 has no kind Deploymnt",
            ["kind"],
            "did you mean `Deployment`?",
        ),
        ("manifest-invalid", "error", "api: Secret x: `type` must be a string, not a number", ["type"], "correct it there"),
    ]  # fmt: skip


def test_custom_resources_come_from_the_chart_or_a_folder(tmp_path: Path) -> None:
    good = HEAD.format("acme.example/v1", "Thing") + "spec: {size: 1}\n"
    bad = HEAD.format("acme.example/v1", "Thing") + "spec: {sise: 1}\n"
    monitor = HEAD.format("monitoring.coreos.com/v1", "ServiceMonitor") + "spec: {endpoint: []}\n"
    root = chart(tmp_path, good, bad, monitor, monitor)
    unknown = checked(root)
    assert [finding[:3] for finding in unknown] == [
        ("manifest-invalid", "error", "api: Thing x: there is no field `spec.sise`"),
        (
            "unknown-kind",
            "note",
            "api: ServiceMonitor x: no schema of monitoring.coreos.com/v1 ServiceMonitor is known, so it was not checked",
        ),
    ]
    known = checked(root, "--crds", str(outside_data("crds")))
    assert "api: ServiceMonitor x: `spec.selector` is missing" in [finding[2] for finding in known]
    assert "unknown-kind" not in [finding[0] for finding in known]


def test_apis_that_a_version_does_not_have(tmp_path: Path) -> None:
    root = chart(
        tmp_path,
        HEAD.format("policy/v1beta1", "PodDisruptionBudget"),
        HEAD.format("networking.k8s.io/v1beta1", "ServiceCIDR") + "spec: {}\n",
        HEAD.format("v1", "Endpoints"),
    )
    found = checked(root, "--kube-version", "v1.30,1.36.2,1.37")
    assert [(rule, severity, message, hint) for rule, severity, message, _, hint in found] == [
        ("removed-api", "error", "api: PodDisruptionBudget x: policy/v1beta1 PodDisruptionBudget is gone since Kubernetes 1.25",
         "use apiVersion: policy/v1"),
        ("deprecated-api", "warning", "api: ServiceCIDR x: networking.k8s.io/v1beta1 ServiceCIDR goes with Kubernetes 1.37",
         "use apiVersion: networking.k8s.io/v1"),
        ("removed-api", "error",
         "api: ServiceCIDR x: networking.k8s.io/v1beta1 ServiceCIDR is gone since Kubernetes 1.37",
         "use apiVersion: networking.k8s.io/v1"),
        ("removed-api", "error",
         "api: ServiceCIDR x: networking.k8s.io/v1beta1 ServiceCIDR is not there before Kubernetes 1.31",
         "use apiVersion: networking.k8s.io/v1alpha1"),
        ("deprecated-api", "warning", "api: Endpoints x: v1 Endpoints is deprecated in v1.33+. Use discoveryv1.EndpointSlice",
         "see Kubernetes' Deprecated API Migration Guide"),
    ]  # fmt: skip
    printed = shunter("validate", "--manifests", "shop", "--kube-version", "1.30,1.36,1.37", cwd=root).err
    assert " = Kubernetes 1.36, 1.37\n" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--kube-version", "1.9"), "there are no schemas of Kubernetes 1.9"),
        (("--kube-version", "new"), "`new` is no version of Kubernetes"),
        (("--crds", "nowhere"), "there is no folder"),
    ],
)
def test_what_is_not_there_is_named(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    block = error(shunter("validate", "--manifests", "shop", *arguments, cwd=chart(tmp_path, GOOD)))
    assert message in block.message


@pytest.mark.parametrize(
    ("absent", "extra"), [("kubernetes_validate", "shunter[manifests]"), ("helm_python", "shunter[helm]")]
)
def test_without_an_extra_the_error_says_what_to_install(
    absent: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = chart(tmp_path, GOOD)
    monkeypatch.setitem(sys.modules, absent, None)
    assert error(shunter("validate", "--manifests", "shop", cwd=root)).hint == f"pip install '{extra}'"
