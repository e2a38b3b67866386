"""What a forge makes of a commit is not believed: tests/delivery has a real Gitea that signs, here one that does not do it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter
from helpers.workspaces.clients import IN, OK, calls, put
from helpers.workspaces.gitrepo import git
from helpers.workspaces.promoted import Promoted


@pytest.fixture
def ours(promoted: Promoted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of a workspace that says `commit: api`, whose remote has the URL of a forge."""
    text = (promoted.ours / "shunter.yaml").read_text("utf-8")
    promoted.moved({"shunter.yaml": f"{text}promotions: {{commit: api}}\n"})
    git(promoted.ours, "pull", "-q", "--ff-only")
    url = "https://github.com/acme/shop.git"
    git(promoted.ours, "remote", "set-url", "origin", url)
    git(promoted.ours, "config", f"url.file://{promoted.bare}.insteadOf", url)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return promoted.ours


@pytest.mark.parametrize("made", ["", "0" * 40, "main"])
def test_what_is_another_commit_is_pushed_nowhere(made: str, promoted: Promoted, ours: Path, tmp_path: Path) -> None:
    oid = promoted.head() if made == "main" else made
    answer = json.dumps({"data": {"createCommitOnBranch": {"commit": {"oid": oid}}}} if made else {})
    put(tmp_path, "gh", {**IN, "--method=GET": (0, "[]", OK), "api": (0, answer, OK)})
    before = promoted.head()
    refused = shunter("promote", "1.0.0", "--to", "tst", "--pr", cwd=ours)
    said = "the commit that the forge made is another one" if made else "no commit: no answer of a forge"
    assert (refused.code, said in refused.err) == (2, True)
    assert (promoted.head(), promoted.branches()) == (before, ["main"]), "the branch that it is made on is gone"
    [document] = [json.loads(call[-1]) for call in calls(tmp_path) if "graphql" in call]
    paths = [each["path"] for each in document["variables"]["input"]["fileChanges"]["additions"]]
    assert "envs/tst/.shunter/train.yaml" in paths
