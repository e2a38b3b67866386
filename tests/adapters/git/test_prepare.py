"""What a plan would do to a repository as it is: its paths, what stays, and the entry for the journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot, write
from helpers.workspaces.plans import depends, edit, fresh, plan
from shunter.adapters.git.prepare import is_fresh, prepare, survey
from shunter.model.errors import ShunterError
from shunter.model.files import Writing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "repo", {"a": "old\n", "values": "x: 1\n", ".gitignore": "ignored\n"})


def test_paths_are_the_edits_and_the_staged_files_that_they_depend_on(root: Path) -> None:
    write(root, {"values": "x: 2\n"})
    git(root, "add", "values")
    found = survey(plan(root, edit(root, "a", b"new\n"), inputs=(depends(root, "values"),)), Writing(), during=False)
    assert (found.paths, found.travels, found.busy) == (("a", "values"), ("values",), True)
    change = prepare(found, Writing()).change
    assert change.paths() == ("a", "values")
    assert (change.head, change.branch, change.commits) == (git(root, "rev-parse", "HEAD"), "main", True)
    assert [(file.path, file.copy) for file in change.files] == [("a", "0")]
    assert change.files[0].entries[0].object_id == git(root, "rev-parse", "HEAD:a")


def test_an_input_that_is_not_staged_is_refused_with_the_command(root: Path) -> None:
    write(root, {"values": "x: 2\n"})
    with pytest.raises(ShunterError) as caught:
        survey(plan(root, edit(root, "a", b"new\n"), inputs=(depends(root, "values"),)), Writing(), during=False)
    assert "git" in caught.value.hint
    assert "add" in caught.value.hint


def test_what_git_does_not_track_is_never_deleted(root: Path) -> None:
    write(root, {"ignored": "mine\n"})
    found = survey(plan(root, edit(root, "ignored", None)), Writing(), during=False)
    assert (found.paths, found.left, found.busy) == ((), ("ignored",), False)
    assert found.notices == ("repo: ignored is not tracked by git, and stays",)


def test_looking_writes_nothing(root: Path) -> None:
    before = snapshot(root)
    prepare(survey(plan(root, edit(root, "a", b"new\n")), Writing(), during=False), Writing())
    assert snapshot(root) == before


def test_a_new_repository_needs_a_free_place(tmp_path: Path) -> None:
    made = fresh(tmp_path / "new")
    assert is_fresh(made)
    found = survey(made, Writing(), during=False)
    assert (found.state, found.busy) == (None, True)
    assert prepare(found, Writing()).change.staging
    write(tmp_path / "new", {"mine": ""})
    with pytest.raises(ShunterError):
        survey(made, Writing(), during=False)
