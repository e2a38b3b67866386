"""A template release as pull requests on a real forge: opened, brought up to date by the next one, merged, begun again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.tools import needs_gitea
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.fleets import Fleet
from helpers.workspaces.forges import Forge, Network
from helpers.workspaces.gitea import ENTERPRISE
from helpers.workspaces.gitrepo import commit_all, git

pytestmark = needs_gitea
BRANCH = "update/templates"
CHANGED = ("shop", "shop-tst", "shop-pre", "shop-pro")


@pytest.fixture
def fleet(forge: Forge, tmp_path: Path) -> Fleet:
    """A workspace whose repositories are on the forge, by somebody who is logged in there."""
    forge.log_in(forge.gitea.people["tess"])
    found = Fleet(tmp_path / "ours")
    names = [each.name.removesuffix(".git") for each in (tmp_path / "ours/remotes").iterdir()]
    for name in names:
        place = found.checkout(name)
        git(place, "remote", "set-url", "origin", forge.repository(name))
        git(place, "push", "-q", "origin", "main")
    for name in names:
        forge.settle(name)
    return found


def rows(fleet: Fleet) -> dict[str, dict[str, Any]]:
    return {row["repository"]: row for row in map(json.loads, (fleet.root / "r.jsonl").read_text().splitlines())}


def update(fleet: Fleet, *arguments: str) -> str:
    return ok("update", "--all", "--pr", "--pause", "0", *arguments, cwd=fleet.root).err


def cloned(forge: Forge, fleet: Fleet, name: str, branch: str) -> Path:
    place = fleet.folder / "somebody"
    git(fleet.folder, "clone", "-q", "-b", branch, f"https://{forge.host}/{forge.owner}/{name}.git", str(place))
    return place


def test_a_request_lives_through_two_releases_and_a_person_s_commit(forge: Forge, fleet: Fleet) -> None:
    update(fleet, "--to", "0.2.0", "--report", "r.jsonl")
    assert [len(forge.requests(name)) for name in (*CHANGED, "orders")] == [1, 1, 1, 1, 0]
    [first] = forge.requests("shop-tst")
    assert (first["head"]["ref"], first["base"]["ref"]) == (BRANCH, "main")
    assert first["title"] == "Update to template release 0.2.0"
    assert first["body"].startswith("Templates 0.1.0 → 0.2.0.\n\n* `")
    assert rows(fleet)["shop-tst"]["pull-request"] == {"state": "opened", "url": first["html_url"]}
    theirs = cloned(forge, fleet, "shop-tst", BRANCH)
    commit_all(theirs, {"theirs": "1"}, "By a person")
    git(theirs, "push", "-q", "origin", BRANCH)
    update(fleet, "--report", "r.jsonl")
    [second] = forge.requests("shop-tst")
    assert (second["number"], second["title"]) == (first["number"], "Update to template release 0.3.0")
    assert "* By a person\n" in second["body"]
    assert second["head"]["sha"] == rows(fleet)["shop-tst"]["commit"]
    assert git(fleet.checkout("shop-tst"), "log", "-3", "--format=%s").splitlines()[1] == "By a person"
    forge.gitea.ask("tess", "POST", f"repos/{forge.owner}/shop-tst/pulls/{first['number']}/merge", {"Do": "merge"})
    assert "shop-tst" not in update(fleet), "it was merged: there is nothing to request"


def test_what_somebody_pushed_meanwhile_is_not_overwritten(forge: Forge, fleet: Fleet) -> None:
    update(fleet, "--to", "0.2.0")
    theirs = cloned(forge, fleet, "shop-tst", BRANCH)
    git(theirs, "commit", "-q", "--amend", "-m", "Mine")
    git(theirs, "push", "-q", "--force", "origin", BRANCH)
    found = shunter("update", "--all", "--pr", "--pause", "0", cwd=fleet.root)
    assert found.code == 1
    assert " refused  shop-tst  " in found.err
    [request] = forge.requests("shop-tst")
    assert request["head"]["sha"] == git(theirs, "rev-parse", "HEAD")
    assert forge.requests("shop-pre")[0]["title"] == "Update to template release 0.3.0"


def test_a_protected_branch_is_resumed_when_it_is_open(forge: Forge, fleet: Fleet) -> None:
    rule = {"rule_name": "update/*", "enable_push": False}
    forge.gitea.ask("tess", "POST", f"repos/{forge.owner}/shop-tst/branch_protections", rule)
    report = ("--report", "r.jsonl")
    assert shunter("update", "--all", "--pr", "--pause", "0", "--to", "0.2.0", *report, cwd=fleet.root).code == 1
    assert [name for name, row in rows(fleet).items() if row["left"]] == ["shop-tst"]
    assert forge.requests("shop-tst") == []
    forge.gitea.ask("tess", "DELETE", f"repos/{forge.owner}/shop-tst/branch_protections/update%2F*")
    assert "shop-pre" not in ok("update", "--resume", "r.jsonl", cwd=fleet.root).err
    assert [len(forge.requests(name)) for name in CHANGED] == [1, 1, 1, 1]
    assert not [name for name, row in rows(fleet).items() if row["left"]]


def test_a_forge_that_wants_a_rest_gets_it(forge: Forge, fleet: Fleet, paths: Network) -> None:
    """The way to the forge refuses two changes as GitHub does where it was asked too often."""
    if forge.host != ENTERPRISE:
        pytest.skip("the way to it is not ours")
    paths.limits += [{"Retry-After": "0"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}]
    update(fleet, "--to", "0.2.0")
    assert paths.limits == []
    assert [len(forge.requests(name)) for name in CHANGED] == [1, 1, 1, 1]
