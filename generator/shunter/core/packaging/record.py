"""Pins as they stand in the files of trains, and the record of the first format, which had them in the same form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.core.charts.pins import Pin
from shunter.model.data import dataclass

_PIN_KEYS = {"name": "name", "version": "version", "appVersion": "app_version", "digest": "digest"}
_PIN_KEYS |= {"manifest": "manifest", "content": "content", "source": "source", "revision": "revision"}
_PIN_KEYS |= {"library": "library"}


def record_of_data(data: Mapping[str, Any]) -> TrainRecord:
    """The record of the first format in a mapping that fits its schema."""
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
    """A record of the first format: the train of an environment, or None for a mixture, its pins, and history."""

    train: str | None
    cars: Mapping[str, Pin]
    history: tuple[HistoryEntry, ...] = ()
