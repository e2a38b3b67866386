"""The history as rows."""

from __future__ import annotations

from helpers.fuzz.histories import Branch, at, pin
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.core.trains.carried import carried_over
from shunter.core.trains.entry import Why
from shunter.core.trains.holds import held, released
from shunter.core.trains.merge import merge
from shunter.core.trains.plan import ALL, Asked, Freight, carried_out, plan
from shunter.core.trains.rows import rows
from shunter.core.trains.state import Hold

FIRST = Branch().promoted({"orders": "1.0.0", "web": "1.0.0"}, 0)


def told(branch: Branch, alias: str = "") -> list[tuple[str, list[str]]]:
    return [(row["verb"], row["changes"]) for row in rows(branch.entries, alias)]


def history() -> Branch:
    branch = FIRST.promoted({"orders": "1.1.0"}, 1)
    branch = branch.changed(held(branch.state, "web", Hold("INC-77", "2026-12-24"), at(2)[:10]), Why("hold", at(2)))
    branch = branch.changed(released(branch.state, "web"), Why("unhold", at(3)))
    lower = plan(branch.state, Freight(FIRST.state.cars), {}, Asked(downgrade=frozenset({ALL})))
    state, entry = carried_out(lower, branch.state, Why("promote", at(4)))
    assert entry is not None
    return Branch(state, {**branch.entries, entry.name: entry})


def test_each_entry_is_a_row_oldest_first() -> None:
    assert told(history()) == [
        ("promote", ["orders 1.0.0 new", "web 1.0.0 new"]),
        ("promote", ["orders 1.0.0 → 1.1.0"]),
        ("hold", ["web held until 2026-12-24: INC-77"]),
        ("unhold", ["web held no more"]),
        ("promote", ["orders 1.1.0 → 1.0.0 DOWN (--allow-downgrade)"]),
    ]


def test_of_one_car_only_what_changed_it() -> None:
    assert [verb for verb, _ in told(history(), "web")] == ["promote", "hold", "unhold"]
    assert told(history(), "nobody") == []


def test_a_row_has_all_that_the_entry_says() -> None:
    row = rows(history().entries)[-1]
    assert (row["entry"], row["at"], row["allowed"]) == (history().state.entry, at(4), {"orders": "--allow-downgrade"})


def test_a_merge_says_what_it_decided_as_seen_from_each_side() -> None:
    ours, theirs = FIRST.promoted({"orders": "1.2.0"}, 1), FIRST.promoted({"orders": "1.1.0", "web": "1.1.0"}, 2)
    entries, choice = {**ours.entries, **theirs.entries}, {"orders": theirs.state.entry}
    found = merge(entries, ours.state, theirs.state, Why("merge", at(3), "R One <r1@example.com>"), choice)
    assert found.entry is not None
    for alias, changes in (
        ("", ["orders 1.2.0 → 1.1.0 DOWN (chosen)", "web 1.0.0 → 1.1.0"]),
        ("web", ["web 1.0.0 → 1.1.0"]),
    ):
        row = rows({**entries, found.entry.name: found.entry}, alias)[-1]
        assert (row["changes"], row["chosen"], row["by"]) == (changes, choice, "R One <r1@example.com>")


def test_a_history_of_the_old_form_comes_first() -> None:
    old = HistoryEntry("1.0.0", "tst", at(0), True)
    state, (entry,) = carried_over(TrainRecord("1.0.0", {"web": pin("web", "1.0.0")}, (old,)))
    first, second = rows({entry.name: entry})
    assert (first["entry"], first["verb"], first["train"], first["from"]) == ("", "arrived", "1.0.0", "tst")
    assert first["forced"] == ["stage-skipped"]
    assert (second["entry"], second["verb"], second["changes"]) == (state.entry, "carried", ["web 1.0.0 new"])
    assert [row["verb"] for row in rows({entry.name: entry}, "web")] == ["carried"]
