"""What a repository will hold, before it is a plan: files laid over files, and values files that environments share."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces import own_files
from shunter.adapters.git.repository import PlannedRepository
from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Workspace
from shunter.flows.fleet.draft import Draft, Job, is_due, share
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, MemoryTree

SHOP = """\
name: shop
layout: {layout}
services: {{orders: {{archetype: database}}}}
environments:
  tst: {{values: [../common.yaml, values.yaml]}}
  pro: {{values: [../common.yaml, ../stages/late.yaml, values.yaml]}}
"""
MINE = FileState(b"mine: true\n")


def test_a_draft_shows_what_is_there_under_what_will_be(tmp_path: Path) -> None:
    (spec,) = (spec for spec in plan_repositories(shop("multi")) if spec.name == "shop-tst")
    tree = MemoryTree({"envs/tst/a": FileState(b"1"), "envs/tst/b": FileState(b"2"), "c": FileState(b"3")})
    draft = Draft(spec, PlannedRepository(tmp_path), tree)
    draft.put("envs/tst", {"a": FileState(b"new"), "b": None})
    draft.put(".", {"d": FileState(b"4")})
    assert set(draft.changes) == {"envs/tst/a", "envs/tst/b", "d"}
    shown = draft.overlay("envs/tst")
    assert (list(shown.tree.paths()), shown.tree.get("a"), shown.label) == (["a"], FileState(b"new"), "envs/tst")


def shop(layout: str) -> Workspace:
    return own_files.workspace(SHOP.format(layout=layout))


def drafts(workspace: Workspace, root: Path, **files: FileState) -> list[Draft]:
    """A draft for each repository, as if every environment were new; `files` are in the workspace's own one."""
    found = []
    for spec in plan_repositories(workspace):
        there = {path: state for path, state in files.items() if spec.folder == "."}
        draft = Draft(spec, PlannedRepository(root), MemoryTree(there))
        draft.jobs = [Job(project, project.answers, None) for project in spec.projects]
        for project in spec.projects:
            names = "".join(f"- {name}\n" for name in project.answers.get("values_files", ()))
            text = f"_src_path: x\n_commit: v1\nkind: {project.kind}\nname: {project.name}\nvalues_files:\n{names}"
            draft.put(project.path, {".copier-answers.yml": FileState(text.encode())})
        found.append(draft)
    return found


def shared(draft: Draft) -> dict[str, bytes]:
    found = {path: state.data for path, state in draft.changes.items() if state and "copier-answers" not in path}
    return dict(sorted(found.items()))


def test_a_shared_values_file_is_made_once_and_leads_editors_to_a_schema(tmp_path: Path) -> None:
    (draft,) = drafts(shop("mono"), tmp_path)
    share(shop("mono"), [draft], draft)
    found = shared(draft)
    assert list(found) == ["envs/common.yaml", "envs/stages/late.yaml"]
    assert b"$schema=tst/.shunter/values.full.schema.json\n" in found["envs/common.yaml"]
    assert b"$schema=../pro/.shunter/values.full.schema.json\n" in found["envs/stages/late.yaml"]


def test_one_that_a_person_wrote_stays(tmp_path: Path) -> None:
    (draft,) = drafts(shop("mono"), tmp_path, **{"envs/common.yaml": MINE})
    share(shop("mono"), [draft], draft)
    assert list(shared(draft)) == ["envs/stages/late.yaml"]


@pytest.mark.parametrize("there", [{}, {"envs/common.yaml": MINE}])
def test_an_environment_in_a_repository_of_its_own_has_a_copy(there: dict[str, FileState], tmp_path: Path) -> None:
    home, _, tst, pro = found = drafts(shop("multi"), tmp_path, **there)
    share(shop("multi"), found, home)
    source = {**{path: state.data for path, state in there.items()}, **shared(home)}
    assert list(shared(tst)) == ["envs/common.yaml", "envs/tst/.shunter/shared-values.yaml"]
    assert list(shared(pro)) == ["envs/common.yaml", "envs/pro/.shunter/shared-values.yaml", "envs/stages/late.yaml"]
    assert shared(tst)["envs/common.yaml"] == shared(pro)["envs/common.yaml"] == source["envs/common.yaml"]
    assert {"envs/common.yaml", "envs/stages/late.yaml"} <= pro.derived
    assert not home.derived


def test_a_job_is_due_where_its_project_changes() -> None:
    workspace = shop("mono")
    (spec,) = plan_repositories(workspace)
    project = next(each for each in spec.projects if each.kind == "environment")
    was = Recorded("x", "v1", {})
    old = {".copier-answers.yml": FileState(b"_commit: v1\nname: tst\n"), "a": FileState(b"1")}
    bumped = old | {".copier-answers.yml": FileState(b"_commit: v2\nname: tst\n")}
    assert not is_due("shop", Job(project, {}, was), old, bumped)
    for new in (
        bumped | {"a": FileState(b"2")},
        bumped | {"b": FileState(b"")},
        {".copier-answers.yml": bumped[".copier-answers.yml"]},
        bumped | {".copier-answers.yml": FileState(b"_commit: v2\nname: pro\n")},
    ):
        assert is_due("shop", Job(project, {}, was), old, new)
    assert is_due("shop", Job(project, {}, None), {}, bumped)


def test_a_link_out_of_the_repository_is_refused() -> None:
    (spec,) = plan_repositories(shop("mono"))
    project = next(each for each in spec.projects if each.path == "envs/tst")
    job = Job(project, {}, None)
    assert is_due("shop", job, {}, {"a": FileState(b"../../library", SYMLINK)})
    with pytest.raises(ShunterError, match="a link into shop that leads out of it: a"):
        is_due("shop", job, {}, {"a": FileState(b"../../../x", SYMLINK)})
