"""The working tree's templates as a Copier source: a small git repository with one release, and a way to render."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import copier
import pytest

ROOT = Path(__file__).resolve().parents[3]
RELEASE = "v0.1.0"

Render = Callable[[Mapping[str, Any], Path], Path]


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder` with a fixed identity and date and no configuration of the user; returns its output."""
    environment = os.environ | {
        "GIT_AUTHOR_NAME": "templates",
        "GIT_AUTHOR_EMAIL": "templates@localhost",
        "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
        "GIT_COMMITTER_NAME": "templates",
        "GIT_COMMITTER_EMAIL": "templates@localhost",
        "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def make_template_repository(folder: Path, release: str = RELEASE) -> Path:
    """Commit the working tree's copier.yml and templates/ into a new repository at `folder`, tagged `release`."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "copier.yml", folder)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", release)
    git(folder, "tag", release)
    return folder


def render_project(repository: Path, answers: Mapping[str, Any], folder: Path, release: str = RELEASE) -> Path:
    """Render one project with Copier itself, from the release's tag; returns `folder`."""
    copier.run_copy(
        str(repository), folder, data=dict(answers), vcs_ref=release, defaults=True, overwrite=True, quiet=True
    )
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`: POSIX path to bytes; git's own folder left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.fixture(scope="session")
def template_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository made of the working tree's templates, tagged `RELEASE`."""
    return make_template_repository(tmp_path_factory.mktemp("templates") / "source")


@pytest.fixture(scope="session")
def render(template_repository: Path) -> Render:
    """Render a project: `render(answers, folder)`."""
    return lambda answers, folder: render_project(template_repository, answers, folder)
