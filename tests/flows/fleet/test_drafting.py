"""What each repository lacks: which projects are to be rendered, and which are gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces import own_files
from helpers.workspaces.drafting import FILES, request
from helpers.workspaces.gitrepo import make_repo, write
from shunter.adapters.git.repository import PlannedRepository
from shunter.core.workspace.layout import plan_repositories
from shunter.flows.fleet.draft import Draft
from shunter.flows.fleet.drafting import drafted, gone
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import MemoryTree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve()
    make_repo(root, {"x": ""})
    write(root, FILES)
    return root


def test_a_checkout_that_is_gone_stops_the_drafts(root: Path) -> None:
    with pytest.raises(ShunterError, match="repository orders is not checked out"):
        drafted(request(root))
    write(root, {"orders/x": "in the way of nothing: it was a checkout once"})
    found = {draft.spec.name: draft for draft in drafted(replace(request(root), apart=True))}
    assert found["orders"].refused.startswith("repository orders is not checked out")
    assert (found["orders"].jobs, found["shop"].refused) == ([], "")


def test_a_new_project_is_copied_and_an_older_one_updated(root: Path) -> None:
    asked = replace(request(root), applied=None, as_copier=True, only=frozenset({"shop-tst"}))
    answers = "_src_path: x\n_commit: v0.9.0\nkind: environment\nname: tst\nours: kept\n"
    write(root, {"shop-tst/.git/HEAD": "", "shop-tst/envs/tst/.copier-answers.yml": answers})
    _, draft = drafted(asked)
    jobs = {job.project.path: job for job in draft.jobs}
    assert {path: job.asked.operation for path, job in jobs.items()} == {".": "copy", "envs/tst": "update"}
    assert jobs["."].before is None
    before = jobs["envs/tst"].before
    assert before is not None
    assert (before.source, before.release, json.loads(before.answers)["ours"]) == ("x", "0.9.0", "kept")
    assert jobs["envs/tst"].desired["ours"] == "kept"


def test_what_the_workspace_no_longer_has_is_gone(root: Path) -> None:
    less = own_files.workspace("name: shop\nlayout: multi\nservices: {}\nenvironments: {tst: {}}\n")
    asked = replace(request(root), workspace=less)
    drafts = [Draft(spec, PlannedRepository(root), MemoryTree({})) for spec in plan_repositories(less)]
    here = {(spec.name, project.path) for spec, project in gone(asked, drafts)}
    assert here == {("orders", "."), ("orders", "charts/orders")}
