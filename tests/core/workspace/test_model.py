"""Things are found by name; a name that is not there is no error here."""

from __future__ import annotations

from helpers.workspaces import own_files
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import ARCHETYPES, STATEFUL, STATELESS, WITHOUT_CODE

SHOP = own_files.workspace("""\
name: shop
layout: mono
services:
  orders: {archetype: rest-api}
environments:
  orders: {}
""")


def test_a_service_and_an_environment_of_one_name_are_two_things() -> None:
    service, environment = SHOP.service("orders"), SHOP.environment("orders")
    assert service in SHOP.services
    assert environment in SHOP.environments
    assert SHOP.service("order") is None
    assert SHOP.environment("") is None


def test_a_project_is_found_by_kind_and_name() -> None:
    (repository,) = plan_repositories(SHOP)
    found = [project for kind in ("app", "environment") if (project := repository.project(kind, "orders"))]
    assert [(project.kind, project.path) for project in found] == [
        ("app", "charts/orders"),
        ("environment", "envs/orders"),
    ]
    assert repository.project("app", "orders-db") is None


def test_every_archetype_keeps_state_or_does_not() -> None:
    assert len(set(ARCHETYPES)) == len(ARCHETYPES)
    assert set(STATELESS) | set(STATEFUL) == set(ARCHETYPES)
    assert set(STATEFUL) < set(WITHOUT_CODE) < set(ARCHETYPES)
