"""Random histories of an environment: changes one after the other, and branches that are merged."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Entry, Why, advance
from shunter.core.trains.merge import Disputed, merge
from shunter.core.trains.state import Base, Car, Hold, State, cars_hash
from shunter.model.data import dataclass, field, replace

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(number: int) -> str:
    """The time of the change with this number, one an hour."""
    return (START + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pin(alias: str, version: str) -> Pin:
    """The pin of a chart, complete, with digests of its own."""
    digests = [f"sha256:{sha256(f'{alias} {version} {what}'.encode()).hexdigest()}" for what in ("archive", "files")]
    return Pin(alias, version, f"v{version}", *digests)


def car(alias: str, version: str, train: str = "", hold: Hold | None = None) -> Car:
    """A car with all that a record can say of it."""
    found = replace(
        pin(alias, version),
        revision=sha256(f"{alias} {version}".encode()).hexdigest()[:40],
        library="shop-library 1.1.0 34b3a632272c",
    )
    return Car(found, train, hold)


def cars(versions: Mapping[str, str], train: str = "") -> dict[str, Car]:
    """Cars by alias, from their versions."""
    return {alias: car(alias, version, train) for alias, version in versions.items()}


@dataclass(frozen=True, slots=True)
class Branch:
    """An environment on one branch: its record and the files of its history."""

    state: State = field(default_factory=State)
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def changed(self, cars: Mapping[str, Car], why: Why, base: Base | None = None) -> Branch:
        """The branch after a change to these cars; as it was where they are what it runs."""
        state, entry = advance(self.state, cars, base or self.state.base, why)
        return self if entry is None else Branch(state, {**self.entries, entry.name: entry})

    def promoted(self, versions: Mapping[str, str], number: int, train: str = "1.0.0") -> Branch:
        """The branch after these versions came with a train; other cars stay."""
        now = {**self.state.cars}
        for alias, version in versions.items():
            held = now[alias].hold if alias in now else None
            now[alias] = car(alias, version, train, held)
        return self.changed(now, Why("promote", at(number), "R One <r1@example.com>", train=train))


def random_change(rng: random.Random, branch: Branch, number: int, aliases: list[str]) -> Branch:
    """One more change: some cars come, go up, go down, are removed or held."""
    now, base = dict(branch.state.cars), branch.state.base
    verb = rng.choice(["promote", "promote", "promote", "hold", "remove", "repin"])
    for alias in rng.sample(aliases, rng.randint(1, min(4, len(aliases)))):
        if verb == "remove":
            now.pop(alias, None)
        elif verb == "hold" and alias in now:
            hold = None if now[alias].hold else Hold("INC-77", rng.choice(["", "2026-12-24"]))
            now[alias] = replace(now[alias], hold=hold)
        elif verb in ("promote", "repin"):
            held = now[alias].hold if alias in now else None
            train = f"1.{number}.0" if verb == "promote" else ""
            now[alias] = car(alias, f"1.{rng.randint(0, 9)}.{rng.randint(0, 9)}", train, held)
    if rng.random() < 0.3:
        base = Base(f"1.{number}.0", cars_hash({alias: found.pin for alias, found in now.items()}))
    return branch.changed(now, Why(verb, at(number), rng.choice(["", "R One <r1@example.com>"])), base)


def merged(one: Branch, other: Branch, number: int) -> Branch | tuple[Disputed, ...]:
    """Both branches merged, as git keeps the files of both; or the cars that somebody has to choose."""
    entries = {**one.entries, **other.entries}
    found = merge(entries, one.state, other.state, Why("merge", at(number)))
    if found.disputed:
        return found.disputed
    return Branch(found.state, {**entries, found.entry.name: found.entry} if found.entry else entries)


def settled(one: Branch, other: Branch, number: int) -> Branch:
    """Both branches merged, by somebody who follows the head that sorts first wherever both changed a car."""
    entries = {**one.entries, **other.entries}
    why = Why("merge", at(number))
    disputed = merge(entries, one.state, other.state, why).disputed
    followed = min(one.state.entry, other.state.entry)
    found = merge(entries, one.state, other.state, why, {car.alias: followed for car in disputed})
    assert not found.disputed
    return Branch(found.state, {**entries, found.entry.name: found.entry} if found.entry else entries)


def random_graph(rng: random.Random, size: int, aliases: list[str]) -> Branch:
    """A history that people on several branches made; all branches are merged at the end."""
    branches = [random_change(rng, Branch(), 0, aliases)]
    for number in range(1, size):
        index = rng.randrange(len(branches))
        if rng.random() < 0.15 and len(branches) < 3:
            branches.append(branches[index])
        elif rng.random() < 0.15 and len(branches) > 1:
            other = branches.pop(index)
            branches[-1] = settled(branches[-1], other, number)
        else:
            branches[index] = random_change(rng, branches[index], number, aliases)
    whole = branches.pop()
    for number, branch in enumerate(branches, size):
        whole = settled(whole, branch, number)
    return whole
