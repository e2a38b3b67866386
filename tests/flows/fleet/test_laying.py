"""What a draft gets besides its renders: values files that environments share."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces import own_files
from shunter.adapters.git.repository import PlannedRepository
from shunter.adapters.templates.render import RenderRequest
from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project, Workspace
from shunter.flows.fleet.draft import Draft, Job
from shunter.flows.fleet.laying import share
from shunter.model.files import FileState, MemoryTree

SHOP = """\
name: shop
layout: {layout}
services: {{orders: {{archetype: database}}}}
environments:
  tst: {{values: [../common.yaml, values.yaml]}}
  pro: {{values: [../common.yaml, ../stages/late.yaml, values.yaml]}}
"""
MINE = FileState(b"mine: true\n")


def shop(layout: str) -> Workspace:
    return own_files.workspace(SHOP.format(layout=layout))


def job(project: Project, was: Recorded | None = None) -> Job:
    """A job whose renders nobody asks for."""
    return Job(project, project.answers, was, RenderRequest("x", "1.0.0", "{}", None), None)


def drafts(workspace: Workspace, root: Path, **files: FileState) -> list[Draft]:
    """A draft for each repository, as if every environment were new; `files` are in the workspace's own one."""
    found = []
    for spec in plan_repositories(workspace):
        there = {path: state for path, state in files.items() if spec.folder == "."}
        draft = Draft(spec, PlannedRepository(root), MemoryTree(there))
        draft.jobs = [job(project) for project in spec.projects]
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
