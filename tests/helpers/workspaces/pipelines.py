"""Runs generated CI: GitHub's workflows by act, GitLab's jobs by their scripts; actions and docker are stand-ins.

What they do is real: git, shunter, pre-commit, make, helm, and a registry on the loopback interface.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import PASSWORD, USER

TESTS = Path(__file__).parents[2]
WORKFLOW = ".github/workflows/ci.yaml"
PIPELINE = ".gitlab-ci.yml"
BUILD = """\
for tag in $(echo "$TAGS" | tr , ' '); do
  docker build "$CONTEXT" --tag "$tag"
  if [ "$PUSH" = true ]; then docker push "$tag"; fi
done
"""
INSTALLED = '[ "$1 $2" != "-m pip" ] || exit 0\n'
"""What CI installs is here: these tests run in an environment that has it."""
ACTIONS: dict[str, tuple[dict[str, str], str]] = {
    "actions/checkout": ({}, 'git clone -q "$ORIGIN" . && git checkout -q -B "$GITHUB_REF_NAME" "$GITHUB_SHA"'),
    "actions/setup-python": ({}, "true"),
    "azure/setup-helm": ({}, "true"),
    "docker/setup-buildx-action": ({}, "true"),
    "docker/login-action": (
        {"NAME": "username", "WORD": "password", "HOST": "registry"},
        'printf %s "$WORD" | docker login --username "$NAME" --password-stdin "$HOST"',
    ),
    "docker/build-push-action": ({"CONTEXT": "context", "TAGS": "tags", "PUSH": "push"}, BUILD),
}
"""What stands in for an action: inputs that its script gets as variables, and the script."""


@dataclass(frozen=True)
class Runner:
    """A machine that runs CI for a repository; `folder` is its own, `helm` a binary."""

    root: Path
    folder: Path
    helm: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every job."""
        return os.environ | {
            "PATH": os.pathsep.join((str(self._tools()), os.environ["PATH"])),
            "PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent / "generator"))),
            "HOME": str(self.folder),
            "DOCKER_CONFIG": str(self.folder / "docker"),
            "STAND_INS": str(self.folder / "images"),
            "HELM_REGISTRY_CONFIG": str(self.folder / "nobody.json"),
        }

    def _tools(self) -> Path:
        folder = self.folder / "bin"
        if not folder.exists():
            folder.mkdir(parents=True)
            for name, first, words in (("docker", "", "-m helpers.workspaces.docker"), ("python", INSTALLED, "")):
                (folder / name).write_text(f'#!/bin/sh\n{first}exec {sys.executable} {words} "$@"\n', "utf-8")
                (folder / name).chmod(0o755)
            if self.helm:
                (folder / "helm").symlink_to(self.helm)
        return folder

    def github(self, job: str, before: str) -> subprocess.CompletedProcess[str]:
        """A push of HEAD to the branch that is checked out, as far as `job` needs it; `before` is the commit before."""
        text = (self.root / WORKFLOW).read_text("utf-8")
        event = self.folder / "event.json"
        event.write_text(json.dumps({"before": before, "after": git(self.root, "rev-parse", "HEAD")}), "utf-8")
        command = ["act", "push", "-P", "ubuntu-24.04=-self-hosted", "-W", WORKFLOW, "-j", job, "-e", str(event)]
        for name in sorted(set(re.findall(r"uses: (\S+)", text))):
            command += ["--local-repository", f"{name}={self._action(name)}"]
        command += [
            "--var",
            "SHUNTER=shunter",
            "-s",
            f"REGISTRY_USERNAME={USER}",
            "-s",
            f"REGISTRY_PASSWORD={PASSWORD}",
        ]
        variables = self.environment | {"XDG_CACHE_HOME": str(self.folder / "cache")}
        for name in ("PATH", "PYTHONPATH", "DOCKER_CONFIG", "STAND_INS", "HELM_REGISTRY_CONFIG"):
            command += ["--env", f"{name}={variables[name]}"]
        command += ["--env", f"ORIGIN={self.root}"]
        return subprocess.run(command, cwd=self.root, env=variables, capture_output=True, text=True, check=False)

    def _action(self, name: str) -> Path:
        inputs, script = ACTIONS[name.partition("@")[0]]
        folder = self.folder / "actions" / name.partition("@")[0]
        step = {
            "shell": "bash",
            "run": script,
            "env": {variable: f"${{{{ inputs.{given} }}}}" for variable, given in inputs.items()},
        }
        action = {
            "name": name,
            "inputs": {given: {"required": False} for given in inputs.values()},
            "runs": {"using": "composite", "steps": [step]},
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "action.yml").write_text(yaml.safe_dump(action), "utf-8")
        return folder

    def gitlab(self, jobs: Iterable[str], variables: Mapping[str, str]) -> dict[str, subprocess.CompletedProcess[str]]:
        """These jobs of the pipeline one after the other, in one clone, until one fails."""
        pipeline = yaml.safe_load((self.root / PIPELINE).read_text("utf-8"))
        clone = self.folder / f"clone-{len(list(self.folder.glob('clone-*')))}"
        git(self.folder, "clone", "-q", str(self.root), str(clone))
        told = {
            "GITLAB_CI": "true",
            "CI_COMMIT_SHA": git(clone, "rev-parse", "HEAD"),
            "CI_PROJECT_URL": "https://git.example/shop",
        }
        done = {}
        for name in jobs:
            job = _extended(pipeline, pipeline[name])
            given = {key: str(value) for key, value in job.get("variables", {}).items()}
            done[name] = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
                cwd=clone,
                env={**self.environment, **told, **variables, **given},
                capture_output=True,
                text=True,
                check=False,
            )
            if done[name].returncode:
                break
        return done


def _extended(pipeline: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """A job with what it extends, as GitLab merges them: mappings key by key, all else replaced."""
    base = _extended(pipeline, pipeline[job["extends"]]) if "extends" in job else {}
    merged = {**base, **job}
    for key, value in base.items():
        if isinstance(value, dict) and isinstance(job.get(key), dict):
            merged[key] = {**value, **job[key]}
    return merged
