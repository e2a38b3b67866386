"""One file of a release, from a repository that is here and from one that is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.templates.release_file import release_file
from shunter.model.errors import ShunterError


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    root = make_repo(tmp_path / "templates", {"a": "1"})
    git(root, "tag", "v1.0.0")
    commit_all(root, {"a": "2", "templates/b": b"\xff\n"})
    git(root, "tag", "-a", "-m", "two", "v2.0.0")
    return root


@pytest.mark.parametrize("here", [True, False])
def test_a_file_is_that_of_the_release(templates: Path, here: bool) -> None:
    bare = templates / ".git" if here else None
    source = "https://templates.invalid/t.git" if here else str(templates)
    assert release_file(source, "1.0.0", bare, "a") == b"1"
    assert release_file(source, "2.0.0", bare, "a") == b"2"
    assert release_file(source, "2.0.0", bare, "templates/b") == b"\xff\n"
    assert release_file(source, "1.0.0", bare, "templates/b") is None
    assert release_file(source, "2.0.0", bare, "templates") is None


def test_what_cannot_be_fetched_is_said(templates: Path) -> None:
    with pytest.raises(ShunterError, match=r"release 3\.0\.0") as error:
        release_file(str(templates), "3.0.0", None, "a")
    assert error.value.notes
    with pytest.raises(ShunterError, match="starts like an option"):
        release_file("--upload-pack=x", "1.0.0", None, "a")
