"""Promotions as pull requests on a real Gitea: opened, updated, refreshed, merged, closed; a protected branch respected."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from helpers.tools import needs_gitea
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.forges import Forge
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.promoted import Promoted
from helpers.workspaces.small import orders, publish
from shunter.flows.workspace.context import open_context
from shunter.model.files import FileState

pytestmark = needs_gitea


@pytest.fixture
def ours(forge: Forge, tmp_path: Path) -> Path:
    """A workspace with two trains on the forge, checked out by somebody who is logged in there."""
    forge.log_in(forge.gitea.people["tess"])
    root = Promoted(tmp_path.resolve()).ours
    git(root, "remote", "set-url", "origin", forge.repository("shop"))
    git(root, "push", "-q", "origin", "main")
    forge.settle("shop")
    return root


def api(forge: Forge, method: str, path: str, document: object = None) -> Any:
    return forge.gitea.ask("tess", method, f"repos/{forge.owner}/shop/{path}", document)


def head(forge: Forge, branch: str) -> str:
    return str(api(forge, "GET", f"branches/{branch.replace('/', '%2F')}")["commit"]["id"])


def moved(ours: Path, files: dict[str, bytes | str | None]) -> None:
    """Somebody commits to main."""
    git(ours, "pull", "-q", "--ff-only")
    git(commit_all(ours, files), "push", "-q", "origin", "main")


def merged(forge: Forge, number: int) -> None:
    """Merge it as a person does on its page, once the forge has looked at it."""
    for _ in range(100):
        found = api(forge, "GET", f"pulls/{number}")
        if found["mergeable"]:
            break
        time.sleep(0.1)
    status = 405
    for _ in range(100):
        headers = {"Content-Type": "application/json", **forge.gitea.people["tess"].headers}
        path = f"/api/v1/repos/{forge.owner}/shop/pulls/{number}/merge"
        status, _, _ = forge.gitea.fetch("POST", path, headers, b'{"Do": "squash"}')
        if status == 200:
            return
        time.sleep(0.1)
    raise AssertionError(status)


def test_a_promotion_from_its_pull_request_to_the_merge(forge: Forge, ours: Path) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=ours)
    [request] = forge.requests("shop")
    branches = (request["head"]["ref"], request["base"]["ref"])
    assert (*branches, request["title"]) == ("promote/tst", "main", "Promote 1.0.0 to tst")
    assert "| `orders` | `-` | `1.0.0` | new |" in request["body"]
    # a newer one updates the same
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=ours)
    [again] = forge.requests("shop")
    assert (again["number"], again["title"]) == (request["number"], "Promote 1.1.0 to tst")
    assert "`1.1.0 (7)`" in again["body"]
    # the base moves, and it is derived again where that changes what it is about
    was = head(forge, "promote/tst")
    moved(ours, {"README.md": "new\n"})
    ok("promote", "--refresh", cwd=ours)
    assert head(forge, "promote/tst") == was
    moved(ours, {"envs/tst/values.yaml": "orders: {size: 2}\n"})
    ok("promote", "--refresh", cwd=ours)
    commit = api(forge, "GET", f"git/commits/{head(forge, 'promote/tst')}")
    assert [parent["sha"] for parent in commit["parents"]] == [head(forge, "main")]
    assert [each["number"] for each in forge.requests("shop")] == [request["number"]]
    merged(forge, request["number"])
    assert "promote/tst is gone" in ok("promote", "--refresh", cwd=ours).err
    assert [branch["name"] for branch in api(forge, "GET", "branches")] == ["main"]
    assert forge.requests("shop") == []
    # what comes next is a request of its own
    ok("promote", "--auto", "--pr", cwd=ours)
    [following] = forge.requests("shop")
    assert (following["title"], following["head"]["ref"]) == ("Promote 1.1.0 to pre", "promote/pre")
    assert "ran in `tst` since" in following["body"]


def test_what_is_superseded_is_closed_with_the_reason(forge: Forge, ours: Path) -> None:
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=ours)
    [request] = forge.requests("shop")
    ok("promote", "1.1.0", "--to", "tst", "--push", cwd=ours)
    assert forge.requests("shop") == []
    comments = api(forge, "GET", f"issues/{request['number']}/comments")
    assert any("superseded: Promote 1.1.0 to tst is on main" in each["body"] for each in comments)


def test_a_protected_branch_is_respected(forge: Forge, ours: Path) -> None:
    api(forge, "POST", "branch_protections", {"rule_name": "main", "enable_push": False, "required_approvals": 0})
    before = head(forge, "main")
    refused = shunter("promote", "1.1.0", "--to", "tst", "--push", cwd=ours)
    assert (refused.code, "refuses the push to main" in refused.err) == (2, True)
    assert head(forge, "main") == before
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=ours)
    [request] = forge.requests("shop")
    merged(forge, request["number"])
    assert head(forge, "main") != before


def test_what_may_be_merged_on_the_newest_commit_alone_is_derived_again(forge: Forge, ours: Path) -> None:
    ok("promote", "1.1.0", "--to", "tst", "--pr", cwd=ours)
    [request] = forge.requests("shop")
    document = {
        "rule_name": "main",
        "enable_push": True,
        "block_on_outdated_branch": True,
        "dismiss_stale_approvals": True,
    }
    api(forge, "POST", "branch_protections", document)
    ok("promote", "--refresh", cwd=ours)
    was = head(forge, "promote/tst")
    assert was == request["head"]["sha"], "nothing has moved"
    moved(ours, {"README.md": "new\n"})
    ok("promote", "--refresh", cwd=ours)
    now = head(forge, "promote/tst")
    assert now != was
    assert [parent["sha"] for parent in api(forge, "GET", f"git/commits/{now}")["parents"]] == [head(forge, "main")]
    merged(forge, request["number"])


def test_a_service_s_commit_is_told_where_it_runs(forge: Forge, ours: Path) -> None:
    commit = head(forge, "main")
    files = orders("1.2.0")
    said = f"annotations:\n  org.opencontainers.image.source: https://{forge.host}/{forge.owner}/shop.git\n"
    said += f"  org.opencontainers.image.revision: {commit}\n"
    files["Chart.yaml"] = FileState(files["Chart.yaml"].data + said.encode())
    publish(open_context(ours), files)
    ok("train", "cut", "1.2.0", cwd=ours)
    git(ours, "push", "-q", "origin", "main")
    ok("promote", "1.2.0", "--to", "tst", "--push", cwd=ours)
    ok("sync", cwd=ours)
    for _ in range(2):
        ok("status", "--tell", cwd=ours)
        found = api(forge, "GET", f"commits/{commit}/status")
        [status] = found["statuses"]
        assert (found["state"], status["context"]) == ("success", "shunter/tst")
        assert status["description"].startswith("in tst since 20")
        assert status["description"].endswith(": orders 1.2.0")
    ok("promote", "1.2.0", "--to", "pre", "--push", cwd=ours)
    ok("sync", cwd=ours)
    ok("status", "--tell", cwd=ours)
    contexts = [each["context"] for each in api(forge, "GET", f"commits/{commit}/status")["statuses"]]
    assert sorted(contexts) == ["shunter/pre", "shunter/tst"]


def test_where_commits_have_to_be_signed_the_forge_makes_them(forge: Forge, ours: Path) -> None:
    """`promotions: commit: api`: protected branches take nothing that is not signed, from trains to promotions."""
    git(ours, "commit", "-q", "--allow-empty", "-m", "unsigned")
    text = (ours / "shunter.yaml").read_text("utf-8")
    commit_all(ours, {"shunter.yaml": f"{text}promotions: {{commit: api, direct: [tst]}}\n"})
    publish(open_context(ours), orders("1.2.0"), "third/orders")
    git(ours, "push", "-q", "origin", "main")
    for name in ("main", "promote/**"):
        document = {"rule_name": name, "enable_push": True, "require_signed_commits": True, "enable_force_push": True}
        api(forge, "POST", "branch_protections", document)
    git(ours, "commit", "-q", "--allow-empty", "-m", "unsigned")
    refused = subprocess.run(
        ["git", "push", "-q", "origin", "main"], cwd=ours, capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0, "the forge takes no commit without a signature"
    git(ours, "reset", "-q", "--hard", "origin/main")
    ok("train", "cut", "--auto", "--push", cwd=ours)
    train = api(forge, "GET", "commits?limit=1&stat=false")[0]
    assert train["commit"]["verification"]["verified"], train["commit"]
    assert train["commit"]["message"].startswith("Cut train 1.2.0-main.1")
    ok("promote", "--auto", "--push", cwd=ours)
    ok("promote", "--from", "tst", "--to", "pre", "--pr", cwd=ours)
    made = api(forge, "GET", f"git/commits/{head(forge, 'promote/pre')}")
    assert made["commit"]["verification"]["verified"]
    assert [parent["sha"] for parent in made["parents"]] == [head(forge, "main")]
    [request] = forge.requests("shop")
    assert request["title"] == "Promote 1.2.0-main.1 to pre"
    assert {each["name"] for each in api(forge, "GET", "branches")} == {"main", "promote/pre"}
    # the same once more is nothing, and a newer train takes its place
    before = head(forge, "promote/pre")
    ok("promote", "--from", "tst", "--to", "pre", "--pr", cwd=ours)
    assert head(forge, "promote/pre") == before
    git(ours, "pull", "-q", "--ff-only")
    ok("validate", cwd=ours)


def test_a_commit_that_the_forge_may_not_make_leaves_nothing_behind(forge: Forge, ours: Path) -> None:
    text = (ours / "shunter.yaml").read_text("utf-8")
    commit_all(ours, {"shunter.yaml": f"{text}promotions: {{commit: api}}\n"})
    git(ours, "push", "-q", "origin", "main")
    api(forge, "POST", "branch_protections", {"rule_name": "shunter/**", "enable_push": False})
    refused = shunter("promote", "1.1.0", "--to", "tst", "--pr", cwd=ours)
    assert refused.code == 2
    assert "refuses the branch shunter/" in refused.err
    assert [each["name"] for each in api(forge, "GET", "branches")] == ["main"]


def test_a_train_is_asked_for_where_nobody_may_push(forge: Forge, ours: Path) -> None:
    publish(open_context(ours), orders("1.2.0"), "third/orders")
    git(ours, "push", "-q", "origin", "main")
    api(forge, "POST", "branch_protections", {"rule_name": "main", "enable_push": False, "required_approvals": 0})
    assert shunter("train", "cut", "--auto", "--push", cwd=ours).code == 2
    ok("train", "cut", "--auto", "--pr", cwd=ours)
    [request] = forge.requests("shop")
    assert (request["title"], request["head"]["ref"]) == ("Cut train 1.2.0-main.1", "train/auto")
    assert "orders 1.1.0 → 1.2.0" in request["body"]
    # a base that moves leaves it as it is, unless it could not be merged then
    api(forge, "PATCH", "branch_protections/main", {"enable_push": True})
    moved(ours, {"README.md": "new\n"})
    ok("train", "cut", "--auto", "--pr", cwd=ours)
    assert head(forge, "train/auto") == request["head"]["sha"]
    api(forge, "PATCH", "branch_protections/main", {"block_on_outdated_branch": True})
    ok("train", "cut", "--auto", "--pr", cwd=ours)
    made = api(forge, "GET", f"git/commits/{head(forge, 'train/auto')}")
    assert [parent["sha"] for parent in made["parents"]] == [head(forge, "main")]
    merged(forge, request["number"])
    assert "train/auto is gone" in ok("train", "cut", "--auto", "--pr", cwd=ours).err
    assert [branch["name"] for branch in api(forge, "GET", "branches")] == ["main"]
