"""One change of an environment: a file of `.shunter/history/`, written once, named by its time and its content."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.goyaml import plain
from shunter.core.packaging.record import HistoryEntry
from shunter.core.trains.state import (
    Base,
    Car,
    Hold,
    State,
    car_of_brief,
    hold_data,
    hold_of_data,
    json_text,
    with_cars,
)
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.data import dataclass, field, replace

FOLDER: Final = ".shunter/history"
ENTRY: Final = OwnFile("history", "an entry of the history", "an entry never changes: restore the file from git")
_COMMENT: Final = "Derived by shunter: one change of this environment, written once."
_HASH_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Changes:
    """What an entry changed, as seen from one entry before it: by alias, what was and what is.

    `cars` holds briefs (see `Car.brief`; empty: absent), `holds` holds (None: not held).
    """

    cars: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    holds: Mapping[str, tuple[Hold | None, Hold | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Why:
    """What a person or a run says of a change. `at` is RFC 3339, UTC, to the second.

    `by` says who it was and proves nothing: the commit's signature does. `source` is the environment that the cars came
    from; `only` the cars that it was limited to; `without` those that it left out; `forced` the rules that did not
    count; `allowed` by alias the word that let a car go down or away; `values` the values files' blob ids by path;
    `evidence` what the judgement found.
    """

    verb: str
    at: str
    by: str = ""
    text: str = ""
    train: str = ""
    source: str = ""
    to: str = ""
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    allowed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: the entries that it came `after` (two after a merge, none at first), and what it changed.

    `changes` are as seen from each entry in `after`, in that order; the first entry's are seen from nothing. `state` is
    the hash and `base` the whole train of what the environment ran from then on. `chosen` names the entry that a person
    followed for a car that both sides of a merge had changed. `before` is a history of the old form.
    """

    why: Why
    after: tuple[str, ...]
    changes: tuple[Changes, ...]
    state: str
    base: Base | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    before: tuple[HistoryEntry, ...] = ()

    @property
    def name(self) -> str:
        """The file's name without `.yaml`: time, and a hash of what the entry says."""
        text = json_text(entry_data(self))
        stamp = self.why.at.replace("-", "").replace(":", "")
        return f"{stamp}-{sha256(text.encode()).hexdigest()[:_HASH_DIGITS]}"

    @property
    def changed(self) -> Mapping[str, tuple[str, str]]:
        """The cars that changed, as seen from the first entry before."""
        return self.changes[0].cars


def path_of(name: str) -> str:
    """Where an environment keeps the entry of this name, relative to its folder."""
    return f"{FOLDER}/{name}.yaml"


def changes_of(was: State, now: State) -> Changes:
    """What differs between two states."""
    aliases = sorted({*was.cars, *now.cars})
    briefs = {alias: (_brief(was.cars.get(alias)), _brief(now.cars.get(alias))) for alias in aliases}
    holds = {alias: (_hold(was.cars.get(alias)), _hold(now.cars.get(alias))) for alias in aliases}
    return Changes(
        {alias: pair for alias, pair in briefs.items() if pair[0] != pair[1]},
        {alias: pair for alias, pair in holds.items() if pair[0] != pair[1]},
    )


def _brief(car: Car | None) -> str:
    return car.brief() if car else ""


def _hold(car: Car | None) -> Hold | None:
    return car.hold if car else None


def advance(was: State, cars: Mapping[str, Car], base: Base | None, why: Why) -> tuple[State, Entry | None]:
    """The state with other cars or another base, and the entry that says so; no entry where nothing changes."""
    now = with_cars(was, cars, base)
    changes = changes_of(was, now)
    if not changes.cars and not changes.holds and base == was.base:
        return was, None
    return sealed(now, Entry(why, (was.entry,) if was.entry else (), (changes,), now.hash, base))


def sealed(state: State, entry: Entry) -> tuple[State, Entry]:
    """The state as its record is written, once `entry` leads to it; and the entry."""
    return replace(state, entry=entry.name, written=state.hash), entry


def entry_data(entry: Entry) -> dict[str, Any]:
    """An entry as it stands in the file, without what is empty."""
    why = entry.why
    values: dict[str, Any] = {
        "after": list(entry.after),
        "verb": why.verb,
        "train": why.train,
        "only": list(why.only),
        "without": list(why.without),
        "from": why.source,
        "to": why.to,
        "at": why.at,
        "by": why.by,
        "why": why.text,
        "forced": list(why.forced),
        "allowed": dict(why.allowed),
        "values": dict(why.values),
        "evidence": dict(why.evidence),
        "chosen": dict(entry.chosen),
        "before": [_old_data(item) for item in entry.before],
        **_changes_data(entry.changes[0]),
    }
    if entry.changes[1:]:
        values["other"] = _changes_data(entry.changes[1])
    if entry.base:
        values["base"] = {"train": entry.base.train, "cars": entry.base.cars}
    return {name: value for name, value in values.items() if value} | {"state": entry.state}


def _old_data(item: HistoryEntry) -> dict[str, Any]:
    data = {"train": item.train, "from": item.source, "at": item.at}
    return data | ({"forced": True} if item.forced else {})


def _changes_data(changes: Changes) -> dict[str, Any]:
    cars = {alias: _pair(was, now) for alias, (was, now) in changes.cars.items()}
    holds = {
        alias: _pair(hold_data(was) if was else None, hold_data(now) if now else None)
        for alias, (was, now) in changes.holds.items()
    }
    return {name: value for name, value in (("changed", cars), ("holds", holds)) if value}


def _pair(was: Any, now: Any) -> dict[str, Any]:
    return {name: value for name, value in (("was", was), ("now", now)) if value}


def render_entry(entry: Entry) -> bytes:
    """The file of an entry. Equal entries give equal bytes."""
    return plain.dump(entry_data(entry), _COMMENT)


def parse_entry(data: bytes, path: str, schema: bytes) -> Entry:
    """The entry in `data`; `path` names the file in errors; `schema` is that of the history.

    Raises ShunterError with all problems as findings.
    """
    return entry_of_data(checked(read_once(data, path), ENTRY, schema))


def entry_of_data(data: Mapping[str, Any]) -> Entry:
    """The inverse of `entry_data`, for a mapping that fits the schema of the history."""
    texts = {"by": "by", "text": "why", "train": "train", "source": "from", "to": "to"}
    given: dict[str, Any] = {attribute: data.get(key, "") for attribute, key in texts.items()}
    given |= {name: tuple(data.get(name, ())) for name in ("only", "without", "forced")}
    given |= {name: data.get(name, {}) for name in ("allowed", "values", "evidence")}
    why = Why(data["verb"], data["at"], **given)
    changes = [_changes_of_data(data)]
    after = tuple(data.get("after", ()))
    if len(after) > 1:
        changes.append(_changes_of_data(data.get("other", {})))
    base = Base(data["base"]["train"], data["base"]["cars"]) if "base" in data else None
    before = (
        HistoryEntry(item["train"], item["from"], item["at"], item.get("forced", False))
        for item in data.get("before", ())
    )
    return Entry(why, after, tuple(changes), data["state"], base, data.get("chosen", {}), tuple(before))


def _changes_of_data(data: Mapping[str, Any]) -> Changes:
    cars = {alias: (pair.get("was", ""), pair.get("now", "")) for alias, pair in data.get("changed", {}).items()}
    holds = {alias: (_hold_of(pair, "was"), _hold_of(pair, "now")) for alias, pair in data.get("holds", {}).items()}
    return Changes(cars, holds)


def _hold_of(pair: Mapping[str, Any], side: str) -> Hold | None:
    return hold_of_data(pair[side]) if side in pair else None


def changed_back(state: State, entry: Entry, parent: int) -> dict[str, Car]:
    """The cars before `entry`, as seen from the entry at this place of `after`; `state` is what it led to.

    Raises ValueError, with the alias, where the state is not what the entry says.
    """
    changes = entry.changes[parent]
    cars = {alias: (now, was) for alias, (was, now) in changes.cars.items()}
    holds = {alias: (now, was) for alias, (was, now) in changes.holds.items()}
    return _changed(state.cars, Changes(cars, holds))


def changed_on(state: State, entry: Entry, parent: int) -> dict[str, Car]:
    """The cars after `entry`; `state` is that of the entry at this place of `after`. Raises as `changed_back` does."""
    return _changed(state.cars, entry.changes[parent])


def _changed(cars: Mapping[str, Car], changes: Changes) -> dict[str, Car]:
    found, touched = dict(cars), dict.fromkeys((*changes.cars, *changes.holds))
    holds = {alias: cars[alias].hold for alias in touched if alias in cars}
    for alias, (old_hold, new_hold) in changes.holds.items():
        if holds.get(alias) != old_hold:
            raise ValueError(alias)
        holds[alias] = new_hold
    for alias, (old, new) in changes.cars.items():
        if _brief(found.pop(alias, None)) != old:
            raise ValueError(alias)
        if new:
            found[alias] = car_of_brief(new)
        elif holds.pop(alias, None):
            raise ValueError(alias)
    for alias in touched:
        if alias in found:
            found[alias] = replace(found[alias], hold=holds.get(alias))
        elif holds.get(alias):
            raise ValueError(alias)
    return found
