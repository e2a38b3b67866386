"""A branch of our own: taken up from where it is, never forced, and pushed repository by repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, write
from helpers.workspaces.remotes import NAMES, Remotes, checkout
from shunter.adapters.forge.clients import Logins
from shunter.flows.checkouts.kept import on_branch, published, stood, taken_up
from shunter.flows.checkouts.requests import Opener
from shunter.flows.workspace.context import Context, open_context
from shunter.model.errors import ShunterError

BRANCH = "update/templates"


@pytest.fixture
def context(ours: Path) -> Context:
    return open_context(ours)


def spec(context: Context, name: str) -> tuple[str, str]:
    found = next(each for each in context.specs() if each.name == name)
    at = stood(context, found).at
    assert at is not None
    return at.branch or "", at.upstream


def test_a_branch_of_the_remote_is_taken_up_where_it_is(remotes: Remotes, context: Context) -> None:
    git(remotes.of("orders"), "branch", BRANCH, "main")
    remotes.moved("orders", {"theirs": "1"}, branch=BRANCH)
    assert taken_up(context, BRANCH) == {}
    assert on_branch(context, BRANCH) == ["orders"]
    assert spec(context, "orders") == (BRANCH, f"origin/{BRANCH}")
    assert (context.root / "orders/theirs").exists()
    assert [spec(context, name)[0] for name in NAMES if name != "orders"] == ["main"] * 4


def test_what_is_not_committed_is_in_the_way_as_it_is_for_git(remotes: Remotes, context: Context) -> None:
    git(remotes.of("orders"), "branch", BRANCH, "main")
    remotes.moved("orders", {"README.md": "theirs\n"}, branch=BRANCH)
    write(context.root / "orders", {"README.md": "ours\n"})
    [(name, why)] = taken_up(context, BRANCH).items()
    assert (name, "would be overwritten by checkout" in why or "error" in why) == ("orders", True)
    assert (context.root / "orders/README.md").read_text() == "ours\n"
    assert spec(context, "orders")[0] == "main"


def test_a_branch_that_diverged_stays_as_it_is(remotes: Remotes, context: Context) -> None:
    git(remotes.of("orders"), "branch", BRANCH, "main")
    assert taken_up(context, BRANCH) == {}
    commit_all(context.root / "orders", {"ours": "1"})
    remotes.moved("orders", {"theirs": "1"}, branch=BRANCH)
    theirs = remotes.head("orders", BRANCH)
    refused = taken_up(context, BRANCH)
    assert refused.keys() == {"orders"}
    [after] = published(context, ["orders"], None)
    assert (after.state, after.left) == ("diverged", True)
    assert remotes.head("orders", BRANCH) == theirs


def test_a_branch_that_is_gone_with_commits_that_nobody_has_is_told(remotes: Remotes, context: Context) -> None:
    root = context.root / "orders"
    git(root, "checkout", "-q", "-b", BRANCH)
    commit_all(root, {"a": "1"})
    git(root, "push", "-q", "-u", "origin", BRANCH)
    git(remotes.of("orders"), "branch", "-q", "-D", BRANCH)
    refused = taken_up(context, BRANCH)
    assert refused["orders"].startswith(f"{BRANCH} is gone from origin: once it is merged, git -C ")
    git(root, "checkout", "-q", "main")
    git(root, "branch", "-q", "-D", BRANCH)
    assert taken_up(context, BRANCH) == {}, "what was fetched once is no branch of the remote"
    assert on_branch(context, BRANCH) == []


def test_a_remote_that_does_not_answer_is_the_repository_s_own(context: Context) -> None:
    git(context.root / "orders", "remote", "set-url", "origin", str(context.root / "absent"))
    assert taken_up(context, BRANCH, ["orders"]).keys() == {"orders"}
    assert taken_up(context, BRANCH, ["shop-tst"]) == {}


def test_a_name_that_is_none_is_refused(context: Context) -> None:
    with pytest.raises(ShunterError, match="is not a name for a branch"):
        taken_up(context, "--detach")


def test_one_that_is_refused_holds_up_no_other(remotes: Remotes, context: Context) -> None:
    names = ("orders", "shop-charts", "shop-tst")
    for name in names:
        commit_all(checkout(context.root, name), {"ours": "1"})
    hook = remotes.of("orders") / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho no\nexit 1\n")
    hook.chmod(0o755)
    heard: dict[str, set[str]] = {}
    found = published(context, names, None, lambda each, spent: heard.update({each.spec.name: {*spent}}))
    assert [(each.spec.name, each.state) for each in found] == [
        ("shop-charts", "pushed"),
        ("orders", "refused"),
        ("shop-tst", "pushed"),
    ]
    assert heard == {each.spec.name: {"push"} for each in found}


def test_without_a_default_branch_at_the_remote_nothing_is_pushed_and_something_is_left(context: Context) -> None:
    """The first branch that a remote gets is its default branch: ours is none."""
    root = checkout(context.root, "orders")
    empty = context.root.parent / "empty.git"
    git(context.root, "init", "-q", "--bare", "-b", "main", str(empty))
    git(root, "remote", "set-url", "origin", str(empty))
    git(root, "remote", "set-head", "origin", "--delete")
    git(root, "switch", "-q", "-c", BRANCH)
    commit_all(root, {"ours": "1"})
    [after] = published(context, ["orders"], Opener(Logins()))
    assert (after.state == "pushed", after.left) == (False, True)
    assert "git -C orders push origin BRANCH" in after.detail
    git(root, "push", "-q", "origin", "main")
    [after] = published(context, ["orders"], Opener(Logins()))
    assert (after.state, after.left) == ("pushed", False)


def test_the_default_branch_is_nothing_to_request(remotes: Remotes, context: Context) -> None:
    commit_all(checkout(context.root, "orders"), {"ours": "1"})
    [after] = published(context, ["orders"], Opener(Logins()))
    assert (after.left, after.request) == (True, None)
    assert "main is the default branch of its remote" in after.detail
    assert git(remotes.of("orders"), "rev-parse", "main") != git(context.root / "orders", "rev-parse", "HEAD")


def test_what_has_no_remote_is_not_pushed(context: Context) -> None:
    git(context.root / "orders", "remote", "remove", "origin")
    [after] = published(context, ["orders"], Opener(Logins()))
    assert (after.detail, after.left, after.request) == ("no remote", False, None)
