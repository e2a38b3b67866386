"""The tip of a remote, what is pushed there, and why it was not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.remote.tip import Tip, differing, fetch_tip, is_ancestor, is_same, parents, push_commit, touched
from shunter.model.errors import ShunterError


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    make_repo(tmp_path / "start", {"a": "1", "envs/tst/x": "1"})
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "start"), str(tmp_path / "bare.git"))
    return tmp_path / "bare.git"


def cloned(bare: Path, who: str, *options: str) -> Path:
    git(bare.parent, "clone", "-q", *options, f"file://{bare}", str(bare.parent / who))
    return bare.parent / who


def tip_of(root: Path) -> Tip:
    return fetch_tip(root, "promote", prompts=False)


def test_a_tip_is_the_newest_commit_of_the_default_branch(bare: Path) -> None:
    ours, theirs = cloned(bare, "ours"), cloned(bare, "theirs")
    commit_all(theirs, {"a": "2"})
    git(theirs, "push", "-q", "origin", "HEAD:main", "HEAD:promote/tst", "HEAD:other")
    git(ours, "checkout", "-q", "-b", "mine")
    found = tip_of(ours)
    head = git(theirs, "rev-parse", "HEAD")
    assert (found.remote, found.branch, found.commit) == ("origin", "main", head)
    assert (found.commit_of("promote/tst"), found.below("promote")) == (head, {"tst": head})
    assert found.commit_of("other") == "", "nobody asked for it"
    git(theirs, "push", "-q", "origin", "--delete", "promote/tst")
    assert tip_of(ours).below("promote") == {}


def test_what_is_no_remote_is_told(bare: Path, tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="start has no remote"):
        tip_of(tmp_path / "start")
    ours = cloned(bare, "ours")
    git(ours, "remote", "set-url", "origin", str(tmp_path / "gone.git"))
    with pytest.raises(ShunterError, match="cannot fetch ours"):
        tip_of(ours)


def test_a_push_that_is_late_is_a_race_and_one_that_a_hook_refuses_is_none(bare: Path) -> None:
    ours, theirs = cloned(bare, "ours"), cloned(bare, "theirs")
    tip = tip_of(ours)
    made = git(commit_all(ours, {"a": "3"}), "rev-parse", "HEAD")
    git(commit_all(theirs, {"a": "2"}), "push", "-q", "origin", "HEAD:main", "HEAD:promote/tst")
    for branch, expected in (("main", None), ("promote/tst", ""), ("promote/tst", made)):
        done = push_commit(tip, made, branch, expected=expected, prompts=False)
        assert (done.ok, done.raced) == (False, True), done.lines
    there = git(theirs, "rev-parse", "HEAD")
    assert push_commit(tip_of(ours), made, "promote/tst", expected=there, prompts=False).ok
    assert push_commit(tip_of(ours), "", "promote/tst", expected=made, prompts=False).ok
    hook = bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    done = push_commit(tip_of(ours), made, "promote/tst", expected="", prompts=False)
    assert (done.ok, done.raced) == (False, False)


def test_what_commits_touch_and_where_they_stand(bare: Path) -> None:
    ours = cloned(bare, "ours")
    first = git(ours, "rev-parse", "HEAD")
    second = git(commit_all(ours, {"a": "2", "b c": "x"}), "rev-parse", "HEAD")
    assert sorted(touched(ours, second)) == ["a", "b c"]
    assert differing(ours, first, second, "b c") == ["b c"]
    assert (parents(ours, second), parents(ours, first)) == ([first], [])
    assert is_same(ours, first, second, "envs/tst")
    assert not is_same(ours, first, second, ".")
    assert not is_same(ours, "0" * 40, second, "envs/tst")
    assert is_ancestor(ours, first, second)
    assert not is_ancestor(ours, second, first)
