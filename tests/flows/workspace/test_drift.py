"""What differs from shunter.yaml is one line each, and what agrees none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.drafting import SHOP as WORKSPACE
from helpers.workspaces.gitrepo import write
from shunter.core.workspace.model import Project
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.drift import drift
from shunter.model.errors import ShunterError


def answers(project: Project, **other: str) -> str:
    """A project's answers file, as JSON, which is YAML."""
    about = {"_src_path": WORKSPACE.templates_source, "_commit": f"v{WORKSPACE.templates_release}"}
    return json.dumps(about | dict(project.answers) | other)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A workspace without drift."""
    made = Context(tmp_path, tmp_path, WORKSPACE)
    for spec in made.specs():
        root = tmp_path / spec.folder
        write(root, {f"{project.path}/.copier-answers.yml": answers(project) for project in spec.projects})
        (root / ".git").mkdir()
    return made


def test_nothing_differs(context: Context) -> None:
    assert drift(context) == ()


def test_each_difference_is_named(context: Context) -> None:
    (app,) = (spec.project("app", "orders") for spec in context.specs() if spec.name == "orders")
    (tst,) = (spec.project("environment", "tst") for spec in context.specs() if spec.name == "shop-tst")
    assert app is not None
    assert tst is not None
    write(context.root, {"orders/charts/orders/.copier-answers.yml": answers(app, archetype="search", own="x")})
    write(context.root, {"shop-tst/envs/tst/.copier-answers.yml": answers(tst, _commit="v0.0.1")})
    write(context.root, {"library/.copier-answers.yml": None})
    assert drift(context) == (
        "drift: shop/library is missing (shunter update)",
        "drift: orders/charts/orders has other answers than shunter.yaml: archetype (shunter update)",
        "drift: shop-tst/envs/tst is at v0.0.1 (shunter update)",
    )


def test_what_is_not_checked_out_is_named_and_not_looked_into(context: Context) -> None:
    (context.root / "orders/.git").rmdir()
    write(context.root, {"orders/charts/orders/.copier-answers.yml": None})
    assert drift(context) == ("missing: orders is not checked out (shunter clone)",)


def test_only_a_workspace_drifts(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match=r"no shunter\.yaml"):
        drift(Context(tmp_path, tmp_path, None))
