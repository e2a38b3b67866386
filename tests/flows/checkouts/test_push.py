"""`shunter sync --push` pushes in the order of references and stops at the first refusal; `--pr` asks the forge.

There is no forge on this machine: where one of its tools is wanted, a small program of that name stands on PATH, writes
down its arguments, and answers as the real one does. git, its remotes and its hooks are real.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.clients import IN, calls, pull, put
from helpers.workspaces.gitrepo import commit_all, git, write
from helpers.workspaces.remotes import NAMES, ORDER, Remotes, checkout
from shunter.core.workspace.layout import reference_rank
from shunter.flows.checkouts.sync import catch_up
from shunter.flows.workspace.context import open_context


def rows(root: Path, *options: str) -> dict[str, dict[str, Any]]:
    found = shunter("sync", *options, "-o", "json", cwd=root)
    return {row["repository"]: row for row in json.loads(found.out)}


def states(root: Path, *options: str) -> dict[str, str]:
    return {name: row["state"] for name, row in rows(root, *options).items()}


def hook(root: Path, script: str, name: str = "pre-push") -> None:
    file = root / ".git/hooks" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def commit_everywhere(ours: Path, *names: str) -> None:
    for name in names or NAMES:
        commit_all(checkout(ours, name), {"ours": name}, f"our change of {name}")


def test_everything_is_pushed_what_is_referenced_first(remotes: Remotes, ours: Path) -> None:
    commit_everywhere(ours)
    for name in NAMES:
        hook(checkout(ours, name), f"echo {name} >> {remotes.folder}/order")
    assert set(states(ours).values()) == {"ahead"}
    assert "next: shunter sync --push" in shunter("sync", cwd=ours).err
    found = ok("sync", "--push", cwd=ours)
    assert "shop-tst     main    0      0       pushed" in found.out
    assert (remotes.folder / "order").read_text().split() == list(ORDER)
    assert [remotes.head(name) for name in NAMES] == [git(checkout(ours, n), "rev-parse", "HEAD") for n in NAMES]
    assert set(states(ours).values()) == {"up to date"}


def test_the_order_is_one_of_the_plan_not_of_names(remotes: Remotes, ours: Path) -> None:
    found, _ = catch_up(open_context(ours))
    assert [each.spec.name for each in sorted(found, key=lambda each: reference_rank(each.spec))] == list(ORDER)
    assert [each.spec.name for each in found] == list(NAMES)


def test_a_hook_that_refuses_in_the_third_repository_ends_it(remotes: Remotes, ours: Path) -> None:
    before = {name: remotes.head(name) for name in NAMES}
    commit_everywhere(ours)
    hook(ours, "echo 'not on a Friday' >&2; exit 1")
    found = shunter("sync", "--push", cwd=ours)
    assert found.code == 1
    assert "shop: not on a Friday" in found.err
    assert "pushed: shop-charts, orders; not pushed: shop, shop-tst, shop-pre" in found.err
    moved = [name for name in NAMES if remotes.head(name) != before[name]]
    assert sorted(moved) == ["orders", "shop-charts"]
    assert states(ours) == {
        "shop": "ahead", "orders": "up to date", "shop-charts": "up to date", "shop-tst": "ahead", "shop-pre": "ahead",
    }  # fmt: skip
    hook(ours, "exit 0")
    assert states(ours, "--push") == {
        "shop": "pushed", "orders": "up to date", "shop-charts": "up to date", "shop-tst": "pushed",
        "shop-pre": "pushed",
    }  # fmt: skip


def test_a_remote_that_refuses_is_heard_whole(remotes: Remotes, ours: Path) -> None:
    hook_of_remote = remotes.of("orders") / "hooks/pre-receive"
    hook_of_remote.write_text("#!/bin/sh\necho 'main is protected'\nexit 1\n")
    hook_of_remote.chmod(0o755)
    commit_everywhere(ours)
    found = shunter("sync", "--push", cwd=ours)
    assert "orders: remote: main is protected" in found.err
    assert "[remote rejected]" in found.err
    assert states(ours)["shop-charts"] == "up to date"
    assert "pushed: shop-charts; not pushed: orders, shop, shop-tst, shop-pre" in found.err


def test_a_diverged_branch_is_never_forced(remotes: Remotes, ours: Path) -> None:
    commit_everywhere(ours)
    remotes.moved("orders", {"theirs": "1"})
    theirs = remotes.head("orders")
    git(ours / "orders", "config", "push.default", "matching")
    git(ours / "orders", "config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    found = shunter("sync", "--push", cwd=ours)
    assert found.code == 1
    assert "orders       main    1      1       diverged" in found.out
    assert "pushed: shop-charts; not pushed: orders, shop, shop-tst, shop-pre" in found.err
    assert remotes.head("orders") == theirs


def test_a_push_that_comes_too_late_is_refused_by_git(remotes: Remotes, ours: Path) -> None:
    """Somebody pushes between our fetch and our push: here, from our own hook."""
    commit_everywhere(ours, "orders")
    elsewhere = remotes.cloned("elsewhere")
    commit_all(elsewhere / "orders", {"theirs": "1"})
    hook(ours / "orders", f'env -i PATH="$PATH" git -C {elsewhere}/orders push -q origin main')
    found = shunter("sync", "--push", cwd=ours)
    assert found.code == 1
    assert "orders       main    1      0       refused" in found.out
    assert remotes.head("orders") == git(elsewhere / "orders", "rev-parse", "HEAD")


def test_a_branch_without_upstream_gets_one(remotes: Remotes, ours: Path) -> None:
    for name in ("orders", "shop"):
        git(checkout(ours, name), "checkout", "-q", "-b", "topic")
        commit_all(checkout(ours, name), {"a": "1"})
    found = ok("sync", "--push", cwd=ours)
    assert "orders       topic   0      0       pushed" in found.out
    assert remotes.head("orders", "topic") == git(ours / "orders", "rev-parse", "HEAD")
    assert git(ours, "rev-parse", "--abbrev-ref", "@{upstream}") == "origin/topic"


def test_names_of_branches_and_remotes_are_no_options(remotes: Remotes, ours: Path) -> None:
    root = ours / "orders"
    git(root, "update-ref", "refs/heads/--mirror", "HEAD")
    git(root, "symbolic-ref", "HEAD", "refs/heads/--mirror")
    config = root / ".git/config"
    config.write_text(config.read_text().replace('remote "origin"', 'remote "--all"'))
    commit_all(root, {"a": "1"})
    assert states(ours, "--push")["orders"] == "pushed"
    there = git(remotes.of("orders"), "for-each-ref", "--format=%(refname)")
    assert there.split() == ["refs/heads/--mirror", "refs/heads/main"]


def test_a_branch_that_follows_another_one_is_left_to_the_person(remotes: Remotes, ours: Path) -> None:
    git(ours / "orders", "checkout", "-q", "-b", "topic", "--track", "origin/main")
    commit_all(ours / "orders", {"a": "1"})
    row = rows(ours, "--push")["orders"]
    assert "git -C orders push --set-upstream origin topic" in row["detail"]
    assert remotes.head("orders", "topic") == ""
    assert remotes.head("orders") == git(ours / "orders", "rev-parse", "origin/main")


def test_a_fork_is_pushed_to_the_person_s_own_remote(remotes: Remotes, ours: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(remotes.of("orders")), "fork.git")
    git(ours / "orders", "remote", "add", "mine", str(tmp_path / "fork.git"))
    git(ours / "orders", "config", "remote.pushDefault", "mine")
    commit_everywhere(ours, "orders")
    assert states(ours, "--push")["orders"] == "pushed"
    assert git(tmp_path / "fork.git", "rev-parse", "main") == git(ours / "orders", "rev-parse", "HEAD")
    assert remotes.head("orders") != git(ours / "orders", "rev-parse", "HEAD")


def test_of_several_remotes_none_is_guessed(remotes: Remotes, ours: Path) -> None:
    root = ours / "orders"
    git(root, "remote", "rename", "origin", "one")
    git(root, "remote", "add", "two", str(remotes.of("orders")))
    git(root, "checkout", "-q", "-b", "topic")
    commit_all(root, {"a": "1"})
    assert "has the remotes one, two" in rows(ours, "--push")["orders"]["detail"]


def test_detached_with_commits_of_its_own_stops_what_refers_to_it(remotes: Remotes, ours: Path) -> None:
    commit_everywhere(ours, "shop")
    git(ours / "orders", "checkout", "-q", "--detach")
    found = shunter("sync", "--push", cwd=ours)
    assert found.code == 1
    assert states(ours)["shop"] == "up to date", "HEAD of orders is on origin/main"
    commit_all(ours / "orders", {"a": "1"})
    commit_everywhere(ours, "shop-tst")
    found = shunter("sync", "--push", cwd=ours)
    assert "pushed: nothing; not pushed: orders, shop-tst" in found.err
    assert "its commits are on no branch of a remote" in found.out


def test_a_branch_that_was_merged_and_deleted_is_not_brought_back(remotes: Remotes, ours: Path) -> None:
    root = ours / "orders"
    git(root, "checkout", "-q", "-b", "topic")
    commit_all(root, {"a": "1"})
    git(root, "push", "-q", "-u", "origin", "topic")
    git(root, "push", "-q", "origin", "topic:main")
    git(remotes.of("orders"), "branch", "-q", "-D", "topic")
    commit_everywhere(ours, "shop")
    assert states(ours, "--push") == {
        "shop": "pushed", "orders": "no upstream", "shop-charts": "up to date", "shop-tst": "up to date",
        "shop-pre": "up to date",
    }  # fmt: skip
    commit_all(root, {"a": "2"})
    assert (
        "to bring it back: git -C orders push --set-upstream origin topic" in rows(ours, "--push")["orders"]["detail"]
    )
    assert remotes.head("orders", "topic") == ""


def test_what_is_not_committed_stays_and_is_named(remotes: Remotes, ours: Path) -> None:
    commit_everywhere(ours, "orders")
    write(ours / "orders", {"README.md": "edited\n"})
    row = rows(ours, "--push")["orders"]
    assert (row["state"], row["detail"]) == ("pushed", "changes that are not committed stay")
    assert (ours / "orders/README.md").read_text() == "edited\n"


def test_the_environment_of_hooks_is_the_person_s(
    remotes: Remotes, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("MINE", "1")
    hook(ours / "orders", "echo $LC_ALL $MINE $GIT_TERMINAL_PROMPT > .git/seen")
    commit_everywhere(ours, "orders")
    ok("sync", "--push", cwd=ours)
    assert (ours / "orders/.git/seen").read_text().split() == ["C.UTF-8", "1", "0"]


# pull requests

LISTED, MADE = "--method=GET", "--method=POST"


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a `gh` that is logged in at github.com, where there is no pull request."""
    folder = tmp_path / "bin"
    folder.mkdir()
    opened = json.dumps({"number": 7, "html_url": "https://github.com/x/pull/7"})
    put(folder, "gh", {**IN, LISTED: (0, "[]", ""), MADE: (0, opened, "")})
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def on_github(remotes: Remotes, ours: Path, monkeypatch: pytest.MonkeyPatch, host: str = "github.com") -> None:
    """Let every remote have its URL on a forge, that git finds in the bare repositories of the test."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{remotes.folder}/remotes/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"git@{host}:acme/")
    for name in NAMES:
        git(checkout(ours, name), "remote", "set-url", "origin", f"git@{host}:acme/{name}.git")


def on_a_branch(ours: Path, *names: str) -> None:
    for name in names:
        git(checkout(ours, name), "checkout", "-q", "-b", "topic")
        commit_all(checkout(ours, name), {"a": "1"}, f"--web {name}\n\n--fill in {name}")


def test_pull_requests_are_opened_once_and_found_again(
    remotes: Remotes, ours: Path, gh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_github(remotes, ours, monkeypatch)
    on_a_branch(ours, "orders", "shop-tst")
    commit_all(ours / "shop-tst", {"a": "2"}, "Second")
    found = ok("sync", "--pr", cwd=ours)
    assert "opened https://github.com/x/pull/7" in found.out
    assert [(call[-2], json.loads(call[-1])) for call in calls(gh) if MADE in call] == [
        (f"repos/acme/{name}/pulls", {"head": "topic", "base": "main", "title": title, "body": body})
        for name, title, body in (
            ("orders", "--web orders", "--fill in orders"),
            ("shop-tst", "Second", "* Second\n* --web shop-tst"),
        )
    ]
    assert [call[1:-1] for call in calls(gh) if call[1] == "auth"] == [["auth", "status", "--hostname=github.com"]]
    put(gh, "gh", {**IN, LISTED: (0, json.dumps([pull(7, "topic")]), "")})
    again = rows(ours, "--pr")
    assert again["orders"]["pull-request"] == {"state": "exists", "url": "https://github.com/acme/shop/pull/7"}
    assert "pull-request" not in again["shop"]


def test_without_a_tool_there_are_links(remotes: Remotes, ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_github(remotes, ours, monkeypatch, host="git.example.org")
    on_a_branch(ours, "orders")
    found = ok("sync", "--pr", cwd=ours)
    assert "open a pull request: https://git.example.org/acme/orders/compare/main...topic?expand=1" in found.out


def test_a_tool_that_fails_leaves_the_link_and_says_why(
    remotes: Remotes, ours: Path, gh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_github(remotes, ours, monkeypatch)
    on_a_branch(ours, "orders")
    put(gh, "gh", {**IN, LISTED: (0, "[]", ""), MADE: (1, "", "gh: Resource not accessible (HTTP 403)")})
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    assert (
        "gh: Resource not accessible (HTTP 403); open a pull request: https://github.com/acme/orders/compare/"
        in found.out
    )
    assert remotes.head("orders", "topic")


def test_a_client_without_a_login_is_named(
    remotes: Remotes, ours: Path, gh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(gh, "gh", {"auth": (1, "", "You are not logged into any GitHub hosts. To log in, run: gh auth login")})
    on_github(remotes, ours, monkeypatch)
    on_a_branch(ours, "orders")
    row = rows(ours, "--pr")["orders"]
    assert (row["detail"], row["pull-request"]["state"]) == ("gh is not logged in at github.com", "link")


def test_a_pull_request_of_the_default_branch_is_refused_before_anything_is_pushed(
    remotes: Remotes, ours: Path
) -> None:
    before = {name: remotes.head(name) for name in NAMES}
    on_a_branch(ours, "shop-charts")
    commit_everywhere(ours, "orders")
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    assert "orders is on main, its default branch" in found.err
    assert "`--branch NAME`" in found.err
    assert {name: remotes.head(name) for name in NAMES} == before
    assert remotes.head("shop-charts", "topic") == ""


def test_the_default_branch_is_asked_of_the_remote_where_no_clone_noted_it(remotes: Remotes, ours: Path) -> None:
    git(ours / "orders", "remote", "set-head", "origin", "--delete")
    commit_everywhere(ours, "orders")
    assert "orders is on main, its default branch" in shunter("sync", "--pr", cwd=ours).err


def test_a_remote_that_does_not_answer_is_asked_for_its_default_branch_in_vain(remotes: Remotes, ours: Path) -> None:
    git(ours / "orders", "remote", "set-head", "origin", "--delete")
    commit_everywhere(ours, "orders")
    on_a_branch(ours, "shop-charts")
    git(ours / "orders", "remote", "set-url", "origin", str(ours / "absent"))
    assert "the remote of orders does not answer" in shunter("sync", "--pr", cwd=ours).err
    assert remotes.head("shop-charts", "topic") == ""


def test_a_remote_that_is_no_forge_has_no_pull_requests(remotes: Remotes, ours: Path) -> None:
    on_a_branch(ours, "orders")
    row = rows(ours, "--pr")["orders"]
    assert (row["state"], row["detail"]) == ("pushed", "its remote is no forge: no pull request")


def test_a_fork_gets_a_link_with_its_owner(
    remotes: Remotes, ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_github(remotes, ours, monkeypatch)
    git(tmp_path, "clone", "-q", "--bare", str(remotes.of("orders")), "remotes/fork.git")
    git(ours / "orders", "remote", "add", "mine", "git@github.com:acme/fork.git")
    git(ours / "orders", "config", "remote.pushDefault", "mine")
    on_a_branch(ours, "orders")
    git(ours / "orders", "branch", "-q", "--set-upstream-to=origin/main")
    found = rows(ours, "--pr")["orders"]["pull-request"]
    assert found == {"state": "link", "url": "https://github.com/acme/orders/compare/main...acme%3Atopic?expand=1"}
