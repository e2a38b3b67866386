"""Two records of one environment become one, car by car, as git merges lines: from what both began with."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.model.data import dataclass

OURS, THEIRS = "ours", "theirs"
Pins = Mapping[str, Pin]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A car that both sides changed, each to something else; None is a side that has removed it."""

    alias: str
    ours: Pin | None
    theirs: Pin | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The record that both sides make, and what a person has to choose before it is one.

    `aliases` are all that either side, or their base, pins.
    """

    record: TrainRecord
    disputed: tuple[Disputed, ...] = ()
    aliases: frozenset[str] = frozenset()


def merge_records(
    base: TrainRecord | None, ours: TrainRecord, theirs: TrainRecord, chosen: Mapping[str, str] | None = None
) -> Merged:
    """The record with what either side changed since `base`; `chosen` names `ours` or `theirs` by alias.

    Its train is that of the side whose cars it has, or None: a mixture. Both histories are in it, in order of time; the
    same arrival on both sides is one, at the earlier time.
    """
    sides = [_pins(record) if record else {} for record in (base, ours, theirs)]
    aliases = {alias for side in sides for alias in side}
    pins: dict[str, Pin] = {}
    disputed = []
    for alias in sorted(aliases):
        was, left, right = (side.get(alias) for side in sides)
        side = (chosen or {}).get(alias) or _side(was, left, right)
        if not side:
            disputed.append(Disputed(alias, left, right))
        if pin := right if side == THEIRS else left:
            pins[alias] = pin
    history = _history(base.history if base else (), ours.history, theirs.history)
    record = TrainRecord(_train(pins, (ours, theirs)), pins, history)
    return Merged(record, tuple(disputed), frozenset(aliases))


def _side(base: Pin | None, ours: Pin | None, theirs: Pin | None) -> str:
    """The side that is right for one car; empty where a person has to say."""
    if theirs in (ours, base):
        return OURS
    return THEIRS if ours == base else ""


def _pins(record: TrainRecord) -> Pins:
    return record.cars


def _train(cars: Pins, sides: tuple[TrainRecord, ...]) -> str | None:
    return next((side.train for side in sides if dict(side.cars) == cars), None)


def _history(
    base: tuple[HistoryEntry, ...], ours: tuple[HistoryEntry, ...], theirs: tuple[HistoryEntry, ...]
) -> tuple[HistoryEntry, ...]:
    """What both sides began with, and then what either added."""
    common = 0
    while all(common < len(side) and side[common] == ours[common] for side in (base, ours, theirs)):
        common += 1
    united: dict[tuple[str, str, bool, int], HistoryEntry] = {}
    for side in (ours[common:], theirs[common:]):
        seen: dict[tuple[str, str, bool], int] = {}
        for entry in side:
            arrival = (entry.train, entry.source, entry.forced)
            seen[arrival] = seen.get(arrival, 0) + 1
            key = (*arrival, seen[arrival])
            known = united.get(key)
            united[key] = entry if known is None or entry.at < known.at else known
    return (*ours[:common], *sorted(united.values(), key=lambda entry: entry.at))
