"""All entries of an environment: their order, any state that it was in, and what is broken."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Final

from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Entry, changed_back, changed_on, path_of
from shunter.core.trains.file import CHANGED
from shunter.core.trains.file import path_of as train_path
from shunter.core.trains.order import Order, compare
from shunter.core.trains.state import Base, Car, State, car_of_brief, cars_hash, with_cars
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError

Entries = Mapping[str, Entry]
"""Entries by the names of their files."""

BROKEN: Final = "history-broken"
MISMATCH: Final = "record-mismatch"
_RESTORE: Final = "entries never change: restore the files of .shunter/history from git"
_RELOCK: Final = "restore the record from git, or `shunter lock {} --follow record` writes an entry that says so"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a record and its history: the rule's name, the file of the environment, and a way out."""

    rule: str
    path: str
    message: str
    hint: str


def heads(entries: Entries) -> tuple[str, ...]:
    """The entries that no other one came after, by name: one, or more where branches were merged without `lock`."""
    followed = {name for entry in entries.values() for name in entry.after}
    return tuple(sorted(entries.keys() - followed))


def ordered(entries: Entries) -> tuple[str, ...]:
    """All entries, each behind those that it came after; beside each other by name, which begins with the time.

    The order is the same however branches were merged. What is in a circle, which no hash allows, comes last.
    """
    waits = {name: {known for known in entry.after if known in entries} for name, entry in entries.items()}
    followers: dict[str, list[str]] = {}
    for name, before in waits.items():
        for other in before:
            followers.setdefault(other, []).append(name)
    ready = [name for name, before in waits.items() if not before]
    heapify(ready)
    found: list[str] = []
    while ready:
        name = heappop(ready)
        found.append(name)
        for follower in followers.get(name, ()):
            waits[follower].discard(name)
            if not waits[follower]:
                heappush(ready, follower)
    return (*found, *sorted(entries.keys() - set(found)))


def ancestors(entries: Entries, name: str) -> frozenset[str]:
    """The entry and all that it came after, as far as they are there."""
    found: set[str] = set()
    left = [name]
    while left:
        at = left.pop()
        if at in entries and at not in found:
            found.add(at)
            left += entries[at].after
    return frozenset(found)


def state_at(entries: Entries, record: State, name: str) -> State:
    """What the environment ran from the entry `name` on, worked out from its record, and proven by the entry's hash.

    A car that is not the record's has chart, version, digest and train; what its archive says is left empty. An empty
    name stands for the state before the first entry. Raises ShunterError where the way there is broken.
    """
    if name and name not in entries:
        raise ShunterError(f"the history has no entry `{name}`", hint="the files of .shunter/history are the entries")
    state = record
    for start, end in _way(entries, record.entry, name):
        try:
            state = _stepped(entries, state, start, end)
        except ValueError as error:
            raise _unexplained(f"`{error}` in {path_of(start)} is not what the state beside it says") from None
    if name and state.hash != entries[name].state:
        raise _unexplained(f"the cars of {path_of(name)} have another hash than the entry says")
    return state


def _unexplained(message: str) -> ShunterError:
    return ShunterError(f"the history is broken: {message}", hint=_RESTORE, rule=BROKEN, exit_code=1)


def _stepped(entries: Entries, state: State, start: str, end: str) -> State:
    """The state at `end`, from that at `start`, one entry away: back to one before it, or on to one after it."""
    if start and (not end or end in entries[start].after):
        after = entries[start].after
        cars = changed_back(state, entries[start], after.index(end) if end else 0)
    else:
        after = entries[end].after
        cars = changed_on(state, entries[end], after.index(start) if start else 0)
    base = entries[end].base if end else None
    return replace(with_cars(state, cars, base), entry=end)


def _way(entries: Entries, start: str, end: str) -> list[tuple[str, str]]:
    """The steps from one entry to another: back along `after`, or else back and on again, to another branch."""
    before = _reached(start, end, lambda name: _parents(entries, name))
    if end not in before:
        followers = _followers(entries)
        before = _reached(start, end, lambda name: (*_parents(entries, name), *followers.get(name, ())))
    if end not in before:
        raise _unexplained(f"no entry leads from {path_of(start)} to {path_of(end)}")
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    way.reverse()
    return list(pairwise(way))


def _reached(start: str, end: str, steps: Callable[[str], Iterable[str]]) -> dict[str, str]:
    """Each entry that was met between `start` and `end` to the one that it was reached from; the fewest steps first."""
    before = {start: start}
    queue = deque([start])
    while queue and end not in before:
        at = queue.popleft()
        for step in steps(at):
            if step not in before:
                before[step] = at
                queue.append(step)
    return before


def _parents(entries: Entries, name: str) -> tuple[str, ...]:
    entry = entries.get(name)
    if entry is None:
        return ()
    return tuple(known for known in entry.after if known in entries) if entry.after else ("",)


def _followers(entries: Entries) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(entries):
        for parent in entries[name].after or ("",):
            found.setdefault(parent, []).append(name)
    return found


def expected(entries: Entries, name: str) -> dict[str, str]:
    """The briefs of the cars at an entry, by alias, as the entries alone tell it, each by its last change."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    while name in entries and name not in seen:
        seen.add(name)
        for alias, (_, now) in entries[name].changed.items():
            found.setdefault(alias, now)
        name = entries[name].after[0] if entries[name].after else ""
    return {alias: found[alias] for alias in sorted(found) if found[alias]}


def flaws(
    record: State,
    entries: Entries,
    record_path: str,
    trains: Mapping[str, Mapping[str, Pin]] | None = None,
    environment: str = "ENV",
) -> tuple[Flaw, ...]:
    """All that is wrong with a record and its history, with commands for the `environment` of that name.

    `record_path` is the record's file. `trains` are the cars of each train by version; None where the workspace's
    trains are not at hand, and then the hash of the base alone stands for them.
    """
    relock = _RELOCK.format(environment)
    mismatches = (Flaw(MISMATCH, record_path, each, relock) for each in _mismatches(record, entries))
    strangers = (Flaw(MISMATCH, record_path, each, relock) for each in _strangers(record, trains))
    merged = f"two people's changes were merged: shunter lock {environment}"
    unmerged = (Flaw(MISMATCH, record_path, each, merged) for each in _unmerged(record, entries))
    return (*_broken(entries), *mismatches, *unmerged, *strangers)


def _broken(entries: Entries) -> Iterator[Flaw]:
    states: dict[str, State] = {}
    for name in ordered(entries):
        entry = entries[name]
        if entry.name != name:
            message = f"the entry says something else than when it was written ({entry.name})"
            yield Flaw(BROKEN, path_of(name), message, _RESTORE)
            continue
        missing = [known for known in entry.after if known not in entries]
        for known in missing:
            yield Flaw(BROKEN, path_of(name), f"it came after {known}, which is not there", _RESTORE)
        if not missing and all(known in states for known in entry.after):
            wrong, states_here = _replayed(states, entry)
            if wrong:
                yield Flaw(BROKEN, path_of(name), wrong, _RESTORE)
            else:
                states[name] = states_here


def _replayed(states: Mapping[str, State], entry: Entry) -> tuple[str, State]:
    """What is wrong with an entry, or else the state that it leads to, from those of all entries before it."""
    reached = State()
    for place, parent in enumerate(entry.after or ("",)):
        was = states.get(parent, State())
        try:
            reached = with_cars(was, changed_on(was, entry, place), entry.base)
        except ValueError as error:
            return f"`{error}` was not what it says before it", reached
        if reached.hash != entry.state:
            return "what it changed does not lead to the state whose hash it names", reached
    return "", reached


def _mismatches(record: State, entries: Entries) -> Iterator[str]:
    """Why the history does not lead to the record."""
    if record.entry and record.entry not in entries:
        yield f"no entry `{record.entry}` in the history explains it"
        return
    head = entries.get(record.entry)
    wanted = head.state if head else State().hash
    if record.hash != wanted:
        yield f"no history explains it: {_difference(record, entries)}"
    elif record.written and record.written != wanted:
        yield "`state` is not the hash of its cars"


def _unmerged(record: State, entries: Entries) -> Iterator[str]:
    """What the history has beside the record."""
    if record.entry and record.entry not in entries:
        return
    known = ancestors(entries, record.entry)
    torn = any(name not in entries for known_name in known for name in entries[known_name].after)
    for name in () if torn else heads(entries):
        if name not in known:
            yield f"the history has {name} ({_told(entries[name])}), which the record does not contain"


def _difference(record: State, entries: Entries) -> str:
    told = expected(entries, record.entry)
    runs = {alias: car.brief() for alias, car in record.cars.items()}
    wrong = [alias for alias in sorted({*told, *runs}) if told.get(alias) != runs.get(alias)]
    if wrong:
        alias = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if wrong[1:] else ""
        return f"it has {runs.get(alias) or f'no {alias}'}, and the history {told.get(alias) or f'no {alias}'}{more}"
    head = entries.get(record.entry)
    if record.base != (head.base if head else None):
        train = head.base.train if head and head.base else "none"
        return f"it names the train {record.base.train if record.base else 'none'}, and the history {train}"
    return "its holds are others"


def _told(entry: Entry) -> str:
    words = (entry.why.verb, entry.why.train, f"by {entry.why.by}" if entry.why.by else "")
    return " ".join(word for word in words if word)


def altered(entries: Entries, trains: Mapping[str, Mapping[str, Pin]]) -> Iterator[Flaw]:
    """Trains that are not what arrived here once: a car that came with one is another in it now, or gone.

    `trains` are the cars by version of the trains to look at. A car is looked for under any alias, since services are
    renamed and histories are not; what an environment does not declare did not arrive.
    """
    seen: set[Base] = set()
    for name in ordered(entries):
        base = entries[name].base
        if base is None or base in seen or base.train not in trains:
            continue
        pins = {alias: car_of_brief(text).pin for alias, text in expected(entries, name).items()}
        if cars_hash(pins) != base.cars:
            continue
        seen.add(base)
        if base.cars == cars_hash(trains[base.train]):
            continue
        has = [*trains[base.train].values()]
        gone = [alias for alias, pin in pins.items() if all(compare(pin, each) is not Order.SAME for each in has)]
        if gone:
            cars = ", ".join(f"{alias} {pins[alias].version}" for alias in gone)
            message = f"train {base.train} came here with {cars}, and its file has that no more: it was edited"
            yield Flaw(CHANGED, path_of(name), message, f"restore {train_path(base.train)} from git")


def _strangers(record: State, trains: Mapping[str, Mapping[str, Pin]] | None) -> Iterator[str]:
    """What the record says of trains that are otherwise."""
    if trains is None:
        return
    for alias, car in record.cars.items():
        if wrong := _strange(alias, car, trains):
            yield wrong
    if record.base and record.base.train not in trains:
        yield f"there is no train `{record.base.train}`"


def _strange(alias: str, car: Car, trains: Mapping[str, Mapping[str, Pin]]) -> str:
    if not car.train:
        return ""
    if car.train not in trains:
        return f"`{alias}` came with the train {car.train}, which is not there"
    pin = trains[car.train].get(alias)
    if compare(pin, car.pin) is Order.SAME:
        return ""
    has = f"{pin.name} {pin.version}" if pin else f"no {alias}"
    return f"`{alias}` is {car.pin.name} {car.pin.version}, and the train {car.train} that it came with has {has}"
