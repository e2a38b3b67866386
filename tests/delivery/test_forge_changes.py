"""A promotion's pull request on a real Gitea: opened, brought up to date, commented on, closed; and a commit's status."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.tools import needs_gitea
from helpers.workspaces.forges import Forge
from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.forge.changes import (
    FAILURE,
    PENDING,
    SUCCESS,
    Status,
    close,
    comment,
    open_or_update,
    set_status,
)
from shunter.adapters.forge.clients import Client, Logins
from shunter.adapters.forge.place import place_of
from shunter.adapters.forge.requests import Request
from shunter.model.errors import ShunterError

pytestmark = needs_gitea
BODY = (
    "| service | from | to |\n|---|---|---|\n| `orders` | 1.0.0 | 1.1.0 |\n\n<details>--flag $(x) ünïcode</details>\n"
)


@pytest.fixture
def repository(forge: Forge, tmp_path: Path) -> Path:
    """A repository on the forge, with a commit on `promote/tst` that `main` lacks."""
    forge.log_in(forge.gitea.people["tess"])
    root = tmp_path / "shop"
    make_repo(root, {"a": "1"})
    git(root, "remote", "add", "origin", forge.repository("shop"))
    git(root, "push", "-q", "origin", "main")
    forge.settle("shop")
    git(root, "checkout", "-q", "-b", "promote/tst")
    commit_all(root, {"a": "2"}, "Promote")
    git(root, "push", "-q", "origin", "promote/tst")
    return root


def client_of(forge: Forge) -> Client:
    place = place_of(f"https://{forge.host}/{forge.owner}/shop.git")
    assert place is not None
    found = Logins().at(place).client
    assert found is not None
    return found


def test_a_promotion_s_request_from_its_opening_to_its_end(forge: Forge, repository: Path) -> None:
    client = client_of(forge)
    opened = open_or_update(client, Request("promote/tst", "main", "Promote 1.0.0 to tst", BODY))
    assert (opened.number, opened.opened) == (1, True)
    assert forge.page(opened.url)[0] == 200
    again = open_or_update(client, Request("promote/tst", "main", "promote/tst", BODY * 2))
    assert (again.number, again.url, again.opened) == (1, opened.url, False)
    [request] = forge.requests("shop")
    branches = (request["head"]["ref"], request["base"]["ref"])
    assert (*branches, request["title"], request["body"]) == ("promote/tst", "main", "promote/tst", BODY * 2)
    comment(client, 1, "superseded by 1.2.0 `--x`")
    close(client, 1)
    close(client, 1)
    assert forge.requests("shop") == []
    comments = forge.gitea.ask("tess", "GET", f"repos/{forge.owner}/shop/issues/1/comments")
    assert [each["body"] for each in comments] == ["superseded by 1.2.0 `--x`"]
    assert open_or_update(client, Request("promote/tst", "main", "Next", "")).number == 2


def test_a_commit_gets_a_status_that_changes(forge: Forge, repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    for state in (PENDING, FAILURE, SUCCESS):
        set_status(
            client_of(forge), commit, Status(state, "in tst", f"is {state} " + "x" * 200, "https://ci.example.org/1")
        )
    found = forge.gitea.ask("tess", "GET", f"repos/{forge.owner}/shop/commits/{commit}/status")
    [status] = found["statuses"]
    assert (found["state"], status["context"], status["target_url"]) == (
        "success",
        "in tst",
        "https://ci.example.org/1",
    )
    assert (status["description"][:11], len(status["description"])) == ("is success ", 140)


def test_a_token_that_may_only_read_changes_nothing(forge: Forge, repository: Path) -> None:
    open_or_update(client_of(forge), Request("promote/tst", "main", "before", "before"))
    forge.log_in(forge.gitea.token("tess", "read:repository", "read:issue", "read:user"))
    client = client_of(forge)
    changes: tuple[Callable[[], object], ...] = (
        lambda: open_or_update(client, Request("promote/tst", "main", "x", "")),
        lambda: open_or_update(client, Request("absent", "main", "x", "")),
        lambda: close(client, 1),
        lambda: comment(client, 1, "x"),
        lambda: set_status(client, "0" * 40, Status(SUCCESS, "x")),
    )
    for change in changes:
        with pytest.raises(ShunterError, match=r"scope.*HTTP 403"):
            change()
    [request] = forge.requests("shop")
    assert (request["title"], request["body"], request["comments"]) == ("before", "before", 0)


def test_what_is_not_there_is_told(forge: Forge, repository: Path) -> None:
    client = client_of(forge)
    with pytest.raises(ShunterError, match="HTTP 404"):
        close(client, 77)
    with pytest.raises(ShunterError, match="HTTP 4"):
        open_or_update(client, Request("absent", "main", "x", ""))
