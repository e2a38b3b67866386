"""Work trees of a run's own leave nothing behind, and change nothing of a person's."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo
from shunter.adapters.remote.worktrees import worktrees


def test_they_stand_inside_each_other_and_are_gone_at_the_end(tmp_path: Path) -> None:
    outer, inner = (
        make_repo(tmp_path / "outer", {"a": "1", ".gitignore": "/*/\n"}),
        make_repo(tmp_path / "inner", {"b": "1"}),
    )
    first = git(outer, "rev-parse", "HEAD")
    commit_all(outer, {"a": "2"})
    (outer / "a").write_text("3")
    before = (disk(outer), git(outer, "rev-parse", "HEAD"), git(outer, "status", "--porcelain"))
    asked = {"inner": (inner, git(inner, "rev-parse", "HEAD")), ".": (outer, first)}
    with worktrees("shop", asked) as home:
        assert (home.name, (home / "a").read_text(), (home / "inner/b").read_text()) == ("shop", "1", "1")
        commit_all(home, {"a": "4"})
        made = git(home, "rev-parse", "HEAD")
    assert not home.parent.exists()
    assert (disk(outer), git(outer, "rev-parse", "HEAD"), git(outer, "status", "--porcelain")) == before
    assert git(outer, "worktree", "list").count("\n") == 0
    assert git(outer, "show", f"{made}:a") == "4", "a commit that was made there can be pushed"


def test_they_are_gone_where_the_run_breaks_off(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "shop", {"a": "1"})
    with pytest.raises(KeyboardInterrupt), worktrees("shop", {".": (root, git(root, "rev-parse", "HEAD"))}):
        raise KeyboardInterrupt
    assert git(root, "worktree", "list").count("\n") == 0
