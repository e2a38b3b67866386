"""The size of a release's Secret, foretold, and as a real cluster has it."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from helpers.charts.many_apps import of_one_app
from helpers.clusters.cluster import Cluster
from helpers.tools import HELM, need_helm
from shunter.adapters.helm.engine import engine
from shunter.core.rules.release_size import stored_size
from shunter.flows.release.release import Release, release_of
from shunter.flows.release.stored import kept_of
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.projects import files_in


def in_the_cluster(cluster: Cluster, namespace: str, release: Release, chart: Path) -> int:
    """The bytes that the Secret holds after helm has installed the release; nobody waits for pods."""
    files = [word for layer in release.layers for word in ("-f", str(chart / layer.path))]
    name = release.name or release.chart.name
    command = [HELM, "install", name, str(chart), "--namespace", namespace, "--wait=hookOnly", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (secret,) = cluster.get("secrets", "-n", namespace, "-l", "owner=helm")["items"]
    return len(base64.b64decode(secret["data"]["release"]))


def foretold(release: Release) -> int:
    return stored_size(kept_of(release, release.render(engine())))


@pytest.mark.slow  # a hundred apps
@pytest.mark.parametrize("apps", [1, 5, 100])
def test_it_is_foretold_within_two_percent(
    routed: Cluster, namespace: str, tmp_path: Path, example_on_rails: Path, apps: int
) -> None:
    need_helm()
    chart = example_on_rails / "shop-tst/envs/tst"
    if apps == 5:
        context = open_context(example_on_rails)
        release = release_of(context, context.site("environment", "tst"))
        assert len(release.chart.dependencies) >= 5
    else:
        chart = of_one_app(tmp_path, chart, apps)
        release = Release(files_in(open_context(chart), chart))
    release = Release(release.files, release.layers, release.name, namespace, release.is_environment)
    real = in_the_cluster(routed, namespace, release, chart)
    assert abs(foretold(release) / real - 1) < 0.02, (foretold(release), real)
