"""What a command works on: the nearest workspace upwards, else the repository around it, and the projects there."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import write
from shunter.flows.workspace.context import APPLIED_FILE, Context, open_context
from shunter.model.errors import ShunterError

SHOP = """\
name: shop
layout: multi
services:
  orders: {archetype: rest-api}
environments:
  tst: {}
  pre: {promotes-from: tst}
"""
ANSWERS = "_src_path: x\n_commit: v1\nkind: {}\nname: {}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace of which one environment is not checked out; a folder with `.git` counts as a checkout."""
    root = tmp_path.resolve() / "shop"
    write(root, {"shunter.yaml": SHOP, "shop-tst/envs/tst/values.yaml": "", "orders/charts/orders/Chart.yaml": ""})
    for name in (".", "orders", "shop-tst"):
        (root / name / ".git").mkdir()
    return root


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A repository that stands alone, with two environments and a project of another template."""
    root = tmp_path.resolve() / "alone"
    write(
        root,
        {
            "envs/tst/.copier-answers.yml": ANSWERS.format("environment", "tst"),
            "envs/pre/.copier-answers.yml": ANSWERS.format("environment", "pre"),
            "other/.copier-answers.yml": "_src_path: x\ncolour: red\n",
            "deep/er/x.txt": "",
        },
    )
    (root / ".git").mkdir()
    return root


def test_the_nearest_workspace_upwards_is_the_one(shop: Path) -> None:
    context = open_context(shop / "shop-tst/envs/tst")
    assert (context.root, context.start) == (shop, shop / "shop-tst/envs/tst")
    assert context.require_workspace().name == "shop"
    assert context.registries().directory == ".shunter/registry"


def test_without_one_the_repository_is_the_root(alone: Path) -> None:
    context = open_context(alone / "deep/er")
    assert (context.root, context.workspace, context.specs()) == (alone, None, ())
    with pytest.raises(ShunterError, match=r"no shunter\.yaml in .*deep/er or above it"):
        context.require_workspace()


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere")])
def test_a_workspaces_file_has_to_be_a_file(make: object, alone: Path) -> None:
    assert callable(make)
    make(alone / "shunter.yaml")
    with pytest.raises(ShunterError, match="is no file"):
        open_context(alone / "deep")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="there is no folder") as error:
        open_context(tmp_path / "gone")
    assert error.value.hint == "check -C"


def test_an_error_names_the_file_from_where_the_run_started(shop: Path) -> None:
    (shop / "shunter.yaml").write_text("name: [\n", "utf-8")
    with pytest.raises(ShunterError) as error:
        open_context(shop / "orders/charts")
    assert {finding.span.path for finding in error.value.findings} == {"../../shunter.yaml"}


def test_planned_projects_are_known_and_a_missing_checkout_is_refused(shop: Path) -> None:
    context = open_context(shop)
    assert [site.name for site in context.sites("environment", missing_ok=True)] == ["tst", "pre"]
    with pytest.raises(ShunterError, match="repository shop-pre is not checked out"):
        context.sites()
    site = context.site("environment", "tst")
    assert (site.path, site.repository) == (shop / "shop-tst/envs/tst", "shop-tst")
    assert list(site.tree().paths()) == ["values.yaml"]
    with pytest.raises(ShunterError, match="repository shop-pre is not checked out"):
        context.site("environment", "pre")


def test_a_name_is_needed_where_nothing_else_tells(shop: Path) -> None:
    assert open_context(shop).site("app").name == "orders"  # the only one there is
    assert open_context(shop / "shop-tst/envs/tst").site("environment").name == "tst"
    for name, message in (("", "which environment?"), ("dev", "there is no environment `dev`")):
        with pytest.raises(ShunterError) as error:
            open_context(shop).site("environment", name)
        assert (error.value.message, error.value.hint) == (message, "known: tst, pre")


def test_alone_projects_are_found_by_their_answers(alone: Path) -> None:
    context = open_context(alone)
    assert [(site.kind, site.name, site.folder) for site in context.sites()] == [
        ("environment", "pre", "envs/pre"),
        ("environment", "tst", "envs/tst"),
    ]
    with pytest.raises(ShunterError, match="there is no chart `orders`") as error:
        context.site("app", "orders")
    assert error.value.hint == "there is no chart yet"


def test_the_copy_of_what_was_applied_is_read_where_there_is_one(shop: Path) -> None:
    context = open_context(shop)
    assert context.applied() is None
    write(shop, {APPLIED_FILE: SHOP.replace("tst: {}", "tst: {stage: develop}")})
    applied = context.applied()
    assert applied is not None
    assert applied.environments[0].stage == "develop"


def test_a_site_at_the_root_of_its_repository(tmp_path: Path) -> None:
    write(tmp_path, {".copier-answers.yml": ANSWERS.format("app", "orders")})
    (site,) = Context(tmp_path, tmp_path, None).sites()
    assert (site.name, site.folder, site.path) == ("orders", ".", tmp_path)
