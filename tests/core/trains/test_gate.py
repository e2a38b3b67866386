"""The gate of an environment: what ran before it, holds, declarations, yanked trains, lines."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.fuzz.histories import Branch, at, car, cars, pin
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.core.trains.carried import carried_over
from shunter.core.trains.entry import Why
from shunter.core.trains.gate import WHOLE, Answer, Gate, Source, Verdict, answers, withdrawn, yanked_with
from shunter.core.trains.merge import merge
from shunter.core.trains.plan import Asked, Freight, plan
from shunter.core.trains.state import Hold, State
from shunter.model.data import replace

TODAY = "2026-11-28"
PRE = Branch().promoted({"orders": "1.0.0", "web": "1.0.0"}, 0).promoted({"orders": "1.1.0"}, 1)
OPEN = Answer()


def back(branch: Branch, alias: str, version: str, number: int = 5) -> Branch:
    now = {**branch.state.cars, alias: car(alias, version)}
    return branch.changed(now, Why("rollback", at(number), to=branch.state.entry))


def source(branch: Branch, name: str = "pre", services: frozenset[str] | None = None) -> Source:
    return Source(name, branch.entries, services)


def answer(version: str, *sources: Source, alias: str = "orders", **gate: Any) -> Answer:
    """What the gate of pro says of one car."""
    given: dict[str, Any] = {"state": State(), "today": TODAY, "sources": sources} | gate
    return answers(Gate("pro", **given), {alias: car(alias, version, "1.1.0")})[alias]


# what ran before


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_what_ran_before_may_come_even_if_it_runs_there_no_more(version: str) -> None:
    assert answer(version, source(PRE)) == OPEN


def test_what_never_ran_before_is_refused_with_the_way_out() -> None:
    found = answer("1.2.0", source(PRE))
    assert found == Answer(
        Verdict.REFUSED,
        "orders 1.2.0 has never run in pre",
        "promote it to pre first, or --force --why REASON",
        "stage-skipped",
        forcible=True,
    )


def test_at_the_start_of_a_route_everything_may_come() -> None:
    assert answer("9.9.9") == OPEN


def test_what_was_rolled_back_from_is_refused_until_it_comes_again() -> None:
    rolled = back(PRE, "orders", "1.0.0")
    found = answer("1.1.0", source(rolled))
    assert (found.rule, found.reason) == (
        "car-rolled-back",
        f"pre was rolled back from orders 1.1.0 ({rolled.state.entry})",
    )
    assert answer("1.0.0", source(rolled)) == OPEN
    assert answer("1.1.0", source(rolled.promoted({"orders": "1.1.0"}, 6))) == OPEN


def test_what_was_rolled_back_on_one_side_of_a_merge_stays_so() -> None:
    ours, theirs = back(PRE, "orders", "1.0.0"), PRE.promoted({"web": "2.0.0"}, 6)
    entries = {**ours.entries, **theirs.entries}
    found = merge(entries, ours.state, theirs.state, Why("merge", at(7)))
    assert found.entry is not None
    merged = Branch(found.state, {**entries, found.entry.name: found.entry})
    assert answer("1.1.0", source(merged)).rule == "car-rolled-back"
    assert answer("2.0.0", source(merged), alias="web") == OPEN


def test_the_same_version_with_another_digest_has_not_run() -> None:
    other = replace(car("orders", "1.1.0"), pin=replace(pin("orders", "1.1.0"), digest="sha256:" + "0" * 64))
    found = answers(Gate("pro", State(), TODAY, (source(PRE),)), {"orders": other})["orders"]
    assert found.reason == "pre ran orders 1.1.0 with another digest"


def test_any_source_will_do_unless_every_one_has_to() -> None:
    other = Branch().promoted({"orders": "2.0.0"}, 0)
    both = source(PRE), source(other, "qa")
    assert answer("2.0.0", *both) == OPEN
    found = answer("2.0.0", *both, every=True)
    assert (found.reason, found.opens) == (
        "orders 2.0.0 has never run in pre",
        "promote it to pre or qa first, or --force --why REASON",
    )
    assert "has never run in pre; orders 3.0.0 has never run in qa" in answer("3.0.0", *both).reason


def test_a_source_that_does_not_declare_a_service_does_not_count() -> None:
    small = source(Branch().promoted({"web": "1.0.0"}, 0), "small", frozenset({"web"}))
    assert answer("5.0.0", small) == OPEN
    assert answer("1.1.0", small, source(PRE), every=True) == OPEN
    assert answer("5.0.0", small, source(PRE)).rule == "stage-skipped"


def test_a_history_of_the_old_form_counts_by_the_files_of_its_trains() -> None:
    trains = {version: {"orders": pin("orders", version)} for version in ("1.0.0", "1.1.0", "1.2.0")}
    history = [HistoryEntry("1.0.0", "tst", at(0)), HistoryEntry("1.1.0", "tst", at(1))]
    history.append(HistoryEntry("1.0.0", "rollback of 1.1.0", at(2)))
    _, entries = carried_over(TrainRecord("1.0.0", trains["1.0.0"], tuple(history)))
    old = Source("pre", {entry.name: entry for entry in entries})
    assert answer("1.0.0", old, trains=trains) == OPEN
    assert answer("1.1.0", old, trains=trains).rule == "car-rolled-back"
    assert answer("1.2.0", old, trains=trains).rule == "stage-skipped"


def test_a_pin_that_only_yanked_trains_have_is_told_by_the_newest_of_them() -> None:
    trains = {version: {"orders": pin("orders", "1.1.0")} for version in ("1.1.0", "1.10.0", "1.2.0")}
    asked = pin("orders", "1.1.0")
    assert yanked_with("orders", asked, trains, {"1.1.0", "1.10.0", "1.2.0"}) == "1.10.0"
    assert yanked_with("orders", asked, trains, {"1.1.0", "1.10.0"}) == ""
    assert yanked_with("web", pin("web", "1.0.0"), trains, {"1.1.0", "1.10.0", "1.2.0"}) == ""


# holds, declarations, yanked trains, lines


def holding(until: str) -> State:
    return State({"orders": car("orders", "1.0.0", hold=Hold("INC-77", until))})


@pytest.mark.parametrize(("until", "said"), [("", "held: INC-77"), (TODAY, f"held until {TODAY}: INC-77")])
def test_a_held_car_stays(until: str, said: str) -> None:
    found = answer("1.1.0", source(PRE), state=holding(until))
    assert found == Answer(Verdict.HELD, said, "shunter unhold pro orders")


def test_an_expired_hold_is_refused_until_someone_says() -> None:
    found = answer("1.1.0", source(PRE), state=holding("2026-11-27"))
    assert (found.verdict, found.rule, found.forcible) == (Verdict.REFUSED, "hold-expired", False)
    assert found.opens == "shunter unhold pro orders, or hold it again"


def test_a_held_car_that_is_not_to_move_is_open_and_one_that_is_to_go_stays() -> None:
    assert answer("1.0.0", source(PRE), state=holding("2026-11-27")) == OPEN
    assert answers(Gate("pro", holding(""), TODAY), {})["orders"].verdict is Verdict.HELD


def test_what_an_environment_does_not_declare_is_absent() -> None:
    found = answer("9.0.0", source(PRE), services=frozenset({"web"}))
    assert (found.verdict, found.reason) == (Verdict.ABSENT, "pro does not declare orders")
    assert "shunter.yaml" in found.opens
    assert answer("1.1.0", source(PRE), services=frozenset({"orders"})) == OPEN


def test_a_car_of_a_yanked_train_is_refused_unless_another_train_has_it() -> None:
    yanked = {"1.1.0": "loses orders"}
    trains = {"1.1.0": {"orders": pin("orders", "1.1.0")}}
    found = answer("1.1.0", source(PRE), yanked=yanked, trains=trains)
    assert (found.rule, found.reason, found.forcible) == ("train-yanked", "train 1.1.0 is yanked: loses orders", True)
    good = {**trains, "1.2.0": {"orders": pin("orders", "1.1.0")}}
    assert answer("1.1.0", source(PRE), yanked=yanked, trains=good) == OPEN
    assert answer("1.1.0", source(PRE), yanked={**yanked, "1.2.0": "too"}, trains=good).rule == "train-yanked"


def test_a_train_of_another_line_is_refused_as_a_whole() -> None:
    came = cars({"orders": "1.0.0"})
    found = answers(Gate("pro", State(came), TODAY), came, "acme")[WHOLE]
    assert (found.rule, found.reason) == ("other-line", "pro takes trains of no line, and this is one of the line acme")
    assert answers(Gate("pro", State(), TODAY, line="acme"), came, "acme")[WHOLE] == OPEN
    planned = plan(State(came), Freight(came, "2.5.0"), {WHOLE: found}, Asked())
    assert [(refused.alias, refused.rule) for refused in planned.refusals] == [("", "other-line")], "no car moves"
    forced = plan(State(came), Freight(came, "2.5.0"), {WHOLE: found}, Asked(force=True))
    assert (forced.refusals, forced.forced) == ((), ("other-line",))


def test_what_is_not_declared_any_more_goes_although_its_version_is_the_same() -> None:
    runs = cars({"orders": "1.0.0", "web": "1.0.0"})
    found = answers(Gate("pro", State(runs), TODAY, services=frozenset({"web"})), runs)
    assert found["orders"].verdict is Verdict.ABSENT
    planned = plan(State(runs), Freight(runs), found, Asked())
    assert [str(move) for move in planned.moves] == ["orders 1.0.0 removed (shunter.yaml does not declare it)"]
    assert planned.refusals == ()
    held = {**runs, "orders": replace(runs["orders"], hold=Hold("INC-77"))}
    assert answers(Gate("pro", State(held), TODAY, services=frozenset({"web"})), runs)["orders"].verdict is Verdict.HELD


def test_what_was_withdrawn_is_what_was_rolled_back_from_and_did_not_come_again() -> None:
    rolled = back(PRE, "orders", "1.0.0")
    came = cars({"orders": "1.1.0", "web": "9.0.0"})
    assert withdrawn(source(rolled), came, {}, {}) == {"orders"}
    assert withdrawn(source(rolled.promoted({"orders": "1.1.0"}, 6)), came, {}, {}) == frozenset()
