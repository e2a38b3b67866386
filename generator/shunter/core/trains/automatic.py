"""Trains that a pipeline cuts, `1.5.0-main.7`: what they take, what each is called, and which of them may go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Final

from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import is_prerelease_of, newest_first, parse
from shunter.core.trains.cut import FIRST, Composition, Offer, bumped, freight_of
from shunter.core.trains.entry import Entry
from shunter.core.trains.model import Train
from shunter.core.trains.order import compare_versions, newest
from shunter.core.trains.plan import Move
from shunter.core.trains.state import State, car_of_brief
from shunter.model.data import dataclass, replace

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


def number_of(version: str, label: str) -> int | None:
    """The 7 of an automatic train `1.5.0-main.7`, whose `label` is `main`; None for any other train."""
    found = parse(version)
    if found is None or found.prerelease[:1] != (label,) or len(found.prerelease) != 2:
        return None
    return int(found.prerelease[1]) if _NUMBER.fullmatch(found.prerelease[1]) else None


@dataclass(frozen=True, slots=True)
class Known:
    """The trains that an automatic one comes after: the newest `release` of its line (empty: none), cut by a person.

    `newest` is the one that it is cut from, and `versions` are all there are, of whichever line.
    """

    label: str
    release: str = ""
    newest: str = ""
    versions: Collection[str] = ()


def next_version(known: Known, moves: Iterable[Move]) -> str:
    """What the next automatic train is called; `moves` are how its cars differ from those of the newest release.

    X.Y.Z is the release that would follow; it never goes back, and the number behind the label never starts anew: so
    each automatic train of a workspace comes after all that were before it in its line.
    """
    numbers = [number for version in known.versions if (number := number_of(version, known.label)) is not None]
    number = max(numbers, default=0) + 1
    moves = tuple(moves)
    release = bumped(known.release, moves) if moves or not known.release else known.release
    cores = (release, _core(known.newest), bumped_patch(release), bumped_patch(_core(known.newest)))
    versions = (f"{core}-{known.label}.{number}" for core in cores)
    return next(text for text in versions if not known.newest or compare_versions(text, known.newest) > 0)


def _core(version: str) -> str:
    return version.partition("-")[0] if version else FIRST


def bumped_patch(version: str) -> str:
    """The next patch of `X.Y.Z`."""
    head, _, patch = version.rpartition(".")
    return f"{head}.{int(patch) + 1}"


def offered(
    offers: Mapping[str, Offer], label: str, base: Collection[str], shunned: Mapping[str, Collection[str]]
) -> tuple[dict[str, Offer], tuple[str, ...]]:
    """What an automatic train may take: releases and builds of the branch with that `label`, less what is `shunned`.

    And the services that have nothing yet, which are left out unless the `base` has them.
    """
    found: dict[str, Offer] = {}
    for alias, offer in offers.items():
        good = tuple(version for version in offer.versions if version not in shunned.get(alias, ()))
        found[alias] = replace(offer, versions=good, label=label)
    missing = tuple(alias for alias, offer in found.items() if not (offer.newest or offer.fixed or alias in base))
    return {alias: offer for alias, offer in found.items() if alias not in missing}, missing


def overtaken(
    offers: Mapping[str, Offer], cars: Mapping[str, Pin], trains: Mapping[str, Train]
) -> dict[str, tuple[str, str]]:
    """By alias, a build and the release that is a car already, where the build is in no train and comes before it.

    So it is after a release, until somebody raises the version: whatever is built then, no train takes.
    """
    found = {}
    for alias, pin in cars.items():
        offer = offers.get(alias)
        if offer is None or offer.fixed or offer.newest != pin.version:
            continue
        below = (version for version in offer.versions if is_prerelease_of(version, pin.version))
        builds = (version for version in below if _label(version) == offer.label)
        if build := newest(builds):
            found[alias] = (build, pin.version)
    taken = {(alias, pin.version) for train in trains.values() for alias, pin in train.cars.items()} if found else ()
    return {alias: pair for alias, pair in found.items() if (alias, pair[0]) not in taken}


def _label(version: str) -> str:
    found = parse(version)
    return found.prerelease[0] if found and found.prerelease else ""


def shunned_by(yanked: Collection[str], trains: Mapping[str, Train]) -> dict[str, set[str]]:
    """The versions of cars, by alias, that only yanked trains have: no automatic train makes one of them good."""
    bad: dict[str, set[str]] = {}
    for version in yanked:
        for alias, pin in trains[version].cars.items() if version in trains else ():
            bad.setdefault(alias, set()).add(pin.version)
    for version in trains if bad else ():
        if version not in yanked:
            for alias, pin in trains[version].cars.items():
                bad.get(alias, set()).discard(pin.version)
    return bad


def with_words(made: Composition, base: Train | None, trains: Mapping[str, Train]) -> Composition:
    """The composition, saying besides what the trains before it say: those between may be pruned."""
    if base is None:
        return made
    said, here = freight_of(base, trains), made.cars
    drops = {alias for alias in (*said.drops, *made.drops) if alias not in here}
    replaces = {old: new for old, new in {**said.replaces, **made.replaces}.items() if old not in here or old == new}
    names = {*said.lower, *made.lower} & here.keys()
    lower = {alias: newest((said.lower.get(alias, ""), made.lower.get(alias, ""))) for alias in sorted(names)}
    return replace(made, drops=tuple(sorted(drops)), replaces=dict(sorted(replaces.items())), lower=lower)


def named(states: Iterable[State], histories: Iterable[Mapping[str, Entry]]) -> set[str]:
    """The versions of the trains that records and histories name."""
    found: set[str] = set()
    for state in states:
        found |= {car.train for car in state.cars.values()} | ({state.base.train} if state.base else set())
    for entry in chain.from_iterable(history.values() for history in histories):
        found |= {entry.why.train} | {item.train for item in entry.before}
        found |= {entry.base.train} if entry.base else set()
        pairs = chain.from_iterable(changes.cars.values() for changes in entry.changes)
        found |= {car_of_brief(text).train for text in chain.from_iterable(pairs) if text}
    return found - {""}


def superseded(versions: Iterable[str], keep: int, kept: Collection[str]) -> tuple[str, ...]:
    """Which of these automatic trains of one line go: all but the newest `keep`, and those that are `kept`."""
    return tuple(version for version in newest_first(versions)[keep:] if version not in kept)
