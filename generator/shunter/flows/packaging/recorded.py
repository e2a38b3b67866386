"""What an environment runs, as `lock` finds it: of any format, merged, followed, and with the entries that are new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import join, normpath

from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Entry, Why, advance
from shunter.core.trains.history import ancestors, flaws, heads, state_at
from shunter.core.trains.order import Order, compare
from shunter.core.trains.state import Base, Car, State, cars_hash
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.own_files import record_of_any_format
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.flows.workspace.trains import Trains
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError


@dataclass(frozen=True, slots=True)
class Found:
    """A record and its history. `new` are the entries that are in no file yet."""

    state: State
    entries: Mapping[str, Entry] = field(default_factory=dict)
    new: tuple[Entry, ...] = ()

    def after(self, state: State, entry: Entry | None) -> Found:
        """The same after one more change."""
        if entry is None:
            return replace(self, state=state)
        return Found(state, {**self.entries, entry.name: entry}, (*self.new, entry))


def found_in(files: ProjectFiles, data: bytes | None = None) -> Found:
    """The record of an environment, or another one, `data`, with its history; one of the first format is carried over.

    Raises ShunterError where there is none.
    """
    if data is None:
        state = files.tree.get(RECORD_FILE)
        if state is None:
            raise ShunterError(f"{files.label} has no train record", hint="restore .shunter/train.yaml from git")
        data = state.data
    record, begins = record_of_any_format(data, normpath(join(files.label, RECORD_FILE)))
    new = tuple(entry for entry in begins if entry.name not in files.entries)
    return Found(record, {**files.entries, **{entry.name: entry for entry in new}}, new)


def unfollowed(found: Found) -> tuple[str, ...]:
    """The entries that no other one came after, and that the record does not contain: a merge left them out."""
    known = ancestors(found.entries, found.state.entry)
    return tuple(name for name in heads(found.entries) if name not in known)


def explained(
    found: Found, label: str, trains: Trains | None, why: Why, *, adopt: bool, environment: str = "ENV"
) -> Found:
    """The record of the `environment` of that name, once its history explains it.

    Without `trains`, as in a clone of the environment alone, the hashes stand for them. With `adopt` an entry says that
    it is so from now on; else ShunterError where it is not explained, and where the history is broken in any case.
    """
    wrong = flaws(found.state, found.entries, RECORD_FILE, trains.cars if trains else None, environment)
    broken = [flaw for flaw in wrong if flaw.rule == "history-broken"]
    for flaw in broken or (() if adopt else wrong):
        raise ShunterError(f"{label}/{flaw.path}: {flaw.message}", hint=flaw.hint, rule=flaw.rule, exit_code=1)
    if not wrong:
        return found
    name = found.state.entry if found.state.entry in found.entries else next(iter(heads(found.entries)), "")
    was = replace(state_at(found.entries, State(), name), entry=name)
    cars, base = found.state.cars, found.state.base
    if trains:
        cars = {alias: _known(alias, car, trains) for alias, car in cars.items()}
        base = base if base and base.train in trains.cars else None
    state, entry = advance(was, cars, base, why)
    return found.after(state, entry)


def _known(alias: str, car: Car, trains: Trains) -> Car:
    """The car without a train that does not have it."""
    pin = trains.cars[car.train].get(alias) if car.train in trains.cars else None
    return car if compare(pin, car.pin) is Order.SAME else replace(car, train="")


def repinned(found: Found, pins: Mapping[str, Pin], trains: Trains, why: Why) -> Found:
    """The record with other pins, by alias, of no train unless they are one's."""
    cars = {alias: _car(found.state.cars.get(alias), pin) for alias, pin in pins.items()}
    same = next((version for version, each in trains.cars.items() if cars_hash(each) == cars_hash(pins)), "")
    if same:
        cars = {alias: replace(car, train=car.train or same) for alias, car in cars.items()}
    base = Base(same, cars_hash(pins)) if same else found.state.base
    return found.after(*advance(found.state, cars, base, why))


def _car(was: Car | None, pin: Pin) -> Car:
    if was and compare(was.pin, pin) is Order.SAME:
        return was
    return Car(pin, hold=was.hold if was else None)


def verified(found: Found, label: str, archives: Archives, *, adopt: bool) -> Found:
    """The record, once each of its pins is the archive that a registry has under its version.

    With `adopt` the record says what the archives say of themselves. Raises ShunterError for another archive: no entry
    and no lock makes it the pinned one.
    """
    cars = {}
    archives.gather(found.state.pins.values())
    for alias, car in found.state.cars.items():
        pin, held = car.pin, archives.pin(car.pin.name, car.pin.version)
        here = archives.directory.has(pin.name, pin.version) and pin.digest
        if (pin.content and pin.content != held.content) or (here and pin.digest != held.digest):
            raise ShunterError(
                f"{label}/{RECORD_FILE}: `{alias}` is {pin.name} {pin.version}, and its digest is another archive's",
                hint="restore the record from git; another version comes with promote, or with lock --follow chart",
                notes=(f"record: {pin.digest or pin.content}", f"registry: {held.digest or held.content}"),
                rule="digest-mismatch",
                exit_code=1,
            )
        stated = replace(pin, app_version=held.app_version, revision=held.revision, library=held.library)
        cars[alias] = replace(car, pin=stated) if adopt else car
    return replace(found, state=replace(found.state, cars=cars))


def filled(cars: Mapping[str, Car], known: Iterable[State], trains: Trains, archives: Archives) -> dict[str, Car]:
    """Cars with all that their archives say: from records that have the same pin, from their trains, or read again.

    Raises ShunterError where no registry has an archive.
    """
    states = tuple(known)
    return {alias: _filled(alias, car, states, trains, archives) for alias, car in cars.items()}


def _filled(alias: str, car: Car, known: Iterable[State], trains: Trains, archives: Archives) -> Car:
    if car.pin.content:
        return car
    pins = [state.cars[alias].pin for state in known if alias in state.cars]
    if car.train in trains.cars and alias in trains.cars[car.train]:
        pins.append(trains.cars[car.train][alias])
    same = (pin for pin in pins if pin.content and compare(pin, car.pin) is Order.SAME)
    pin = next(same, None) or archives.pin(car.pin.name, car.pin.version)
    return replace(car, pin=replace(pin, digest=car.pin.digest or pin.digest))
