"""Pull requests of promotions: opened, brought up to date and closed by a client, or a link where none is logged in.

There is no forge here: a small program stands in the place of `gh`. tests/delivery has a real Gitea.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.clients import IN, OK, calls, pull, put
from helpers.workspaces.gitrepo import git
from helpers.workspaces.promoted import Promoted


@pytest.fixture
def hub(promoted: Promoted, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The remote has the URL of a forge; the folder of the program that stands for its client."""
    url = "https://github.com/acme/shop.git"
    git(promoted.ours, "remote", "set-url", "origin", url)
    git(promoted.ours, "config", f"url.file://{promoted.bare}.insteadOf", url)
    folder = promoted.folder / "bin"
    folder.mkdir()
    for program in ("git", "sh"):
        found = next(
            Path(place) / program for place in os.environ["PATH"].split(":") if (Path(place) / program).exists()
        )
        (folder / program).symlink_to(found)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def answers(folder: Path, listed: list[dict[str, Any]]) -> None:
    put(
        folder,
        "gh",
        {
            **IN,
            "--method=GET": (0, json.dumps(listed), ""),
            "--method=POST pulls": (0, json.dumps(pull(7, "promote/tst")), OK),
            "--method=POST": (0, "{}", OK),
            "--method=PATCH": (0, json.dumps(pull(7, "promote/tst")), OK),
        },
    )


def sent(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and document of all that was changed."""
    found = [call for call in calls(folder) if call[-1]]
    return [(next(w[9:] for w in call if w.startswith("--method=")), call[-2], json.loads(call[-1])) for call in found]


def test_one_is_opened_kept_and_closed(promoted: Promoted, hub: Path) -> None:
    answers(hub, [])
    done = ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert "Promote 1.0.0 to tst: pull request opened: https://github.com/acme/shop/pull/7" in done.err
    [(method, path, document)] = sent(hub)
    assert (method, path) == ("POST", "repos/acme/shop/pulls")
    assert (document["title"], document["head"], document["base"]) == ("Promote 1.0.0 to tst", "promote/tst", "main")
    assert "| `orders` | `-` | `1.0.0` | new |" in document["body"]
    answers(hub, [pull(7, "promote/tst")])
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert [(method, path) for method, path, _ in sent(hub)][1:] == [("PATCH", "repos/acme/shop/pulls/7")]
    ok("promote", "1.1.0", "--to", "tst", "--push", cwd=promoted.ours)
    assert [(method, path, document.get("state")) for method, path, document in sent(hub)][2:] == [
        ("POST", "repos/acme/shop/issues/7/comments", None),
        ("PATCH", "repos/acme/shop/pulls/7", "closed"),
    ]
    assert promoted.branches() == ["main"]


def test_one_that_a_person_closed_is_not_derived_again(promoted: Promoted, hub: Path) -> None:
    answers(hub, [])
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    was = promoted.head("promote/tst")
    promoted.moved({"README.md": "new\n"})
    done = ok("promote", "--refresh", cwd=promoted.ours)
    assert "its pull request was closed by somebody" in done.err
    assert promoted.head("promote/tst") == was


def test_a_link_is_printed_where_nobody_is_logged_in(promoted: Promoted, hub: Path) -> None:
    done = ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert "open a pull request: https://github.com/acme/shop/compare/main...promote/tst?expand=1" in done.err


def test_what_a_forge_refuses_is_told_and_done_by_the_next_run(promoted: Promoted, hub: Path) -> None:
    put(hub, "gh", {**IN, "--method=GET": (0, "[]", ""), "--method=POST": (1, "", "gh: Forbidden (HTTP 403)")})
    refused = shunter("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert (refused.code, "https://github.com/acme/shop: gh: Forbidden (HTTP 403)" in refused.err) == (2, True)
    assert "or open it: https://github.com/acme/shop/compare/main...promote/tst" in refused.err
    was = promoted.head("promote/tst")
    answers(hub, [])
    assert "pull request opened" in ok("promote", "1.0.0", "--to", "tst", "--pr", "-v", cwd=promoted.ours).err
    assert promoted.head("promote/tst") == was


def test_a_login_that_has_ended_is_a_failure_and_no_silent_link(promoted: Promoted, hub: Path) -> None:
    said = "github.com\n  X Failed to log in to github.com using token\n"
    put(hub, "gh", {"auth status": (1, "", said)})
    refused = shunter("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    assert (refused.code, "gh: Failed to log in to github.com using token" in refused.err) == (2, True)


def test_a_client_is_asked_once_whether_it_is_logged_in(promoted: Promoted, hub: Path) -> None:
    answers(hub, [])
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    promoted.merge("promote/tst")
    before = len(calls(hub))
    ok("promote", "--auto", "--pr", cwd=promoted.ours)
    asked = [call[1:3] for call in calls(hub)[before:]]
    assert [words[0] for words in asked].count("auth") == 1
    assert [words[0] for words in asked].count("api") > 3, "two environments have been asked for"
