"""A checkout may be deleted only when all of it is certain to be elsewhere: each way in which it is not, by real git."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, snapshot, write
from shunter.adapters.remote.unsaved import unsaved


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout of which its remote has everything."""
    source = make_repo(tmp_path / "source", {"a": "1\n", ".gitignore": "*.log\n"})
    git(source, "tag", "light")
    git(source, "switch", "-q", "-c", "other")
    commit_all(source, {"b": "2\n"})
    git(source, "switch", "-q", "main")
    git(source, "config", "receive.denyCurrentBranch", "ignore")
    git(tmp_path, "clone", "-q", "--no-hardlinks", "--template=", f"file://{source}", "clone")
    return tmp_path / "clone"


def test_what_a_remote_has_may_go(clone: Path) -> None:
    before = snapshot(clone)
    assert unsaved(clone) == ""
    assert snapshot(clone) == before
    write(clone, {".git/hooks/pre-commit.sample": ""})
    git(clone, "switch", "-q", "other")
    commit_all(clone, {"c": "3\n"})
    assert "is on no remote" in unsaved(clone)
    git(clone, "push", "-q", "origin", "other")
    assert unsaved(clone) == ""


def run(*commands: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        for command in commands:
            git(root, *command.split())

    return act


def put(path: str, text: str = "mine\n", *after: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        write(root, {path: text})
        run(*after)(root)

    return act


def submodule(root: Path) -> None:
    other = make_repo(root.parent / "module", {"m": "1\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{other}", "module")
    git(root, "commit", "-q", "-m", "module")
    git(root, "push", "-q")


def merge(root: Path) -> None:
    run("switch -q -c side", "commit -q --allow-empty -m side", "push -q origin side", "switch -q main")(root)
    run("merge -q --no-ff --no-commit side")(root)


CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a commit": (run("commit -q --allow-empty -m mine"), "is on no remote"),
    "a branch": (run("switch -q -c idea", "commit -q --allow-empty -m x", "switch -q main"), "is on no remote"),
    "a detached head": (run("switch -q --detach", "commit -q --allow-empty -m x"), "is on no remote"),
    "a reflog": (run("commit -q --allow-empty -m x", "reset -q --hard origin/main"), "is on no remote"),
    "a stash": (put("a", "mine\n", "stash -q"), "is on no remote"),
    "a note": (run("notes add -m remark"), "is on no remote"),
    "a tag with a text": (run("tag -a v1 -m one"), "tag v1"),
    "a change": (put("a"), "a is not as it was committed"),
    "a staged file": (put("new", "mine\n", "add new"), "new is not as it was committed"),
    "a new file": (put("new"), "new is not tracked"),
    "an ignored file": (put("x.log"), "x.log is ignored"),
    "excluded by the clone": (put(".git/info/exclude", "local\n", "status"), ""),
    "a hidden change": (put("a", "mine\n", "update-index --assume-unchanged a"), "not to look at a"),
    "a skipped file": (put("a", "mine\n", "update-index --skip-worktree a"), "not to look at a"),
    "no remote": (run("remote remove origin"), "it has no remote"),
    "a hook": (put(".git/hooks/pre-push"), "git hook of its own (pre-push)"),
    "lfs": (put(".git/lfs/objects/ab/cd"), "Git LFS"),
    "a linked worktree": (run("worktree add -q -b linked ../linked"), "worktrees are linked"),
    "a submodule": (submodule, "submodules"),
    "a merge": (merge, "a merge is in progress"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_only_the_checkout_has_is_named(case: str, clone: Path) -> None:
    act, reason = CASES[case]
    act(clone)
    assert reason in unsaved(clone)
    assert bool(unsaved(clone)) == bool(reason)


def test_a_shallow_clone_is_unknown(clone: Path, tmp_path: Path) -> None:
    commit_all(tmp_path / "source", {"c": "3\n"})
    git(tmp_path, "clone", "-q", "--depth=1", "--template=", f"file://{tmp_path / 'source'}", "flat")
    assert "shallow" in unsaved(tmp_path / "flat")


def test_a_file_outside_of_a_sparse_cone_is_nowhere_else(clone: Path) -> None:
    commit_all(clone, {"in/a": "1\n", "out/b": "1\n"})
    git(clone, "push", "-q")
    git(clone, "sparse-checkout", "set", "in")
    assert unsaved(clone) == ""
    write(clone, {"out/b": "mine\n"})
    assert "out/b" in unsaved(clone)


def test_a_linked_worktree_is_part_of_another_repository(clone: Path, tmp_path: Path) -> None:
    git(clone, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    assert "linked worktree" in unsaved(tmp_path / "linked")
