"""Holding a car, and letting it go."""

from __future__ import annotations

from datetime import date

from shunter.core.trains.state import Car, Hold, State
from shunter.model.data import replace
from shunter.model.errors import ShunterError


def held(state: State, alias: str, hold: Hold, today: str) -> dict[str, Car]:
    """The cars with one of them held, in place of a hold that it has.

    `today` is a date such as `2026-11-28`. Raises ShunterError where the car does not run, nobody says why, and for a
    last day that is none, or over.
    """
    car = _running(state, alias)
    if not hold.why.strip():
        raise ShunterError("a hold needs a reason", hint="--why REASON: who is told that a car stays asks for it")
    if hold.until and not _is_date(hold.until):
        raise ShunterError(f"`{hold.until}` is no date", hint="write year, month and day: --until 2026-12-24")
    if hold.expired(today):
        raise ShunterError(f"{hold.until} is over", hint="--until names the last day on which the car stays")
    return {**state.cars, alias: replace(car, hold=hold)}


def released(state: State, alias: str) -> dict[str, Car]:
    """The cars with one of them held no more. Raises ShunterError where it does not run, or is not held."""
    car = _running(state, alias)
    if car.hold is None:
        holding = ", ".join(other for other, found in state.cars.items() if found.hold)
        raise ShunterError(f"`{alias}` is not held", hint=f"held: {holding or 'none'}")
    return {**state.cars, alias: replace(car, hold=None)}


def _running(state: State, alias: str) -> Car:
    if alias not in state.cars:
        raise ShunterError(f"there is no car `{alias}` here", hint=f"cars: {', '.join(state.cars) or 'none'}")
    return state.cars[alias]


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
