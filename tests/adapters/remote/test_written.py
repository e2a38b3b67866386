"""What a commit writes is enough to make it again; one that differs from it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.remote.tip import Tip
from shunter.adapters.remote.written import message, take_over, written
from shunter.model.errors import ShunterError


@pytest.fixture
def tip(tmp_path: Path) -> Tip:
    """A clone whose tip has three files."""
    make_repo(tmp_path / "start", {"stays": "1", "changes": "1", "goes": "1", "is moved": "1 2 3\n" * 9})
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "start"), str(tmp_path / "bare.git"))
    git(tmp_path, "clone", "-q", f"file://{tmp_path}/bare.git", str(tmp_path / "shop"))
    root = tmp_path / "shop"
    return Tip(root, "origin", "main", git(root, "rev-parse", "HEAD"))


def test_every_kind_of_change_is_there(tip: Tip) -> None:
    (tip.root / "is moved").rename(tip.root / "ünd 'so'\tweiter")
    commit_all(tip.root, {"changes": "2", "goes": None, "deep/new": b"\0\xff"}, "Promote\n\nTrain: 1.0.0")
    commit = git(tip.root, "rev-parse", "HEAD")
    found = {each.path: (each.was, each.data) for each in written(tip, commit)}
    was = {name: git(tip.root, "rev-parse", f"{tip.commit}:{name}") for name in ("changes", "goes", "is moved")}
    assert found == {
        "changes": (was["changes"], b"2"),
        "goes": (was["goes"], None),
        "is moved": (was["is moved"], None),
        "deep/new": ("", b"\0\xff"),
        "ünd 'so'\tweiter": ("", b"1 2 3\n" * 9),
    }
    assert message(tip, commit) == "Promote\n\nTrain: 1.0.0"


def test_the_same_is_taken_over_and_another_one_is_not(tip: Tip, tmp_path: Path) -> None:
    commit_all(tip.root, {"changes": "2"}, "derived")
    derived = git(tip.root, "rev-parse", "HEAD")
    forge = tmp_path / "forge"
    git(tmp_path, "clone", "-q", f"file://{tmp_path}/bare.git", str(forge))
    made = []
    for text in ("2", "3"):
        git(forge, "checkout", "-q", "-B", "shunter/x", "origin/main")
        commit_all(forge, {"changes": text}, "made")
        git(forge, "push", "-q", "--force", "origin", "shunter/x")
        made.append(git(forge, "rev-parse", "HEAD"))
        if text == "2":
            take_over(tip, "shunter/x", made[0], derived)
            assert git(tip.root, "cat-file", "-t", made[0]) == "commit"
    with pytest.raises(ShunterError, match="the commit that the forge made is another one"):
        take_over(tip, "shunter/x", made[1], derived)
    with pytest.raises(ShunterError, match="is another one"):
        take_over(tip, "shunter/nowhere", "0" * 40, derived)
    git(forge, "commit", "-q", "--allow-empty", "-m", "not from the tip alone")
    git(forge, "reset", "-q", "--hard", made[0])
    git(forge, "commit", "-q", "--allow-empty", "-m", "not from the tip alone")
    git(forge, "push", "-q", "--force", "origin", "shunter/x")
    with pytest.raises(ShunterError, match="is another one"):
        take_over(tip, "shunter/x", git(forge, "rev-parse", "HEAD"), derived)
