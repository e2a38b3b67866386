"""The files that carry pins: an environment's `.shunter/train.yaml`, and what it shares with a train's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.core.charts.pins import Pin
from shunter.core.goyaml import plain
from shunter.model.data import dataclass

PATH = ".shunter/train.yaml"
_COMMENT = "Derived by shunter: which charts this environment runs, and how they came here."
_PIN_KEYS = {"name": "name", "version": "version", "appVersion": "app_version", "digest": "digest"}
_PIN_KEYS |= {"content": "content", "source": "source", "revision": "revision"}
_PIN_KEYS |= {"library": "library"}


def train_record(record: TrainRecord) -> bytes:
    """`.shunter/train.yaml` of an environment; cars by alias, history as it happened."""
    history = [
        {"train": item.train, "from": item.source, "at": item.at} | ({"forced": True} if item.forced else {})
        for item in record.history
    ]
    value = {"train": record.train, "cars": cars_data(record.cars)}
    return plain.dump(value | {"history": history}, _COMMENT)


def record_of_data(data: Mapping[str, Any]) -> TrainRecord:
    """The inverse of `train_record`, for a mapping that fits the schema of records."""
    history = (
        HistoryEntry(item["train"], item["from"], item["at"], item.get("forced", False))
        for item in data.get("history", ())
    )
    return TrainRecord(data.get("train"), cars_of_data(data["cars"]), tuple(history))


def pin_data(pin: Pin) -> dict[str, str]:
    """A pin as it stands in the files, without what is empty."""
    values = {name: getattr(pin, attribute) for name, attribute in _PIN_KEYS.items()}
    return {name: value for name, value in values.items() if value}


def cars_data(cars: Mapping[str, Pin]) -> dict[str, dict[str, str]]:
    """Cars as they stand in the files, by alias."""
    return {alias: pin_data(cars[alias]) for alias in sorted(cars)}


def pin_of_data(data: Mapping[str, str]) -> Pin:
    """The inverse of `pin_data`."""
    return Pin(**{attribute: data[name] for name, attribute in _PIN_KEYS.items() if name in data})


def cars_of_data(data: Mapping[str, Mapping[str, str]]) -> dict[str, Pin]:
    """The inverse of `cars_data`, in the order of the file."""
    return {alias: pin_of_data(pin) for alias, pin in data.items()}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One arrival of a train at an environment, as its history records it. `at` is RFC 3339, UTC, to the second."""

    train: str
    source: str
    at: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class TrainRecord:
    """What an environment carries (`.shunter/train.yaml`): its train, or None for a mixture, pins, and history."""

    train: str | None
    cars: Mapping[str, Pin]
    history: tuple[HistoryEntry, ...] = ()
