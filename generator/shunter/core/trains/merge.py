"""Two heads of one history become one: what one side changed is taken, what both changed a person chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shunter.core.trains.entry import Entry, Why, changes_of, sealed
from shunter.core.trains.history import Entries, ancestors
from shunter.core.trains.order import Order, compare, newest
from shunter.core.trains.state import Base, Car, Hold, State, with_cars
from shunter.model.data import dataclass, replace


@dataclass(frozen=True, slots=True)
class Disputed:
    """A car that both sides changed, each to something else, or one held; None is a side that has removed it."""

    alias: str
    ours: Car | None
    theirs: Car | None


@dataclass(frozen=True, slots=True)
class Merged:
    """What two heads come to: the state, and the entry that is its own.

    There is no entry where one side contains the other one, and none while `disputed` names cars.
    """

    state: State
    entry: Entry | None = None
    disputed: tuple[Disputed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Side:
    """One head: what it runs, and which cars, holds and bases its own entries changed."""

    state: State
    cars: frozenset[str]
    holds: frozenset[str]
    based: bool


def merge(entries: Entries, ours: State, theirs: State, why: Why, chosen: Mapping[str, str] | None = None) -> Merged:
    """What both heads come to. `entries` are those of both; `chosen` names, by alias, the head that is followed.

    The result does not depend on which side is called ours.
    """
    known = ancestors(entries, ours.entry), ancestors(entries, theirs.entry)
    if known[1] <= known[0]:
        return Merged(ours)
    if known[0] <= known[1]:
        return Merged(theirs)
    sides = [_side(entries, ours, known[0] - known[1]), _side(entries, theirs, known[1] - known[0])]
    cars, disputed = _cars(sides, chosen or {})
    if disputed:
        return Merged(ours, None, disputed)
    state = with_cars(ours, cars, _base(sides))
    heads = sorted((ours, theirs), key=lambda side: side.entry)
    changes = tuple(changes_of(head, state) for head in heads)
    after = tuple(head.entry for head in heads)
    followed = {alias: name for alias, name in sorted((chosen or {}).items()) if name in after}
    return Merged(*sealed(state, Entry(why, after, changes, state.hash, state.base, followed)))


def _side(entries: Entries, state: State, own: frozenset[str]) -> _Side:
    found = [entries[name] for name in own]
    cars = {alias for entry in found for alias in (entry.chosen if len(entry.after) > 1 else entry.changed)}
    holds = {alias for entry in found if len(entry.after) < 2 for alias in entry.changes[0].holds}
    based = any(len(entry.after) < 2 and entry.base != _base_before(entries, entry) for entry in found)
    return _Side(state, frozenset(cars), frozenset(holds), based)


def _base_before(entries: Entries, entry: Entry) -> Base | None:
    before = entries.get(entry.after[0]) if entry.after else None
    return before.base if before else None


def _cars(sides: list[_Side], chosen: Mapping[str, str]) -> tuple[dict[str, Car], tuple[Disputed, ...]]:
    cars: dict[str, Car] = {}
    disputed = []
    for alias in sorted({*sides[0].state.cars, *sides[1].state.cars}):
        options = list(_options(alias, sides, chosen))
        ours, theirs = options[0], options[-1]
        if len(options) > 1 and not _alike(ours, theirs):
            disputed.append(Disputed(alias, ours, theirs))
        elif ours is not None and theirs is not None:
            train = newest((ours.train, theirs.train)) if len(options) > 1 else ours.train
            cars[alias] = replace(ours, train=train, hold=_hold(alias, sides))
    return cars, tuple(disputed)


def _options(alias: str, sides: list[_Side], chosen: Mapping[str, str]) -> Iterator[Car | None]:
    """The car of the side that is right, or of both. A side that held a car has decided on it, too: it is to stay."""
    named = [side for side in sides if chosen.get(alias) == side.state.entry]
    changed = [side for side in sides if alias in side.cars or _holds(alias, side)]
    for side in named or (changed if len(changed) == 1 else sides):
        yield side.state.cars.get(alias)


def _holds(alias: str, side: _Side) -> bool:
    car = side.state.cars.get(alias)
    return alias in side.holds and car is not None and car.hold is not None


def _alike(one: Car | None, other: Car | None) -> bool:
    return compare(one.pin if one else None, other.pin if other else None) is Order.SAME


def _hold(alias: str, sides: list[_Side]) -> Hold | None:
    """The hold of the side that changed it; where both did, the one that lasts longer: nobody loses a hold unasked."""
    changed = [side for side in sides if alias in side.holds]
    holds = [side.state.cars[alias].hold for side in changed or sides if alias in side.state.cars]
    return max(filter(None, holds), key=lambda hold: (not hold.until, hold.until, hold.why), default=None)


def _base(sides: list[_Side]) -> Base | None:
    """The base of the side that changed it; where both did, that of the newer train."""
    changed = [side for side in sides if side.based]
    bases = [side.state.base for side in changed or sides if side.state.base]
    train = newest(base.train for base in bases)
    return max((base for base in bases if base.train == train), key=lambda base: base.cars, default=None)
