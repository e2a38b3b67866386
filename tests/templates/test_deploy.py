"""The script that deploys, run by pipelines and by hand, with a `helm` that notes what it is asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.copier_templates import git

TRAPS = Path(__file__).parents[2] / "docs/traps.md"
HELM = '#!/bin/sh\nprintf "%s\\n" "$@" >"$ASKED"\ncat "$KUBECONFIG" >>"$ASKED"\nexit "${FAILS:-0}"\n'


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with what helm was asked, one argument a line, and with the kubeconfig."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/helm").write_text(HELM, "utf-8")
    (tmp_path / "bin/helm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    monkeypatch.setenv("KUBECONFIG_CONTENT", "kind: Config")
    return tmp_path / "asked"


def deploy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "ci/deploy.sh", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_helm_is_asked_for_what_shunter_yaml_says(roots: dict[str, Path], asked: Path) -> None:
    assert deploy(roots["github-helm"], "pro").returncode == 0
    assert asked.read_text("utf-8").splitlines() == [
        *("upgrade", "--install", "shop", "envs/pro", "--namespace", "shop-pro", "--create-namespace"),
        *("--atomic", "--kube-context", "it's", "-f", "envs/common.yaml", "-f", "envs/pro/values.yaml"),
        *("--timeout", "10m", "kind: Config"),
    ]
    assert deploy(roots["github-helm"], "tst").returncode == 0
    found = asked.read_text("utf-8").splitlines()
    assert "--rollback-on-failure" in found and "--kube-context" not in found
    assert [line for line in found if line.startswith("envs/")] == [
        *("envs/tst", "envs/common.yaml", "envs/tst/common.yaml", "envs/tst/values.yaml")
    ]


def test_what_cannot_be_deployed_is_said(roots: dict[str, Path], asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no environment nowhere here" in deploy(roots["github-helm"], "nowhere").stderr
    assert "which environment?" in deploy(roots["github-helm"]).stderr
    monkeypatch.delenv("KUBECONFIG_CONTENT")
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("KUBECONFIG", raising=False)
    done = deploy(roots["github-helm"], "tst")
    assert (done.returncode, asked.exists()) == (2, False)
    assert "KUBECONFIG of this environment is not set" in done.stderr


def test_a_deployment_that_fails_says_what_to_do_where_the_release_is_stuck(
    roots: dict[str, Path], asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = TRAPS.read_text("utf-8").partition("**A release that is stuck.**")[2]
    told = stuck.partition("```sh\n")[2].partition("```")[0].replace(" RELEASE", " shop").replace(" NAMESPACE", " shop-tst")
    assert deploy(roots["github-helm"], "tst").stderr == ""
    monkeypatch.setenv("FAILS", "1")
    done = deploy(roots["github-helm"], "tst")
    assert (done.returncode, asked.exists()) == (1, True)
    said = [line.split("#")[0].split() for line in done.stderr.splitlines() if line.startswith("  helm ")]
    assert said == [line.split("#")[0].split() for line in told.splitlines()]


def test_with_gitops_a_branch_moves_and_never_back(roots: dict[str, Path], tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    folder = tmp_path / "shop"
    git(tmp_path, "clone", "--quiet", "origin.git", "shop")
    (folder / "ci").mkdir()
    (folder / "ci/deploy.sh").write_bytes((roots["github-gitops"] / "ci/deploy.sh").read_bytes())
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "second")
    assert deploy(folder, "tst").returncode == 0
    assert git(tmp_path / "origin.git", "rev-parse", "deploy/tst") == git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "HEAD~1")
    assert deploy(folder, "tst").returncode != 0
