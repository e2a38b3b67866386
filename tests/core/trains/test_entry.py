"""Entries: what is written reads back, the name is of what it says, and changes go both ways."""

from __future__ import annotations

import random

import pytest

from helpers.fuzz.histories import Branch, at, car, cars, random_change
from helpers.workspaces.own_files import schema
from shunter.core.packaging.record import HistoryEntry
from shunter.core.trains.entry import (
    Changes,
    Entry,
    Why,
    advance,
    changed_back,
    changed_on,
    changes_of,
    entry_data,
    entry_of_data,
    parse_entry,
    path_of,
    render_entry,
)
from shunter.core.trains.state import Base, Hold, State, with_cars
from shunter.model.data import replace
from shunter.model.errors import ShunterError

WHY = Why(
    "promote",
    "2026-11-28T17:16:00Z",
    "R One <r1@example.com>",
    "INC-77: 100 %",
    "1.4.1",
    "pre",
    "20261120T090000Z-77aa01fe",
    ("orders",),
    ("web",),
    ("stage-skipped",),
    {"orders": "--allow-downgrade"},
    {"values.yaml": "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", "../common.yaml": "0" * 40},
    {"errors": 0, "warnings": 2, "shunter": "0.2.0"},
)
HASH = "sha256:" + "0" * 64
AFTER = ("20261120T090000Z-77aa01fe", "20261121T090000Z-77aa01ff")
HELD = Hold("INC-77", "2026-12-24")
FULL = Entry(
    WHY,
    AFTER,
    (
        Changes({"orders": ("orders 1.5.0", "orders 1.5.1 - 1.4.1")}, {"web": (None, HELD)}),
        Changes({"web": ("", "web 1.0.0")}, {"orders": (HELD, None)}),
    ),
    HASH,
    Base("1.4.0", HASH),
    {"orders": AFTER[1]},
    (HistoryEntry("1.3.0", "tst", "2026-11-20T09:00:00Z", True),),
)


def read(entry: Entry) -> Entry:
    return parse_entry(render_entry(entry), path_of(entry.name), schema("history"))


@pytest.mark.parametrize(
    "entry",
    [FULL, Entry(Why("unhold", at(1)), (), (Changes(),), HASH), replace(FULL, changes=(Changes(), Changes()))],
)
def test_an_entry_reads_back(entry: Entry) -> None:
    assert read(entry) == entry
    assert entry_of_data(entry_data(entry)) == entry


def test_the_name_is_time_and_hash_of_what_it_says() -> None:
    assert FULL.name.startswith("20261128T171600Z-")
    others = [replace(FULL, after=AFTER[:1]), replace(FULL, why=replace(WHY, text="")), replace(FULL, base=None)]
    assert len({FULL.name, *(entry.name for entry in others)}) == 4
    again = render_entry(FULL).replace(b"\n", b"\r\n")
    assert parse_entry(again, "x.yaml", schema("history")).name == FULL.name


def test_nothing_changed_is_no_entry() -> None:
    state, entry = advance(State(), cars({"orders": "1.0.0"}), None, WHY)
    assert entry is not None
    assert state.entry == entry.name
    assert state.written == state.hash == entry.state
    assert advance(state, state.cars, None, WHY) == (state, None)


@pytest.mark.parametrize("seed", range(8))
def test_a_change_goes_on_and_back(seed: int) -> None:
    rng = random.Random(seed)
    branch = Branch()
    for number in range(30):
        was = branch.state
        branch = random_change(rng, branch, number, ["a", "b", "c", "d", "e"])
        entry = branch.entries.get(branch.state.entry)
        if entry is None or branch.state == was:
            continue
        there, back = changed_on(was, entry, 0), changed_back(branch.state, entry, 0)
        assert with_cars(was, there, branch.state.base).hash == branch.state.hash
        assert with_cars(was, back, was.base).hash == was.hash
        assert changes_of(was, branch.state) == entry.changes[0]


@pytest.mark.parametrize(
    "changes",
    [
        Changes({"orders": ("orders 1.4.9", "orders 1.5.1")}),
        Changes({"web": ("web 1.0.0", "")}),
        Changes({"orders": (car("orders", "1.5.0").brief(), "")}),
        Changes(holds={"orders": (None, HELD)}),
        Changes(holds={"web": (None, HELD)}),
    ],
    ids=["another version", "not there", "held without a car", "held already", "no car"],
)
def test_what_was_not_so_before_is_told(changes: Changes) -> None:
    state = State({"orders": car("orders", "1.5.0", hold=Hold("INC-1"))})
    with pytest.raises(ValueError, match=r"orders|web"):
        changed_on(state, Entry(WHY, (), (changes,), HASH), 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"verb: promote", b"verb: push"), (b"17:16:00Z", b"17:16Z"), (b"orders 1.5.0", b"orders"), (b"0.2.0", b"[]")],
)
def test_what_a_hand_broke_is_refused(old: bytes, new: bytes) -> None:
    data = render_entry(FULL)
    assert old in data
    with pytest.raises(ShunterError) as caught:
        parse_entry(data.replace(old, new), "x.yaml", schema("history"))
    assert caught.value.findings
