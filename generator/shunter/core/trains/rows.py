"""The history of an environment as rows: what each entry did, for a table and as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Entry
from shunter.core.trains.history import Entries, ordered
from shunter.core.trains.order import Order, compare
from shunter.core.trains.plan import Move
from shunter.core.trains.state import Hold, car_of_brief

_Pair = TypeVar("_Pair")


def rows(entries: Entries, alias: str = "", formerly: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """One row for each entry, oldest first; of one car only those that changed it, its pin or its hold.

    `formerly` are former names of cars, and what each is called now: a car has one history, whatever it was called.

    What a history of the first format holds comes in front of its entry, without an `entry`: none can be returned to.
    """
    found: list[dict[str, Any]] = []
    names = frozenset({alias, *(old for old, new in (formerly or {}).items() if new == alias)} if alias else ())
    for name in ordered(entries):
        entry = entries[name]
        if not alias:
            found += _older(entry)
        changes = list(_changes(entry, names))
        if changes or not alias:
            found.append(_row(name, entry, changes))
    return found


def since(entries: Entries, alias: str, pin: Pin) -> str:
    """When a pin came to an environment, as its history says, the last time; empty where it never did."""
    for name in reversed(ordered(entries)):
        brought = (changes.cars.get(alias, ("", ""))[1] for changes in entries[name].changes)
        if any(compare(car_of_brief(text).pin, pin) is Order.SAME for text in brought if text):
            return entries[name].why.at
    return ""


def _row(name: str, entry: Entry, changes: list[str]) -> dict[str, Any]:
    why = entry.why
    return {
        "entry": name,
        "at": why.at,
        "verb": why.verb,
        "train": why.train,
        "from": why.source,
        "to": why.to,
        "changes": changes,
        "by": why.by,
        "why": why.text,
        "forced": list(why.forced),
        "allowed": dict(why.allowed),
        "after": list(entry.after),
        "chosen": dict(entry.chosen),
        "evidence": dict(why.evidence),
    }


def _older(entry: Entry) -> Iterator[dict[str, Any]]:
    for item in entry.before:
        row = _row("", entry, [])
        row |= {"at": item.at, "verb": "arrived", "train": item.train, "from": item.source, "by": ""}
        yield row | {"forced": ["stage-skipped"] if item.forced else [], "after": []}


def _changes(entry: Entry, names: Collection[str]) -> Iterator[str]:
    """What the entry changed of these cars (none: of all); a merge as seen from each before it."""
    for name, pair in _each((name, pair) for changes in entry.changes for name, pair in changes.cars.items()):
        if not names or name in names:
            was, now = (car_of_brief(text) if text else None for text in pair)
            order = compare(was.pin if was else None, now.pin if now else None)
            word = entry.why.allowed.get(name, "") or ("chosen" if name in entry.chosen else "")
            yield str(Move(name, was, now, order, word))
    for name, (_, hold) in _each((name, pair) for changes in entry.changes for name, pair in changes.holds.items()):
        if not names or name in names:
            yield _hold_text(name, hold)


def _each(pairs: Iterable[tuple[str, _Pair]]) -> list[tuple[str, _Pair]]:
    """Each once, by alias."""
    return sorted(dict.fromkeys(pairs), key=lambda item: item[0])


def _hold_text(alias: str, hold: Hold | None) -> str:
    if hold is None:
        return f"{alias} held no more"
    until = f" until {hold.until}" if hold.until else ""
    return f"{alias} held{until}: {hold.why}"
