"""What a repository will hold, before it is a plan: files laid over files, and which projects change."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.drafting import job, sharing
from shunter.adapters.git.repository import PlannedRepository
from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.layout import plan_repositories
from shunter.flows.fleet.draft import Draft, is_due
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, MemoryTree

MINE = FileState(b"mine: true\n")


def test_a_draft_shows_what_is_there_under_what_will_be(tmp_path: Path) -> None:
    (spec,) = (spec for spec in plan_repositories(sharing("multi")) if spec.name == "shop-tst")
    tree = MemoryTree({"envs/tst/a": FileState(b"1"), "envs/tst/b": FileState(b"2"), "c": FileState(b"3")})
    draft = Draft(spec, PlannedRepository(tmp_path), tree)
    draft.put("envs/tst", {"a": FileState(b"new"), "b": None})
    draft.put(".", {"d": FileState(b"4")})
    assert set(draft.changes) == {"envs/tst/a", "envs/tst/b", "d"}
    shown = draft.overlay("envs/tst")
    assert (list(shown.tree.paths()), shown.tree.get("a"), shown.label) == (["a"], FileState(b"new"), "envs/tst")


def test_a_job_is_due_where_its_project_changes() -> None:
    workspace = sharing("mono")
    (spec,) = plan_repositories(workspace)
    project = next(each for each in spec.projects if each.kind == "environment")
    was = Recorded("x", "v1", {})
    old = {".copier-answers.yml": FileState(b"_commit: v1\nname: tst\n"), "a": FileState(b"1")}
    bumped = old | {".copier-answers.yml": FileState(b"_commit: v2\nname: tst\n")}
    assert not is_due("shop", job(project, was), old, bumped)
    for new in (
        bumped | {"a": FileState(b"2")},
        bumped | {"b": FileState(b"")},
        {".copier-answers.yml": bumped[".copier-answers.yml"]},
        bumped | {".copier-answers.yml": FileState(b"_commit: v2\nname: pro\n")},
    ):
        assert is_due("shop", job(project, was), old, new)
    assert is_due("shop", job(project), {}, bumped)


def test_a_link_out_of_the_repository_is_refused() -> None:
    (spec,) = plan_repositories(sharing("mono"))
    project = next(each for each in spec.projects if each.path == "envs/tst")
    new = job(project)
    assert is_due("shop", new, {}, {"a": FileState(b"../../library", SYMLINK)})
    with pytest.raises(ShunterError, match="a link into shop that leads out of it: a"):
        is_due("shop", new, {}, {"a": FileState(b"../../../x", SYMLINK)})
