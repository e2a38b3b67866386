"""Records are merged car by car, and what both sides changed is asked for."""

from __future__ import annotations

import random

import pytest

from shunter.core.charts.pins import Pin
from shunter.core.packaging.merged import Disputed, merge_records
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.model.data import replace

ENTRY = HistoryEntry("1.0.0", "cut", "2026-01-01T00:00:00Z")


def record(train: str | None = "1.0.0", *history: HistoryEntry, **cars: str) -> TrainRecord:
    pins = {alias: Pin(alias, version) for alias, version in cars.items()}
    return TrainRecord(train, pins, (ENTRY, *history))


BASE = record(orders="1.0.0", web="1.0.0")


def entry(train: str, at: str) -> HistoryEntry:
    return HistoryEntry(train, "cut", f"2026-02-{at}T00:00:00Z")


def test_what_one_side_changed_is_taken() -> None:
    ours = record("1.1.0", entry("1.1.0", "02"), orders="1.1.0", web="1.0.0")
    theirs = record("1.2.0", entry("1.2.0", "01"), orders="1.0.0", web="1.2.0", more="1.0.0")
    found = merge_records(BASE, ours, theirs)
    assert found.disputed == ()
    assert found.record.train is None
    assert {alias: pin.version for alias, pin in found.record.cars.items()} == {
        "more": "1.0.0", "orders": "1.1.0", "web": "1.2.0",
    }  # fmt: skip
    assert [item.train for item in found.record.history] == ["1.0.0", "1.2.0", "1.1.0"]


def test_what_both_changed_is_asked_for_and_chosen() -> None:
    ours = record("1.1.0", orders="1.1.0", web="1.1.0")
    theirs = record("1.2.0", orders="1.2.0")
    found = merge_records(BASE, ours, theirs)
    assert found.disputed == (
        Disputed("orders", Pin("orders", "1.1.0"), Pin("orders", "1.2.0")),
        Disputed("web", Pin("web", "1.1.0"), None),
    )
    chosen = merge_records(BASE, ours, theirs, {"orders": "theirs", "web": "theirs"})
    assert (chosen.disputed, chosen.record.train, chosen.record.cars) == ((), "1.2.0", theirs.cars)
    assert merge_records(BASE, ours, theirs, {"orders": "ours", "web": "ours"}).record.train == "1.1.0"


def test_the_same_promotion_on_both_sides_is_one_at_the_earlier_time() -> None:
    ours, theirs = (record("1.1.0", entry("1.1.0", at), orders="1.1.0", web="1.0.0") for at in ("09", "05"))
    found = merge_records(BASE, ours, theirs)
    assert (found.disputed, found.record.train) == ((), "1.1.0")
    assert found.record.history == (ENTRY, entry("1.1.0", "05"))


def test_without_a_base_what_is_equal_is_taken() -> None:
    assert merge_records(None, BASE, BASE).record == BASE
    assert [each.alias for each in merge_records(None, BASE, record(orders="1.1.0", web="1.0.0")).disputed] == [
        "orders"
    ]


@pytest.mark.parametrize("seed", range(40))
def test_sides_may_change_places(seed: int) -> None:
    rng = random.Random(seed)
    sides = []
    for number in range(3):
        cars = {alias: f"1.{rng.randint(0, 2)}.0" for alias in "abcd" if rng.random() < 0.8}
        arrivals = [entry(f"{number}.{n}.0", f"{rng.randint(10, 28)}") for n in range(rng.randint(0, 2))]
        arrivals = sorted(arrivals, key=lambda item: item.at) if number else []
        sides.append(record(None, *arrivals, library=f"1.{rng.randint(0, 1)}.0", **cars))
    base, ours, theirs = sides
    one, other = merge_records(base, ours, theirs), merge_records(base, theirs, ours)
    assert [each.alias for each in one.disputed] == [each.alias for each in other.disputed], seed
    assert sorted(one.record.history, key=repr) == sorted(other.record.history, key=repr)
    if not one.disputed:
        assert replace(one.record, history=()) == replace(other.record, history=())
    for mine, theirs_ in ((base, theirs), (theirs, theirs)):
        same = merge_records(base, mine, theirs_)
        assert (same.disputed, same.record.cars) == ((), theirs.cars)
