"""What of a folder is committed, by which commit, and the URL under which others find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from shunter.adapters.git.origin import (
    Untidy,
    as_committed,
    last_commit,
    look_below,
    public_url,
    remote_url,
    submodules_below,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {"charts/a/x": "1\n", "charts/a b/*": "1\n", "other": "1\n", ".gitignore": "*.log\ncache/\n"}
    return make_repo(tmp_path / "repo", files)


def test_what_no_commit_holds_is_named_and_what_git_ignores_apart(root: Path) -> None:
    assert look_below(root, ["charts"]) == Untidy()
    write(root, {"charts/a/x": "2\n", "charts/a/new": "", "charts/a b/*": "2\n", "other": "2\n"})
    write(root, {"charts/a/x.log": "", "charts/a/cache/one": ""})
    git(root, "add", "charts/a b")
    assert look_below(root, ["charts/a"]) == Untidy(
        ("charts/a/x", "charts/a/new"), ("charts/a/cache/", "charts/a/x.log")
    )
    assert look_below(root, ["charts/a b"]) == Untidy(("charts/a b/*",))


def test_what_is_ignored_above_a_folder_and_submodules_are_named(root: Path, tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other", {"x": "1\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "charts/a/sub")
    write(root, {".gitignore": "/more\n", "more/b/Chart.yaml": "1\n"})
    git(root, "add", ".gitignore")
    git(root, "commit", "-q", "-m", "a submodule")
    assert look_below(root, ["charts/a", "more/b"]) == Untidy((), ("more/",))
    assert submodules_below(root, ["charts/a", "more/b"]) == ("charts/a/sub",)
    assert submodules_below(root, ["charts/a b"]) == ()


def test_the_last_commit_is_that_of_the_folder_and_stays_it(root: Path) -> None:
    def asked(folder: str, *without: str) -> str:
        return last_commit(root, folder, without)

    first = git(root, "rev-parse", "HEAD")
    assert asked("charts/a") == asked("charts/a b") == asked(".") == first
    commit_all(root, {"charts/a/derived/lock": "1\n"})
    second = git(root, "rev-parse", "HEAD")
    assert (asked("charts/a"), asked("charts/a", "charts/a/derived")) == (second, first)
    git(root, "switch", "-q", "-c", "side")
    commit_all(root, {"charts/a b/*": "2\n"})
    side = git(root, "rev-parse", "HEAD")
    git(root, "switch", "-q", "main")
    commit_all(root, {"other": "2\n"})
    git(root, "merge", "-q", "--no-ff", "--no-edit", "side")
    assert (asked("charts/a b"), asked("charts/a")) == (side, second)
    assert asked("none") == ""


def test_a_shallow_clone_does_not_know(root: Path, tmp_path: Path) -> None:
    commit_all(root, {"other": "2\n"})
    git(tmp_path, "clone", "-q", "--depth=1", root.as_uri(), "shallow")
    assert last_commit(tmp_path / "shallow", "charts/a", ()) == ""


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_folders_are_as_an_earlier_commit_had_them_or_not(form: str, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main", f"--object-format={form}")
    commit_all(root, {"charts/a/x": "1\n", "charts/a/charts/one": "1\n", "charts/b/x": "1\n", "charts/a b/x": "1\n"})
    first = git(root, "rev-parse", "HEAD")

    def same(commit: str = first) -> set[str]:
        return {*as_committed(root, dict.fromkeys(["charts/a", "charts/b", "charts/a b", "none"], commit), ["charts"])}

    assert same() == {"charts/a", "charts/b"}, "a folder with a blank is not asked about"
    commit_all(root, {"charts/a/charts/one": "2\n", "charts/b/y": "1\n"})
    assert same() == {"charts/a"}
    (root / "charts/a/x").chmod(0o755)
    commit_all(root, {"charts/b/y": None})
    assert same() == {"charts/b"}
    assert same("") == same("0" * len(first)) == set()
    assert as_committed(root, {".": first}, ["none"]) == frozenset()
    assert as_committed(root, {".": git(root, "rev-parse", "HEAD")}, ["none"]) == {"."}


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("git@host:acme/orders.git", "git@host:acme/orders.git"),
        ("https://host/acme/orders.git", "https://host/acme/orders.git"),
        ("https://name:secret@host:8443/acme/orders.git?token=1#x", "https://host:8443/acme/orders.git"),
        ("https://token@host/orders", "https://host/orders"),
        ("ssh://git:secret@host:22/orders", "ssh://git@host:22/orders"),
        ("/srv/git/orders.git", ""),
        ("../orders", ""),
        ("C:/git/orders", ""),
        ("file:///srv/git/orders.git", ""),
        ("https://[broken/orders", ""),
        ("", ""),
    ],
)
def test_a_url_is_told_without_credentials_and_a_folder_not_at_all(url: str, public: str) -> None:
    assert public_url(url) == public


def test_the_remote_is_origin_or_the_only_one(root: Path) -> None:
    assert remote_url(root) == ""
    git(root, "remote", "add", "upstream", "https://me:pw@host/up.git")
    assert remote_url(root) == "https://host/up.git"
    git(root, "remote", "add", "fork", "https://host/fork.git")
    assert remote_url(root) == ""
    git(root, "remote", "add", "origin", "git@host:acme/shop.git")
    assert remote_url(root) == "git@host:acme/shop.git"
