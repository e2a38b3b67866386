"""The example workspace, made once per session and layout; and the kubeconfig of who may do everything in the cluster."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.tools import HELM
from helpers.workspaces.cli import ok
from helpers.workspaces.workspaces import copy, make_example, shared


@pytest.fixture(scope="session")
def example() -> Path:
    """The example workspace, layout multi, as `new` leaves it. Not to be changed: see `shop`."""
    return shared("multi", make_example) / "shop"


@pytest.fixture(scope="session")
def mono_example() -> Path:
    """The same in one repository."""
    return shared("mono", lambda folder: make_example(folder, "mono")) / "shop"


@pytest.fixture(scope="session")
def example_on_rails(example: Path) -> Path:
    """The example workspace with train 1.0.0 in tst. Not to be changed: see `railed`."""

    def depart(folder: Path) -> None:
        root = copy(example, folder / "shop")
        ok("package", cwd=root)
        ok("train", "cut", "1.0.0", cwd=root)
        ok("promote", "1.0.0", "--to", "tst", cwd=root)

    return shared("rails", depart) / "shop"


@pytest.fixture
def railed(example_on_rails: Path, tmp_path: Path) -> Path:
    """A copy of the workspace with train 1.0.0 in tst, to change."""
    return copy(example_on_rails, tmp_path / "shop")


@pytest.fixture
def shop(example: Path, tmp_path: Path) -> Path:
    """A copy of the example workspace to change."""
    return copy(example, tmp_path / "shop")


@pytest.fixture
def mono(mono_example: Path, tmp_path: Path) -> Path:
    """A copy of the mono example to change."""
    return copy(mono_example, tmp_path / "shop")


@pytest.fixture
def commit() -> Callable[[Path, str], None]:
    """Commit everything in a repository, as a person would."""
    import subprocess

    def run(root: Path, message: str) -> None:
        subprocess.run(["git", "add", "--all"], cwd=root, check=True)
        subprocess.run(["git", "commit", "--quiet", "-m", message], cwd=root, check=True)

    return run


@pytest.fixture
def admin(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, as kubectl and helm find it on a machine of who may do everything in it."""
    if not HELM:
        pytest.skip("no helm binary: put one on PATH, or name it in SHUNTER_TEST_HELM")
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig()))
    monkeypatch.setenv("PATH", f"{Path(HELM).parent}{os.pathsep}{os.environ['PATH']}")
    return cluster
