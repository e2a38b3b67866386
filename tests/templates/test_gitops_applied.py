"""Objects for Argo CD and Flux at a real API server that has their kinds: it takes each, strictly, and no unknown field."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.clusters.cluster import Cluster
from helpers.clusters.definitions import defined
from helpers.oracles.outside_data import outside_data
from helpers.tools import CLUSTER
from helpers.workspaces.template_answers import VARIANTS

CONTROLLED = [name for name, choices in VARIANTS.items() if choices.get("deployment") in ("argo", "flux")]
KINDS = {
    "argoproj.io": ("Application",),
    "source.toolkit.fluxcd.io": ("GitRepository",),
    "helm.toolkit.fluxcd.io": ("HelmRelease",),
}


@pytest.fixture(scope="module")
def with_controllers_kinds(cluster: Cluster) -> Cluster:
    for group, kinds in KINDS.items():
        for kind in kinds:
            (schema,) = outside_data(f"crds/{group}").glob(f"{kind.lower()}_*.json")
            defined(cluster, schema, group, kind)
    return cluster


def tried(cluster: Cluster, value: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """What the server says of an object; nothing is changed."""
    command = ["kubectl", "--kubeconfig", str(cluster.kubeconfig()), "apply", "--server-side", "--dry-run=server"]
    whole = [CLUSTER, *command, "--validate=strict", "-f", "-"]
    return subprocess.run(whole, input=json.dumps(value), capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", CONTROLLED)
def test_the_server_takes_them_and_nothing_that_it_does_not_know(
    with_controllers_kinds: Cluster, namespace: str, roots: dict[str, Path], name: str
) -> None:
    files = sorted((roots[name] / "gitops").iterdir())
    objects = [each for file in files for each in yaml.safe_load_all(file.read_text("utf-8"))]
    assert objects
    for each in objects:
        value = {**each, "metadata": {**each["metadata"], "namespace": namespace}}
        done = tried(with_controllers_kinds, value)
        assert done.returncode == 0, done.stderr
        wrong = tried(with_controllers_kinds, {**value, "spec": {**value["spec"], "sourec": {}}})
        assert (wrong.returncode, "sourec" in wrong.stderr) == (1, True), wrong.stderr
