"""`recover`: what an interrupted run left is shown, taken back or finished, and reading changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot
from helpers.workspaces.plans import edit, killed, plan
from shunter.adapters.git.apply import apply
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.recover import finish, show, undo
from shunter.model.errors import ShunterError
from shunter.model.files import Writing


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A repository in which a run was killed after its file was written."""
    root = make_repo(tmp_path / "repo", {"a": "old\n"})
    twin = make_repo(tmp_path / "twin" / "repo", {"a": "old\n"})
    steps: list[str] = []
    apply([plan(twin, edit(twin, "a", b"new\n"))], twin, on_step=steps.append)
    plans = [plan(root, edit(root, "a", b"new\n"))]
    assert killed(lambda on_step: apply(plans, root, on_step=on_step), steps.index("repo: a"))
    return Context(root, root, None)


def test_it_is_shown_and_nothing_is_written(context: Context) -> None:
    before = snapshot(context.root)
    report = show(context)
    assert [row["repository"] for row in report.data] == ["repo"]
    assert "recover --undo" in report.next_step
    assert snapshot(context.root) == before


def test_it_is_taken_back(context: Context) -> None:
    head = git(context.root, "rev-parse", "HEAD")
    assert undo(context).notices
    assert (context.root / "a").read_text() == "old\n"
    assert git(context.root, "rev-parse", "HEAD") == head
    assert show(context).data == []


def test_it_is_finished(context: Context) -> None:
    assert finish(context, Writing()).notices
    assert git(context.root, "show", "HEAD:a") == "new"
    assert git(context.root, "status", "--porcelain") == ""
    assert undo(context).notices == ("no run was interrupted here",)


def test_a_hook_of_another_run_does_not_write(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_RUN", "1")
    with pytest.raises(ShunterError, match="by a hook of another shunter run"):
        undo(context)
