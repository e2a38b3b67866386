"""What a merge left in the index is read as git would write it to disk, and git is asked only where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.reads import git_processes
from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.git.stages import Merge, Sides
from shunter.model.files import FileState


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two branches that both changed `a b/\\né`, and one of which removed `gone`."""
    start: dict[str, bytes | str | None] = {
        "a b/\né": "base\n",
        "gone": "1\n",
        "still": "1\n",
        ".gitattributes": "* -merge\n",
    }
    made = make_repo(tmp_path / "repo", start)
    git(made, "switch", "-q", "-c", "side")
    commit_all(made, {"a b/\né": "theirs\n", "gone": None})
    git(made, "switch", "-q", "main")
    return commit_all(made, {"a b/\né": "ours\n", "gone": "2\n"})


def merge(root: Path, *how: str) -> None:
    assert subprocess.run(["git", *how], cwd=root, capture_output=True, check=False).returncode


def test_without_a_merge_git_is_not_asked(root: Path) -> None:
    with git_processes() as started:
        found = Merge(root)
        assert (found.operation, found.unmerged, found.below("."), found.commits) == ("", {}, {}, ("HEAD",))
        assert Merge(root / "none").unmerged == {}
    assert started == []


@pytest.mark.parametrize(
    ("how", "operation", "other"),
    [
        (("merge", "side"), "merge", "MERGE_HEAD"),
        (("cherry-pick", "side"), "cherry-pick", "CHERRY_PICK_HEAD"),
        (("merge", "--squash", "side"), "", ""),
    ],
)
def test_the_sides_of_what_is_in_conflict(root: Path, how: tuple[str, ...], operation: str, other: str) -> None:
    merge(root, *how)
    found = Merge(root)
    assert (found.operation, found.commits) == (operation, ("HEAD", *([other] if other else [])))
    assert found.below("a b") == {"\né": "a b/\né"}
    assert found.sides("a b/\né") == Sides(FileState(b"base\n"), FileState(b"ours\n"), FileState(b"theirs\n"))
    assert found.sides("gone") == Sides(FileState(b"1\n"), FileState(b"2\n"), None)
    git(root, "add", "a b")
    assert set(Merge(root).unmerged) == {"gone"}


def test_filters_apply(root: Path) -> None:
    git(root, "config", "filter.upper.smudge", "tr a-z A-Z")
    (root / ".gitattributes").write_text("* -merge filter=upper\n")
    merge(root, "merge", "side")
    assert Merge(root).sides("a b/\né").theirs == FileState(b"THEIRS\n")
