"""New repositories appear whole, with their commits, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import disk, git
from helpers.workspaces.plans import StopError, killed, raising
from shunter.adapters.git.fresh import make_workspace
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Edit, FileState, RepositoryPlan, Writing


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def workspace(target: Path) -> list[RepositoryPlan]:
    nested = [
        RepositoryPlan(name, str(target / name), None, (Edit("x", None, FileState(name.encode())),), message="New")
        for name in "ab"
    ]
    home = (Edit(".gitignore", None, FileState(b"/a/\n/b/\n")),)
    return [*nested, RepositoryPlan("shop", str(target), None, home, message="New")]


def test_a_new_workspace_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "sh[o]p"
    made = make_workspace(workspace(target), target, Writing())
    assert [each.plan.repository for each in made] == ["a", "b", "shop"]
    assert sorted(disk(target)) == [".gitignore", "a/x", "b/x"]
    for root in (target, target / "a", target / "b"):
        assert git(root, "status", "--porcelain") == ""
        assert git(root, "rev-list", "--count", "HEAD") == "1"
        assert not (root / ".git/shunter").exists()
    assert names(target.parent) == ["sh[o]p"]
    with pytest.raises(ShunterError, match="is not empty"):
        make_workspace(workspace(target), target, Writing())


def test_a_new_workspace_may_take_an_empty_folder_but_no_file(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    make_workspace(workspace(tmp_path / "shop"), tmp_path / "shop", Writing())
    assert (tmp_path / "shop/a/x").read_text() == "a"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ShunterError, match="is not empty"):
        make_workspace(workspace(tmp_path / "file"), tmp_path / "file", Writing())


def test_a_new_workspace_that_fails_or_is_killed_leaves_nothing_at_its_place(tmp_path: Path) -> None:
    target = tmp_path / "shop"
    for at in range(7):
        with pytest.raises(StopError):
            make_workspace(workspace(target), target, Writing(), on_step=raising(at))
        assert names(tmp_path) == ([] if at < 6 else ["shop"])
        if at == 6:
            break
        assert killed(lambda on_step: make_workspace(workspace(target), target, Writing(), on_step=on_step), at)
        assert not target.exists()
        assert len(names(tmp_path)) == 1


def test_a_new_repository_gets_its_remote(tmp_path: Path) -> None:
    target = tmp_path / "shop"
    plans = [replace(plan, origin=f"https://git.x/{plan.repository}") for plan in workspace(target)]
    make_workspace([plans[0], replace(plans[1], origin=""), plans[2]], target, Writing())
    assert git(target / "a", "remote", "get-url", "origin") == "https://git.x/a"
    assert git(target, "remote", "get-url", "origin") == "https://git.x/shop"
    assert git(target / "b", "remote") == ""


@pytest.mark.parametrize("url", ["--mirror=push", "ext::sh -c x", "http://x/y"])
def test_a_url_that_git_is_not_to_use_makes_nothing(tmp_path: Path, url: str) -> None:
    target = tmp_path / "shop"
    plans = [replace(plan, origin=url) for plan in workspace(target)]
    with pytest.raises(ShunterError, match=r"starts like an option|uses the transport"):
        make_workspace(plans, target, Writing())
    assert names(tmp_path) == []
