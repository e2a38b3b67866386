"""Pull requests by the words of each forge; the clients are programs that answer what a test says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.clients import IN, OK, calls, merge, pull, put
from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.place import place_of
from shunter.adapters.forge.requests import Opened, Request, open_request, outdated

REQUEST = Request("topic/a&b", "main", "--web $(touch pwned)", "-")
LOGIN = {"name": "ours", "url": "https://codeberg.org"}
HOSTS = {"gh": "github.com", "glab": "gitlab.com", "tea": "codeberg.org"}
FIRST = {
    "gh": "repos/acme/shop/pulls?state=open&head=acme%3Atopic%2Fa%26b&base=main&per_page=100&page=1",
    "glab": "projects/acme%2Fshop/merge_requests?state=opened&source_branch=topic%2Fa%26b&target_branch=main&per_page=100&page=1",
    "tea": "repos/acme/shop/pulls?state=open&base_branch=main&limit=50&page=1",
}


@pytest.fixture(autouse=True)
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def described(
    program: str, number: int, branch: str = REQUEST.branch, base: str = "main", **others: Any
) -> dict[str, Any]:
    return merge(number, branch, base, **others) if program == "glab" else pull(number, branch, base, **others)


def address(program: str, number: int) -> str:
    found = described(program, number)
    return str(found.get("html_url") or found["web_url"])


def install(folder: Path, program: str, pages: list[list[dict[str, Any]]], made: tuple[int, str, str]) -> None:
    """A client that is logged in at its public host, lists these open requests, and answers `made` to a new one."""
    lists = {f"--method=GET &page={number}": (0, json.dumps(rows), OK) for number, rows in enumerate(pages, 1)}
    rest = {"--method=GET": (0, "[]", OK), "--method=POST": made}
    put(folder, program, {**IN, "logins list": (0, json.dumps([LOGIN]), ""), **lists, **rest})


def opened(program: str, request: Request = REQUEST) -> Opened:
    place = place_of(f"git@{HOSTS[program]}:acme/shop.git")
    assert place is not None
    return open_request(place, request, Logins())


def asked(folder: Path) -> list[tuple[str, str]]:
    """Method and path of each request."""
    return [(call[-3 - ("POST" in str(call))][9:], call[-2]) for call in calls(folder) if call[1] == "api"]


@pytest.mark.parametrize("program", HOSTS)
def test_one_is_opened_where_none_is(tmp_path: Path, program: str) -> None:
    others = [described(program, 1, "other"), described(program, 2, base="next")]
    fork = described(program, 3, **({"source": 9} if program == "glab" else {"of": "eve/shop"}))
    install(tmp_path, program, [[*others, fork]], (0, json.dumps(described(program, 4)), OK))
    assert opened(program) == Opened("opened", address(program, 4))
    sent = [call for call in calls(tmp_path) if "--method=POST" in call]
    names = ("source_branch", "target_branch", "description") if program == "glab" else ("head", "base", "body")
    wanted = {names[0]: "topic/a&b", names[1]: "main", "title": "--web $(touch pwned)", names[2]: "-"}
    assert [json.loads(call[-1]) for call in sent] == [wanted]
    assert [call[-2] for call in sent] == [FIRST[program].partition("?")[0]]
    lists = [call[-2] for call in calls(tmp_path) if "--method=GET" in call]
    assert lists == [FIRST[program], FIRST[program].replace("page=1", "page=2").replace("per_page=200", "per_page=100")]


@pytest.mark.parametrize("program", HOSTS)
def test_an_open_one_is_used_again_wherever_it_stands(tmp_path: Path, program: str) -> None:
    pages = [[described(program, number, f"b{number}") for number in (1, 2)], [described(program, 3)]]
    install(tmp_path, program, pages, (1, "", "must not be asked"))
    assert opened(program) == Opened("exists", address(program, 3))


def test_there_is_a_link_where_no_client_is_logged_in(tmp_path: Path) -> None:
    place = place_of("git@git.acme.org:a/b")
    assert place is not None
    link = Opened("link", "https://git.acme.org/a/b/compare/main...topic/a%26b?expand=1")
    assert open_request(place, REQUEST, Logins()) == link
    put(tmp_path, "gh", {"auth status": (1, "", "You are not logged into any accounts on git.acme.org")})
    put(tmp_path, "glab", {"auth status": (1, "", "x git.acme.org has not been authenticated with glab")})
    put(tmp_path, "tea", {"logins list": (0, json.dumps([{"name": "x", "url": "https://elsewhere.org"}]), "")})
    assert open_request(place, REQUEST, Logins()) == link


def test_a_client_knows_what_kind_of_forge_it_is(tmp_path: Path) -> None:
    put(tmp_path, "glab", {**IN, "api": (1, "", "glab: 403 Forbidden (HTTP 403)")})
    place = place_of("https://code.acme.org/a/b")
    assert place is not None
    found = open_request(place, REQUEST, Logins())
    assert found.url.startswith("https://code.acme.org/a/b/-/merge_requests/new?")
    assert found.problem == "glab: 403 Forbidden (HTTP 403)"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_failure_is_told_beside_the_link(tmp_path: Path, method: str) -> None:
    put(tmp_path, "gh", {**IN, f"--method={method}": (1, "", "gh: too quick (HTTP 422)"), "api": (0, "[]", "")})
    found = opened("gh")
    assert (found.state, found.problem) == ("link", "gh: too quick (HTTP 422)")


def test_an_answer_that_nobody_understands_is_a_failure(tmp_path: Path) -> None:
    put(tmp_path, "gh", {**IN, "api": (0, "<html>", "")})
    assert opened("gh").problem == "no answer of a forge"


def test_what_is_longer_than_forges_take_is_cut(tmp_path: Path) -> None:
    install(tmp_path, "gh", [], (0, json.dumps(pull(1, "topic")), ""))
    opened("gh", Request("topic", "main", "t" * 300, "b" * 100_000))
    [sent] = [json.loads(call[-1]) for call in calls(tmp_path) if "--method=POST" in call]
    assert (len(sent["title"]), sent["title"][-2:], len(sent["body"])) == (255, "t…", 65_000)


@pytest.mark.parametrize(
    ("program", "path", "said", "expected"),
    [
        ("gh", "repos/acme/shop/pulls/3", {"mergeable_state": "behind"}, True),
        ("gh", "repos/acme/shop/pulls/3", {"mergeable_state": "blocked"}, False),
        ("glab", "projects/acme%2Fshop/merge_requests/3", {"detailed_merge_status": "need_rebase"}, True),
        ("glab", "projects/acme%2Fshop/merge_requests/3", {"detailed_merge_status": "not_approved"}, False),
        ("tea", "repos/acme/shop/branch_protections/ma%2A%2Fn", {"block_on_outdated_branch": True}, True),
        ("tea", "repos/acme/shop/branch_protections/ma%2A%2Fn", {"message": "forbidden"}, False),
    ],
)
def test_who_merges_on_the_newest_commit_alone_says_so(
    program: str, path: str, said: dict[str, Any], expected: bool, tmp_path: Path
) -> None:
    protected = {"effective_branch_protection_name": "ma*/n"}
    answers = {"branches/rel%2F1": (0, json.dumps(protected), OK), path: (0, json.dumps(said), OK)}
    put(tmp_path, program, {**IN, "logins list": (0, json.dumps([LOGIN]), ""), **answers})
    place = place_of(f"git@{HOSTS[program]}:acme/shop.git")
    assert place is not None
    client = Logins().at(place).client
    assert client is not None
    assert outdated(client, 3, "rel/1") is expected
    assert asked(tmp_path)[-1] == ("GET", path)
