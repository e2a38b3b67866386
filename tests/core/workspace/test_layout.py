"""Layouts: every combination of modes plans the same projects, in different repositories."""

from __future__ import annotations

import itertools

import pytest

from helpers.workspaces import own_files
from shunter.core.workspace.layout import (
    charts_url,
    image_name,
    images_prefix,
    origin_url,
    placeholder_url,
    plan_repositories,
    promotion_order,
    reference_rank,
    repository_url,
)
from shunter.core.workspace.model import Environment, Workspace
from shunter.model.data import replace

MODES = [*itertools.product(("mono", "multi"), repeat=3)]


def workspace(layout: str) -> Workspace:
    text = f"""\
name: shop
layout: {layout}
services:
  orders: {{archetype: rest-api, team: alice}}
  orders-db: {{archetype: database}}
environments:
  tst: {{}}
  pre: {{promotes-from: tst}}
owners: {{alice: ["@acme/alice"]}}
"""
    return own_files.workspace(text)


def holdings(layout: str) -> dict[str, set[str]]:
    return {
        spec.name: {p.path for p in spec.projects if p.path != "."} for spec in plan_repositories(workspace(layout))
    }


CODE, CHARTS, ENVS = {"services/orders"}, {"charts/orders", "charts/orders-db"}, {"envs/tst", "envs/pre"}


def test_mono_is_one_repository() -> None:
    assert holdings("mono") == {"shop": {"library"} | CODE | CHARTS | ENVS}


def test_multi_is_one_repository_each() -> None:
    assert holdings("multi") == {
        "shop": {"library"},
        "orders": {"services/orders", "charts/orders"},
        "orders-db": {"charts/orders-db"},
        "shop-tst": {"envs/tst"},
        "shop-pre": {"envs/pre"},
    }


def test_charts_beside_code_in_a_mono_repository() -> None:
    assert holdings("{code: mono, charts: multi, envs: mono}") == {
        "shop": {"library"},
        "shop-code": CODE | CHARTS,
        "shop-envs": ENVS,
    }


def test_charts_in_one_repository_and_code_in_many() -> None:
    assert holdings("{code: multi, charts: mono, envs: multi}") == {
        "shop": {"library"},
        "orders": CODE,
        "shop-charts": CHARTS,
        "shop-tst": {"envs/tst"},
        "shop-pre": {"envs/pre"},
    }


def test_modes_that_name_one_repository_share_it() -> None:
    named = "{code: mono, charts: mono, envs: mono, repositories: {charts: ops, envs: ops}}"
    assert holdings(named) == {"shop": {"library"}, "shop-code": CODE, "ops": CHARTS | ENVS}


@pytest.mark.parametrize("charts", ["mono", "multi"])
@pytest.mark.parametrize("envs", ["mono", "multi"])
def test_a_monolith_keeps_its_code_in_the_workspace(charts: str, envs: str) -> None:
    found = holdings(f"{{code: monolith, charts: {charts}, envs: {envs}}}")
    assert "services/orders" in found["shop"]
    assert ("charts/orders" in found["shop"]) == (charts == "multi")


@pytest.mark.parametrize("modes", MODES)
def test_projects_and_their_answers_do_not_depend_on_the_layout(modes: tuple[str, str, str]) -> None:
    layout = "{{code: {}, charts: {}, envs: {}}}".format(*modes)
    mono = {p.path: p.answers for s in plan_repositories(workspace("mono")) for p in s.projects if p.path != "."}
    here = {p.path: p.answers for s in plan_repositories(workspace(layout)) for p in s.projects if p.path != "."}
    assert here == mono


@pytest.mark.parametrize("modes", MODES)
def test_each_repository_has_one_root_that_lists_its_projects(modes: tuple[str, str, str]) -> None:
    for spec in plan_repositories(workspace("{{code: {}, charts: {}, envs: {}}}".format(*modes))):
        root, *rest = spec.projects
        assert (root.path, root.kind) == (".", "workspace" if spec.name == "shop" else "repository")
        assert [entry["path"] for entry in root.answers["projects"]] == [project.path for project in rest]


def test_the_workspace_ignores_its_checkouts_and_names_owners() -> None:
    specs = {spec.name: spec for spec in plan_repositories(workspace("multi"))}
    assert specs["shop"].projects[0].answers["checkouts"] == ["orders", "orders-db", "shop-tst", "shop-pre"]
    assert specs["orders"].projects[0].answers["code_owners"] == [
        "/services/orders/ @acme/alice",
        "/charts/orders/ @acme/alice",
    ]


def test_the_team_of_an_environment_owns_its_folder_and_no_answer_says_so() -> None:
    plain = workspace("mono")
    tst = replace(plain.environments[0], team="alice")
    root, *rest = plan_repositories(replace(plain, environments=(tst, *plain.environments[1:])))[0].projects
    assert "/envs/tst/ @acme/alice" in root.answers["code_owners"]
    assert rest == list(plan_repositories(plain)[0].projects[1:])


def test_promotion_order_puts_sources_first() -> None:
    chain = [
        Environment("pro", promotes_from=("pre", "fast")),
        Environment("pre", promotes_from=("tst",)),
        Environment("tst"),
        Environment("fast", promotes_from=("tst",)),
    ]
    assert [environment.name for environment in promotion_order(chain)] == ["tst", "pre", "fast", "pro"]


def test_an_environment_has_the_services_that_it_declares() -> None:
    known = workspace("mono")
    tst, pre = known.environments
    some = replace(known, environments=(tst, replace(pre, services=("orders-db",))))
    [spec] = plan_repositories(some)
    found = {project.name: project.answers for project in spec.projects if project.kind == "environment"}
    assert found["tst"]["services"] == ["orders", "orders-db"]
    assert (found["pre"]["services"], found["pre"]["promotes_from"]) == (["orders-db"], "tst")


PLACES = "oci://r/{repository}/{service}"


@pytest.mark.parametrize(
    ("layout", "chart", "place"),
    [
        ("multi", "orders", "oci://r/orders/orders"),
        ("mono", "orders", "oci://r/shop/orders"),
        ("{charts: mono, code: multi}", "orders", "oci://r/shop-charts/orders"),
        ("multi", "shop-library", "oci://r/shop/shop-library"),
        ("multi", "a-persons-own", "oci://r/shop/a-persons-own"),
        ("multi", "bestellungen", "oci://r/orders/bestellungen"),
    ],
)
def test_each_chart_has_its_place(layout: str, chart: str, place: str) -> None:
    known = workspace(layout)
    services = (replace(known.services[0], formerly=("bestellungen",)), *known.services[1:])
    assert charts_url(replace(known, services=services), PLACES, chart) == place
    assert charts_url(known, "oci://r/charts", chart) == "oci://r/charts"


def test_without_a_workspace_nobody_knows_the_repository() -> None:
    assert charts_url(None, PLACES, "orders") == "oci://r/{repository}/orders"


def test_a_chart_names_the_place_of_its_library() -> None:
    known = workspace("multi")
    known = replace(known, registries=replace(known.registries, url=PLACES))
    found = {(each.kind, each.name): each.answers for spec in plan_repositories(known) for each in spec.projects}
    assert found["app", "orders"]["chart_repository"] == "oci://r/shop/shop-library"
    assert found["environment", "tst"]["chart_repository"] == PLACES


def test_what_is_referenced_comes_first() -> None:
    specs = sorted(plan_repositories(workspace("{code: multi, charts: mono, envs: multi}")), key=reference_rank)
    assert [spec.name for spec in specs] == ["shop-charts", "orders", "shop", "shop-tst", "shop-pre"]
    assert reference_rank(None) == 0


def test_a_url_has_names_put_into_it() -> None:
    known = replace(workspace("multi"), repositories_url="https://git.x/{workspace}/{name}.git")
    assert repository_url(known, "orders") == origin_url(known, "orders") == "https://git.x/shop/orders.git"
    assert repository_url(replace(known, repositories_url=""), "orders") == ""


@pytest.mark.parametrize("organisation", ["acme", "shop"])
def test_the_placeholder_of_a_new_workspace_is_nobody_s_remote(organisation: str) -> None:
    known = replace(workspace("multi"), repositories_url=placeholder_url(organisation))
    assert repository_url(known, "orders") == f"git@git.example:{organisation}/orders.git"
    assert origin_url(known, "orders") == ""


@pytest.mark.parametrize(
    ("images", "prefix"),
    [
        ("ghcr.io/acme", "ghcr.io/acme"),
        ("registry.gitlab.com/acme/{repository}", "registry.gitlab.com/acme"),
        ("ghcr.io/{service}/images", "ghcr.io"),
        ("registry.example/acme", ""),
        ("registry.example", ""),
        ("registry.example.org/acme", "registry.example.org/acme"),
        ("", ""),
    ],
)
def test_what_names_of_own_images_begin_with(images: str, prefix: str) -> None:
    assert images_prefix(images) == prefix


def test_images_of_a_service_are_where_its_code_is_built() -> None:
    shop = workspace("{code: multi, charts: mono, envs: mono}")
    shop = replace(shop, registries=replace(shop.registries, images="host/{repository}/{service}"))
    assert image_name(shop, shop.services[0]) == "host/orders/orders/orders"
    found = {project.path: project for spec in plan_repositories(shop) for project in spec.projects}
    assert found["charts/orders"].answers["image_registry"] == "host/orders/orders"
    roots = {spec.name: spec.projects[0].answers["image_registry"] for spec in plan_repositories(shop)}
    assert roots["orders"] == "host/orders/{service}"  # whatever a repository builds: its CI puts in the name
