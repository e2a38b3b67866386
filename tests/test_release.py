"""`.ci/check-release` lets a tag pass only where version, changelog and template history say the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = "generator/shunter/__init__.py"


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a release")


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A checkout whose template history holds 1.2.0 as it is committed."""
    root = tmp_path / "checkout"
    for name in ("generator/shunter", "history", "templates/app", ".ci"):
        (root / name).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "check-release", root / ".ci")
    (root / "copier.yml").write_text("_min_copier_version: '9'\n")
    (root / "templates/app/README.md").write_text("# app\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    git(root, "tag", "v1.2.0")
    with (root / "history/templates.fast-import").open("wb") as stream:
        subprocess.run(["git", "-C", str(root), "fast-export", "main", "v1.2.0"], check=True, stdout=stream)
    git(root, "tag", "--delete", "v1.2.0")
    (root / VERSION).write_text('"""A tool."""\n\n__version__ = "1.2.0"\n')
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.0 (2026-11-28)\n\n* news\n\n## 1.1.0\n")
    commit(root)
    return root


def refusal(root: Path, tag: str = "v1.2.0") -> str:
    """What the check says against `tag`; nothing when it lets it pass."""
    done = subprocess.run([root / ".ci/check-release", tag], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr.partition("\n")[0]


def test_a_release_passes(released: Path) -> None:
    assert refusal(released) == ""


def test_another_tag_is_refused(released: Path) -> None:
    assert refusal(released, "v1.2.1") == "error: the tag is v1.2.1, and __version__ is 1.2.0"


@pytest.mark.parametrize("heading", ["## 1.2.0 (unreleased)", "## 1.1.0 (2026-01-01)", "## 1.2.01", "nothing"])
def test_a_changelog_without_the_release_is_refused(released: Path, heading: str) -> None:
    (released / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n")
    assert refusal(released).startswith("error: CHANGELOG.md begins with `")


@pytest.mark.parametrize("path", ["templates/app/README.md", "copier.yml"])
def test_templates_that_changed_after_their_release_are_refused(released: Path, path: str) -> None:
    (released / path).write_text("changed\n")
    commit(released)
    part = path.partition("/")[0]
    assert refusal(released) == f"error: {part} differs from release 1.2.0 in the template history"


def test_a_history_without_the_release_is_refused(released: Path) -> None:
    for path in (VERSION, "CHANGELOG.md"):
        (released / path).write_text((released / path).read_text().replace("1.2.0", "1.3.0"))
    assert refusal(released, "v1.3.0") == "error: the template history has no release 1.3.0"
