"""An update that is pushed on a branch of its own, with pull requests that a later update keeps.

There is no forge on this machine: a small program stands in for its client. git, its remotes and its hooks are real;
tests/delivery has the same on a real forge.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.clients import IN, calls, pull, put
from helpers.workspaces.copier_templates import ROOT
from helpers.workspaces.fleets import Fleet
from helpers.workspaces.gitrepo import commit_all, git
from shunter.core.delivery.fleet_report import PHASES

BRANCH = "update/templates"
CHANGED_BY_IT = ("shop", "shop-tst", "shop-pre", "shop-pro")
SCHEMA = json.loads((ROOT / "schemas/update-report.schema.json").read_text("utf-8"))
MADE, CHANGED = "--method=POST", "--method=PATCH"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
def gh(tmp_path: Path, fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a `gh` that is logged in at github.com, which every remote is on; there is no pull request."""
    folder = tmp_path / "bin"
    folder.mkdir()
    put(folder, "gh", {**IN, "--method=GET": (0, "[]", ""), MADE: (0, json.dumps(pull(7, BRANCH)), "")})
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{fleet.folder}/remotes/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "git@github.com:acme/")
    for place in fleet.remote("shop").parent.iterdir():
        name = place.name.removesuffix(".git")
        git(fleet.checkout(name), "remote", "set-url", "origin", f"git@github.com:acme/{name}.git")
    return folder


def update(fleet: Fleet, *arguments: str) -> Result:
    return shunter("update", "--all", *arguments, cwd=fleet.root)


def subjects(fleet: Fleet, name: str, branch: str) -> list[str]:
    return git(fleet.remote(name), "log", "--format=%s", branch).splitlines()


def sent(gh: Path, how: str) -> list[tuple[str, str]]:
    """Path and title of the pull requests that were opened, or changed."""
    return [(call[-2], json.loads(call[-1])["title"]) for call in calls(gh) if how in call]


def test_each_repository_that_changes_gets_a_branch_and_a_request(fleet: Fleet, gh: Path) -> None:
    before = {name: fleet.head(name, "main") for name in ("shop", "orders", "shop-tst", "shop-pre")}
    found = ok("update", "--all", "--to", "0.2.0", "--pr", "--pause", "0", cwd=fleet.root)
    assert "opened https://github.com/acme/shop/pull/7" in found.err

    assert [path for path, _ in sent(gh, MADE)] == [f"repos/acme/{name}/pulls" for name in CHANGED_BY_IT]
    assert {title for _, title in sent(gh, MADE)} == {"Update to template release 0.2.0"}
    assert {name: fleet.head(name, "main") for name in before} == before
    for name in CHANGED_BY_IT:
        assert fleet.head(name, BRANCH) == git(fleet.checkout(name), "rev-parse", "HEAD")
    assert fleet.head("orders", BRANCH) == ""
    message = git(fleet.checkout("shop-tst"), "log", "-1", "--format=%(trailers)").splitlines()
    assert message == ["Template-From: 0.1.0", "Template-To: 0.2.0"]


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_a_later_update_goes_on_where_the_request_is_open(fleet: Fleet, gh: Path) -> None:
    ok("update", "--all", "--to", "0.2.0", "--pr", "--pause", "0", cwd=fleet.root)
    git(fleet.checkout("shop-tst"), "checkout", "-q", "main")
    git(fleet.checkout("shop-tst"), "branch", "-q", "-D", BRANCH)
    somebody = fleet.folder / "somebody"
    git(fleet.folder, "clone", "-q", "-b", BRANCH, str(fleet.remote("shop-tst")), str(somebody))
    commit_all(somebody, {"theirs": "1"}, "By a person")
    git(somebody, "push", "-q", "origin", BRANCH)
    put(gh, "gh", {**IN, "--method=GET": (0, json.dumps([pull(7, BRANCH)]), ""), CHANGED: (0, "{}", "")})
    found = ok("update", "--all", "--pr", "--pause", "0", cwd=fleet.root)
    assert "updated https://github.com/acme/shop/pull/7" in found.err
    ours = [f"Update to template release {release}" for release in ("0.3.0", "0.2.0")]
    assert subjects(fleet, "shop-tst", BRANCH)[:3] == [ours[0], "By a person", ours[1]]
    assert subjects(fleet, "shop-pre", BRANCH)[:2] == ours
    assert (fleet.checkout("shop-tst") / "theirs").exists()


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_a_branch_that_diverged_is_refused_and_the_others_go_on(fleet: Fleet, gh: Path) -> None:
    ok("update", "--all", "--to", "0.2.0", "--pr", "--pause", "0", cwd=fleet.root)
    somebody = fleet.folder / "somebody"
    git(fleet.folder, "clone", "-q", "-b", BRANCH, str(fleet.remote("shop-tst")), str(somebody))
    commit_all(somebody, {"theirs": "1"}, "By a person")
    git(somebody, "push", "-q", "origin", BRANCH)
    commit_all(fleet.checkout("shop-tst"), {"ours": "1"}, "Ours")
    theirs = fleet.head("shop-tst", BRANCH)
    found = update(fleet, "--pr", "--pause", "0")
    assert found.code == 1
    assert "refused  shop-tst  " in found.err
    assert fleet.head("shop-tst", BRANCH) == theirs
    assert subjects(fleet, "shop-pre", BRANCH)[0] == "Update to template release 0.3.0"


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_a_branch_that_was_merged_starts_again_from_there(fleet: Fleet, gh: Path) -> None:
    ok("update", "--all", "--to", "0.2.0", "--pr", "--pause", "0", cwd=fleet.root)
    for name in CHANGED_BY_IT:
        git(fleet.remote(name), "branch", "-q", "-f", "main", BRANCH)
        git(fleet.remote(name), "branch", "-q", "-D", BRANCH)
    somebody = fleet.folder / "somebody"
    git(fleet.folder, "clone", "-q", str(fleet.remote("shop-tst")), str(somebody))
    commit_all(somebody, {"theirs": "1"}, "By a person")
    git(somebody, "push", "-q", "origin", "main")
    ok("update", "--all", "--pr", "--pause", "0", cwd=fleet.root)
    for name in CHANGED_BY_IT:
        ahead = git(fleet.remote(name), "log", "--format=%s", f"main..{BRANCH}").splitlines()
        assert ahead == ["Update to template release 0.3.0"]


@pytest.mark.slow  # a workspace of five repositories is updated more than once
@pytest.mark.parametrize("deleted", [False, True])
def test_a_branch_that_was_merged_as_one_commit_starts_again_from_there(deleted: bool, fleet: Fleet, gh: Path) -> None:
    """With the branch left at the remote, or deleted there, and forgotten by a fetch that prunes."""
    ok("update", "--all", "--to", "0.2.0", "--pr", "--pause", "0", cwd=fleet.root)
    for name in CHANGED_BY_IT:
        bare = fleet.remote(name)
        squashed = git(bare, "commit-tree", f"{BRANCH}^{{tree}}", "-p", "main", "-m", "Squashed (#7)")
        git(bare, "update-ref", "refs/heads/main", squashed)
        git(fleet.checkout(name), "config", "fetch.prune", str(deleted).lower())
        if deleted:
            git(bare, "branch", "-q", "-D", BRANCH)
    somebody = fleet.folder / "somebody"
    git(fleet.folder, "clone", "-q", str(fleet.remote("shop-tst")), str(somebody))
    commit_all(somebody, {"theirs": "1"}, "By a person")
    git(somebody, "push", "-q", "origin", "main")
    ok("update", "--all", "--pr", "--pause", "0", cwd=fleet.root)
    for name in CHANGED_BY_IT:
        bare = fleet.remote(name)
        assert git(bare, "merge-base", "main", BRANCH) == git(bare, "rev-parse", "main"), "it merges without a conflict"
        assert subjects(fleet, name, BRANCH)[0] == "Update to template release 0.3.0"
        assert (
            git(bare, "diff", "--stat", "main", BRANCH)
            .splitlines()[-1]
            .strip()
            .startswith(git(bare, "show", "--stat", "--format=", BRANCH).splitlines()[-1].strip())
        ), "and brings the new release alone"


def test_without_pull_requests_the_branch_is_pushed_that_one_is_on(fleet: Fleet) -> None:
    ok("update", "--all", "--to", "0.2.0", "--push", cwd=fleet.root)
    assert subjects(fleet, "shop-tst", "main")[0] == "Update to template release 0.2.0"


def test_what_writes_nothing_is_not_pushed(fleet: Fleet) -> None:
    for option in ("--dry-run", "--check", "--no-commit"):
        found = update(fleet, "--push", option)
        assert found.code == 2
        assert "--push and --pr are for what is committed" in found.err


def read(file: Path) -> dict[str, dict[str, Any]]:
    """The rows of a report by repository, each of which the published schema has accepted."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for row in rows:
        jsonschema.Draft202012Validator(SCHEMA).validate(row)
    assert len(rows) == len({row["repository"] for row in rows})
    return {row["repository"]: row for row in rows}


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_a_run_that_met_an_obstacle_is_resumed_from_its_report(fleet: Fleet, gh: Path) -> None:
    """One push is refused; the next run pushes that one alone, to the release of then, and opens its request."""
    hook = fleet.remote("shop-tst") / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho not on a Friday\nexit 1\n")
    hook.chmod(0o755)
    reports = ("--report", "r.jsonl", "--report", "r.md", "--report", "r.xml")
    found = update(fleet, "--to", "0.2.0", "--pr", "--pause", "0", *reports)
    assert found.code == 1
    assert "shop-tst: remote: not on a Friday" in found.err
    first = read(fleet.root / "r.jsonl")
    left = [name for name, row in first.items() if row["left"]]
    assert (left, first["orders"]["status"], first["shop-pre"]["status"]) == (["shop-tst"], "noop", "done")
    assert first["shop-pre"]["templates"] == {"from": ["0.1.0"], "to": "0.2.0"}
    assert first["shop-pre"]["timings"].keys() == {*PHASES}
    assert first["shop-pre"]["commit"] == fleet.head("shop-pre", BRANCH)
    table = (fleet.root / "r.md").read_text("utf-8")
    assert "\n| shop-tst | 0.1.0 | **refused** | " in table
    cases = ElementTree.parse(fleet.root / "r.xml").getroot()
    assert [case.get("name") for case in cases.iter("testcase") if case.find("failure") is not None] == left
    hook.unlink()
    before = len(calls(gh))
    found = ok("update", "--resume", "r.jsonl", cwd=fleet.root)
    assert [call[-2] for call in calls(gh)[before:] if MADE in call] == ["repos/acme/shop-tst/pulls"]
    assert not [call for call in calls(gh)[before:] if "shop-pre" in call[-2]]
    second = read(fleet.root / "r.jsonl")
    assert not [name for name, row in second.items() if row["left"]]
    assert second["shop-pre"] == first["shop-pre"], "what is done is not done again"
    assert (second["shop-tst"]["commit"], second["shop-tst"]["pushed"]) == (first["shop-tst"]["commit"], True)
    assert subjects(fleet, "shop-tst", BRANCH)[0] == "Update to template release 0.2.0"


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_a_conflict_is_left_until_somebody_has_resolved_it(fleet: Fleet, gh: Path) -> None:
    readme = fleet.checkout("shop-tst") / "envs/tst/README.md"
    commit_all(fleet.checkout("shop-tst"), {"envs/tst/README.md": f"{readme.read_text('utf-8')}\nOurs.\n"})
    found = update(fleet, "--to", "0.2.0", "--pr", "--pause", "0", "--report", "r.jsonl")
    assert found.code == 1
    row = read(fleet.root / "r.jsonl")["shop-tst"]
    assert (row["status"], row["left"], row["conflicts"]) == (
        "conflict",
        True,
        [{"path": "envs/tst/README.md", "kind": "contents"}],
    )
    assert update(fleet, "--resume", "r.jsonl").code == 1
    assert read(fleet.root / "r.jsonl")["shop-tst"]["status"] == "conflict"
    assert fleet.head("shop-tst", BRANCH) == ""
    commit_all(fleet.checkout("shop-tst"), {"envs/tst/README.md": "resolved\n"}, "Update")
    ok("update", "--resume", "r.jsonl", cwd=fleet.root)
    row = read(fleet.root / "r.jsonl")["shop-tst"]
    assert (row["status"], row["left"], row["pushed"]) == ("done", False, True)
    assert subjects(fleet, "shop-tst", BRANCH)[0] == "Update"


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_the_rows_are_the_data_of_the_run(fleet: Fleet) -> None:
    data = json.loads(ok("update", "--to", "0.2.0", "-o", "json", cwd=fleet.root).out)["data"]
    assert {row["repository"]: row["status"] for row in data["repositories"]}["shop-tst"] == "done"
    assert data["timings"]["commit"] > 0
    for form, words in (("markdown", "## Templates 0.2.0\n\n5 noop\n"), ("junit", 'failures="0"')):
        assert words in ok("update", "--to", "0.2.0", "-o", form, cwd=fleet.root).out


@pytest.mark.slow  # a workspace of five repositories is updated more than once
def test_a_report_of_another_release_or_none_is_refused(fleet: Fleet) -> None:
    ok("update", "--to", "0.2.0", "--report", "r.jsonl", cwd=fleet.root)
    found = update(fleet, "--resume", "r.jsonl", "--to", "0.3.0")
    assert (found.code, "the report is of --to 0.2.0" in found.err) == (2, True)
    (fleet.root / "r.jsonl").write_text('{"a": 1}\n')
    found = update(fleet, "--resume", "r.jsonl")
    assert (found.code, "line 1: no line of an update's report" in found.err) == (2, True)
    assert update(fleet, "--resume", "absent").code == 2
