"""Trains listed with where they are, and compared car by car."""

from __future__ import annotations

from helpers.workspaces.small import orders, publish
from shunter.core.charts.pins import Pin
from shunter.core.trains.cut import Said
from shunter.core.trains.model import Train
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.trains.list import compare, overview
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context


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
    assert [(row["train"], row["cars"], row["environments"]) for row in found.data] == [
        ("1.0.0", 2, ["tst", "pre"]),
        ("1.10.0", 1, []),
    ]
    assert found.next_step == ""
