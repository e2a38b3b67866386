"""Rollbacks: the way down, and what stays."""

from __future__ import annotations

import random

import pytest

from helpers.fuzz.histories import Branch, at, car, cars, random_change
from shunter.core.trains.entry import Why
from shunter.core.trains.history import flaws, ordered, state_at
from shunter.core.trains.plan import Asked, Freight, carried_out, plan
from shunter.core.trains.rollback import plan_rollback
from shunter.core.trains.state import Hold, State
from shunter.model.errors import ShunterError

NOW = State(cars({"orders": "1.1.0", "new": "1.0.0", "web": "1.0.0"}))
THEN = State(cars({"orders": "1.0.0", "old": "1.0.0", "web": "1.0.0"}))


def test_what_moves_is_told_and_nothing_is_refused() -> None:
    found = plan_rollback(NOW, THEN)
    assert [str(move) for move in found.moves] == ["new 1.0.0 removed", "old 1.0.0 new", "orders 1.1.0 → 1.0.0 DOWN"]
    assert found.refusals == ()
    assert found.cars == THEN.cars


def test_one_car_goes_alone() -> None:
    found = plan_rollback(NOW, THEN, ["orders"])
    assert found.cars == {**NOW.cars, "orders": THEN.cars["orders"]}
    with pytest.raises(ShunterError, match="there is no car `nobody`"):
        plan_rollback(NOW, THEN, ["nobody"])


def test_a_held_car_stays_unless_it_is_named_and_keeps_its_hold() -> None:
    hold = Hold("INC-77")
    held = State({**NOW.cars, "orders": car("orders", "1.1.0", hold=hold)})
    found = plan_rollback(held, THEN)
    assert found.cars["orders"].pin.version == "1.1.0"
    assert [str(stay) for stay in found.stays] == ["orders 1.1.0 stays, 1.0.0 would come: held: INC-77"]
    named = plan_rollback(held, THEN, ["orders"])
    assert (named.cars["orders"].pin.version, named.cars["orders"].hold) == ("1.0.0", hold)


def test_the_base_comes_back_with_the_cars() -> None:
    branch = Branch()
    for number, version in enumerate(("1.0.0", "1.1.0")):
        freight = Freight(cars({"orders": version}, version), version)
        state, entry = carried_out(plan(branch.state, freight, {}, Asked()), branch.state, Why("promote", at(number)))
        assert entry is not None
        branch = Branch(state, {**branch.entries, entry.name: entry})
    first = ordered(branch.entries)[0]
    then = state_at(branch.entries, branch.state, first)
    state, entry = carried_out(plan_rollback(branch.state, then), branch.state, Why("rollback", at(3), to=first))
    assert (branch.state.version, state.version) == ("1.1.0", "1.0.0")
    assert entry is not None
    assert flaws(state, {**branch.entries, entry.name: entry}, "x") == ()


def brief(state: State, alias: str) -> str:
    """Chart, version and digest: a pin that stays keeps the train that it came with."""
    return " ".join(state.cars[alias].brief().split(" ")[:3]) if alias in state.cars else ""


@pytest.mark.parametrize("seed", range(12))
def test_a_rollback_to_any_entry_gives_its_cars_but_for_held_ones(seed: int) -> None:
    rng = random.Random(seed)
    branch = Branch()
    for number in range(20):
        branch = random_change(rng, branch, number, ["a", "b", "c", "d"])
    for name in ordered(branch.entries):
        then = state_at(branch.entries, branch.state, name)
        found = plan_rollback(branch.state, then)
        state, entry = carried_out(found, branch.state, Why("rollback", at(99), to=name))
        held = {alias for alias, known in branch.state.cars.items() if known.hold}
        for alias in {*then.cars, *state.cars}:
            wanted = branch.state if alias in held else then
            assert brief(state, alias) == brief(wanted, alias)
        entries = {**branch.entries, entry.name: entry} if entry else branch.entries
        assert flaws(state, entries, "x") == ()
        assert carried_out(plan_rollback(state, then), state, Why("rollback", at(100), to=name)) == (state, None)
