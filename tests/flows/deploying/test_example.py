"""The example environment, whole, in a real cluster: by Helm alone, and by `deploy`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from helpers.clusters.cluster import Cluster
from helpers.tools import HELM

ROUTES = "httproutes.gateway.networking.k8s.io"
KIND = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
        "name": ROUTES,
        "annotations": {"api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api/pull/1"},
    },
    "spec": {
        "group": "gateway.networking.k8s.io",
        "names": {"kind": "HTTPRoute", "plural": "httproutes", "singular": "httproute"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
"""The Gateway API's kind of routes, without what it says of them."""


def not_ready(cluster: Cluster, namespace: str) -> list[str]:
    pods = cluster.get("pods", "-n", namespace)["items"]
    assert pods
    ready = {
        pod["metadata"]["name"]: any(
            each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ())
        )
        for pod in pods
        if pod["status"]["phase"] != "Succeeded"
    }
    return [name for name, is_ready in ready.items() if not is_ready]


def test_helm_installs_the_example_and_every_pod_gets_ready(
    admin: Cluster, namespace: str, example_on_rails: Path
) -> None:
    admin.apply(KIND)
    admin.kubectl("wait", "--for=condition=Established", f"crd/{ROUTES}", "--timeout=60s")
    chart = example_on_rails / "shop-tst/envs/tst"
    command = [HELM, "upgrade", "--install", "shop", str(chart), "--namespace", namespace, "--wait", "--timeout", "4m"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not_ready(admin, namespace) == []
    routes = admin.get(ROUTES, "-n", namespace)["items"]
    assert {each["metadata"]["name"] for each in routes} == {
        f"shop-api-gateway-{name}" for name in ("catalog", "frontend", "orders")
    }
