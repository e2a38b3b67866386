"""What keeps an environment from going on is told by status, with the command that mends it."""

from __future__ import annotations

import subprocess

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git
from shunter.flows.trains.broken import broken_records
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.trains import trains_of

RECORD = "envs/tst/.shunter/train.yaml"


@pytest.fixture
def runs(shop: Context) -> Context:
    """tst runs train 1.0.0, and 1.1.0 may come."""
    promote(shop, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    return shop


def test_a_sound_environment_has_nothing_to_say(runs: Context) -> None:
    files = files_of(runs, runs.site("environment", "tst"))
    assert [*broken_records(runs, {"tst": files}, trains_of(runs))] == []
    assert "next: shunter promote 1.1.0 --to tst" in ok("status", cwd=runs.root).err


def test_a_forged_record_and_a_lost_entry_are_told(runs: Context) -> None:
    text = (runs.root / RECORD).read_text("utf-8")
    commit_all(runs.root, {RECORD: text.replace("chart: orders 1.0.0", "chart: orders 9.0.0")})
    said = ok("status", cwd=runs.root).err
    assert (f"{RECORD}: " in said, "[record-mismatch]" in said, "next: git -C" in said) == (True, True, True)
    [entry] = (runs.root / "envs/tst/.shunter/history").glob("*.yaml")
    commit_all(runs.root, {RECORD: text, f"envs/tst/.shunter/history/{entry.name}": None})
    said = ok("status", cwd=runs.root).err
    assert ("explains it" in said, "next: git -C" in said, "log -p -- envs/tst/.shunter" in said) == (True, True, True)


def test_a_merge_that_is_not_over_is_told(runs: Context) -> None:
    root = runs.root
    git(root, "branch", "other")
    ok("hold", "tst", "orders", "--why", "INC-1", cwd=root)
    git(root, "switch", "-q", "other")
    ok("hold", "tst", "web", "--why", "INC-2", cwd=root)
    [mine] = {*git(root, "branch", "--format=%(refname:short)").split()} - {"other"}
    merge = subprocess.run(["git", "merge", "-q", mine], cwd=root, check=False, capture_output=True)
    assert merge.returncode == 1
    git(root, "checkout", "-q", "--ours", RECORD)
    said = ok("status", cwd=root).err
    assert ("in a merge that nobody has resolved" in said, "next: shunter lock tst" in said) == (True, True)
    ok("lock", "tst", cwd=root)
    assert "nobody has resolved" not in ok("status", cwd=root).err
