"""A new train: a base, newer published charts laid over it, and what somebody says of single cars."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import count
from typing import Final

from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import Version, newest_first, parse, require_exact
from shunter.core.trains.model import Train
from shunter.core.trains.order import Order, compare, compare_versions, newest, rewritten
from shunter.core.trains.plan import Freight, Move, Refusal, chosen
from shunter.core.trains.state import Car, State
from shunter.core.workspace.publishing import PACKAGE
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError

_RENAMED: Final = "shunter.yaml: formerly "
FIRST: Final = "1.0.0"
"""The first train that --bump makes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service has published: its chart and all versions. `fixed` is the one version that shunter.yaml names.

    Builds come only where they are named, unless `label` is the word that those of a branch begin with, such as `main`.
    """

    chart: str
    versions: tuple[str, ...] = ()
    fixed: str = ""
    source: str = ""
    label: str = ""

    @property
    def newest(self) -> str:
        """The newest version that comes without being named; empty where there is none."""
        found = ((text, parse(text)) for text in self.versions)
        return newest(
            text for text, known in found if known and (not known.prerelease or known.prerelease[0] == self.label)
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a cut: `cars` names versions, `only` limits what is newer, and what goes away or down.

    With `hotfix` nothing changes but `cars`. `renamed` are services whose chart was called otherwise before, with that
    name: shunter.yaml says so, and nobody has to.
    """

    cars: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    replaces: Mapping[str, str] = field(default_factory=dict)
    hotfix: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Composition:
    """The cars of a new train, how they differ from the base, and what is refused.

    A pin that is not the base's has no digests yet. `drops`, `lower` and `replaces` are what the train is to say.
    """

    cars: Mapping[str, Pin]
    moves: tuple[Move, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    drops: tuple[str, ...] = ()
    lower: Mapping[str, str] = field(default_factory=dict)
    replaces: Mapping[str, str] = field(default_factory=dict)


def require_train_version(text: str) -> Version:
    """The version of a train to be cut. Raises ShunterError for what is not exact, and for build metadata and a `v`."""
    version = require_exact(text, "the train")
    if version.build or text.startswith("v"):
        raise ShunterError(
            f"a train's version has no `v` and no build metadata, and this is `{text}`",
            hint=f"two trains of one precedence have no order: cut {text.removeprefix('v').partition('+')[0]}",
        )
    return version


def base_of(
    versions: Iterable[str], line_of: Callable[[str], str], line: str, without: Collection[str] = (), below: str = ""
) -> str:
    """The version of the newest train of a line, older than `below` if that is named, and `without` these; or empty.

    `line_of` is asked about one version after the other, newest first, until one is of the `line`.
    """
    good = (version for version in newest_first(versions) if version not in without)
    old = (version for version in good if not below or compare_versions(version, below) < 0)
    return next((version for version in old if line_of(version) == line), "")


def compose(base: Mapping[str, Pin], offers: Mapping[str, Offer], said: Said) -> Composition:
    """The cars of a train that is cut from `base`; `offers` are by alias, one for each service of shunter.yaml.

    Raises ShunterError where `said` names a car that is neither in the base nor a service.
    """
    known = {*base, *offers}
    for flag, names in (("--car", said.cars), ("--only", said.only), ("--drop", said.drops), ("--lower", said.lower)):
        chosen(names, known, flag)
    chosen((*said.replaces, *said.replaces.values()), known, "--replace")
    cars, refusals = {}, []
    for alias in sorted(known):
        try:
            pin = _pin(alias, base.get(alias), offers.get(alias), said)
        except _RefusedError as error:
            refusals.append(error.refusal)
            pin = base.get(alias)
        if pin:
            cars[alias] = pin
    named = " ".join(refused.opens for refused in refusals if refused.opens.startswith("--car "))
    refusals = [replace(each, opens=named) if each.opens.startswith("--car ") else each for each in refusals]
    moves = differences(base, cars, said)
    refusals += [found for move in moves if (found := _refusal(move))]
    return _told(Composition(cars, moves, tuple(refusals)), said)


class _RefusedError(Exception):
    def __init__(self, alias: str, rule: str, reason: str, opens: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(alias, rule, reason, opens)


def _pin(alias: str, was: Pin | None, offer: Offer | None, said: Said) -> Pin | None:
    if alias in said.drops or said.replaces.get(alias, alias) != alias:
        return None
    if alias in said.cars:
        return _named(alias, said.cars[alias], was, offer)
    if said.hotfix or (said.only and alias not in said.only):
        return was
    if offer is None:
        reason = f"{alias} is in the base, and shunter.yaml has no such service"
        raise _RefusedError(alias, "service-gone", reason, f"--drop {alias}, or --replace {alias}=NEW")
    return _offered(alias, was, offer)


def _named(alias: str, version: str, was: Pin | None, offer: Offer | None) -> Pin:
    require_exact(version, f"the car {alias}")
    if was and was.version == version and (offer is None or offer.chart == was.name):
        return was
    if offer is None or (offer.versions and version not in offer.versions):
        known = ", ".join(offer.versions[-5:]) if offer else "none"
        reason = f"{alias} {version} is not published (known: {known})"
        raise _RefusedError(alias, "not-published", reason, f"{PACKAGE} {alias}")
    return Pin(offer.chart, version, source=offer.source)


def _offered(alias: str, was: Pin | None, offer: Offer) -> Pin:
    version = offer.fixed or offer.newest
    here = was if was and was.name == offer.chart else None
    if here and (not version or version == here.version):
        return here
    if here and not offer.fixed and compare_versions(version, here.version) <= 0:
        return here
    if not version and offer.versions:
        build = newest(offer.versions)
        reason = f"{alias} has no published release, and pre-releases, such as {build}, come only where they are named"
        raise _RefusedError(alias, "not-published", reason, f"--car {alias}={build}")
    if not version:
        reason = f"{alias} has no published release, and no pre-release either"
        raise _RefusedError(alias, "not-published", reason, f"{PACKAGE} {alias}")
    return Pin(offer.chart, version, source=offer.source)


def differences(base: Mapping[str, Pin], cars: Mapping[str, Pin], said: Said) -> tuple[Move, ...]:
    """How `cars` differ from those of a base, with the word for each that goes down, away or over to another chart."""
    return tuple(_moves(base, cars, said))


def _moves(base: Mapping[str, Pin], cars: Mapping[str, Pin], said: Said) -> Iterator[Move]:
    for alias in sorted({*base, *cars}):
        was, now = base.get(alias), cars.get(alias)
        order = compare(was, now)
        if order is not Order.SAME:
            yield Move(alias, Car(was) if was else None, Car(now) if now else None, order, _word(alias, order, said))


def _word(alias: str, order: Order, said: Said) -> str:
    if order is Order.DOWN:
        return "--lower" if alias in said.lower else ""
    if order is Order.REMOVED:
        return "--drop" if alias in said.drops else f"--replace {alias}={said.replaces.get(alias)}"
    if order is Order.REPLACED:
        if said.replaces.get(alias) == alias:
            return f"--replace {alias}={alias}"
        return f"{_RENAMED}{said.renamed[alias]}" if alias in said.renamed else ""
    return ""


def _refusal(move: Move) -> Refusal | None:
    alias = move.alias
    if move.order is Order.DOWN and not move.word:
        return Refusal(alias, "car-down", f"the train would lower {move}", f"--lower {alias}")
    if move.order is Order.REPLACED and not move.word:
        return Refusal(alias, "car-replaced", f"another chart under one alias: {move}", f"--replace {alias}={alias}")
    if move.was and move.now and rewritten(move.was.pin, move.now.pin):
        reason = f"{alias} {move.now.pin.version} is another archive than the base has"
        return Refusal(alias, "version-rewritten", reason, "publish it under a new version")
    return None


def _told(made: Composition, said: Said) -> Composition:
    """What the train is to say: only what it does."""
    drops = tuple(move.alias for move in made.moves if move.word == "--drop")
    lower = {move.alias: move.was.pin.version for move in made.moves if move.word == "--lower" and move.was}
    replaced = {move.alias for move in made.moves if move.word.startswith(("--replace", _RENAMED))}
    replaces = {old: said.replaces.get(old, old) for old in sorted(replaced)}
    return replace(made, drops=drops, lower=lower, replaces=replaces)


def bumped(base: str, moves: Iterable[Move]) -> str:
    """The version after `base` (empty: the first train) for what differs from it.

    A car that is gone, replaced or lowered, or has a new major, makes a major; a new car or a new minor a minor;
    all else a patch. A chart that was renamed is the same car, and counts by its version. Below 1.0.0 a major is a
    minor. The release of a pre-release comes first, where it is enough.
    """
    version = parse(base)
    if version is None:
        return FIRST
    level = max((_level(move) for move in moves), default=-1)
    if level < 0:
        raise ShunterError(
            f"nothing differs from train {base}", hint="package a chart, or name one: --car NAME=VERSION"
        )
    level = min(level, 1) if version.major == 0 else level
    numbers = [version.major, version.minor, version.patch]
    place = 2 - level
    if not (version.prerelease and not any(numbers[place + 1 :])):
        numbers = [*numbers[:place], numbers[place] + 1, *(0,) * level]
    return ".".join(map(str, numbers))


def _level(move: Move) -> int:
    """0 for a patch, 1 for a minor, 2 for a major."""
    if move.order is Order.NEW:
        return 1
    renamed = move.order is Order.REPLACED and move.word.startswith(_RENAMED)
    if move.order in (Order.REMOVED, Order.REPLACED, Order.DOWN) and not renamed:
        return 2
    was, now = (parse(car.pin.version) if car else None for car in (move.was, move.now))
    if was is None or now is None:
        return 0
    if renamed and now < was:
        return 2
    return 2 if was.major != now.major else int(was.minor != now.minor)


def hotfix_of(version: str, known: Collection[str], cars: Mapping[str, str]) -> str:
    """The version of a hotfix of a train that brings `cars`: its next patch.

    Raises ShunterError where that is `known` already, whether as a hotfix or as a train with newer charts.
    """
    found = require_train_version(version)
    patch = found.patch if found.prerelease else found.patch + 1
    wanted = f"{found.major}.{found.minor}.{patch}"
    if wanted in known:
        raise ShunterError(
            f"the next patch of train {version} is a train already: {wanted}",
            hint="\n".join(_beside(version, wanted, known, cars) if cars else [f"--hotfix {wanted}"]),
        )
    return wanted


def _beside(version: str, wanted: str, known: Collection[str], cars: Mapping[str, str]) -> Iterator[str]:
    """The commands for a hotfix of a train whose next patch is taken: on top of that one, or beside it."""
    words = " ".join(f"--car {alias}={text}" for alias, text in cars.items())
    line, _, patch = wanted.rpartition(".")
    new = next(text for number in count(int(patch)) if (text := f"{line}.{number}") not in known)
    yield f"on top of {wanted}, with all that it has: shunter train cut --hotfix {wanted} {words}"
    yield f"of {version} alone: shunter train cut {new} --from {version} {words} --only {','.join(cars)}"


def line_of(state: State, trains: Mapping[str, Train], own: str) -> str:
    """The line of what an environment runs: that of its last whole train; its `own` one where it had none."""
    base = trains.get(state.base.train) if state.base else None
    return base.line if base else own


def freight_of(train: Train, trains: Mapping[str, Train], since: str = "") -> Freight:
    """What a train brings to an environment whose last whole train was `since`, with what it says of cars.

    What the trains between say counts as well, as far as each was cut from the one before.
    """
    chain, version = [train], train.base
    while version and version != since and version in trains and trains[version] not in chain:
        chain.append(trains[version])
        version = trains[version].base
    if version != since:
        chain = [train]
    cars = {alias: Car(pin, train=train.version) for alias, pin in train.cars.items()}
    return Freight(
        cars,
        train.version,
        drops=frozenset(alias for each in chain for alias in each.drops),
        lower={alias: newest(each.lower.get(alias, "") for each in chain) for each in chain for alias in each.lower},
        replaces={old: new for each in reversed(chain) for old, new in each.replaces.items()},
    )


def freight_from(
    name: str, state: State, services: frozenset[str] | None, trains: Mapping[str, Train], since: str = ""
) -> Freight:
    """What the environment `name` brings, which runs `state` and declares `services` (None: all); see `freight_of`.

    Its last whole train says what is dropped and replaced, and the train of each car whether that goes down.
    """
    base = trains.get(state.base.train) if state.base else None
    said = freight_of(base, trains, since) if base else Freight({})
    own = {alias: trains[car.train].lower.get(alias, "") for alias, car in state.cars.items() if car.train in trains}
    lower = {alias: newest((own.get(alias, ""), said.lower.get(alias, ""))) for alias in {*own, *said.lower}}
    cars = {alias: replace(car, hold=None) for alias, car in state.cars.items()}
    return replace(said, cars=cars, train=state.train, source=name, covers=services, lower=lower)
