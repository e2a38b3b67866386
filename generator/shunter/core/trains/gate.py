"""Which cars may enter an environment. One rule: a pin that ran in what the environment promotes from, and stayed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Entry
from shunter.core.trains.history import Entries, ordered
from shunter.core.trains.order import Order, compare, newest
from shunter.core.trains.state import Car, Hold, State, car_of_brief
from shunter.model.data import dataclass, field, replace

WHOLE: Final = ""
"""In answers: what the gate says of all that comes, whichever of its cars moves."""
BACK: Final = "car-rolled-back"
"""The rule about a pin that an environment was rolled back from."""
_ROLLED_BACK: Final = "rollback of "
_Trains = Mapping[str, Mapping[str, Pin]]


class Verdict(StrEnum):
    """What the gate says of one car: it may come (or go), it stays, it does not belong here, or nothing may happen."""

    OPEN = "open"
    HELD = "held"
    ABSENT = "absent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on one car, why, and the command or flag that opens the gate.

    `rule` names what refuses, and `forcible` says whether --force --why may pass over it. `others` refuse it as well.
    """

    verdict: Verdict = Verdict.OPEN
    reason: str = ""
    opens: str = ""
    rule: str = ""
    forcible: bool = False
    others: tuple[Answer, ...] = ()

    def refusing(self, passed: Callable[[Answer], bool]) -> Iterator[Answer]:
        """Each reason why nothing may happen, but for forcible ones that are `passed` over."""
        for each in (self, *self.others):
            if each.verdict is Verdict.REFUSED and not (each.forcible and passed(each)):
                yield each

    @property
    def rules(self) -> frozenset[str]:
        """The rules that refuse it."""
        return frozenset(each.rule for each in (self, *self.others) if each.rule)


@dataclass(frozen=True, slots=True)
class Source:
    """An environment that the target promotes from: its history, and the services that it declares (None: all)."""

    name: str
    entries: Entries
    services: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The way into one environment.

    `sources` is what it promotes from (none: the start of a route), and a pin must have run in one of them, or in
    `every` one. `services` are those that it declares (None: all), `line` is the line of trains that it takes, `today`
    a date such as `2026-11-28`. `trains` are the cars of each train by version, `yanked` the reasons of yanked ones.
    `formerly` are former names of cars, and what each is called now: a pin ran, whatever its car was called then.
    """

    name: str
    state: State
    today: str
    sources: tuple[Source, ...] = ()
    every: bool = False
    services: frozenset[str] | None = None
    line: str = ""
    trains: _Trains = field(default_factory=dict)
    yanked: Mapping[str, str] = field(default_factory=dict)
    formerly: Mapping[str, str] = field(default_factory=dict)


class _Past:
    """Which pins ran in an environment, and which of them it was rolled back from, and not brought again since."""

    def __init__(self, source: Source, trains: _Trains, formerly: Mapping[str, str]) -> None:
        self.source, self._formerly = source, formerly
        self.ran: dict[tuple[str, str], dict[str, tuple[Pin, str]]] = {}
        for name in ordered(source.entries):
            entry = source.entries[name]
            self._carried(entry, trains)
            for changes in entry.changes:
                for alias, (was, now) in changes.cars.items():
                    if entry.why.verb == "rollback" and was:
                        self._note(alias, car_of_brief(was).pin, name)
                    if now:
                        self._note(alias, car_of_brief(now).pin, "")

    def _carried(self, entry: Entry, trains: _Trains) -> None:
        """What a history of the first format says: trains by name, cars as their files have them."""
        for item in entry.before:
            if item.source.startswith(_ROLLED_BACK):
                for alias, pin in trains.get(item.source.removeprefix(_ROLLED_BACK), {}).items():
                    self._note(alias, pin, item.at)
            for alias, pin in trains.get(item.train, {}).items():
                self._note(alias, pin, "")

    def _note(self, alias: str, pin: Pin, withdrawn: str) -> None:
        self.ran.setdefault((self._formerly.get(alias, alias), pin.name), {})[f"{pin.version} {pin.digest}"] = (
            pin,
            withdrawn,
        )

    def objection(self, alias: str, pin: Pin) -> tuple[str, str]:
        """The rule and the reason why a pin may not go on from here; empty where it may."""
        name, known = self.source.name, self.ran.get((alias, pin.name), {}).values()
        same = [withdrawn for ran, withdrawn in known if compare(ran, pin) is Order.SAME]
        if "" in same:
            return "", ""
        what = f"{alias} {pin.version}"
        if same:
            return BACK, f"{name} was rolled back from {what} ({same[-1]})"
        if any(ran.version == pin.version for ran, _ in known):
            return "stage-skipped", f"{name} ran {what} with another digest"
        return "stage-skipped", f"{what} has never run in {name}"


def answers(gate: Gate, freight: Mapping[str, Car], line: str | None = None) -> dict[str, Answer]:
    """What the gate says of each car of `freight` and of the environment, by alias, and of the `WHOLE`.

    `line` is that of the train which comes, or which an environment brings; None where nobody is to ask for it.
    """
    pasts = [_Past(source, gate.trains, gate.formerly) for source in gate.sources]
    aliases = sorted({*freight, *gate.state.cars})
    found = {alias: _answer(gate, pasts, alias, freight.get(alias)) for alias in aliases}
    return {WHOLE: _of_line(gate, line), **found}


def _of_line(gate: Gate, line: str | None) -> Answer:
    if line is None or line == gate.line:
        return Answer()
    reason = f"{gate.name} takes trains of {_line(gate.line)}, and this is one of {_line(line)}"
    opens = f"promote a train of {_line(gate.line)}, or --force --why REASON"
    return Answer(Verdict.REFUSED, reason, opens, "other-line", forcible=True)


def _answer(gate: Gate, pasts: Iterable[_Past], alias: str, car: Car | None) -> Answer:
    here, declared = gate.state.cars.get(alias), gate.services is None or alias in gate.services
    if declared and here and car and compare(here.pin, car.pin) is Order.SAME:
        return Answer()
    if here and here.hold:
        return _held(gate, alias, here.hold)
    if not declared:
        opens = f"add {alias} to the services of {gate.name} in shunter.yaml"
        return Answer(Verdict.ABSENT, f"{gate.name} does not declare {alias}", opens)
    if car is None:
        return Answer()
    first, *others = (*_objections(gate, pasts, alias, car), Answer())
    return replace(first, others=tuple(others[:-1])) if others else first


def _held(gate: Gate, alias: str, hold: Hold) -> Answer:
    if hold.expired(gate.today):
        reason = f"the hold of {alias} ended on {hold.until} ({hold.why})"
        opens = f"shunter unhold {gate.name} {alias}, or hold it again"
        return Answer(Verdict.REFUSED, reason, opens, "hold-expired")
    until = f" until {hold.until}" if hold.until else ""
    return Answer(Verdict.HELD, f"held{until}: {hold.why}", f"shunter unhold {gate.name} {alias}")


def _objections(gate: Gate, pasts: Iterable[_Past], alias: str, car: Car) -> Iterator[Answer]:
    if why := _yanked(gate, alias, car):
        opens = "cut a train without it, or --force --why REASON"
        yield Answer(Verdict.REFUSED, why, opens, "train-yanked", forcible=True)
    declared = [past for past in pasts if past.source.services is None or alias in past.source.services]
    objections = [objection for past in declared if (objection := past.objection(alias, car.pin))[0]]
    if objections and (gate.every or len(objections) == len(declared)):
        rule, reason = objections[0][0], "; ".join(reason for _, reason in objections)
        opens = f"promote it to {' or '.join(past.source.name for past in declared)} first, or --force --why REASON"
        yield Answer(Verdict.REFUSED, reason, opens, rule, forcible=True)


def withdrawn(source: Source, cars: Mapping[str, Car], trains: _Trains, formerly: Mapping[str, str]) -> frozenset[str]:
    """Those of the cars, by alias, whose pins an environment was rolled back from, and which did not come again.

    `formerly` are former names of cars, and what each is called now.
    """
    past = _Past(source, trains, formerly)
    return frozenset(alias for alias, car in cars.items() if past.objection(alias, car.pin)[0] == BACK)


def _line(line: str) -> str:
    return f"the line {line}" if line else "no line"


def _yanked(gate: Gate, alias: str, car: Car) -> str:
    """Why nobody is to go on with this car: the train that it came with is yanked, and no other one has its pin."""
    if car.train not in gate.yanked or _is_good(alias, car.pin, gate.trains, gate.yanked):
        return ""
    return f"train {car.train} is yanked: {gate.yanked[car.train]}"


def _is_good(alias: str, pin: Pin, trains: _Trains, yanked: Collection[str]) -> bool:
    good = (cars for version, cars in trains.items() if version not in yanked)
    return any(compare(cars.get(alias), pin) is Order.SAME for cars in good)


def yanked_with(alias: str, pin: Pin, trains: _Trains, yanked: Collection[str]) -> str:
    """The newest yanked train that has a pin which no good one has; empty where there is none."""
    bad = [version for version in yanked if compare(trains.get(version, {}).get(alias), pin) is Order.SAME]
    return newest(bad) if bad and not _is_good(alias, pin, trains, yanked) else ""
