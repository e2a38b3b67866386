"""What a draft gets besides its renders: values files that environments share."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.drafting import job, sharing
from shunter.adapters.git.repository import PlannedRepository
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Workspace
from shunter.flows.fleet.draft import Draft
from shunter.flows.fleet.laying import share
from shunter.model.files import FileState, MemoryTree

MINE = FileState(b"mine: true\n")


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
    (draft,) = drafts(sharing("mono"), tmp_path)
    share(sharing("mono"), [draft], draft)
    found = shared(draft)
    assert list(found) == ["envs/common.yaml", "envs/stages/late.yaml"]
    assert b"$schema=tst/.shunter/values.full.schema.json\n" in found["envs/common.yaml"]
    assert b"$schema=../pro/.shunter/values.full.schema.json\n" in found["envs/stages/late.yaml"]


def test_one_that_a_person_wrote_stays(tmp_path: Path) -> None:
    (draft,) = drafts(sharing("mono"), tmp_path, **{"envs/common.yaml": MINE})
    share(sharing("mono"), [draft], draft)
    assert list(shared(draft)) == ["envs/stages/late.yaml"]


@pytest.mark.parametrize("there", [{}, {"envs/common.yaml": MINE}])
def test_an_environment_in_a_repository_of_its_own_has_a_copy(there: dict[str, FileState], tmp_path: Path) -> None:
    home, _, tst, pro = found = drafts(sharing("multi"), tmp_path, **there)
    share(sharing("multi"), found, home)
    source = {**{path: state.data for path, state in there.items()}, **shared(home)}
    assert list(shared(tst)) == ["envs/common.yaml", "envs/tst/.shunter/shared-values.yaml"]
    assert list(shared(pro)) == ["envs/common.yaml", "envs/pro/.shunter/shared-values.yaml", "envs/stages/late.yaml"]
    assert shared(tst)["envs/common.yaml"] == shared(pro)["envs/common.yaml"] == source["envs/common.yaml"]
    assert {"envs/common.yaml", "envs/stages/late.yaml"} <= pro.derived
    assert not home.derived
