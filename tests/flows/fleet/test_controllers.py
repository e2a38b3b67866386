"""`deployment: argo` and `flux`: what a controller is told renders what `shunter render` prints, and nobody else gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git
from shunter.adapters.helm.engine import engine
from shunter.core.values.deployed import deployments
from shunter.flows.release.release import release_of
from shunter.flows.validation.deployed import deployed_releases
from shunter.flows.validation.judge import Validation
from shunter.flows.workspace.context import open_context
from shunter.model.data import replace

URL = "git@github.com:acme/{name}.git"


def choose(root: Path, deployment: str) -> str:
    """Let the workspace be deployed so, and say what its update did."""
    file = root / "shunter.yaml"
    lines = file.read_text("utf-8").splitlines()
    lines = [f"deployment: {deployment}" if line.startswith("deployment:") else line for line in lines]
    lines = [f'  url: "{URL}"' if line.startswith("  url: ") and "git@" in line else line for line in lines]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    git(root, "commit", "-qam", deployment)
    return ok("update", cwd=root).err


@pytest.mark.parametrize("deployment", ["argo", "flux"])
def test_a_controller_renders_what_render_prints(mono: Path, deployment: str) -> None:
    choose(mono, deployment)
    ok("package", cwd=mono)
    ok("train", "cut", "1.0.0", cwd=mono)
    ok("promote", "1.0.0", "--to", "tst", cwd=mono)
    context = open_context(mono)
    environment = release_of(context, context.site("environment", "tst"))
    (release,) = deployed_releases(context, Validation(), ["gitops/tst.yaml"])
    release = replace(release, name=environment.name, namespace=environment.namespace, is_environment=True)
    said = (mono / "gitops/tst.yaml").read_text("utf-8")
    assert f"releaseName: {environment.name}\n" in said
    assert f"amespace: {environment.namespace}\n" in said
    printed = ok("render", "tst", cwd=mono).out
    assert printed == release.render(engine())
    assert "kind: Deployment" in printed
    assert "checked" in ok("validate", "gitops/tst.yaml", cwd=mono).err


def test_the_objects_come_with_the_answer_and_go_with_it(mono: Path) -> None:
    assert not (mono / "gitops").exists()
    before = git(mono, "rev-parse", "HEAD")
    ok("update", cwd=mono)
    assert git(mono, "rev-parse", "HEAD") == before
    choose(mono, "argo")
    names = sorted(path.name for path in (mono / "gitops").iterdir())
    assert names == ["pre.yaml", "pro.yaml", "tst.yaml"]
    data = (mono / "gitops/pre.yaml").read_bytes()
    assert [found.chart.path for found in deployments(data, "pre.yaml")] == ["envs/pre"]
    ok("add", "environment", "prf", "--after", "tst", cwd=mono)
    assert (mono / "gitops/prf.yaml").is_file()
    choose(mono, "gitops")
    assert not (mono / "gitops").exists()
