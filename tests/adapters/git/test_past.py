"""What git says of a commit's past, asked of real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from shunter.adapters.git.past import all_tags, changed_since, commits_to_head, has_changes, has_commit, tags_at_head
from shunter.adapters.git.repository import Repository
from shunter.model.errors import ShunterError


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = make_repo(tmp_path / "r", {"a": "1", "b": "1"})
    git(root, "checkout", "-q", "-b", "side")
    commit_all(root, {"side/x": "1"})
    commit_all(root, {"side/x": "2"})
    git(root, "checkout", "-q", "main")
    commit_all(root, {"a": "2"})
    git(root, "merge", "-q", "--no-ff", "-m", "merge", "side")
    return Repository(root)


def shallow(repository: Repository, folder: Path) -> Repository:
    git(folder, "clone", "-q", "--depth", "1", f"file://{repository.root}", "shallow")
    return Repository(folder / "shallow")


def test_a_merge_counts_as_many_as_it_brings(repository: Repository) -> None:
    assert commits_to_head(repository) == 5
    git(repository.root, "checkout", "-q", "side")
    assert commits_to_head(repository) == 3


def test_builds_stay_in_order_where_a_pull_makes_the_old_tip_a_second_parent(repository: Repository) -> None:
    along_first_parents = ("rev-list", "--count", "--first-parent", "HEAD")
    before, was = commits_to_head(repository), int(git(repository.root, *along_first_parents))
    git(repository.root, "checkout", "-q", "-b", "bob", "main~2")
    commit_all(repository.root, {"bob": "1"})
    git(repository.root, "merge", "-q", "--no-edit", "main")
    git(repository.root, "push", "-q", ".", "bob:main")
    git(repository.root, "checkout", "-q", "main")
    assert commits_to_head(repository) > before
    assert int(git(repository.root, *along_first_parents)) <= was


def test_tags_of_both_kinds_are_found(repository: Repository) -> None:
    assert tags_at_head(repository) == []
    git(repository.root, "tag", "v1.0.0")
    git(repository.root, "tag", "-a", "-m", "x", "team/v2")
    git(repository.root, "tag", "old", "HEAD~1")
    assert tags_at_head(repository) == ["team/v2", "v1.0.0"]
    assert all_tags(repository) == ["old", "team/v2", "v1.0.0"]


def test_only_what_git_tracks_is_a_change(repository: Repository) -> None:
    write(repository.root, {"new": "1"})
    assert not has_changes(repository)
    write(repository.root, {"a": "3"})
    assert has_changes(repository)


def test_paths_since_the_common_commit(repository: Repository) -> None:
    assert changed_since(repository, "HEAD~1") == ["side/x"]
    assert changed_since(repository, "HEAD") == []
    git(repository.root, "checkout", "-q", "-b", "topic", "HEAD~1")
    commit_all(repository.root, {"b": None, "c": "1"})
    assert changed_since(repository, "main") == ["b", "c"]


def test_a_path_may_hold_anything(repository: Repository) -> None:
    commit_all(repository.root, {'ü\nb"c': "1"})
    assert changed_since(repository, "HEAD~1") == ['ü\nb"c']


@pytest.mark.parametrize("ref", ["nope", "0" * 40, "--all", "-x", "HEAD:a"])
def test_a_commit_that_is_not_there(ref: str, repository: Repository) -> None:
    with pytest.raises(ShunterError, match="there is no commit") as caught:
        changed_since(repository, ref)
    assert "git fetch" in caught.value.hint


def test_a_commit_is_there_or_not(repository: Repository, tmp_path: Path) -> None:
    assert [has_commit(repository, ref) for ref in ("HEAD~1", "side", "nope", "0" * 40)] == [True, True, False, False]
    clone = shallow(repository, tmp_path)
    assert has_commit(clone, "HEAD")
    with pytest.raises(ShunterError, match="is a shallow clone"):
        has_commit(clone, "nope")


def test_commits_that_have_nothing_in_common(repository: Repository) -> None:
    git(repository.root, "checkout", "-q", "--orphan", "alone")
    commit_all(repository.root, {"z": "1"})
    with pytest.raises(ShunterError, match="no commit in common"):
        changed_since(repository, "main")


def test_a_shallow_clone_says_what_is_missing(repository: Repository, tmp_path: Path) -> None:
    commit = git(repository.root, "rev-parse", "HEAD~1")
    clone = shallow(repository, tmp_path)
    for ask in (lambda: commits_to_head(clone), lambda: changed_since(clone, commit)):
        with pytest.raises(ShunterError, match="is a shallow clone") as caught:
            ask()
        assert "--unshallow" in caught.value.hint
    git(clone.root, "fetch", "-q", "--unshallow")
    assert commits_to_head(clone) == 5
    assert changed_since(clone, commit) == ["side/x"]
