"""Who publishes, and what to type next for it."""

from __future__ import annotations

import re

import pytest

from helpers.workspaces.own_files import workspace
from shunter.core.workspace.publishing import FIRST, ci_registry, publish_step

TEXT = """name: shop
layout: {}
services:
  orders: {{archetype: rest-api, language: python}}
  cart: {{archetype: rest-api}}
  web: {{chart: {{path: third/web}}}}
environments: {{tst: {{}}}}
"""
OCI = "registries: {charts: 'oci://ghcr.io/acme/charts'}\n"


@pytest.mark.parametrize("rest", ["", "ci: none\n" + OCI, "registries: {charts: {url: 'https://charts.example'}}\n"])
def test_without_ci_or_a_registry_for_it_a_person_packages(rest: str) -> None:
    found = workspace(TEXT.format("mono") + rest)
    assert (ci_registry(found), publish_step(found, {"orders": "0.2.0"})) == ("", "shunter package")


@pytest.mark.parametrize(
    ("layout", "versions", "step"),
    [
        ("mono", {"orders": "0.2.0"}, "git tag orders-v0.2.0 && git push origin HEAD orders-v0.2.0"),
        ("multi", {"orders": "0.2.0"}, "git -C orders tag v0.2.0 && git -C orders push origin HEAD v0.2.0"),
        (
            "{code: multi, charts: mono, envs: mono}",
            {"orders": "0.2.0"},
            (
                "git -C orders tag v0.2.0 && git -C orders push origin HEAD v0.2.0"
                " && git -C shop-charts tag orders-v0.2.0 && git -C shop-charts push origin HEAD orders-v0.2.0"
            ),
        ),
        (
            "mono",
            {"orders": "0.2.0", "cart": "1.0.0"},
            "git tag orders-v0.2.0 && git tag cart-v1.0.0 && git push origin HEAD orders-v0.2.0 cart-v1.0.0",
        ),
        ("mono", {"shop-library": "1.1.0"}, "git tag shop-library-v1.1.0 && git push origin HEAD shop-library-v1.1.0"),
        ("mono", {"web": "1.0.0"}, "shunter package"),
        ("mono", {}, "shunter package"),
    ],
)
def test_where_ci_publishes_it_is_a_tag_in_each_repository(layout: str, versions: dict[str, str], step: str) -> None:
    found = workspace(TEXT.format(layout) + OCI)
    assert ci_registry(found) == "oci://ghcr.io/acme/charts"
    assert publish_step(found, versions) == step


def test_a_repository_that_stands_alone_knows_no_registry() -> None:
    assert (ci_registry(None), publish_step(None, {"orders": "0.2.0"})) == ("", "shunter package")


def test_many_are_one_sentence() -> None:
    services = "".join(f"  a{number}: {{archetype: worker}}\n" for number in range(4))
    found = workspace(TEXT.format("mono").replace("services:\n", f"services:\n{services}") + OCI)
    step = publish_step(found, {f"a{number}": FIRST for number in range(4)})
    assert re.match(r"git tag NAME-vVERSION for each chart", step)
