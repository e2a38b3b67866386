"""The whole talk, by generated pipelines alone: from a commit to ready pods, a release that fails there, and back to ready."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.tools import needs_helm
from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import Registry
from helpers.workspaces.talks import Talk

pytestmark = [
    pytest.mark.registry,
    needs_helm,
    pytest.mark.slow,  # ten pipelines, images that are built, a cluster
    pytest.mark.skipif(
        os.environ.get("SHUNTER_TEST_PAIRS") != "all", reason="no SHUNTER_TEST_PAIRS=all, as `make delivery` has it"
    ),
]

PAIRS = [("github", "mono"), ("gitlab", "multi")]
FAILING = """
jobs:
  migrate: {hook: [pre-upgrade], args: [fail], backoffLimit: 0}
"""
"""What goes wrong in the cluster alone: a job that has to run before the new version may."""


@pytest.fixture
def kubeconfig(cluster: Cluster, tmp_path: Path) -> Iterator[Path]:
    """That of who may do everything in the cluster; namespaces of the talk go at its end."""
    yield cluster.kubeconfig()
    for each in cluster.get("namespaces")["items"]:
        name = str(each["metadata"]["name"])
        if name.startswith(f"talk-{os.getpid()}-"):
            cluster.drop(name)


def ready(cluster: Cluster, namespace: str) -> set[str]:
    """The images of the pods that run and are ready there: that of a job has ended, and keeps its conditions."""
    return {
        pod["spec"]["containers"][0]["image"]
        for pod in cluster.get("pods", "-n", namespace, "--field-selector", "status.phase=Running")["items"]
        for each in pod["status"].get("conditions", ())
        if each["type"] == "Ready" and each["status"] == "True"
    }


@pytest.mark.parametrize(("ci", "layout"), PAIRS)
def test_from_a_commit_to_ready_pods_a_bad_release_and_back(
    ci: str, layout: str, registry: Registry, cluster: Cluster, kubeconfig: Path, tmp_path: Path
) -> None:
    """Slow: `make delivery`. Nothing is deployed, pushed or promoted but by jobs, and one rollback by a person."""
    said = Talk(ci, layout, "inline", registry, tmp_path, kubeconfig)
    tst, namespace = said.at("tst"), f"{said.place}-tst"

    def promoted(path: str, text: str) -> tuple[str, str]:
        """A commit goes through image, chart, train and promotion; the commit of main before that, and the image."""
        known = {*said.published()}
        said.pipeline(said.commit(path, text))
        [image] = [digest for name, digest in said.published().items() if name not in known and "/charts/" not in name]
        said.trains()
        return said.merged(tst, "promote/tst"), image

    before, good = promoted("services/orders/notes.txt", "more\n")
    done = said.deployed(tst, before)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "revision 1 is deployed and well" in done.stdout + done.stderr
    assert [image.partition("@")[2] for image in ready(cluster, namespace)] == [good]

    # What no check before the cluster can know: the job says so, and the cluster has what it had.
    values = (said.code / "charts/orders/values.yaml").read_text("utf-8")
    before, bad = promoted("charts/orders/values.yaml", values + FAILING)
    assert bad != good
    done = said.deployed(tst, before)
    printed = done.stdout + done.stderr
    assert done.returncode != 0
    assert "revision 2 failed" in printed
    assert "rolled back to revision 1" in printed
    assert [image.partition("@")[2] for image in ready(cluster, namespace)] == [good]

    # A person says that it shall be as before; nobody brings back what was taken back.
    said.by_hand("rollback", "tst", "--pr", "--why", "the job before it fails")
    before = said.merged(tst, "promote/tst")
    done = said.deployed(tst, before)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert [image.partition("@")[2] for image in ready(cluster, namespace)] == [good]
    said.trains()
    assert f"{tst}/promote/tst" not in said.tips()
    record = git(said.origins / f"{tst}.git", "show", "main:envs/tst/.shunter/train.yaml")
    charts = {name: digest for name, digest in said.published().items() if "/charts/" in name}
    assert [digest in record for digest in charts.values()].count(True) == 1
