"""Records of the first format, carried over."""

from __future__ import annotations

import pytest

from helpers.fuzz.histories import pin
from helpers.workspaces.own_files import schema
from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.core.trains.carried import carried_over
from shunter.core.trains.entry import parse_entry, path_of, render_entry
from shunter.core.trains.history import flaws
from shunter.core.trains.state import State, parse_state, render_state

LIBRARY = Pin("shop-library", "1.0.0")
CARS = {"web": pin("web", "1.10.0"), "orders": pin("orders", "1.0.0")}
HISTORY = (
    HistoryEntry("1.3.0", "tst", "2026-11-20T09:00:00Z", True),
    HistoryEntry("1.4.0", "rollback of 1.5.0", "2026-11-21T09:00:00.250Z"),
)
PATH = ".shunter/train.yaml"


def old(train: str | None, history: tuple[HistoryEntry, ...] = HISTORY) -> TrainRecord:
    return TrainRecord(train, CARS, history)


@pytest.mark.parametrize("record", [old("1.4.0"), old(None), old("1.4.0", ()), old(None, ())])
def test_cars_and_history_are_kept_and_explained(record: TrainRecord) -> None:
    state, (entry,) = carried_over(record)
    assert state.pins == CARS
    assert entry.before == record.history
    assert (state.base.train if state.base else None) == record.train
    assert state.version == (record.train or state.version)
    assert flaws(state, {entry.name: entry}, PATH) == ()
    assert parse_state(render_state(state), PATH, schema("record")) == state
    assert parse_entry(render_entry(entry), path_of(entry.name), schema("history")) == entry


def test_two_branches_carry_the_same_over() -> None:
    assert carried_over(old("1.4.0")) == carried_over(TrainRecord("1.4.0", dict(reversed(CARS.items())), HISTORY))


def test_an_environment_that_runs_nothing_has_no_entry() -> None:
    assert carried_over(TrainRecord(None, {})) == (State(), ())
