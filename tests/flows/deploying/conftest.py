"""An environment in a namespace of its own, and what the cluster knows."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import Deployed, make_environment
from helpers.clusters.routes import KIND, ROUTES


@pytest.fixture
def tst(admin: Cluster, namespace: str, tmp_path: Path) -> Deployed:
    """The environment `tst`, which runs nowhere yet."""
    return make_environment(tmp_path, admin, namespace)


@pytest.fixture
def routed(admin: Cluster) -> Cluster:
    """The cluster, which knows what a route is."""
    admin.apply(KIND)
    admin.kubectl("wait", "--for=condition=Established", f"crd/{ROUTES}", "--timeout=60s")
    return admin


@pytest.fixture
def alone(routed: Cluster) -> Iterator[Cluster]:
    """The cluster for a test of the example under its own name: one at a time, since all workers share the cluster."""
    with (routed.folder / "shop-tst.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield routed
        for name in ("shop-tst", "shop-tst-preview-12"):
            routed.kubectl(
                "delete", "namespace", name, "--ignore-not-found", "--timeout=300s"
            )  # waits until it is gone
