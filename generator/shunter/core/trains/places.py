"""Where each car of an environment stands to what it promotes from, and what is next: the words of the board."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final

from shunter.core.charts.pins import Pin
from shunter.core.trains.gate import WHOLE
from shunter.core.trains.order import Order, compare, compare_versions
from shunter.core.trains.plan import MAY_GO_DOWN, Move, Plan
from shunter.core.trains.state import Car, State
from shunter.model.data import dataclass
from shunter.model.wording import counted


class Place(StrEnum):
    """How a car stands to the one that it would be promoted from.

    `ahead` is newer than there; `diverged` has no order with it; `held` stays as it is; `undeclared` does not belong
    here, by shunter.yaml; `leftover` runs here although shunter.yaml does not declare it; `unknown` is not checked out.
    """

    SAME = "same"
    BEHIND = "behind"
    AHEAD = "ahead"
    DIVERGED = "diverged"
    HELD = "held"
    ABSENT = "absent"
    UNDECLARED = "undeclared"
    LEFTOVER = "leftover"
    UNKNOWN = "unknown"


_PLACES: Final = {
    Order.SAME: Place.SAME,
    Order.UP: Place.BEHIND,
    Order.DOWN: Place.AHEAD,
    Order.CHANGED: Place.DIVERGED,
    Order.REPLACED: Place.DIVERGED,
    Order.REMOVED: Place.AHEAD,
}


@dataclass(frozen=True, slots=True)
class Here:
    """One environment: what it runs (None: not checked out), and the services that it declares (None: all)."""

    name: str
    state: State | None
    services: frozenset[str] | None = None

    def car(self, alias: str) -> Car | None:
        """The car of that alias, if it runs here."""
        return self.state.cars.get(alias) if self.state else None

    def declares(self, alias: str) -> bool:
        """Whether the service belongs here."""
        return self.services is None or alias in self.services


def place_of(alias: str, here: Here, sources: Sequence[Here]) -> Place:
    """How the car stands to the newest one in `sources`, which is what the environment promotes from.

    At the start of a route, and where no source declares the service, a car stands to itself.
    """
    if here.state is None:
        return Place.UNKNOWN
    car = here.car(alias)
    if not here.declares(alias):
        return Place.LEFTOVER if car else Place.UNDECLARED
    if car and car.hold:
        return Place.HELD
    known = [source for source in sources if source.declares(alias) and source.state is not None]
    if car is None:
        return Place.ABSENT
    return _PLACES[compare(car.pin, there.pin if (there := _newest(alias, known)) else None)] if known else Place.SAME


def _newest(alias: str, sources: Sequence[Here]) -> Car | None:
    found: Car | None = None
    for source in sources:
        car = source.car(alias)
        if car and (found is None or compare_versions(car.pin.version, found.pin.version) > 0):
            found = car
    return found


def advised(planned: Plan, left: Collection[str] = ()) -> tuple[str, ...] | None:
    """The cars to which a promotion is to be limited so that it is worth advice, none for all; None where nothing is.

    That is what goes up or is new, and what goes down or away by a word of its train or of shunter.yaml, where nothing
    refuses it. `left` are the aliases whose pins this environment was rolled back from.
    """
    refused = {found.alias for found in planned.refusals}
    good = tuple(move.alias for move in planned.moves if move.alias not in refused | {*left} and _is_advised(move))
    if WHOLE in refused or not good:
        return None
    clean = len(good) == len(planned.moves) and not planned.stays
    return () if clean else good


def _is_advised(move: Move) -> bool:
    return move.order in (Order.UP, Order.NEW) or move.word not in ("", MAY_GO_DOWN)


def label(state: State, train: Mapping[str, Pin] | None = None) -> str:
    """What an environment runs, in words: its train, the train and how many cars differ from it, or no train.

    `train` are the cars of the base's train, where they are at hand.
    """
    if state.base is None:
        return f"{counted(len(state.cars), 'car')} of no train" if state.cars else "nothing"
    if state.train:
        return state.train
    if train is None:
        return f"{state.base.train}, changed"
    others = sum(compare(train.get(alias), car.pin) is not Order.SAME for alias, car in state.cars.items())
    return f"{state.base.train}, {others} of {len(state.cars)} differ"
