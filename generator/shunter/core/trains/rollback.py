"""The way down: an environment, or one car of it, as it was at an entry of its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shunter.core.trains.order import Order, compare
from shunter.core.trains.plan import Move, Plan, Stay, chosen, moved
from shunter.core.trains.state import Base, Car, State, cars_hash


def plan_rollback(state: State, then: State, only: Iterable[str] = ()) -> Plan:
    """What moves so that an environment runs again what it ran `then`; `only` limits it to some cars.

    Nothing of it is refused. A held car stays unless `only` names it, and holds are as they are now. Raises
    ShunterError where `only` names a car that is neither here nor there.
    """
    aliases = sorted({*state.cars, *then.cars})
    named = chosen(only, aliases, "--only")
    moves, stays = [], []
    for alias in named or aliases:
        was, now = state.cars.get(alias), then.cars.get(alias)
        order = compare(was.pin if was else None, now.pin if now else None)
        if order is Order.SAME:
            continue
        if was and was.hold and not named:
            stays.append(Stay(alias, was, now, f"held: {was.hold.why}"))
        else:
            moves.append(Move(alias, was, now, order))
    cars = moved(state.cars, moves)
    return Plan(tuple(moves), tuple(stays), (), cars, _base(state, then, cars))


def _base(state: State, then: State, cars: Mapping[str, Car]) -> Base | None:
    """The base of then, where the cars are those of then."""
    same = cars_hash({alias: car.pin for alias, car in cars.items()}) == cars_hash(then.pins)
    return then.base if same else state.base
