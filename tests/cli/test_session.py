"""Opening a run that writes takes back what a killed one left behind; one that reads only says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot
from shunter.adapters.git.apply import apply
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session, split
from shunter.flows.workspace.plans import plan_changes
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

WORKSPACE = "name: NAME\nlayout: mono\nservices: {}\nenvironments: {tst: {}}\n"


def name_of(folder: Path, *, writes: bool = True, by: str = "no_commit") -> str:
    options = {by: False} if writes else {}
    context = open_session(Arguments({"directory": str(folder), "quiet": False, **options}))
    return context.workspace.name if context.workspace else ""


def kill(root: Path, at: str) -> None:
    """Change shunter.yaml in a process that ends at a step, as a killed one does: nothing is cleared up."""
    plan = plan_changes(root, {"shunter.yaml": FileState(WORKSPACE.replace("NAME", "new").encode())}, "Rename")
    child = os.fork()
    if child == 0:
        try:
            apply([plan], root, on_step=lambda step: os._exit(9) if step == at else None)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "shop", {"shunter.yaml": WORKSPACE.replace("NAME", "old")})


def test_nothing_is_said_where_nothing_was_left(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert name_of(root) == "old"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("at", ["shop: start", "shop: shunter.yaml", "shop: index", "shop: ref"])
def test_the_context_is_that_after_the_recovery(at: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(root, at)
    found = name_of(root)
    assert capsys.readouterr().err.startswith("notice: ")
    assert git(root, "status", "--porcelain") == ""
    assert f"name: {found}\n" in git(root, "show", "HEAD:shunter.yaml")
    assert name_of(root) == found
    assert capsys.readouterr().err == ""


def test_sync_pushes_no_half_done_run(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(root, "shop: shunter.yaml")
    assert name_of(root, by="pr") == "old"
    assert capsys.readouterr().err.startswith("notice: ")


def test_who_only_reads_is_told_and_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(root, "shop: shunter.yaml")
    before = snapshot(root)
    assert name_of(root, writes=False) == "new"
    assert capsys.readouterr().err.startswith("notice: ")
    assert snapshot(root) == before
    assert name_of(root) == "old"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="there is no folder"):
        open_session(Arguments({"directory": str(tmp_path / "gone"), "quiet": False}))


def test_names_are_split_at_commas() -> None:
    assert (split("a,b"), split("a"), split("")) == (("a", "b"), ("a",), ())
