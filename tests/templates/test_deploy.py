"""What pipelines run to deploy: the command that a person types, with what the environment's secrets give it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.workspaces.copier_templates import git


def job_of(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """The deploying job of a repository's pipelines, and what its steps run."""
    github = folder / ".github/workflows/deploy.yaml"
    if github.exists():
        job = yaml.safe_load(github.read_text("utf-8"))["jobs"]["deploy"]
        return job, [step["run"] for step in job["steps"] if "run" in step]
    job = yaml.safe_load((folder / ".gitlab/deploy.yml").read_text("utf-8"))[".deploy"]
    return job, list(job["script"])


@pytest.mark.parametrize(("name", "variable"), [("github-helm", "$ENVIRONMENT"), ("gitlab-helm", "$NAME")])
def test_it_is_one_command_and_a_cluster_is_one_that_was_given(
    name: str, variable: str, roots: dict[str, Path]
) -> None:
    job, runs = job_of(roots[name])
    assert runs == [f'shunter deploy "{variable}"']
    steps = job.get("steps", [{"env": job.get("variables")}])
    assert "KUBECONFIG_CONTENT" in steps[-1]["env"]  # empty where there is no secret: then no other kubeconfig counts


def test_a_called_workflow_gets_the_secret_of_its_environment(roots: dict[str, Path]) -> None:
    """GitHub hides all secrets from it but those that the caller names, its own environment's too."""
    for name in ("github-helm", "environment"):
        folder = roots[name] / ".github/workflows"
        called = yaml.load((folder / "deploy.yaml").read_text("utf-8"), yaml.BaseLoader)
        assert called["on"]["workflow_call"]["secrets"] == {"KUBECONFIG": {"required": "false"}}
        caller = yaml.safe_load((folder / "ci.yaml").read_text("utf-8"))["jobs"]["deploy"]
        assert caller["secrets"] == {"KUBECONFIG": "${{ secrets.KUBECONFIG }}"}


@pytest.mark.parametrize("name", ["github-gitops", "gitlab-gitops"])
def test_with_gitops_a_branch_moves_and_never_back(name: str, roots: dict[str, Path], tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    folder = tmp_path / "shop"
    git(tmp_path, "clone", "--quiet", "origin.git", "shop")
    _, [command] = job_of(roots[name])
    variables = os.environ | {"ENVIRONMENT": "tst", "NAME": "tst", "DEPLOY_REMOTE": str(tmp_path / "origin.git")}

    def deploy() -> int:
        return subprocess.run(["sh", "-c", command], cwd=folder, env=variables, check=False).returncode

    git(folder, "commit", "--quiet", "--allow-empty", "--message", "first")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "second")
    assert deploy() == 0
    assert git(tmp_path / "origin.git", "rev-parse", "deploy/tst") == git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "HEAD~1")
    assert deploy() != 0
