"""An environment's record, `.shunter/train.yaml` in format 2: the cars that it runs, and the entry that says why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from json.encoder import JSONEncoder, encode_basestring
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.pins import Pin
from shunter.core.goyaml import plain
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.data import dataclass, field, replace

FORMAT: Final = 2
PATH: Final = ".shunter/train.yaml"
STATE: Final = OwnFile("record", "a train record", "shunter writes this file: restore it from git")
_COMMENT: Final = "Derived by shunter: which charts this environment runs; .shunter/history/ says how they came here."
_ABSENT: Final = "-"


@dataclass(frozen=True, slots=True)
class Hold:
    """A car that stays as it is, and why; `until` is the last day (`2026-12-24`) on which it does, or empty."""

    why: str
    until: str = ""

    def expired(self, today: str) -> bool:
        """Whether the hold was over before the day `today` (`2026-12-25`)."""
        return bool(self.until) and self.until < today


@dataclass(frozen=True)
class Car:
    """One app of an environment.

    `train` is the train that the pin came with, empty where it came with none.
    """

    pin: Pin
    train: str = ""
    hold: Hold | None = None

    def brief(self) -> str:
        """`orders 1.5.0 sha256:... 1.4.0`: chart, version, digest and train; what the digest implies is left out."""
        words = [self.pin.name, self.pin.version, self.pin.digest or _ABSENT, self.train or _ABSENT]
        while words[-1] == _ABSENT:
            words.pop()
        return " ".join(words)

    @cached_property
    def hashed(self) -> str:
        """What goes into the hash of a state. Library, appVersion and manifest do not: the archive's digest decides."""
        return f"[{','.join(map(encode_basestring, (*_identity(self.pin), self.train, *_hold_words(self.hold))))}]"


@dataclass(frozen=True, slots=True)
class Base:
    """The last train that arrived whole, and the hash of what the environment ran then (see `cars_hash`)."""

    train: str
    cars: str


@dataclass(frozen=True, slots=True)
class State:
    """What an environment runs: cars by alias, the last entry of its history, and the last whole train.

    `written` is the hash that the file states; `hash` is that of what stands in it.
    """

    cars: Mapping[str, Car] = field(default_factory=dict)
    entry: str = ""
    base: Base | None = None
    written: str = ""

    @property
    def hash(self) -> str:
        """The hash of cars, holds and base: that of one JSON text, put together from those of the cars.

        A history has the state behind each of its entries, and from one to the next few cars change.
        """
        base = json_text([self.base.train, self.base.cars] if self.base else [])
        cars = ",".join([f"{encode_basestring(alias)}:{self.cars[alias].hashed}" for alias in sorted(self.cars)])
        return _sha256(f'{{"base":{base},"cars":{{{cars}}}}}')

    @property
    def pins(self) -> dict[str, Pin]:
        """The pins by alias."""
        return {alias: car.pin for alias, car in self.cars.items()}

    @property
    def train(self) -> str:
        """The train that runs here whole; empty where something else runs, or nothing."""
        return self.base.train if self.base and self.base.cars == cars_hash(self.pins) else ""

    @property
    def version(self) -> str:
        """The umbrella's version: the base's train where all is as it arrived, or else with a hash of the cars.

        An environment that runs something else than a train is `1.4.0+cars.5f0c2a91`, so that Helm's history tells its
        states apart.
        """
        if self.train:
            return self.train
        train = self.base.train.partition("+")[0] if self.base else "0.0.0"
        return f"{train}+cars.{cars_hash(self.pins).partition(':')[2][:8]}" if self.cars else train


def car_of_brief(text: str) -> Car:
    """The inverse of `Car.brief`: a car without what its archive says."""
    name, version, digest, train = [*text.split(" "), *(_ABSENT,) * 4][:4]
    return Car(Pin(name, version, digest="" if digest == _ABSENT else digest), train="" if train == _ABSENT else train)


def cars_hash(pins: Mapping[str, Pin]) -> str:
    """`sha256:` and the hash of chart, version and digest of each car, whatever order they stand in."""
    return _sha256(json_text({alias: _identity(pin) for alias, pin in pins.items()}))


def _identity(pin: Pin) -> list[str]:
    return [pin.name, pin.version, pin.digest]


def _hold_words(hold: Hold | None) -> list[str]:
    return [hold.why, hold.until] if hold else []


json_text = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""The one JSON text of a value, which hashes are of."""


def _sha256(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def render_state(state: State) -> bytes:
    """The file of a record; cars by alias. Equal states give equal bytes.

    `entry` and `state` stand side by side at the top: git makes them one conflict wherever two sides changed something.
    """
    value: dict[str, Any] = {"format": FORMAT} | ({"entry": state.entry} if state.entry else {})
    value["state"] = state.hash
    if state.base:
        value["base"] = {"train": state.base.train, "cars": state.base.cars}
    value["cars"] = {alias: car_data(state.cars[alias]) for alias in sorted(state.cars)}
    return plain.dump(value, _COMMENT)


def car_data(car: Car) -> dict[str, Any]:
    """A car as it stands in the files, without what is empty."""
    pin = car.pin
    texts = {
        "chart": f"{pin.name} {pin.version}",
        "appVersion": pin.app_version,
        "digest": pin.digest,
        "manifest": pin.manifest,
        "content": pin.content,
        "source": pin.source,
        "revision": pin.revision,
        "library": pin.library,
        "train": car.train,
    }
    data: dict[str, Any] = {name: text for name, text in texts.items() if text}
    return data | ({"held": hold_data(car.hold)} if car.hold else {})


def hold_data(hold: Hold) -> dict[str, str]:
    """A hold as it stands in the files."""
    return ({"until": hold.until} if hold.until else {}) | {"why": hold.why}


def hold_of_data(data: Mapping[str, str]) -> Hold:
    """The inverse of `hold_data`."""
    return Hold(data["why"], data.get("until", ""))


def parse_state(data: bytes, path: str, schema: bytes) -> State:
    """The record in `data`; `path` names the file in errors; `schema` is that of records in format 2.

    Raises ShunterError with all problems as findings.
    """
    found = checked(read_once(data, path), STATE, schema)
    base = found.get("base")
    cars = {alias: car_of_data(car) for alias, car in found["cars"].items()}
    return State(cars, found.get("entry", ""), Base(base["train"], base["cars"]) if base else None, found["state"])


def car_of_data(data: Mapping[str, Any]) -> Car:
    """The inverse of `car_data`, for a mapping that fits the schema of records."""
    name, version = data["chart"].split(" ")
    texts = {"app_version": "appVersion", "digest": "digest", "content": "content", "source": "source"}
    texts |= {"manifest": "manifest", "revision": "revision", "library": "library"}
    pin = Pin(name, version, **{attribute: data.get(key, "") for attribute, key in texts.items()})
    hold = hold_of_data(data["held"]) if "held" in data else None
    return Car(pin, data.get("train", ""), hold)


def with_cars(state: State, cars: Mapping[str, Car], base: Base | None) -> State:
    """The state with other cars, by alias in order, before an entry says why."""
    return replace(state, cars={alias: cars[alias] for alias in sorted(cars)}, base=base, written="")
