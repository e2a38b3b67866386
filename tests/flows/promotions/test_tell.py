"""A service's commit is told where it runs; what says of no commit is named. A program stands in the place of `gh`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.clients import IN, OK, calls, put
from helpers.workspaces.gitrepo import git
from helpers.workspaces.promoted import Promoted
from helpers.workspaces.small import orders, publish
from shunter.flows.workspace.context import open_context
from shunter.model.files import FileState

COMMIT = "1a2b3c4d" * 5


@pytest.fixture
def root(promoted: Promoted) -> Path:
    """Orders 1.2.0, made of a commit on a forge, runs in tst beside a web that says nothing of where it comes from."""
    files = orders("1.2.0")
    said = f"annotations:\n  org.opencontainers.image.source: https://github.com/acme/orders.git\n  org.opencontainers.image.revision: {COMMIT}\n"
    files["Chart.yaml"] = FileState(files["Chart.yaml"].data + said.encode())
    publish(open_context(promoted.ours), files)
    ok("train", "cut", "1.2.0", cwd=promoted.ours)
    git(promoted.ours, "push", "-q")
    ok("promote", "1.2.0", "--to", "tst", "--push", cwd=promoted.ours)
    return promoted.ours


def test_what_was_pushed_is_told_at_once_and_what_was_not_is_not(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkout is behind: the run that promoted pushed to the remote alone."""
    put(tmp_path, "gh", {**IN, "api": (0, "{}", OK)})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "in tst since" in ok("status", "--tell", cwd=root).err
    ok("sync", cwd=root)
    ok("promote", "--from", "tst", "--to", "pre", cwd=root)
    assert "in pre since" not in ok("status", "--tell", cwd=root).err
    git(root, "push", "-q")
    assert "in pre since" in ok("status", "--tell", cwd=root).err


def test_one_that_came_before_the_newest_change_is_told_too_and_none_twice(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok("sync", cwd=root)
    ok("hold", "tst", "web", "--why", "INC-1", cwd=root)
    git(root, "push", "-q")
    put(tmp_path, "gh", {**IN, "api": (0, "{}", OK)})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "in tst since" in ok("status", "--tell", cwd=root).err
    [call] = [call for call in calls(tmp_path) if call[-1]]
    put(tmp_path, "gh", {**IN, "api": (0, json.dumps({"statuses": [json.loads(call[-1])]}), OK)})
    again = ok("status", "--tell", cwd=root)
    assert f"which is known of {COMMIT[:12]} of acme/orders" in again.err
    assert len([call for call in calls(tmp_path) if call[-1]]) == 1


def test_a_commit_gets_a_status_in_the_name_of_the_environment(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "gh", {**IN, "api": (0, "{}", OK)})
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    done = ok("status", "--tell", cwd=root)
    assert "tst: web: web 1.0.0 does not say of which commit on a forge it was made" in done.err
    [call] = [call for call in calls(tmp_path) if call[-1]]
    document = json.loads(call[-1])
    assert call[-2] == f"repos/acme/orders/statuses/{COMMIT}"
    assert (document["state"], document["context"]) == ("success", "shunter/tst")
    assert document["description"].startswith("in tst since 20")
    put(tmp_path, "gh", {**IN, "api": (1, "", "gh: Not Found (HTTP 404)")})
    refused = shunter("status", "--tell", cwd=root)
    assert (refused.code, "gh: Not Found (HTTP 404)" in refused.err) == (2, True)


def test_nobody_logged_in_is_told_and_no_failure(root: Path) -> None:
    assert "logged in at github.com" in ok("status", "--tell", cwd=root).err
