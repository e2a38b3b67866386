"""Pull requests on a real Gitea, by the clients that people have: `sync --push --pr` in a workspace of five repositories.

`gh` is the real one, which takes this Gitea for a GitHub Enterprise Server. `tea` is in no package registry: a program of
our own stands in for it, unless SHUNTER_TEST_TEA names the real one.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.tools import needs_gitea
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.forges import Forge
from helpers.workspaces.gitea import ENTERPRISE
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.remotes import NAMES, Remotes, checkout
from shunter.adapters.forge.place import place_of

pytestmark = needs_gitea


@pytest.fixture
def ours(forge: Forge, tmp_path: Path) -> Path:
    """A workspace of five repositories that are on the forge, by somebody who is logged in there."""
    forge.log_in(forge.gitea.people["tess"])
    root = Remotes(tmp_path).ours
    for name in NAMES:
        place = checkout(root, name)
        git(place, "remote", "set-url", "origin", forge.repository(name))
        git(place, "push", "-q", "origin", "main")
    for name in NAMES:
        forge.settle(name)
    return root


def on_a_branch(root: Path, *names: str, branch: str = "topic") -> None:
    for name in names:
        git(checkout(root, name), "checkout", "-q", "-b", branch)
        commit_all(checkout(root, name), {"a": "1"}, f"--web {name}\n\n--fill in `{name}` with ünïcode")


def rows(root: Path, *options: str) -> dict[str, dict[str, Any]]:
    found = shunter("sync", *options, "-o", "json", cwd=root)
    assert found.code in (0, 1), found.err
    return {row["repository"]: row for row in json.loads(found.out)}


def parts(request: Mapping[str, Any]) -> tuple[str, ...]:
    """Branches, title and body of a pull request."""
    return request["head"]["ref"], request["base"]["ref"], request["title"], request["body"]


def compared(page: str) -> list[str]:
    """The two branches that a page for a pull request is about."""
    return [html.unescape(each) for each in re.findall(r"<strong>([^<]*/[^<]*:.*?)</strong>", page)]


def test_pull_requests_are_opened_once_and_found_again(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "orders", "shop-tst")
    commit_all(ours / "shop-tst", {"a": "2"}, "Second")
    ok("sync", "--push", "--pr", cwd=ours)
    [orders], [tst] = forge.requests("orders"), forge.requests("shop-tst")
    assert parts(orders) == ("topic", "main", "--web orders", "--fill in `orders` with ünïcode")
    assert parts(tst) == ("topic", "main", "Second", "* Second\n* --web shop-tst")
    commit_all(ours / "orders", {"b": "1"}, "More")
    again = rows(ours, "--push", "--pr")
    request = again["orders"]["pull-request"]
    assert request == {"state": "exists", "url": f"https://{forge.gitea.host}/{forge.owner}/orders/pulls/1"}
    assert [len(forge.requests(name, "all")) for name in NAMES] == [0, 1, 0, 1, 0]
    status, page = forge.page(request["url"])
    assert status == 200
    assert "--web orders" in page
    assert forge.requests("orders")[0]["head"]["sha"] == git(ours / "orders", "rev-parse", "HEAD")


def test_a_closed_one_is_not_used_again(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "orders")
    ok("sync", "--pr", cwd=ours)
    forge.gitea.ask("tess", "PATCH", f"repos/{forge.owner}/orders/pulls/1", {"state": "closed"})
    commit_all(ours / "orders", {"b": "1"}, "More")
    assert rows(ours, "--pr")["orders"]["pull-request"]["state"] == "opened"
    assert [each["number"] for each in forge.requests("orders")] == [2]


def test_the_branch_of_somebody_s_fork_is_another_one(forge: Forge, ours: Path) -> None:
    people = forge.gitea.people
    if "eve" not in people:
        forge.gitea.person("eve")
    forge.gitea.ask("eve", "POST", f"repos/{forge.owner}/orders/forks", {"name": f"{forge.owner}-orders"})
    file = {"content": "eA==", "new_branch": "topic", "branch": "main", "message": "theirs"}
    forge.gitea.ask("eve", "POST", f"repos/eve/{forge.owner}-orders/contents/theirs", file)
    theirs = {"head": "eve:topic", "base": "main", "title": "theirs"}
    forge.gitea.ask("eve", "POST", f"repos/{forge.owner}/orders/pulls", theirs)
    on_a_branch(ours, "orders")
    assert rows(ours, "--pr")["orders"]["pull-request"]["state"] == "opened"
    assert sorted(each["title"] for each in forge.requests("orders")) == ["--web orders", "theirs"]
    place = place_of(f"https://{forge.gitea.host}/{forge.owner}/orders")
    assert place is not None
    status, page = forge.page(place.link("main", "eve:topic"))
    assert (status, compared(page)) == (200, [f"{forge.owner}/orders:main", f"eve/{forge.owner}-orders:topic"])


def test_the_default_branch_is_refused_before_anything_is_pushed(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "shop-charts")
    commit_all(ours / "orders", {"a": "1"}, "On main")
    found = shunter("sync", "--push", "--pr", cwd=ours)
    assert found.code == 1
    assert "orders is on main, its default branch" in found.err
    branches = forge.gitea.ask("tess", "GET", f"repos/{forge.owner}/shop-charts/branches")
    assert [each["name"] for each in branches] == ["main"]


def test_a_protected_branch_refuses_in_its_own_words(forge: Forge, ours: Path) -> None:
    rule = {"rule_name": "release/*", "enable_push": False}
    forge.gitea.ask("tess", "POST", f"repos/{forge.owner}/orders/branch_protections", rule)
    on_a_branch(ours, "orders", branch="release/1")
    commit_all(ours, {"a": "1"}, "Refers to orders")
    found = shunter("sync", "--push", cwd=ours)
    assert found.code == 1
    assert "orders: remote: error: Not allowed to push to protected branch release/1" in found.err
    assert "orders:  ! [remote rejected] release/1 -> release/1 (pre-receive hook declined)" in found.err
    assert "pushed: nothing; not pushed: orders, shop" in found.err


@pytest.mark.parametrize("branch", ["topic", "promote/a#1&b=50%+ü"])
def test_who_is_not_logged_in_gets_a_link_to_the_two_branches(forge: Forge, ours: Path, branch: str) -> None:
    on_a_branch(ours, "orders", branch=branch)
    ok("sync", "--push", cwd=ours)
    forge.log_out()
    found = ok("sync", "--pr", cwd=ours)
    request = rows(ours, "--pr")["orders"]["pull-request"]
    assert f"open a pull request: {request['url']}" in found.out
    assert forge.requests("orders") == []
    status, page = forge.page(request["url"])
    assert status == 200
    assert compared(page) == [f"{forge.owner}/orders:main", f"{forge.owner}/orders:{branch}"]


def test_a_token_without_rights_leaves_the_link_and_the_forge_s_words(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "orders")
    ok("sync", "--push", cwd=ours)
    reader = forge.gitea.token("tess", "read:repository", "read:user")
    forge.log_in(reader)
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    assert "write:repository" in found.out
    assert "HTTP 403" in found.out
    assert "open a pull request: https://" in found.out
    assert forge.requests("orders") == []


def test_a_token_that_was_revoked_is_told(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "orders")
    ok("sync", "--push", cwd=ours)
    person = forge.gitea.token("tess")
    forge.log_in(person)
    forge.gitea.revoke(person)
    git(forge.folder, "config", "--file", os.environ["GIT_CONFIG_GLOBAL"], "--remove-section", forge.credential)
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    told = (
        "gh: Failed to log in to ghe.example.org"
        if forge.host == ENTERPRISE
        else "tea: invalid username, password or token (HTTP 401)"
    )
    assert told in found.out
    assert "open a pull request: https://" in found.out
    assert person.token not in found.out + found.err


def test_a_forge_that_is_down_is_git_s_to_say(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "orders")
    forge.paths.ports[ENTERPRISE] = 1
    for name in NAMES if forge.host != ENTERPRISE else ():
        git(checkout(ours, name), "remote", "set-url", "origin", f"https://localhost:1/{forge.owner}/{name}.git")
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    assert "orders: fatal: unable to access" in found.err
    assert "pushed: nothing; not pushed:" in found.err
