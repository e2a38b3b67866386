"""The words of the board, and what it advises."""

from __future__ import annotations

import random

import pytest

from helpers.fuzz.histories import car, cars, pin
from shunter.core.charts.pins import Pin
from shunter.core.trains.gate import Gate, answers
from shunter.core.trains.order import Order
from shunter.core.trains.places import Here, Place, advised, label, place_of
from shunter.core.trains.plan import Asked, Freight, plan
from shunter.core.trains.state import Base, Car, Hold, State, cars_hash
from shunter.model.data import replace

PRE = Here("pre", State(cars({"orders": "1.1.0", "web": "1.0.0"})))


def pro(versions: dict[str, str], services: frozenset[str] | None = None, hold: Hold | None = None) -> Here:
    return Here("pro", State({alias: car(alias, version, hold=hold) for alias, version in versions.items()}), services)


@pytest.mark.parametrize(
    ("here", "place"),
    [
        (pro({"orders": "1.1.0"}), Place.SAME),
        (pro({"orders": "1.0.0"}), Place.BEHIND),
        (pro({"orders": "1.1.1"}), Place.AHEAD),
        (pro({"orders": "1.1.0+b"}), Place.DIVERGED),
        (Here("pro", State({"orders": Car(Pin("other", "1.1.0"))})), Place.DIVERGED),
        (pro({"orders": "1.0.0"}, hold=Hold("INC-77")), Place.HELD),
        (pro({}), Place.ABSENT),
        (pro({}, frozenset({"web"})), Place.UNDECLARED),
        (pro({"orders": "1.0.0"}, frozenset({"web"})), Place.LEFTOVER),
        (Here("pro", None), Place.UNKNOWN),
    ],
)
def test_how_a_car_stands(here: Here, place: Place) -> None:
    assert place_of("orders", here, [PRE]) is place


def test_of_several_sources_the_newest_counts_and_those_that_cannot_know_do_not() -> None:
    other = Here("qa", State(cars({"orders": "2.0.0"})))
    assert place_of("orders", pro({"orders": "1.1.0"}), [PRE, other]) is Place.BEHIND
    assert place_of("orders", pro({"orders": "1.1.0"}), [PRE, replace(other, state=None)]) is Place.SAME
    assert place_of("orders", pro({"orders": "1.1.0"}), [replace(other, services=frozenset())]) is Place.SAME
    assert place_of("orders", pro({"orders": "1.1.0"}), []) is Place.SAME
    assert place_of("orders", pro({"orders": "1.1.0"}), [Here("qa", State())]) is Place.AHEAD


COMMAND = "shunter promote --from pre --to pro"


def advice(here: Here, source: Here, left: tuple[str, ...] = (), line: str = "") -> str:
    """What is advised to `here`, at the start of a route, of what `source` runs."""
    assert here.state is not None
    assert source.state is not None
    found = answers(Gate("pro", here.state, "2026-11-28", services=here.services), source.state.cars, line)
    only = advised(plan(here.state, Freight(source.state.cars), found, Asked()), left)
    return "" if only is None else COMMAND + (f" --only {','.join(only)}" if only else "")


@pytest.mark.parametrize(
    ("here", "says"),
    [
        (pro({"orders": "1.1.0", "web": "1.0.0"}), ""),
        (pro({"orders": "1.0.0"}), COMMAND),
        (pro({"orders": "1.0.0"}, frozenset({"orders"})), COMMAND),
        (pro({"orders": "1.0.0", "web": "1.0.1"}), f"{COMMAND} --only orders"),
        (pro({"orders": "1.1.1", "web": "1.0.0"}), ""),
        (pro({"orders": "1.0.0", "web": "1.0.0"}, hold=Hold("INC-77")), ""),
    ],
)
def test_what_is_advised(here: Here, says: str) -> None:
    assert advice(here, PRE) == says


def test_what_was_rolled_back_from_here_is_no_advice() -> None:
    assert advice(pro({"orders": "1.0.0"}), PRE, ("orders",)) == f"{COMMAND} --only web"
    assert advice(pro({"orders": "1.0.0", "web": "1.0.0"}), PRE, ("orders",)) == ""


def test_what_is_of_another_line_is_no_advice() -> None:
    assert advice(pro({"orders": "1.0.0"}), PRE, line="acme") == ""


def test_what_shunter_yaml_does_not_declare_any_more_is_removed_by_the_next_promotion() -> None:
    assert advice(pro({"orders": "1.1.0", "web": "1.0.0"}, frozenset({"orders"})), PRE) == COMMAND


@pytest.mark.parametrize("seed", range(10))
def test_what_is_advised_lowers_and_removes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    aliases = ["a", "b", "c", "d"]
    for _ in range(40):
        sides = [{a: f"1.{rng.randint(0, 2)}.0" for a in aliases if rng.random() < 0.8} for _ in range(2)]
        here, source = pro(sides[0]), Here("pre", State(cars(sides[1])))
        said = advice(here, source)
        only = tuple(said.partition(" --only ")[2].split(",")) if " --only " in said else ()
        assert here.state is not None
        assert source.state is not None
        found = plan(here.state, Freight(source.state.cars), {}, Asked(only))
        if said:
            assert found.moves
            assert {move.order for move in found.moves} <= {Order.UP, Order.NEW}


def test_what_an_environment_runs_in_words() -> None:
    now = cars({"orders": "1.0.0", "web": "1.0.0"}, "1.0.0")
    pins = {alias: found.pin for alias, found in now.items()}
    whole = State(now, base=Base("1.0.0", cars_hash(pins)))
    hotfixed = replace(whole, cars={**now, "orders": car("orders", "1.0.1", "1.0.1")})
    assert label(whole) == "1.0.0"
    assert label(hotfixed, pins) == "1.0.0, 1 of 2 differ"
    assert label(hotfixed) == "1.0.0, changed"
    assert label(hotfixed, {"orders": pin("orders", "1.0.1")}) == "1.0.0, 1 of 2 differ"
    assert label(State(now)) == "2 cars of no train"
    assert label(State()) == "nothing"
