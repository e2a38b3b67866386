"""A generated service on the server of our own is whole: the commands of its README pass as they stand.

tests/services has the others, each language's cells.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from helpers.tools import require
from helpers.workspaces.cli import ok
from helpers.workspaces.workspaces import copy, shared

ARCHETYPES = ("frontend",)


def make_services(folder: Path) -> None:
    workspace = {
        "name": "shop",
        "layout": "mono",
        "services": {f"my-{archetype}": {"archetype": archetype} for archetype in ARCHETYPES},
        "environments": {"tst": {"stage": "develop"}},
    }
    (folder / "values.yaml").write_text(yaml.safe_dump(workspace), "utf-8")
    ok("new", "shop", "--defaults", "--data-file", str(folder / "values.yaml"), cwd=folder)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one service of each archetype."""
    return copy(shared("services", make_services) / "shop", tmp_path_factory.mktemp("services") / "shop")


@pytest.mark.slow  # make installs what the generated project needs
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_make_lint_and_make_test_pass(archetype: str, services: Path, tmp_path: Path) -> None:
    require("make")
    folder = services / "services" / f"my-{archetype}"
    assert "make -C services/my-" in (services / "README.md").read_text("utf-8")
    env = os.environ | {"HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "RUFF_NO_CACHE": "true"}
    for target, more in (("lint", {}), ("test", {"PYTHONWARNINGS": "error"})):
        command = ["make", "-C", str(folder), target, f"PYTHON={sys.executable}"]
        done = subprocess.run(command, env=env | more, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "\nOK\n" in done.stderr
    status = ["git", "status", "--porcelain", "--ignored", str(folder)]
    left = subprocess.run(status, cwd=services, capture_output=True, text=True, check=True).stdout
    assert left == f"!! services/my-{archetype}/.venv/\n"
