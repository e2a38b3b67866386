"""Which client is logged in where, and what it is asked: programs on PATH that answer in the real ones' words.

tests/delivery/test_forge.py runs the real ones against a real forge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.workspaces.clients import IN, OK, Answers, calls, put
from shunter.adapters.forge.clients import Answer, Client, Login, Logins
from shunter.adapters.forge.pace import Pace
from shunter.adapters.forge.place import Place, place_of

EXPIRED = """\
github.com
  ✓ Logged in to github.com account tess (keyring)
  - Active account: true

  X Failed to log in to github.com account tess-at-work (keyring)
  - The token in keyring is invalid."""
FAILED = """\
ghe.acme.org
  X Failed to log in to ghe.acme.org account tess (hosts.yml)
  - Active account: true
  - The token in hosts.yml is invalid."""

TOO_OLD = "this tea has no `tea api --data`: 0.13 or newer is needed"


@pytest.fixture(autouse=True)
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GITEA_INSTANCE_URL", raising=False)


def place(url: str) -> Place:
    found = place_of(url)
    assert found is not None
    return found


def client(url: str) -> Client:
    found = Logins().at(place(url)).client
    assert found is not None
    return found


def tea(folder: Path, *logins: Mapping[str, str], answers: Answers | None = None) -> None:
    put(folder, "tea", {"logins list": (0, json.dumps(logins), ""), **(answers or {})})


def test_a_request_is_a_document_on_standard_input(tmp_path: Path) -> None:
    put(tmp_path, "gh", {**IN, "api": (0, '{"number": 3}', "")})
    put(tmp_path, "glab", {**IN, "api": (0, '{"iid": 3}', "")})
    tea(tmp_path, {"name": "ours", "url": "https://codeberg.org"}, answers={"api": (0, '{"number": 3}', OK)})
    sent = {"title": "--web $(touch pwned)"}
    assert client("git@github.com:a/b").ask("POST", "repos/a/b/pulls", sent) == Answer({"number": 3})
    assert client("git@gitlab.com:a/b").ask("PUT", "projects/a%2Fb", sent) == Answer({"iid": 3})
    assert client("git@codeberg.org:a/b").ask("PATCH", "repos/a/b", sent) == Answer({"number": 3})
    body = json.dumps(sent)
    header = "--header=Content-Type: application/json"
    assert [call for call in calls(tmp_path) if call[1] == "api"] == [
        ["gh", "api", "--include", "--hostname=github.com", "--method=POST", "--input=-", "repos/a/b/pulls", body],
        [
            "glab",
            "api",
            "--include",
            "--hostname=gitlab.com",
            "--method=PUT",
            header,
            "--input=-",
            "projects/a%2Fb",
            body,
        ],
        ["tea", "api", "--include", "--login=ours", "--method=PATCH", "--data=@-", "repos/a/b", body],
    ]


def test_a_client_is_asked_once_for_a_host(tmp_path: Path) -> None:
    put(tmp_path, "gh", IN)
    logins = Logins()
    first, second = (logins.at(place(f"git@github.com:acme/{name}")).client for name in "ab")
    assert first is not None
    assert second is not None
    assert (first.place.path, second.place.path) == ("acme/a", "acme/b")
    assert calls(tmp_path) == [["gh", "auth", "status", "--hostname=github.com", ""]]


def test_a_public_host_is_asked_of_its_own_client_alone(tmp_path: Path) -> None:
    put(tmp_path, "glab", {})
    assert Logins().at(place("git@github.com:a/b")) == Login()
    assert calls(tmp_path) == []


def test_another_host_is_asked_of_each_until_one_is_logged_in(tmp_path: Path) -> None:
    put(tmp_path, "gh", {"auth": (1, "", "You are not logged into any accounts on code.acme.org")})
    stranger = (1, "", "x code.acme.org:8443 has not been authenticated with glab")
    put(tmp_path, "glab", {"--hostname=code.acme.org:8443": stranger, **IN})
    assert client("ssh://git@code.acme.org:22/a/b.git").command == (
        "glab",
        "api",
        "--include",
        "--hostname=code.acme.org",
    )
    assert Logins().at(place("https://code.acme.org:8443/a/b")) == Login()


def test_an_expired_login_of_another_account_is_no_failure(tmp_path: Path) -> None:
    put(tmp_path, "gh", {"auth": (1, "", EXPIRED)})
    assert client("git@github.com:a/b").kind == "github"


def test_a_login_that_fails_is_told(tmp_path: Path) -> None:
    put(tmp_path, "gh", {"auth": (1, "", FAILED)})
    put(tmp_path, "glab", {"auth": (1, "", "No GitLab instances have been authenticated with glab.")})
    told = "gh: Failed to log in to ghe.acme.org account tess (hosts.yml)"
    assert Logins().at(place("git@ghe.acme.org:a/b")) == Login(problem=told)


@pytest.mark.parametrize(
    ("url", "login", "path", "web"),
    [
        ("https://git.acme.org:3000/a/b", "https://git.acme.org:3000", "a/b", "https://git.acme.org:3000"),
        ("https://git.acme.org/a/b", "https://git.acme.org:3000", "", ""),
        ("https://git.acme.org/a/b", "https://git.acme.org/", "a/b", "https://git.acme.org"),
        ("https://acme.org/git/a/b", "https://acme.org/git/", "a/b", "https://acme.org/git"),
        ("https://acme.org/github/a/b", "https://acme.org/git", "", ""),
        ("git@git.acme.org:a/b", "https://git.acme.org:3000", "a/b", "https://git.acme.org:3000"),
        ("git@ssh.acme.org:a/b", "https://git.acme.org:3000", "a/b", "https://git.acme.org:3000"),
        ("git@elsewhere.org:a/b", "https://git.acme.org:3000", "", ""),
    ],
)
def test_a_login_of_tea_is_found_by_its_server(tmp_path: Path, url: str, login: str, path: str, web: str) -> None:
    tea(tmp_path, {"name": "ours", "url": login, "ssh_host": "ssh.acme.org:2222"})
    found = Logins().at(place(url)).client
    assert (found.place.path, found.place.web) == (path, web) if found else not path


def test_the_default_login_of_tea_comes_first(tmp_path: Path) -> None:
    both = (
        {"name": name, "url": "https://git.acme.org", "default": default}
        for name, default in (("a", "false"), ("b", "true"))
    )
    tea(tmp_path, *both)
    assert client("git@git.acme.org:a/b").command == ("tea", "api", "--include", "--login=b")


def test_a_login_of_tea_may_be_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tea(tmp_path)
    monkeypatch.setenv("GITEA_INSTANCE_URL", "https://git.acme.org")
    assert client("git@git.acme.org:a/b").command == ("tea", "api", "--include")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            (0, '{"message": "token does not have scope"}', "HTTP/1.1 403 Forbidden"),
            "tea: token does not have scope (HTTP 403)",
        ),
        ((0, "<html>", "HTTP/1.1 502 Bad Gateway"), "tea: no answer of a forge (HTTP 502)"),
        ((1, "", "Error: request failed: connection refused"), "Error: request failed: connection refused"),
        ((3, "", "No help topic for 'api'"), TOO_OLD),
        ((1, "", "Error: flag provided but not defined: -data"), TOO_OLD),
        ((0, "NAME: tea", ""), TOO_OLD),
    ],
)
def test_what_tea_takes_for_a_success_is_none(tmp_path: Path, answer: tuple[int, str, str], problem: str) -> None:
    tea(tmp_path, {"name": "ours", "url": "https://git.acme.org"}, answers={"api": answer})
    assert client("git@git.acme.org:a/b").ask("GET", "user") == Answer(problem=problem)


def test_the_complaint_of_the_others_is_theirs(tmp_path: Path) -> None:
    said = "error connecting to github.com\ncheck your internet connection or https://githubstatus.com"
    put(tmp_path, "gh", {**IN, "api": (1, "", said)})
    told = "error connecting to github.com; check your internet connection or https://githubstatus.com"
    assert client("git@github.com:a/b").ask("GET", "user") == Answer(problem=told)


LIMITED = "HTTP/2.0 403 Forbidden\r\nX-Ratelimit-Remaining: 4000\r\nRetry-After: 30\r\n\r\n"


@pytest.mark.parametrize("program", ["gh", "glab", "tea"])
def test_a_forge_that_was_asked_too_often_is_asked_again_after_its_rest(tmp_path: Path, program: str) -> None:
    """The program answers so once, and then it opens the request."""
    host = {"gh": "github.com", "glab": "gitlab.com", "tea": "codeberg.org"}[program]
    said = '{"message": "You have exceeded a secondary rate limit"}'
    refusal = (0, said, LIMITED) if program == "tea" else (1, f"{LIMITED}{said}", f"{program}: limited (HTTP 403)")
    head = "HTTP/2.0 201 Created\r\nServer: x\r\n\r\n"
    answer = (0, '{"number": 3}', head) if program == "tea" else (0, head + '{"number": 3}', "")
    logins = [{"name": "ours", "url": "https://codeberg.org"}]
    known: Answers = {**IN, "logins list": (0, json.dumps(logins), "")}
    put(tmp_path, program, {**known, "api": refusal})
    told: list[str] = []

    def sleep(seconds: float) -> None:
        told.append(f"{seconds:.0f}")
        put(tmp_path, program, {**known, "api": answer})

    pace = Pace(tell=told.append, sleep=sleep)
    found = Logins(pace).at(place(f"git@{host}:a/b")).client
    assert found is not None
    assert found.ask("POST", "repos/a/b/pulls", {}) == Answer({"number": 3})
    assert told == [f"{host} takes no requests for 31 s: waiting", "31"]


def test_a_rest_that_is_too_long_is_told(tmp_path: Path) -> None:
    said = LIMITED.replace("30", "3000")
    put(tmp_path, "gh", {**IN, "api": (1, said, "gh: limited (HTTP 403)")})
    problem = "gh: limited (HTTP 403); it takes no more requests for 50 min"
    assert client("git@github.com:a/b").ask("GET", "x") == Answer(problem=problem)
