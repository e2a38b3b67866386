"""Trains listed with where they are, and compared car by car."""

from __future__ import annotations

from helpers.charts.tiny_charts import chart_files, library_files
from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.small import orders, publish
from shunter.core.charts.pins import Pin
from shunter.core.trains.cut import Said
from shunter.core.trains.model import Train
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.trains.list import compare, overview, runs, shown
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context
from shunter.model.data import replace


def test_only_what_differs_is_a_row() -> None:
    first = Train("1.0.0", {"a": Pin("a", "1.0.0", app_version="7"), "b": Pin("b", "1.0.0")})
    second = Train("2.0.0", {"a": Pin("a", "1.1.0"), "b": Pin("b", "1.0.0"), "c": Pin("c", "3.0.0")})
    assert compare(first, second) == [
        {"app": "a", "1.0.0": "1.0.0 (7)", "2.0.0": "1.1.0"},
        {"app": "c", "1.0.0": "-", "2.0.0": "3.0.0"},
    ]
    assert compare(first, first) == []


def test_each_train_says_where_it_is(small: Context) -> None:
    assert (overview(small).data, overview(small).next_step) == ([], "shunter train cut VERSION")
    cut(small, Cut("1.0.0"), dry_run=False, diff=False)
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, Cut("1.10.0", said=Said(drops=("web",))), dry_run=False, diff=False)
    for target in ("tst", "pre"):
        promote(small, Promotion([target], "1.0.0"), dry_run=False, diff=False)
    found = overview(small)
    assert [(row["train"], row["base"], row["cars"], row["environments"]) for row in found.data] == [
        ("1.0.0", "", 2, ["tst", "pre"]),
        ("1.10.0", "1.0.0", 1, []),
    ]
    assert found.next_step == ""
    assert runs(small) == {"1.0.0": ["tst", "pre"]}


def test_a_train_shows_its_words_and_who_yanked_it(shop: Context) -> None:
    commit_all(shop.root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy: loses orders\n"})
    cut(
        shop,
        Cut("1.2.0", line="acme", source="1.1.0", said=Said({"orders": "1.1.0"}, drops=("web",))),
        dry_run=False,
        diff=False,
    )
    found = shown(shop, "1.2.0")
    assert {name: found[name] for name in ("line", "base", "drops", "yanked", "environments")} == {
        "line": "acme",
        "base": "1.1.0",
        "drops": ["web"],
        "yanked": "",
        "environments": [],
    }
    assert [row["yanked"] for row in overview(shop).data] == ["", "loses orders", ""]


def test_each_car_has_its_library_and_whether_that_is_old_or_yanked(small: Context) -> None:
    """What is published without a compiled library has none; `commons` is of two kinds in the registry then."""
    for name, version in (("orders", "1.1.0"), ("web", "1.2.0")):
        built_with = (
            f"annotations: {{shunter/library: commons {'1.0.0' if name == 'orders' else '0.9.0'} 34b3a632272c}}\n"
        )
        files = chart_files(name, version)
        state = files["Chart.yaml"]
        publish(small, files | {"Chart.yaml": replace(state, data=state.data + built_with.encode())}, f"third/{name}")
    publish(small, library_files("1.1.0"), "library")
    cut(small, Cut("1.0.0"), dry_run=False, diff=False)
    cars = shown(small, "1.0.0")["cars"]
    assert (cars["orders"]["library"], cars["orders"]["note"]) == (
        "commons 1.0.0 34b3a632272c",
        "old: 1.1.0 is published",
    )
    assert (cars["web"]["library"], cars["web"]["note"]) == ("commons 0.9.0 34b3a632272c", "yanked")
