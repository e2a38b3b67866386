"""From one file to remotes and back: `new` names them, `sync --push` fills them, `clone` gives them to somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import ONE_SERVICE, digest

NAMES = ("shop", "orders", "shop-tst", "shop-pre", "shop-pro")


@pytest.mark.slow
def test_new_names_the_remotes_and_another_person_gets_the_same(tmp_path: Path) -> None:
    """Slow: a workspace of its own is rendered, since its URL names the folder of the test, and then an environment."""
    remotes = tmp_path / "remotes"
    text = ONE_SERVICE.replace("LAYOUT", "multi") + f"repositories: {{url: 'file://{remotes}/{{name}}.git'}}\n"
    (tmp_path / "shop.yaml").write_text(text)
    ok("new", "shop", "--defaults", "--data-file", str(tmp_path / "shop.yaml"), cwd=tmp_path)
    ours = tmp_path / "shop"
    for name in NAMES:
        url = git(ours if name == "shop" else ours / name, "remote", "get-url", "origin")
        assert url == f"file://{remotes}/{name}.git"
        git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remotes / f"{name}.git"))
    ok("sync", "--push", cwd=ours)

    theirs = tmp_path / "theirs/shop"
    git(tmp_path, "clone", "-q", str(remotes / "shop.git"), str(theirs))
    ok("clone", cwd=theirs)
    ok("sync", cwd=theirs)
    assert digest(theirs) == digest(ours)

    git(ours / "orders", "remote", "set-url", "origin", "git@mine:orders.git")
    ok("add", "environment", "prf", "--after", "tst", cwd=ours)
    assert git(ours / "shop-prf", "remote", "get-url", "origin") == f"file://{remotes}/shop-prf.git"
    assert git(ours / "orders", "remote", "get-url", "origin") == "git@mine:orders.git"


def test_a_url_reaches_each_new_repository(tmp_path: Path) -> None:
    data = "services: {}\nenvironments: {tst: {}}\nrepositories: {url: 'https://git.x/{workspace}/{name}.git'}\n"
    (tmp_path / "data.yaml").write_text(data)
    ok("new", "shop", "--defaults", "--layout", "mono", "--data-file", str(tmp_path / "data.yaml"), cwd=tmp_path)
    assert git(tmp_path / "shop", "remote", "get-url", "origin") == "https://git.x/shop/shop.git"


def test_a_new_workspace_that_nobody_gave_a_url_has_no_remotes(example: Path, mono_example: Path) -> None:
    assert git(example, "remote") == git(example / "orders", "remote") == git(mono_example, "remote") == ""
    found = shunter("sync", cwd=example)
    assert found.code == 0
    assert found.out.count("no remote") == len(found.out.splitlines()) - 1


def test_a_url_that_is_an_option_makes_no_workspace(tmp_path: Path) -> None:
    """`repositories.url` reaches git as a URL, or not at all."""
    url = "--upload-pack=touch pwned {name}"
    found = shunter("new", "shop", "--defaults", "-d", f"repositories.url={url}", cwd=tmp_path)
    assert found.code == 2
    assert "it starts like an option" in found.err
    assert list(tmp_path.iterdir()) == []
