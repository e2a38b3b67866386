"""Pins and records as data: nothing empty is written, and everything reads back."""

from __future__ import annotations

import pytest

from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import (
    HistoryEntry,
    TrainRecord,
    cars_data,
    cars_of_data,
    pin_data,
    pin_of_data,
    record_of_data,
)

BARE = Pin("orders", "1.10.0")
FULL = Pin(
    "db",
    "16.1.0",
    app_version="1.10",
    digest="sha256:a",
    manifest="sha256:c",
    content="sha256:b",
    source="https://charts.example",
)
NOW = "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("pin", "data"),
    [
        (BARE, {"name": "orders", "version": "1.10.0"}),
        (
            FULL,
            {
                "name": "db",
                "version": "16.1.0",
                "appVersion": "1.10",
                "digest": "sha256:a",
                "manifest": "sha256:c",
                "content": "sha256:b",
                "source": "https://charts.example",
            },
        ),
    ],
)
def test_a_pin_is_written_without_what_is_empty(pin: Pin, data: dict[str, str]) -> None:
    assert pin_data(pin) == data
    assert pin_of_data(data) == pin


def test_cars_are_written_in_order_and_read_in_the_files() -> None:
    assert list(cars_data({"web": BARE, "api": FULL})) == ["api", "web"]
    assert list(cars_of_data({"web": pin_data(BARE), "api": pin_data(FULL)}).items()) == [("web", BARE), ("api", FULL)]


@pytest.mark.parametrize("train", ["1.4.0", None])
def test_a_record_of_the_first_format_is_read(train: str | None) -> None:
    history = (HistoryEntry("1.4.0", "cut", NOW), HistoryEntry("1.3.0", "rollback of 1.4.0", NOW, forced=True))
    items = [
        {"train": "1.4.0", "from": "cut", "at": NOW},
        {"train": "1.3.0", "from": "rollback of 1.4.0", "at": NOW, "forced": True},
    ]
    data = {"train": train, "library": pin_data(BARE), "cars": cars_data({"db": FULL}), "history": items}
    assert record_of_data(data) == TrainRecord(train, {"db": FULL}, history)


def test_a_record_of_an_old_file_needs_neither_train_nor_history() -> None:
    assert record_of_data({"library": pin_data(BARE), "cars": {}}) == TrainRecord(None, {})
