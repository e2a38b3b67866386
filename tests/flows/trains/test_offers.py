"""What services have published: from the registry, whatever stands in the checkouts."""

from __future__ import annotations

import shutil

import pytest

from helpers.charts.shelf import Shelf
from helpers.charts.tiny_charts import chart, chart_files
from helpers.reads import git_processes
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, write
from helpers.workspaces.small import WORKSPACE, orders, publish
from shunter.core.trains.cut import Offer
from shunter.flows.trains.offers import Market
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, open_context
from shunter.model.data import replace
from shunter.model.errors import ShunterError


def market(context: Context) -> Market:
    context = open_context(context.root)
    return Market(context, open_archives(context))


def test_versions_come_oldest_first_and_none_that_no_commit_holds(small: Context) -> None:
    for version in ("1.10.0", "1.9.0", "2.0.0-rc.1", "1.11.0+dirty"):
        publish(small, orders(version))
    known = ("1.0.0", "1.9.0", "1.10.0", "2.0.0-rc.1")
    assert market(small).offers({}) == {"orders": Offer("orders", known), "web": Offer("web", ("1.0.0",))}
    assert "1.11.0+dirty" in market(small).offers({"orders": "1.11.0+dirty"})["orders"].versions


def test_a_folder_says_what_its_chart_is_called_and_the_workspace_what_a_third_party_has(small: Context) -> None:
    publish(small, chart_files("site"), "third/web")
    redis = "{chart: {repository: 'https://charts.example', name: redis, version: 18.0.1}}"
    text = WORKSPACE.replace("services:\n", f"services:\n  cache: {redis}\n  cart: {{archetype: rest-api}}\n")
    commit_all(small.root, {"shunter.yaml": text})
    found = market(small).offers({})
    assert found["web"] == Offer("site", ("1.0.0",))
    assert found["cache"] == Offer("redis", fixed="18.0.1", source="https://charts.example")
    assert found["cart"] == Offer("cart"), "not published, and not checked out either"


def test_a_registry_is_asked_about_what_may_come_only(small: Context) -> None:
    shelf = Shelf(chart(chart_files("orders", "1.1.0")), down={"web": "registry x is down"})
    found = market(small)
    found = replace(found, archives=replace(found.archives, server=shelf))
    assert found.offers({}, {"orders"})["orders"].versions == ("1.0.0", "1.1.0")
    assert shelf.listed == ["orders"]
    with pytest.raises(ShunterError, match="registry x is down"):
        found.offers({})


def test_an_archive_under_a_version_is_the_pinned_one(small: Context) -> None:
    pin = open_archives(small).pin("orders", "1.0.0")
    publish(small, orders("1.1.0"))
    other = open_archives(small).pin("orders", "1.1.0")
    assert not market(small).rewritten(pin)
    assert market(small).rewritten(replace(other, version="1.0.0"))
    assert not market(small).rewritten(replace(other, version="9.0.0")), "nobody knows"


def test_what_changed_since_it_was_packaged_is_one_finding_a_chart(small: Context) -> None:
    assert [*market(small).unpublished()] == []
    write(small.root, {"third/orders/values.yaml": "size: 2\n"})
    publish(small, chart_files("web", "1.1.0"), "third/web")
    [finding] = market(small).unpublished()
    assert (finding.rule, finding.span.path) == ("not-packaged", "third/orders/Chart.yaml")
    assert [*market(small).unpublished({"orders"})] == [finding]
    assert [*market(small).unpublished({"web"})] == []
    shutil.rmtree(small.root / ".shunter/registry")
    assert len([*market(small).unpublished()]) == 2


def test_git_says_of_most_charts_that_they_are_as_published(small: Context) -> None:
    """No chart is packed for it: the archive names its commit, and git compares two trees."""
    chart = small.root / "third/orders/Chart.yaml"
    commit_all(small.root, {"third/orders/Chart.yaml": chart.read_bytes().replace(b"1.0.0", b"1.1.0")})
    ok("package", "orders", cwd=small.root)
    with git_processes() as started:
        assert [*market(small).unpublished()] == []
    assert len(started) == 2, "status and cat-file"
    values = small.root / "third/orders/values.yaml"
    for text, found in (("size: 2\n", 1), ("", 0)):
        commit_all(small.root, {"third/orders/values.yaml": text or None})
        assert len([*market(small).unpublished()]) == found, text
    write(small.root, {"third/orders/values.yaml": "size: 2\n"})
    assert len([*market(small).unpublished()]) == 1, "not committed"
    values.unlink()
    commit_all(small.root, {"third/orders/Chart.lock": "derived\n"})
    assert [*market(small).unpublished()] == []
