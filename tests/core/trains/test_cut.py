"""Cutting trains: a base, what was published since, and what somebody says."""

from __future__ import annotations

import pytest

from helpers.fuzz.histories import car, cars, pin
from shunter.core.charts.pins import Pin
from shunter.core.trains import cut
from shunter.core.trains.cut import Composition, Offer, Said, compose
from shunter.core.trains.model import Train
from shunter.core.trains.order import Order
from shunter.core.trains.plan import Asked, Move, plan
from shunter.core.trains.state import State
from shunter.model.errors import ShunterError

BASE = {"orders": pin("orders", "1.5.0"), "web": pin("web", "2.0.0")}
OFFERS = {
    "orders": Offer("orders", ("1.4.0", "1.5.0", "1.5.1", "1.6.0-main.5")),
    "web": Offer("web", ("2.0.0",)),
}
LIBRARY = Pin("shop-library", "1.0.0")


def made(said: Said | None = None, offers: dict[str, Offer] | None = None, **more: Offer) -> Composition:
    return compose(BASE, {**(OFFERS if offers is None else offers), **more}, said or Said())


def versions(found: Composition) -> dict[str, str]:
    return {alias: each.version for alias, each in found.cars.items()}


def told(found: Composition) -> list[str]:
    return [str(move) for move in found.moves]


def refused(found: Composition) -> list[tuple[str, str, str]]:
    return [(each.rule, each.alias, each.opens) for each in found.refusals]


def test_newer_releases_are_laid_over_the_base_and_pre_releases_are_not() -> None:
    found = made()
    assert (told(found), refused(found)) == (["orders 1.5.0 → 1.5.1"], [])
    assert found.cars["web"] == BASE["web"], "with its digests"
    assert found.cars["orders"] == Pin("orders", "1.5.1")


def test_a_base_that_is_newer_than_all_releases_stays() -> None:
    base = {"orders": pin("orders", "1.6.0-main.5")}
    assert compose(base, {"orders": Offer("orders", ("1.5.0",))}, Said()).moves == ()
    assert told(compose(base, {"orders": Offer("orders", ("1.6.0",))}, Said())) == ["orders 1.6.0-main.5 → 1.6.0"]


def test_a_car_that_is_named_may_be_a_pre_release() -> None:
    assert told(made(Said(cars={"orders": "1.6.0-main.5"}))) == ["orders 1.5.0 → 1.6.0-main.5"]
    found = made(Said(cars={"orders": "1.7.0"}))
    assert refused(found) == [("not-published", "orders", "shunter package orders")]
    assert "known: 1.4.0, 1.5.0, 1.5.1, 1.6.0-main.5" in found.refusals[0].reason


@pytest.mark.parametrize("version", ["~1.5", "latest", "1.5"])
def test_a_car_is_named_exactly(version: str) -> None:
    with pytest.raises(ShunterError, match="the car orders"):
        made(Said(cars={"orders": version}))


def test_what_would_go_down_is_refused_unless_said_and_then_the_train_says_it() -> None:
    lowered = Said(cars={"orders": "1.4.0"})
    assert refused(made(lowered)) == [("car-down", "orders", "--lower orders")]
    found = made(Said(cars={"orders": "1.4.0"}, lower=("orders", "web")))
    assert (told(found), found.refusals) == (["orders 1.5.0 → 1.4.0 DOWN (--lower)"], ())
    assert found.lower == {"orders": "1.5.0"}


def test_only_is_the_base_plus_some() -> None:
    found = made(Said(only=("web",)), new=Offer("new", ("1.0.0",)))
    assert (versions(found), found.moves) == ({"orders": "1.5.0", "web": "2.0.0"}, ())


def test_a_hotfix_changes_what_it_names_and_nothing_else() -> None:
    found = made(Said(cars={"web": "2.0.0"}, hotfix=True))
    assert found.moves == ()
    assert told(made(Said(cars={"orders": "1.5.1"}, hotfix=True), web=Offer("web", ("3.0.0",)))) == [
        "orders 1.5.0 → 1.5.1"
    ]


def test_a_new_service_is_in_once_it_has_a_release() -> None:
    assert told(made(new=Offer("new", ("1.0.0", "1.1.0"))))[0] == "new 1.1.0 new"
    assert refused(made(new=Offer("new"))) == [("not-published", "new", "shunter package new")]
    builds = ("1.0.0-main.9", "1.0.0-main.10")
    found = made(new=Offer("new", builds), other=Offer("other", ("0.0.0-pr.1",)))
    words = "--car new=1.0.0-main.10 --car other=0.0.0-pr.1"
    assert refused(found) == [("not-published", "new", words), ("not-published", "other", words)]
    found = made(new=Offer("new", ("1.0.0-main.1",)))
    assert refused(found) == [("not-published", "new", "--car new=1.0.0-main.1")]


def test_a_service_that_is_gone_is_refused_dropped_or_replaced() -> None:
    gone = {"orders": OFFERS["orders"], "site": Offer("site", ("1.0.0",))}
    assert refused(made(offers=gone)) == [("service-gone", "web", "--drop web, or --replace web=NEW")]
    dropped = made(Said(drops=("web",)), offers=gone)
    assert (dropped.drops, refused(dropped), "web" in dropped.cars) == (("web",), [], False)
    replaced = made(Said(replaces={"web": "site"}), offers=gone)
    assert (replaced.replaces, replaced.drops, refused(replaced)) == ({"web": "site"}, (), [])
    assert told(replaced)[1:] == ["site 1.0.0 new", "web 2.0.0 removed (--replace web=site)"]


def test_a_third_partys_chart_has_the_version_of_the_workspace_file() -> None:
    base = {"db": Pin("postgresql", "15.0.0", digest="sha256:" + "1" * 64)}
    offer = Offer("postgresql", ("15.0.0", "16.0.0", "99.0.0"), "16.0.0", "https://charts.example")
    found = compose(base, {"db": offer}, Said())
    assert found.cars == {"db": Pin("postgresql", "16.0.0", source="https://charts.example")}
    other = Offer("cloudnative-pg", fixed="0.2.0")
    assert refused(compose(base, {"db": other}, Said())) == [("car-replaced", "db", "--replace db=db")]
    said = compose(base, {"db": other}, Said(replaces={"db": "db"}))
    assert (said.replaces, told(said)) == (
        {"db": "db"},
        ["db postgresql 15.0.0 → cloudnative-pg 0.2.0 replaced (--replace db=db)"],
    )
    lower = Offer("postgresql", fixed="14.0.0")
    assert refused(compose(base, {"db": lower}, Said())) == [("car-down", "db", "--lower db")]


@pytest.mark.parametrize(
    "said",
    [Said(drops=("nobody",)), Said(cars={"nobody": "1.0.0"}), Said(only=("",)), Said(replaces={"web": "nobody"})],
)
def test_a_car_that_nobody_knows_is_refused(said: Said) -> None:
    with pytest.raises(ShunterError, match=r"there is no car|names no car"):
        made(said)


def test_the_base_is_the_newest_good_train_of_the_line() -> None:
    lines = {"1.4.0": "", "1.10.0": "", "1.9.0": "", "2.0.0": "acme"}
    asked: list[str] = []

    def line_of(version: str) -> str:
        asked.append(version)
        return lines[version]

    assert cut.base_of(lines, line_of, "") == "1.10.0"
    assert asked == ["2.0.0", "1.10.0"], "no more than it takes"
    assert cut.base_of(lines, line_of, "", without=["1.10.0"]) == "1.9.0"
    assert cut.base_of(lines, line_of, "", below="1.9.0") == "1.4.0"
    assert cut.base_of(lines, line_of, "acme") == "2.0.0"
    assert cut.base_of(lines, line_of, "other") == ""


def move(order: Order, was: str = "", now: str = "") -> Move:
    return Move("a", car("a", was) if was else None, car("a", now) if now else None, order)


@pytest.mark.parametrize(
    ("base", "moves", "version"),
    [
        ("", [], "1.0.0"),
        ("1.4.0", [move(Order.UP, "1.0.0", "1.0.1")], "1.4.1"),
        ("1.4.3", [move(Order.UP, "1.0.0", "1.1.0"), move(Order.UP, "1.0.0", "1.0.1")], "1.5.0"),
        ("1.4.3", [move(Order.UP, "1.0.0", "2.0.0")], "2.0.0"),
        ("1.4.3", [move(Order.NEW, now="1.0.0")], "1.5.0"),
        ("1.4.3", [move(Order.REMOVED, was="1.0.0")], "2.0.0"),
        ("1.4.3", [move(Order.DOWN, "1.0.1", "1.0.0")], "2.0.0"),
        ("1.4.3", [move(Order.CHANGED, "1.0.0", "1.0.0+b")], "1.4.4"),
        ("0.4.3", [move(Order.REMOVED, was="1.0.0")], "0.5.0"),
        ("1.5.0-rc.1", [move(Order.UP, "1.0.0", "1.0.1")], "1.5.0"),
        ("1.5.0-rc.1", [move(Order.NEW, now="1.0.0")], "1.5.0"),
        ("1.5.1-rc.1", [move(Order.NEW, now="1.0.0")], "1.6.0"),
        ("1.5.0-rc.1", [move(Order.REMOVED, was="1.0.0")], "2.0.0"),
    ],
)
def test_the_version_follows_from_what_differs(base: str, moves: list[Move], version: str) -> None:
    assert cut.bumped(base, moves) == version


@pytest.mark.parametrize(
    ("now", "version"), [("1.0.1", "1.4.1"), ("1.1.0", "1.5.0"), ("2.0.0", "2.0.0"), ("0.9.0", "2.0.0")]
)
def test_a_renamed_chart_counts_by_its_version(now: str, version: str) -> None:
    was, becomes = {"web": Pin("front", "1.0.0")}, {"web": Pin("web", now)}
    (renamed,) = cut.differences(was, becomes, Said(renamed={"web": "front"}))
    assert cut.bumped("1.4.0", [renamed]) == version
    (replaced,) = cut.differences(was, becomes, Said(replaces={"web": "web"}))
    assert cut.bumped("1.4.0", [replaced]) == "2.0.0", "another chart, as somebody says"


def test_without_a_difference_there_is_no_new_version() -> None:
    with pytest.raises(ShunterError, match="nothing differs from train"):
        cut.bumped("1.4.0", [])


def test_a_hotfix_is_the_next_patch_and_stands_on_the_last_one_or_beside_it() -> None:
    cars = {"orders": "1.5.1", "web": "2.0.1"}
    assert cut.hotfix_of("1.4.0", ["1.4.0", "1.5.0"], cars) == "1.4.1"
    with pytest.raises(ShunterError, match=r"the next patch of train 1\.4\.0 is a train already: 1\.4\.1") as caught:
        cut.hotfix_of("1.4.0", ["1.4.0", "1.4.1", "1.4.2"], cars)
    words = "--car orders=1.5.1 --car web=2.0.1"
    assert caught.value.hint.splitlines() == [
        f"on top of 1.4.1, with all that it has: shunter train cut --hotfix 1.4.1 {words}",
        f"of 1.4.0 alone: shunter train cut 1.4.3 --from 1.4.0 {words} --only orders,web",
    ]
    with pytest.raises(ShunterError) as caught:
        cut.hotfix_of("1.4.0", ["1.4.1"], {})
    assert caught.value.hint == "--hotfix 1.4.1"


@pytest.mark.parametrize("version", ["1.4.0+b", "v1.4.0"])
def test_a_trains_version_has_an_order(version: str) -> None:
    with pytest.raises(ShunterError, match="no `v` and no build metadata"):
        cut.require_train_version(version)
    assert cut.require_train_version("1.4.0-rc.1").minor == 4


def test_what_trains_between_say_counts_for_who_comes_from_before_them() -> None:
    trains = {
        each.version: each
        for each in (
            Train("1.0.0", BASE),
            Train("1.1.0", BASE, base="1.0.0", drops=("old",), lower={"orders": "1.4.0"}),
            Train("1.2.0", BASE, base="1.1.0", lower={"orders": "1.6.0"}, replaces={"a": "b"}),
        )
    }
    far, near, strange = (cut.freight_of(trains["1.2.0"], trains, since) for since in ("1.0.0", "1.1.0", "9.9.9"))
    assert (far.drops, far.lower, far.replaces) == (frozenset({"old"}), {"orders": "1.6.0"}, {"a": "b"})
    assert near.drops == strange.drops == frozenset()
    assert cut.freight_of(trains["1.2.0"], trains).drops == {"old"}
    state = State({**cars({"orders": "1.5.0", "web": "2.0.0", "old": "1.0.0"})})
    assert plan(state, far, {}, Asked()).refusals == ()
    lowered = State(cars({"orders": "1.5.0"}, "1.2.0"))
    brought = cut.freight_from("pre", lowered, frozenset({"orders"}), trains)
    assert (brought.lower["orders"], brought.source, brought.train) == ("1.6.0", "pre", "")
    assert brought.covers == frozenset({"orders"})
    assert [each.alias for each in plan(state, near, {}, Asked()).refusals] == ["old"]
