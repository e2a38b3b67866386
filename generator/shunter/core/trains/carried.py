"""A record of the first format carried over into the second one."""

from __future__ import annotations

from typing import Final

from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.entry import Changes, Entry, Why, sealed
from shunter.core.trains.state import Base, Car, State, cars_hash

_BEGINNING: Final = "1970-01-01T00:00:00Z"


def carried_over(old: TrainRecord) -> tuple[State, tuple[Entry, ...]]:
    """The record in format 2, and its history: one entry that holds the old one, or none for an untouched environment.

    Nothing but the record decides, so two branches that carry the same record over get the same files.
    """
    cars = {alias: Car(pin, train=old.train or "") for alias, pin in sorted(old.cars.items())}
    base = Base(old.train, cars_hash(old.cars)) if old.train else None
    state = State(cars, base=base)
    if not cars and not old.history:
        return state, ()
    last = old.history[-1] if old.history else None
    why = Why("carried", _to_the_second(last.at) if last else _BEGINNING, train=old.train or "")
    changes = Changes({alias: ("", car.brief()) for alias, car in cars.items()})
    state, entry = sealed(state, Entry(why, (), (changes,), state.hash, base, before=old.history))
    return state, (entry,)


def _to_the_second(at: str) -> str:
    return f"{at[:19]}Z"
