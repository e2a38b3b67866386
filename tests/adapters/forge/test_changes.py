"""A pull request of our own by the words of each forge; the clients are programs that answer what a test says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.clients import IN, OK, calls, merge, pull, put
from shunter.adapters.forge.changes import (
    FAILURE,
    PENDING,
    Kept,
    Status,
    close,
    comment,
    keep_request,
    open_or_update,
    set_status,
)
from shunter.adapters.forge.clients import Client, Logins
from shunter.adapters.forge.place import place_of
from shunter.adapters.forge.requests import Opened, Request
from shunter.model.errors import ShunterError

HOSTS = {"gh": "github.com", "glab": "gitlab.com", "tea": "codeberg.org"}
LOGIN = {"name": "ours", "url": "https://codeberg.org"}
REQUEST = Request("promote/tst", "main", "main", "promote/tst")
"""Its text is what its branches are called: neither may be taken for the other."""


@pytest.fixture(autouse=True)
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def client(folder: Path, program: str, opened: list[dict[str, Any]], answer: tuple[int, str, str]) -> Client:
    """A client that lists these open requests, and answers the same to all that is sent."""
    put(
        folder,
        program,
        {
            **IN,
            "logins list": (0, json.dumps([LOGIN]), ""),
            "--method=GET page=1": (0, json.dumps(opened), OK),
            "--method=GET": (0, "[]", OK),
            "api": answer,
        },
    )
    place = place_of(f"git@{HOSTS[program]}:acme/shop.git")
    assert place is not None
    found = Logins().at(place).client
    assert found is not None
    return found


def sent(folder: Path) -> list[tuple[str, str, Any]]:
    """Method, path and document of what was sent."""
    found = [call for call in calls(folder) if call[-1]]
    methods = (next(word[9:] for word in call if word.startswith("--method=")) for call in found)
    return [(method, call[-2], json.loads(call[-1])) for method, call in zip(methods, found, strict=True)]


def described(program: str, number: int) -> dict[str, Any]:
    return (merge if program == "glab" else pull)(number, REQUEST.branch)


def url(program: str, number: int) -> str:
    found = described(program, number)
    return str(found.get("html_url") or found["web_url"])


@pytest.mark.parametrize(
    ("program", "method", "path", "body"),
    [
        ("gh", "PATCH", "repos/acme/shop/pulls/3", "body"),
        ("glab", "PUT", "projects/acme%2Fshop/merge_requests/3", "description"),
        ("tea", "PATCH", "repos/acme/shop/pulls/3", "body"),
    ],
)
def test_one_that_is_open_gets_the_new_text_alone(
    tmp_path: Path, program: str, method: str, path: str, body: str
) -> None:
    forge = client(tmp_path, program, [described(program, 3)], (0, "{}", OK))
    assert open_or_update(forge, REQUEST) == Kept(3, url(program, 3))
    assert sent(tmp_path) == [(method, path, {"title": "main", body: "promote/tst"})]


@pytest.mark.parametrize("program", HOSTS)
def test_one_is_opened_where_none_is(tmp_path: Path, program: str) -> None:
    forge = client(tmp_path, program, [], (0, json.dumps(described(program, 4)), OK))
    assert open_or_update(forge, REQUEST) == Kept(4, url(program, 4), opened=True)
    [(method, _, document)] = sent(tmp_path)
    assert (method, len(document)) == ("POST", 4)


@pytest.mark.parametrize(
    ("program", "closing", "comments", "status"),
    [
        (
            "gh",
            ("PATCH", "repos/acme/shop/pulls/3", {"state": "closed"}),
            "repos/acme/shop/issues/3/comments",
            ("repos/acme/shop/statuses/abc", {"state": "failure", "context": "in tst"}),
        ),
        (
            "tea",
            ("PATCH", "repos/acme/shop/pulls/3", {"state": "closed"}),
            "repos/acme/shop/issues/3/comments",
            ("repos/acme/shop/statuses/abc", {"state": "failure", "context": "in tst"}),
        ),
        (
            "glab",
            ("PUT", "projects/acme%2Fshop/merge_requests/3", {"state_event": "close"}),
            "projects/acme%2Fshop/merge_requests/3/notes",
            ("projects/acme%2Fshop/statuses/abc", {"state": "failed", "name": "in tst"}),
        ),
    ],
)
def test_each_forge_has_its_own_words(
    tmp_path: Path,
    program: str,
    closing: tuple[str, str, dict[str, str]],
    comments: str,
    status: tuple[str, dict[str, str]],
) -> None:
    forge = client(tmp_path, program, [], (0, "{}", OK))
    close(forge, 3)
    comment(forge, 3, "superseded")
    set_status(forge, "abc", Status(FAILURE, "in tst", "d" * 200, "https://x"))
    path, document = status
    told = {**document, "description": "d" * 140, "target_url": "https://x"}
    assert sent(tmp_path) == [
        closing,
        ("POST", comments, {"body": "superseded"}),
        ("POST", path, told),
    ]
    listed: Any = [{**told, "id": 1}]
    listed = listed if program == "glab" else {"statuses": listed}
    known = client(tmp_path, program, listed, (1, "", "not to be asked"))
    assert not set_status(known, "abc", Status(FAILURE, "in tst", "d" * 200, "https://x"))


def test_gitlab_calls_it_a_failure_when_a_status_stays(tmp_path: Path) -> None:
    said = 'glab: 400 Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'
    set_status(client(tmp_path, "glab", [], (1, "", said)), "abc", Status(PENDING, "in tst"))


@pytest.mark.parametrize("answer", [(1, "", "gh: Not Found (HTTP 404)"), (0, "{}", "")])
def test_a_refusal_is_the_forge_s(tmp_path: Path, answer: tuple[int, str, str]) -> None:
    forge = client(tmp_path, "gh", [], answer)
    with pytest.raises(ShunterError) as caught:
        open_or_update(forge, REQUEST)
    assert caught.value.message.startswith("https://github.com/acme/shop: ")
    assert caught.value.hint == "see what `gh` may do there: its login, and its rights"


@pytest.mark.parametrize("program", HOSTS)
def test_one_is_kept_at_a_place(tmp_path: Path, program: str) -> None:
    place = client(tmp_path, program, [described(program, 3)], (0, "{}", OK)).place
    assert keep_request(place, REQUEST, Logins()) == Opened("updated", url(program, 3))
    client(tmp_path, program, [], (0, json.dumps(described(program, 4)), OK))
    assert keep_request(place, REQUEST, Logins()) == Opened("opened", url(program, 4))


def test_where_it_cannot_be_kept_there_is_a_link(tmp_path: Path) -> None:
    place = client(tmp_path, "gh", [], (1, "", "gh: Not Found (HTTP 404)")).place
    link = "https://github.com/acme/shop/compare/main...promote/tst?expand=1"
    found = keep_request(place, REQUEST, Logins())
    assert (found.state, found.url) == ("link", link)
    assert "gh: Not Found (HTTP 404)" in found.problem
    (tmp_path / "gh").unlink()
    assert keep_request(place, REQUEST, Logins()) == Opened("link", link)
