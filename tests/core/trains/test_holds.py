"""Holds: what they need, and what lets a car go."""

from __future__ import annotations

import pytest

from helpers.fuzz.histories import car, cars
from shunter.core.trains.holds import held, released
from shunter.core.trains.state import Hold, State
from shunter.model.errors import ShunterError

TODAY = "2026-11-28"
STATE = State({**cars({"orders": "1.0.0"}), "web": car("web", "1.0.0", hold=Hold("INC-1"))})


@pytest.mark.parametrize("until", ["", TODAY, "2027-01-01"])
def test_a_car_is_held_and_let_go(until: str) -> None:
    hold = Hold("INC-77", until)
    now = held(STATE, "orders", hold, TODAY)
    assert now == {**STATE.cars, "orders": car("orders", "1.0.0", hold=hold)}
    assert released(State(now), "orders") == STATE.cars


def test_a_hold_takes_the_place_of_another_one() -> None:
    assert held(STATE, "web", Hold("INC-2"), TODAY)["web"].hold == Hold("INC-2")


@pytest.mark.parametrize(
    ("alias", "hold", "says"),
    [
        ("nobody", Hold("INC-77"), "there is no car `nobody` here"),
        ("orders", Hold(" "), "a hold needs a reason"),
        ("orders", Hold("INC-77", "2026-11-27"), "2026-11-27 is over"),
        ("orders", Hold("INC-77", "2026-02-30"), "is no date"),
        ("orders", Hold("INC-77", "20261224"), "is no date"),
        ("orders", Hold("INC-77", "tomorrow"), "is no date"),
    ],
)
def test_what_is_no_hold_is_refused(alias: str, hold: Hold, says: str) -> None:
    with pytest.raises(ShunterError, match=says):
        held(STATE, alias, hold, TODAY)


@pytest.mark.parametrize(("alias", "says"), [("nobody", "there is no car"), ("orders", "`orders` is not held")])
def test_what_is_not_held_cannot_be_let_go(alias: str, says: str) -> None:
    with pytest.raises(ShunterError, match=says):
        released(STATE, alias)
