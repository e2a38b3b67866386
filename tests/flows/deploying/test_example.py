"""The example environment, whole, in a real cluster: by Helm alone, and by `deploy`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.routes import ROUTES
from helpers.tools import HELM

_GENERATOR = Path(__file__).resolve().parents[3] / "generator"


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
    routed: Cluster, namespace: str, example_on_rails: Path
) -> None:
    chart = example_on_rails / "shop-tst/envs/tst"
    command = [HELM, "upgrade", "--install", "shop", str(chart), "--namespace", namespace, "--wait", "--timeout", "4m"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not_ready(routed, namespace) == []
    routes = routed.get(ROUTES, "-n", namespace)["items"]
    assert {each["metadata"]["name"] for each in routes} == {
        f"shop-api-gateway-{name}" for name in ("catalog", "frontend", "orders")
    }


@pytest.mark.slow  # the whole example, and a preview of it
def test_a_job_deploys_it_and_a_preview_of_it(alone: Cluster, railed: Path) -> None:
    """As a pipeline does: in the environment's repository, with the content of a kubeconfig."""
    folder = railed / "shop-tst"
    content = Path(os.environ["KUBECONFIG"]).read_text("utf-8")
    env = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    env |= {"CI": "true", "KUBECONFIG_CONTENT": content, "PYTHONPATH": str(_GENERATOR)}

    def deploy(*arguments: str) -> str:
        command = [sys.executable, "-m", "shunter", "deploy", "tst", *arguments]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def managed(namespace: str) -> list[str]:
        labels = alone.get("secrets", "-n", namespace, "-l", "owner=helm")["items"]
        return [each["metadata"]["labels"]["name"] for each in labels]

    assert "revision 1 is deployed and well" in deploy("--timeout", "4m")
    assert not_ready(alone, "shop-tst") == []
    assert "revision 1 is deployed as wanted" in deploy()
    (folder / "envs/tst/preview.yaml").write_text("orders: {replicaCount: 1}\n", "utf-8")
    assert "revision 1 is deployed and well" in deploy("--preview", "12")
    assert managed("shop-tst-preview-12") == ["shop-12"]
    deploy("--preview", "12", "--end")
    assert managed("shop-tst-preview-12") == []
    assert managed("shop-tst") == ["shop"]
