"""The way down: an environment, or one car of it, as it was at an entry of its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from shunter.core.trains.history import Entries, expected
from shunter.core.trains.order import Order, compare
from shunter.core.trains.plan import Move, Plan, Stay, chosen, moved
from shunter.core.trains.state import Base, Car, State, cars_hash
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError

_T = TypeVar("_T")


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


def came_before(
    entries: Entries,
    name: str,
    alias: str = "",
    formerly: Mapping[str, str] | None = None,
    environment: str = "ENV",
) -> str:
    """The entry to which a rollback from the entry `name` returns where nobody names one.

    It is the one before the change of pins that is current, of all cars or of the car `alias`; a rollback stands where
    it went, and the next one goes on from there. Never is it a state that runs already, one that these rollbacks just
    left, or one with a pin that a rollback of its car alone left. `formerly` are former names of cars, and what each is
    called now: a name alone is no change. Raises ShunterError where nothing else came before; its hint names the
    `environment`.
    """
    past = _Past(entries, formerly or {}, alias)
    now, left, withdrawn = past.runs(name), past.left(name), past.withdrawn(name)
    for candidate in past.candidates(name):
        then = past.runs(candidate)
        if then != now and then not in left and not withdrawn & then.items():
            return candidate
    what = f"of `{alias}` " if alias else ""
    hint = f"name the entry to return to: shunter history {environment} lists them"
    raise ShunterError(f"nothing {what}came before what is current", hint=hint)


def today(state: State, formerly: Mapping[str, str]) -> State:
    """A state of then under the names of today; a train that was whole is whole."""
    cars = {formerly.get(alias, alias): car for alias, car in state.cars.items()}
    base = Base(state.train, cars_hash({a: car.pin for a, car in cars.items()})) if state.train else state.base
    return replace(state, cars=cars, base=base)


@dataclass(frozen=True, slots=True)
class _Past:
    """The history as a rollback reads it: pins under the names of today, of all cars or of `alias`."""

    entries: Entries
    formerly: Mapping[str, str]
    alias: str

    def runs(self, name: str) -> dict[str, str]:
        """The pins from the entry on."""
        briefs = expected(self.entries, name)
        return self._wanted({self.formerly.get(alias, alias): _pin(brief) for alias, brief in briefs.items()})

    def changed(self, name: str) -> dict[str, tuple[str, str]]:
        """The pins that the entry changed."""
        found: dict[str, tuple[str, str]] = {}
        for alias, (was, now) in self.entries[name].changed.items():
            name_today = self.formerly.get(alias, alias)
            before, after = found.get(name_today, ("", ""))
            found[name_today] = (before or _pin(was), after or _pin(now))
        return self._wanted({alias: pair for alias, pair in found.items() if pair[0] != pair[1]})

    def candidates(self, name: str) -> Iterator[str]:
        """What came before each change, newest first; past a rollback of all, or of the car, it goes on at its goal."""
        seen: set[str] = set()
        while name in self.entries and name not in seen:
            seen.add(name)
            why, parent, touched = self.entries[name].why, self._parent(name), bool(self.changed(name))
            if touched and why.verb == "rollback" and (self.alias or not why.only):
                name = why.to
                continue
            if touched and parent and why.verb != "rollback":
                yield parent
            name = parent

    def left(self, name: str) -> list[dict[str, str]]:
        """What the rollbacks left that came one after the other at the end."""
        found = []
        for known, _ in self._line(name):
            if self.entries[known].why.verb != "rollback":
                break
            found.append(self.runs(self._parent(known)))
        return found

    def withdrawn(self, name: str) -> set[tuple[str, str]]:
        """The pins that a rollback of some cars alone left, and that nothing brought again since."""
        last: dict[tuple[str, str], bool] = {}
        for known, changed in self._line(name):
            why = self.entries[known].why
            for alias, (was, now) in changed.items():
                last.setdefault((alias, now), False)
                last.setdefault((alias, was), why.verb == "rollback" and bool(why.only))
        return {pin for pin, gone in last.items() if gone}

    def _line(self, name: str) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
        """Each entry that changed pins, with them, newest first."""
        seen: set[str] = set()
        while name in self.entries and name not in seen:
            seen.add(name)
            if changed := self.changed(name):
                yield name, changed
            name = self._parent(name)

    def _parent(self, name: str) -> str:
        after = self.entries[name].after
        return after[0] if after else ""

    def _wanted(self, found: dict[str, _T]) -> dict[str, _T]:
        return {alias: value for alias, value in found.items() if self.alias in ("", alias)}


def _pin(brief: str) -> str:
    """Chart, version and digest of a car's brief: which train brought it does not count."""
    return " ".join(brief.split(" ")[:3]).removesuffix(" -")
