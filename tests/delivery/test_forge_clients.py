"""The real clients of forges know every option that they are called with, and fail as the adapter reads it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from helpers.tools import GLAB, TEA, needs_glab, needs_tea, require
from shunter.adapters.forge.clients import PROGRAMS, Client, Logins
from shunter.adapters.forge.place import GITEA, GITHUB, GITLAB, Place, place_of

KINDS = [GITHUB, pytest.param(GITLAB, marks=needs_glab), pytest.param(GITEA, marks=needs_tea)]
PLACE = Place("git.example.org", "acme/shop", "https://git.example.org", served=True)


@pytest.fixture(autouse=True)
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the real clients, alone on PATH, where nobody is logged in."""
    folder = tmp_path / "clients"
    folder.mkdir()
    for program, place in (("gh", require("gh")), ("glab", GLAB), ("tea", TEA)):
        if place:
            (folder / program).symlink_to(place)
    for name in ("HOME", "XDG_CONFIG_HOME", "GH_CONFIG_DIR", "GLAB_CONFIG_DIR"):
        monkeypatch.setenv(name, str(folder))
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "GITEA_INSTANCE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_knows_every_option_that_it_is_given(kind: str, clients: Path) -> None:
    """What it is given is noted by a program in its place."""
    program = PROGRAMS[kind]
    real = (clients / program).readlink()
    (clients / program).unlink()
    noted = f'#!/bin/sh\nprintf "%s\\n" "$*" >>{clients}/log\necho \'[{{"name":"x","url":"{PLACE.web}"}}]\'\n'
    for other in PROGRAMS.values():
        (clients / other).unlink(missing_ok=True)
    (clients / program).write_text(noted, "utf-8")
    (clients / program).chmod(0o755)
    client = Logins().at(PLACE).client
    assert client is not None
    client.ask("POST", "user", {"title": "x"})
    calls = (clients / "log").read_text("utf-8").splitlines()
    assert len(calls) == 2
    for call in calls:
        words = [word for word in call.split(" --")[0].split() if word != "user"]
        said = subprocess.run([real, *words, "--help"], capture_output=True, text=True, check=True)
        options = re.findall(r"--[a-z]+", call)
        assert options
        assert [each for each in options if not re.search(rf"{each}\b", said.stdout + said.stderr)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_who_never_logged_in_is_a_stranger_and_no_failure(kind: str, clients: Path) -> None:
    for other, program in PROGRAMS.items():
        if other != kind:
            (clients / program).unlink(missing_ok=True)
    found = Logins().at(PLACE)
    assert (found.client, found.problem) == (None, "")
    public = place_of({GITHUB: "git@github.com:a/b", GITLAB: "git@gitlab.com:a/b", GITEA: "git@gitea.com:a/b"}[kind])
    assert public is not None
    found = Logins().at(public)
    assert (found.client, found.problem, found.note) == (
        None,
        "",
        f"{PROGRAMS[kind]} is not logged in at {public.host}",
    )


def test_gh_says_why_it_cannot_reach_a_host(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clients / "hosts.yml").write_text('{"git.example.org": {"user": "tess", "oauth_token": "x"}}', "utf-8")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    found = Logins().at(PLACE)
    assert found.client is None
    assert found.problem.startswith("gh: ")
    assert "git.example.org" in found.problem
    client = Client(GITHUB, ("gh", "api", f"--hostname={PLACE.server}"), PLACE)
    assert "git.example.org" in client.ask("GET", "user").problem
