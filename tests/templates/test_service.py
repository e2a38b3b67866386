"""The frontend in Python, on a server of our own (`python/plain`), until its template takes its place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from helpers.tools import require
from helpers.workspaces.copier_templates import ROOT, Render
from helpers.workspaces.template_answers import projects

CELLS = yaml.safe_load((ROOT / "templates/cells.yaml").read_text("utf-8"))["languages"]["python"]["archetypes"]
SERVICES = {
    project.answers["archetype"]: project
    for project in projects()
    if project.kind == "service" and CELLS[project.answers["archetype"]] == "plain"
}


def run(folder: Path, *command: str) -> None:
    environment = os.environ | {"PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def lint(folder: Path) -> None:
    run(folder, sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    run(folder, sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".")


@pytest.fixture(scope="module")
def site(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service `site`, to read only."""
    return render(SERVICES["frontend"].answers, tmp_path_factory.mktemp("frontend"))


@pytest.mark.slow  # the generated service's own tests and linter run
@pytest.mark.parametrize("archetype", SERVICES)
def test_it_passes_its_own_tests_and_linter(archetype: str, render: Render, tmp_path: Path) -> None:
    folder = render(SERVICES[archetype].answers, tmp_path)
    lint(folder)
    what = ["discover", "--start-directory", "tests", "--top-level-directory", "."]
    run(folder, sys.executable, "-W", "error", "-m", "unittest", *what)


def test_pytest_runs_the_same_tests(site: Path) -> None:
    run(site, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_api.py")


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("email", "email_service"),
        ("2fa", "_2fa_service"),
        ("user-service", "user_service"),
        ("x" * 63, f"{'x' * 63}_service"),
    ],
)
def test_every_dns_label_is_a_package_that_hides_no_module(
    name: str, package: str, render: Render, tmp_path: Path
) -> None:
    folder = render({**SERVICES["frontend"].answers, "name": name}, tmp_path)
    assert [path.name for path in (folder / "src").iterdir()] == [package]
    assert package.isidentifier()
    assert package not in sys.stdlib_module_names
    lint(folder)


def test_it_needs_the_standard_library_only(site: Path) -> None:
    run(
        site,
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, 'src'); import site_service.__main__",
    )


def test_the_image_runs_without_root_and_with_the_package_as_process_1(site: Path) -> None:
    lines = (site / "Dockerfile").read_text(encoding="utf-8").splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert len(stages) == 2
    assert stages[0].removesuffix(" AS build") == stages[1]
    last = lines[lines.index(stages[1]) :]
    (user,) = [line.split()[1] for line in last if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    (entry,) = [line.split(" ", 1)[1] for line in last if line.startswith("ENTRYPOINT ")]
    assert json.loads(entry) == ["python", "-m", "site_service"]
    assert "EXPOSE 8080" in last


@pytest.mark.parametrize("archetype", SERVICES)
def test_the_dockerfile_passes_hadolint(archetype: str, render: Render, tmp_path: Path) -> None:
    folder = render(SERVICES[archetype].answers, tmp_path)
    run(folder, require("hadolint"), "Dockerfile")
