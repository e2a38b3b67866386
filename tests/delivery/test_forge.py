"""Pull requests on a real Gitea, by the clients that people have: `sync --push --pr` in a workspace of five repositories.

`gh` is the real one, which takes this Gitea for a GitHub Enterprise Server. `tea` is in no package registry: a program of
our own stands in for it, unless SHUNTER_TEST_TEA names the real one.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from helpers.tools import GITEA, TEA, needs_gitea, require
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.forges import ENTERPRISE, Gitea, Network, Person, network, running
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.remotes import NAMES, Remotes, checkout

pytestmark = needs_gitea
NUMBERS = itertools.count(1)
TESTS = Path(__file__).parents[1]
STAND_IN = f'#!/bin/sh\nPYTHONPATH={TESTS} exec {sys.executable} -m helpers.workspaces.tea "$@"\n'


@pytest.fixture(scope="session")
def gitea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gitea]:
    """One for the session: each test has an organisation of its own."""
    with running(GITEA, tmp_path_factory.mktemp("gitea")) as found:
        found.person("tess")
        yield found


@pytest.fixture(scope="session")
def paths(gitea: Gitea) -> Iterator[Network]:
    """The way to it, for the session."""
    with network(gitea) as found:
        yield found


@dataclass(frozen=True)
class Forge:
    """The forge as a person has it: its `host`, an organisation of theirs, and the folder with the clients on PATH."""

    gitea: Gitea
    paths: Network
    host: str
    owner: str
    folder: Path

    def log_in(self, person: Person) -> None:
        """Tell git, and the client for this host, who the person is."""
        told = f'!f() {{ echo "username={person.name}"; echo "password={person.token}"; }}; f'
        credential = f"credential.https://{self.host}.helper"
        git(self.folder, "config", "--file", os.environ["GIT_CONFIG_GLOBAL"], "--replace-all", credential, told)
        self.log_out()
        if self.host != ENTERPRISE:
            login = ["tea", "login", "add", "--name=ours", f"--url=https://{self.host}", f"--token={person.token}"]
            subprocess.run(login, check=True, capture_output=True)
            return
        hosts = {ENTERPRISE: {"user": person.name, "oauth_token": person.token, "git_protocol": "https"}}
        (self.folder / "hosts.yml").write_text(json.dumps(hosts), "utf-8")

    def log_out(self) -> None:
        """Let the clients know nobody."""
        for name in ("hosts.yml", "tea.json", "tea/config.yml"):
            (self.folder / name).unlink(missing_ok=True)

    def requests(self, name: str, state: str = "open") -> list[Any]:
        """The pull requests of a repository, as the forge has them."""
        found: list[Any] = self.gitea.ask("tess", "GET", f"repos/{self.owner}/{name}/pulls?state={state}")
        return found

    def page(self, url: str) -> tuple[int, str]:
        """Status and text of a page that was printed for a person."""
        return self.gitea.page(url.replace(ENTERPRISE, self.gitea.host))


@pytest.fixture(params=["tea", "gh"])
def forge(
    request: pytest.FixtureRequest, gitea: Gitea, paths: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Forge]:
    """A forge with an organisation for this test, and nobody logged in."""
    folder = tmp_path / "clients"
    folder.mkdir()
    (folder / "gh").symlink_to(require("gh"))
    if TEA:
        (folder / "tea").symlink_to(TEA)
    else:
        (folder / "tea").write_text(STAND_IN, "utf-8")
        (folder / "tea").chmod(0o755)
    variables = {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "GH_CONFIG_DIR": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        **paths.environment(gitea.certificate),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (folder / "gitconfig").write_text("[user]\nname = Tess Ter\nemail = tess@example.org\n", "utf-8")
    owner = f"acme-{os.getpid()}-{next(NUMBERS)}"
    gitea.ask("tess", "POST", "orgs", {"username": owner})
    ports = dict(paths.ports)
    yield Forge(gitea, paths, gitea.host if request.param == "tea" else ENTERPRISE, owner, folder)
    paths.ports.update(ports)


@pytest.fixture
def ours(forge: Forge, tmp_path: Path) -> Path:
    """A workspace of five repositories that are on the forge, by somebody who is logged in there."""
    forge.log_in(forge.gitea.people["tess"])
    root = Remotes(tmp_path).ours
    for name in NAMES:
        place = checkout(root, name)
        git(place, "remote", "set-url", "origin", f"https://{forge.host}/{forge.owner}/{name}.git")
        git(place, "push", "-q", "origin", "main")
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
    assert "orders: remote: Gitea: Not allowed to push to protected branch release/1" in found.err
    assert "orders:  ! [remote rejected] release/1 -> release/1 (pre-receive hook declined)" in found.err
    assert "pushed: nothing; not pushed: orders, shop" in found.err


@pytest.mark.parametrize("branch", ["topic", "promote/a#1&b=50%+ü"])
def test_without_a_login_the_link_leads_to_the_two_branches(forge: Forge, ours: Path, branch: str) -> None:
    (forge.folder / "gh").unlink()
    (forge.folder / "tea").unlink()
    on_a_branch(ours, "orders", branch=branch)
    ok("sync", "--pr", cwd=ours)
    request = rows(ours, "--pr")["orders"]["pull-request"]
    assert request["state"] == "link"
    status, page = forge.page(request["url"])
    assert status == 200
    assert f"/{forge.owner}/orders/src/branch/{branch.partition('#')[0]}" in page


def test_who_is_not_logged_in_is_told_so_and_gets_the_link(forge: Forge, ours: Path) -> None:
    forge.log_out()
    on_a_branch(ours, "orders")
    found = ok("sync", "--pr", cwd=ours)
    assert f"open a pull request: https://{forge.host}/{forge.owner}/orders/compare/main...topic" in found.out
    assert forge.requests("orders") == []


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
    whole = forge.gitea.people["tess"]
    forge.log_in(Person("tess", "0" * 40))
    git(
        forge.folder,
        "config",
        "--file",
        os.environ["GIT_CONFIG_GLOBAL"],
        "--unset-all",
        f"credential.https://{forge.host}.helper",
    )
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    assert whole.token not in found.out + found.err
    assert "open a pull request: https://" in found.out


def test_a_forge_that_is_down_is_git_s_to_say(forge: Forge, ours: Path) -> None:
    on_a_branch(ours, "orders")
    forge.paths.ports[ENTERPRISE] = 1
    for name in NAMES if forge.host != ENTERPRISE else ():
        git(checkout(ours, name), "remote", "set-url", "origin", f"https://localhost:1/{forge.owner}/{name}.git")
    found = shunter("sync", "--pr", cwd=ours)
    assert found.code == 1
    assert "orders: fatal: unable to access" in found.err
    assert "pushed: nothing; not pushed:" in found.err
