"""A commit by the words of each forge; the clients are programs that answer what a test says. tests/delivery has a real Gitea."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from helpers.workspaces.clients import IN, OK, calls, put
from shunter.adapters.forge.clients import Client, Logins
from shunter.adapters.forge.commits import Draft, FileChange, commit_on
from shunter.adapters.forge.place import place_of
from shunter.model.errors import ShunterError

PARENT, MADE, BLOB = "a" * 40, "b" * 40, "c" * 40
DRAFT = Draft(
    "shunter/1",
    PARENT,
    "Promote 1.0.0 to tst\n\nTrain: 1.0.0\n",
    (FileChange("new é", b"\0x"), FileChange("old", b"", BLOB), FileChange("gone", None, BLOB)),
)
TEXT = base64.b64encode(b"\0x").decode()


def client(folder: Path, program: str, answer: tuple[int, str, str], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("PATH", str(folder))
    login = [{"name": "ours", "url": "https://codeberg.org"}]
    put(folder, program, {**IN, "logins list": (0, json.dumps(login), ""), "api": answer})
    host = {"gh": "github.com", "glab": "gitlab.com", "tea": "codeberg.org"}[program]
    place = place_of(f"git@{host}:acme/shop.git")
    assert place is not None
    found = Logins().at(place).client
    assert found is not None
    return found


def sent(folder: Path) -> tuple[str, Any]:
    """Path and document of the one request."""
    [call] = [call for call in calls(folder) if call[-1]]
    assert "--method=POST" in call
    return call[-2], json.loads(call[-1])


def test_github_makes_one_of_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps({"data": {"createCommitOnBranch": {"commit": {"oid": MADE}}}})
    assert commit_on(client(tmp_path, "gh", (0, answer, OK), monkeypatch), DRAFT) == MADE
    path, document = sent(tmp_path)
    assert path == "graphql"
    assert document["query"].startswith("mutation($input: CreateCommitOnBranchInput!)")
    assert document["variables"]["input"] == {
        "branch": {"repositoryNameWithOwner": "acme/shop", "branchName": "shunter/1"},
        "expectedHeadOid": PARENT,
        "message": {"headline": "Promote 1.0.0 to tst", "body": "Train: 1.0.0"},
        "fileChanges": {
            "additions": [{"path": "new é", "contents": TEXT}, {"path": "old", "contents": ""}],
            "deletions": [{"path": "gone"}],
        },
    }


def test_gitea_wants_to_know_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps({"commit": {"sha": MADE}})
    assert commit_on(client(tmp_path, "tea", (0, answer, OK), monkeypatch), DRAFT) == MADE
    path, document = sent(tmp_path)
    assert (path, document["branch"], document["message"]) == ("repos/acme/shop/contents", "shunter/1", DRAFT.message)
    assert document["files"] == [
        {"operation": "create", "path": "new é", "content": TEXT},
        {"operation": "update", "path": "old", "content": "", "sha": BLOB},
        {"operation": "delete", "path": "gone", "sha": BLOB},
    ]


def test_gitlab_calls_them_actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit_on(client(tmp_path, "glab", (0, json.dumps({"id": MADE}), OK), monkeypatch), DRAFT) == MADE
    path, document = sent(tmp_path)
    assert path == "projects/acme%2Fshop/repository/commits"
    assert (document["branch"], document["commit_message"]) == ("shunter/1", DRAFT.message)
    assert document["actions"] == [
        {"action": "create", "file_path": "new é", "content": TEXT, "encoding": "base64"},
        {"action": "update", "file_path": "old", "content": "", "encoding": "base64"},
        {"action": "delete", "file_path": "gone"},
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((1, '{"data": null}', "gh: Expected branch to point to another commit"), "Expected branch to point"),
        ((0, "{}", OK), "no answer of a forge"),
        ((0, '{"data": {"createCommitOnBranch": null}}', OK), "no answer of a forge"),
    ],
)
def test_what_the_forge_does_not_make_is_told(
    answer: tuple[int, str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ShunterError, match=f"https://github.com/acme/shop: no commit: .*{said}"):
        commit_on(client(tmp_path, "gh", answer, monkeypatch), DRAFT)
