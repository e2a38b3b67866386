"""What a run will not do in a person's repository: each refusal comes before the first write, and says what clears it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, snapshot, write
from helpers.workspaces.plans import START, depends, done, edit, plan, refused, status, usual
from shunter.adapters.git.apply import apply
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan
from shunter.model.findings import Status


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", dict(START))


def test_files_that_git_was_told_not_to_look_at_are_not_written(home: Path) -> None:
    for bit in ("skip-worktree", "assume-unchanged"):
        git(home, "update-index", f"--{bit}", "edit")
        write(home, {"edit": "token-123\n"})
        hint = refused(home, plan(home, edit(home, "edit", b"new")), f"edit is marked {bit}")
        assert hint == f"git -C {home} update-index --no-{bit} edit"
        assert done(plan(home, edit(home, "mode", bit.encode()))).paths == ("mode",)
        assert git(home, "show", "HEAD:edit") == "old"
        assert refused(
            home, plan(home, edit(home, "mode", b"x"), inputs=(depends(home, "edit"),)), f"edit is marked {bit}"
        )
        git(home, "update-index", f"--no-{bit}", "edit")
        git(home, "checkout", "--", "edit")


def test_files_outside_of_a_sparse_checkout_stay_outside(home: Path) -> None:
    commit_all(home, {"far/away": "x\n", "near/by": "y\n"})
    git(home, "sparse-checkout", "set", "near")
    assert done(plan(home, edit(home, "near/by", b"z\n"))).paths == ("near/by",)
    assert git(home, "show", "HEAD:far/away") == "x"
    hint = refused(home, plan(home, edit(home, "far/away", b"new")), "outside of the sparse checkout")
    assert hint == f"git -C {home} sparse-checkout add far"


def stop_in(operation: str, root: Path) -> None:
    """Leave something in progress."""
    git(root, "switch", "-q", "-c", "side")
    commit_all(root, {"keep": "theirs\n"}, "theirs")
    git(root, "switch", "-q", "main")
    commit_all(root, {"keep": "ours\n"}, "ours")
    if operation == "bisect":
        git(root, "bisect", "start")
        return
    if operation == "revert":
        commit_all(root, {"keep": "again\n"}, "again")
    command = {"merge": "side", "rebase": "side", "cherry-pick": "side", "revert": "HEAD^"}[operation]
    assert subprocess.run(["git", operation, command], cwd=root, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert", "bisect"])
def test_what_is_in_progress_is_ended_first(home: Path, operation: str) -> None:
    stop_in(operation, home)
    assert f"git {operation} " in refused(home, plan(home, edit(home, "edit", b"new")), f"a {operation} is in progress")


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick"])
def test_locking_in_a_merge_writes_and_stages_and_the_person_goes_on(home: Path, operation: str) -> None:
    stop_in(operation, home)
    head = git(home, "rev-parse", "HEAD")
    wanted = plan(home, edit(home, "keep", b"derived\n"), edit(home, "new", b"derived too\n"))
    [outcome] = apply([wanted], home, during=True).outcomes
    assert (outcome.status, outcome.paths) == (Status.DONE, ("keep", "new"))
    assert git(home, "rev-parse", "HEAD") == head
    assert status(home) == ["M  keep", "A  new"]
    git(home, "-c", "core.editor=true", operation, "--continue")
    assert git(home, "show", "HEAD:keep") == "derived"


def test_a_lock_of_git_is_noticed_before_the_first_write(home: Path, tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other", dict(START))
    write(other, {".git/index.lock": ""})
    before = disk(home), disk(other)
    with pytest.raises(ShunterError, match=r"index.lock exists: another git is at work in .*other"):
        apply([usual(home), usual(other)], home)
    assert (disk(home), disk(other)) == before
    assert git(home, "log", "--format=%s") == "start"


def test_content_that_only_the_index_holds_is_not_lost(home: Path) -> None:
    write(home, {"edit": "staged only\n"})
    git(home, "add", "edit")
    write(home, {"edit": "on disk\n"})
    hint = refused(home, usual(home), "edit is staged with other content than it has on disk")
    assert hint.endswith(f"git -C {home} add edit")


def test_an_unresolved_conflict_is_not_overwritten(home: Path) -> None:
    stop_in("merge", home)
    git(home, "update-ref", "-d", "MERGE_HEAD")
    refused(home, plan(home, edit(home, "keep", b"over it")), "keep has an unresolved merge conflict")


def test_untracked_files_are_neither_overwritten_nor_deleted(home: Path) -> None:
    write(home, {"mine": "mine\n", "hidden.log": "mine\n", ".git/info/exclude": "*.log\n", "announced": "mine\n"})
    git(home, "add", "-N", "announced")
    for name in ("mine", "hidden.log"):
        refused(home, plan(home, edit(home, name, b"new")), f"{name} would be overwritten, and git does not track it")
        before = snapshot(home)
        told = apply([plan(home, edit(home, name, None))], home)
        assert (told.outcomes[0].status, snapshot(home)) == (Status.NOOP, before)
        assert told.notices == (f"home: {name} is not tracked by git, and stays",)
    refused(home, plan(home, edit(home, "announced", b"new")), "announced is changed and not staged")


def test_a_file_that_is_shared_is_not_committed_behind_a_persons_back(home: Path) -> None:
    write(home, {"edit": "mine, unstaged\n"})
    hint = refused(
        home, plan(home, edit(home, "edit", b"mine, unstaged\nand new\n", shared=True)), "changed and not staged"
    )
    assert hint == f"let it travel along: git -C {home} add edit"
    git(home, "add", "edit")
    done(plan(home, edit(home, "edit", b"mine, unstaged\nand new\n", shared=True)))
    assert git(home, "show", "HEAD:edit") == "mine, unstaged\nand new"


def test_what_a_commit_depends_on_travels_when_it_is_staged(home: Path) -> None:
    commit_all(home, {"values": "a: 1\n"})
    derived = edit(home, "edit", b"derived\n")
    inputs = ("values", "missing")

    def wanted() -> RepositoryPlan:
        return plan(home, derived, inputs=tuple(depends(home, name) for name in inputs))

    write(home, {"values": "a: 2\n"})
    assert refused(home, wanted(), "values is changed and not staged, and the commit depends on it").endswith(
        "add values"
    )
    git(home, "add", "values")
    write(home, {"values": "a: 3\n"})
    refused(home, wanted(), "values is staged with other content")
    git(home, "rm", "-q", "-f", "--cached", "values")
    refused(home, wanted(), "values is ")
    git(home, "add", "values")
    write(home, {"values.new": "b: 1\n", "staged-too": "mine\n"})
    git(home, "add", "staged-too")
    inputs = (*inputs, "values.new")
    refused(home, wanted(), "values.new is not tracked by git")
    write(home, {".git/info/exclude": "*.new\n"})
    assert done(wanted()).paths == ("edit", "values")
    assert status(home) == ["A  staged-too"]


def test_an_input_that_changed_after_it_was_judged_stops_everything(home: Path) -> None:
    wanted = plan(home, edit(home, "edit", b"derived\n"), inputs=(depends(home, "keep"),))
    write(home, {"keep": "edited while judged\n"})
    refused(home, wanted, "keep changed while shunter was working")
