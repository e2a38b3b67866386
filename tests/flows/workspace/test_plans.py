"""Changes become plans, and plans one report: what changes nothing is dropped, what a dry run says comes true."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot, write
from shunter.adapters.git.repository import PlannedRepository
from shunter.adapters.system.files import DiskTree
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.plans import Changes, carry_out, inputs_of, plan_changes, summary, uncommitted
from shunter.model.files import Conflict, FileState, MemoryTree, SubTree
from shunter.model.findings import Status

CHANGES: Changes = {"a": FileState(b"new\n"), "b": None, "c": FileState(b"made\n"), "same": FileState(b"same\n")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "repo", {"a": "old\n", "b": "gone\n", "same": "same\n", "x/y": "1\n", "x/z": "1\n"})


def test_what_changes_nothing_is_dropped(root: Path) -> None:
    plan = plan_changes(root, {**CHANGES, "absent": None}, "Change")
    assert [edit.path for edit in plan.edits] == ["a", "b", "c"]
    assert (plan.repository, plan.head) == ("repo", git(root, "rev-parse", "HEAD"))
    assert summary(plan) == "Change (1 added, 1 changed, 1 removed)"


def test_a_persons_edits_are_inputs_and_no_edits_of_ours(root: Path) -> None:
    write(root, {"x/y": "2\n", "x/z": None, "x/new": "3\n"})
    assert sorted(uncommitted(PlannedRepository(root), "x")) == ["x/new", "x/y", "x/z"]
    inputs = inputs_of(SubTree(DiskTree(root), "x"), "x", ["y", "z", "../a", "../../b"])
    assert [(item.path, item.before is None) for item in inputs] == [("x/y", False), ("x/z", True), ("a", False)]
    plan = plan_changes(root, {"x/y": FileState(b"ours\n")}, "Change", inputs=inputs)
    assert [edit.path for edit in plan.edits] == ["x/y"]
    assert plan.inputs == inputs


def test_what_git_ignores_is_nobodys_edit(root: Path) -> None:
    write(root, {".gitignore": "*.log\n", "x/a.log": "", "other/b": ""})
    assert uncommitted(PlannedRepository(root), "x") == []


def test_a_repository_to_be_made_has_no_head(tmp_path: Path) -> None:
    plan = plan_changes(tmp_path / "new", {"a": FileState(b"")}, "Make", tree=MemoryTree({}))
    assert (plan.head, summary(plan)) == (None, "Make (1 added)")


def test_a_dry_run_says_what_a_run_does_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    idle = make_repo(tmp_path / "idle", {"a": "new\n"})
    plans = [plan_changes(root, CHANGES, "Change\n\nWhy."), plan_changes(idle, {"a": FileState(b"new\n")}, "Nothing")]
    before = snapshot(root), snapshot(idle)
    dry = carry_out(plans, Context(root, root, None), dry_run=True, diff=True, next_step="then", noop="nothing to do")
    assert (snapshot(root), snapshot(idle)) == before
    assert [(o.unit, o.status, o.detail) for o in dry.outcomes] == [
        ("repo", Status.PLANNED, "Change (1 added, 1 changed, 1 removed)"),
        ("idle", Status.NOOP, "nothing to do"),
    ]
    assert dry.next_step == ""
    assert "-old\n+new\n" in dry.product
    done = carry_out(plans, Context(root, root, None), dry_run=False, diff=False, next_step="then")
    assert [(o.unit, o.status) for o in done.outcomes] == [("repo", Status.DONE), ("idle", Status.NOOP)]
    assert done.outcomes[0].detail.startswith("Change: ")
    assert (done.product, done.next_step) == ("", "then")
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "-1", "--format=%B") == "Change\n\nWhy."
    assert git(root, "ls-tree", "-r", "--name-only", "HEAD").split() == ["a", "c", "same", "x/y", "x/z"]


def test_a_conflict_is_said(root: Path) -> None:
    conflict = Conflict("a", "both changed it")
    plan = plan_changes(root, {}, "Change", conflicts=(conflict,))
    assert summary(plan) == "Change (conflict in a)"
