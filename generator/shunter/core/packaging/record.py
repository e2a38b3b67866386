"""The files that carry pins: an environment's `.shunter/train.yaml`, and what it shares with a train's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.core.charts import versions
from shunter.core.charts.contents import read_once
from shunter.core.charts.pins import Pin
from shunter.core.goyaml import plain
from shunter.core.goyaml.document import Document
from shunter.core.goyaml.plain import Key
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

PATH = ".shunter/train.yaml"
_COMMENT = "Derived by shunter: which charts this environment runs, and how they came here."
_RESTORE = "shunter writes this file: restore it from git"
_PIN_KEYS = {"name": "name", "version": "version", "appVersion": "app_version", "digest": "digest"}
_PIN_KEYS |= {"content": "content", "source": "source"}


def train_record(record: TrainRecord) -> bytes:
    """`.shunter/train.yaml` of an environment; cars by alias, history as it happened."""
    history = [
        {"train": item.train, "from": item.source, "at": item.at} | ({"forced": True} if item.forced else {})
        for item in record.history
    ]
    value = {"train": record.train, "library": pin_data(record.library), "cars": cars_data(record.cars)}
    return plain.dump(value | {"history": history}, _COMMENT)


def parse_train_record(data: bytes, path: str = PATH) -> TrainRecord:
    """The inverse of `train_record`. Raises ShunterError, with the place, for anything else."""
    document = plain.sound(read_once(data, path))
    found = fields(document, (), required=("library", "cars"), optional=("train", "history"))
    train, history = found.get("train"), found.get("history") or []
    if not isinstance(history, list):
        raise wrong(document, ("history",), "a list")
    return TrainRecord(
        None if train is None else text(document, ("train",)),
        parse_pin(document, ("library",)),
        parse_cars(document, ("cars",)),
        tuple(_passage(document, ("history", number)) for number in range(len(history))),
    )


def _passage(document: Document, key: Key) -> Passage:
    found = fields(document, key, required=("train", "from", "at"), optional=("forced",))
    train, source, at = (text(document, (*key, name)) for name in ("train", "from", "at"))
    return Passage(train, source, at, found.get("forced") is True)


def pin_data(pin: Pin) -> dict[str, str]:
    """A pin as it stands in the files, without what is empty."""
    values = {name: getattr(pin, attribute) for name, attribute in _PIN_KEYS.items()}
    return {name: value for name, value in values.items() if value}


def cars_data(cars: Mapping[str, Pin]) -> dict[str, dict[str, str]]:
    """Cars as they stand in the files, by alias."""
    return {alias: pin_data(cars[alias]) for alias in sorted(cars)}


def parse_pin(document: Document, key: Key) -> Pin:
    """The pin at `key`; its version must be exact."""
    found = fields(document, key, required=("name", "version"), optional=tuple(_PIN_KEYS))
    pin = Pin(**{attribute: text(document, (*key, name)) for name, attribute in _PIN_KEYS.items() if name in found})
    try:
        versions.require_exact(pin.version, f"chart {pin.name}")
    except ShunterError as error:
        raise ShunterError(error.message, hint=error.hint, span=document.span((*key, "version"))) from error
    return pin


def parse_cars(document: Document, key: Key) -> dict[str, Pin]:
    """The pins below `key`, by alias; each alias must be a DNS label."""
    cars = {}
    for alias in _mapping(document, key):
        if not versions.is_label(alias):
            hint = "use lower-case letters, digits and hyphens, 63 characters at most"
            raise ShunterError(f"`{alias}` is no DNS label", hint=hint, span=document.span((*key, alias), of="key"))
        cars[alias] = parse_pin(document, (*key, alias))
    return cars


def fields(document: Document, key: Key, *, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Any]:
    """The mapping at `key`, which has all `required` keys and no other than these and the `optional` ones."""
    found = _mapping(document, key)
    where = f"`{'.'.join(map(str, key))}`" if key else document.path
    for name in found:
        if name not in required and name not in optional:
            known = ", ".join(dict.fromkeys((*required, *optional)))
            span = document.span((*key, name), of="key")
            raise ShunterError(f"unknown key `{name}` in {where}", hint=f"known: {known}", span=span)
    for name in required:
        if name not in found:
            raise ShunterError(f"{where} has no `{name}`", hint=f"add `{name}:`", span=document.span(key))
    return found


def _mapping(document: Document, key: Key) -> dict[str, Any]:
    value = _at(document, key)
    if not isinstance(value, dict):
        raise wrong(document, key, "a mapping")
    return value


def text(document: Document, key: Key) -> str:
    """The text at `key`."""
    value = _at(document, key)
    if not isinstance(value, str):
        raise wrong(document, key, "text in quotes")
    return value


def _at(document: Document, key: Key) -> Any:
    value: Any = document.value
    for part in key:
        value = value[part]
    return value


def wrong(document: Document, key: Key, wanted: str) -> ShunterError:
    """The error for a value of the wrong type at `key`."""
    what = f"`{'.'.join(map(str, key))}`" if key else document.path
    return ShunterError(f"{what} must be {wanted}", hint=_RESTORE, span=document.span(key))


@dataclass(frozen=True, slots=True)
class Passage:
    """One arrival of a train at an environment, as its history records it. `at` is RFC 3339, UTC, to the second."""

    train: str
    source: str
    at: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class TrainRecord:
    """What an environment carries (`.shunter/train.yaml`): its train, or None for a mixture, pins, and history."""

    train: str | None
    library: Pin
    cars: Mapping[str, Pin]
    history: tuple[Passage, ...] = ()
