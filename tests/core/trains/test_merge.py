"""Two heads: what one side changed is taken, what both changed is asked, and the order of merging is all one."""

from __future__ import annotations

import itertools
import random
import subprocess
from pathlib import Path

import pytest

from helpers.fuzz.histories import Branch, at, car, cars, merged, random_change, settled
from shunter.core.trains.entry import Why
from shunter.core.trains.history import flaws, heads, ordered
from shunter.core.trains.merge import Disputed, merge
from shunter.core.trains.state import Base, Hold, cars_hash, render_state
from shunter.model.data import replace

BOTH = Branch().promoted({"orders": "1.0.0", "web": "1.0.0"}, 0)
OURS = BOTH.promoted({"orders": "1.1.0"}, 1, "1.1.0")
THEIRS = BOTH.promoted({"web": "2.0.0", "new": "1.0.0"}, 2, "1.2.0")
PATH = ".shunter/train.yaml"


def whole(one: Branch, other: Branch, number: int = 9) -> Branch:
    found = merged(one, other, number)
    assert isinstance(found, Branch)
    return found


def versions(branch: Branch) -> dict[str, str]:
    return {alias: found.pin.version for alias, found in branch.state.cars.items()}


def held(branch: Branch, number: int, hold: Hold | None) -> Branch:
    now = {**branch.state.cars, "orders": replace(branch.state.cars["orders"], hold=hold)}
    return branch.changed(now, Why("hold" if hold else "unhold", at(number)))


def test_what_one_side_changed_is_taken() -> None:
    found = whole(OURS, THEIRS)
    assert versions(found) == {"new": "1.0.0", "orders": "1.1.0", "web": "2.0.0"}
    assert whole(THEIRS, OURS).state == found.state
    entry = found.entries[found.state.entry]
    assert set(entry.after) == {OURS.state.entry, THEIRS.state.entry}
    assert flaws(found.state, found.entries, PATH) == ()


def test_a_removal_is_a_change() -> None:
    gone = BOTH.changed({"orders": BOTH.state.cars["orders"]}, Why("remove", at(3)))
    assert versions(whole(OURS, gone)) == {"orders": "1.1.0"}


def test_what_both_sides_changed_is_asked() -> None:
    other = BOTH.promoted({"orders": "1.2.0"}, 2, "1.2.0")
    asked = (Disputed("orders", OURS.state.cars["orders"], other.state.cars["orders"]),)
    assert merged(OURS, other, 3) == asked
    entries = {**OURS.entries, **other.entries}
    for head in (OURS, other):
        choice = {"orders": head.state.entry}
        found = merge(entries, OURS.state, other.state, Why("merge", at(3)), choice)
        assert found.entry is not None
        assert found.entry.chosen == choice
        assert found.state.cars["orders"] == head.state.cars["orders"]


def test_there_and_back_is_a_change_too() -> None:
    back = OURS.changed(BOTH.state.cars, Why("rollback", at(2), to=BOTH.state.entry))
    other = BOTH.promoted({"orders": "1.2.0"}, 3)
    assert isinstance(merged(back, other, 4), tuple)


def test_the_same_change_on_both_sides_is_one() -> None:
    other = BOTH.promoted({"orders": "1.1.0"}, 5, "1.1.1")
    found = whole(OURS, other)
    assert found.state.cars["orders"] == car("orders", "1.1.0", "1.1.1")


def test_a_side_that_contains_the_other_is_the_result() -> None:
    assert merge(OURS.entries, OURS.state, BOTH.state, Why("merge", at(3))).state == OURS.state
    assert merge(OURS.entries, BOTH.state, OURS.state, Why("merge", at(3))).entry is None
    assert merge(OURS.entries, Branch().state, OURS.state, Why("merge", at(3))).state == OURS.state


def test_a_second_merge_of_the_same_heads_asks_nothing() -> None:
    first, second = whole(OURS, THEIRS, 7), whole(OURS, THEIRS, 8).promoted({"web": "2.1.0"}, 9)
    assert versions(whole(first, second, 10)) == {"new": "1.0.0", "orders": "1.1.0", "web": "2.1.0"}


def test_a_hold_of_one_side_is_kept_and_of_two_the_longer_one() -> None:
    assert whole(held(BOTH, 3, Hold("INC-1")), THEIRS).state.cars["orders"].hold == Hold("INC-1")
    short, long = held(BOTH, 3, Hold("INC-1", "2026-12-24")), held(BOTH, 4, Hold("INC-2"))
    assert whole(short, long).state.cars["orders"].hold == Hold("INC-2")
    was_held = held(BOTH, 3, Hold("INC-1"))
    assert whole(held(was_held, 4, None), was_held.promoted({"web": "3.0.0"}, 5)).state.cars["orders"].hold is None


def test_a_car_that_one_side_moved_and_the_other_one_held_is_asked() -> None:
    """A hold says that the car is to stay as it is."""
    stays = held(BOTH, 3, Hold("INC-1"))
    for one, other in ((OURS, stays), (stays, OURS)):
        asked = merged(one, other, 4)
        assert isinstance(asked, tuple)
        assert [item.alias for item in asked] == ["orders"]
    entries = {**OURS.entries, **stays.entries}
    for head, version in ((OURS, "1.1.0"), (stays, "1.0.0")):
        found = merge(entries, OURS.state, stays.state, Why("merge", at(4)), {"orders": head.state.entry})
        assert found.state.cars["orders"].pin.version == version
        assert found.state.cars["orders"].hold == Hold("INC-1"), "nobody loses a hold unasked"
    let_go = held(stays, 4, None)
    assert versions(whole(let_go, OURS))["orders"] == "1.1.0"


def test_the_base_is_that_of_the_side_that_changed_it_or_the_newer_one() -> None:
    def based(branch: Branch, train: str, number: int) -> Branch:
        base = Base(train, cars_hash(branch.state.pins))
        return branch.changed(branch.state.cars, Why("promote", at(number)), base)

    first = based(BOTH, "1.0.0", 1)
    old, new = based(first, "0.9.0", 2), based(first, "1.10.0", 3)
    assert whole(old, first.promoted({"web": "2.0.0"}, 4)).state.base == old.state.base
    assert whole(old, new).state.base == new.state.base


def test_records_that_began_apart_are_compared_car_by_car() -> None:
    one, other = Branch().promoted({"a": "1.0.0", "b": "1.0.0"}, 0), Branch().promoted({"a": "1.0.0", "b": "1.1.0"}, 1)
    found = merged(one, other, 2)
    assert isinstance(found, tuple)
    assert [item.alias for item in found] == ["b"]


@pytest.mark.parametrize("seed", range(6))
def test_concurrent_changes_are_one_history_with_one_state_in_whatever_order_they_are_merged(seed: int) -> None:
    rng = random.Random(seed)
    start = Branch().promoted({f"a{n}": "1.0.0" for n in range(9)}, 0)
    sides = []
    for number in range(3):
        side = start
        for step in range(rng.randint(1, 4)):
            side = random_change(rng, side, 1 + number * 10 + step, [f"a{number * 3 + n}" for n in range(3)])
        sides.append(side)
    results = []
    for first, second, third in itertools.permutations(sides):
        found = whole(whole(first, second, 50), third, 51)
        assert flaws(found.state, found.entries, PATH) == ()
        assert heads(found.entries) == (found.state.entry,)
        results.append(found)
    assert len({cars_hash(found.state.pins) for found in results}) == 1
    assert len({tuple(name for name in ordered(f.entries) if name in start.entries) for f in results}) == 1
    unmerged = {name: entry for side in sides for name, entry in side.entries.items()}
    backwards = dict(reversed([*unmerged.items()]))
    assert ordered(unmerged) == ordered(backwards)


@pytest.mark.parametrize("seed", range(10))
def test_changes_of_the_same_cars_are_settled_or_asked(seed: int) -> None:
    rng = random.Random(seed)
    one = other = Branch().promoted({"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}, 0)
    for number in range(1, 5):
        one, other = (random_change(rng, side, number * 2 + n, ["a", "b", "c"]) for n, side in enumerate((one, other)))
    asked, reverse = merged(one, other, 20), merged(other, one, 20)
    if isinstance(asked, Branch) and isinstance(reverse, Branch):
        assert asked.state == reverse.state
    else:
        assert isinstance(asked, tuple)
        assert isinstance(reverse, tuple)
        assert [item.alias for item in asked] == [item.alias for item in reverse]
        assert settled(one, other, 20).state == settled(other, one, 20).state
    found = settled(one, other, 20)
    assert flaws(found.state, found.entries, PATH) == ()


def test_git_merges_two_promotions_of_different_cars_with_one_conflict(tmp_path: Path) -> None:
    for name, branch in (("base", BOTH), ("ours", OURS), ("theirs", THEIRS)):
        (tmp_path / name).write_bytes(render_state(branch.state))
    command = ["git", "merge-file", "-p", "ours", "base", "theirs"]
    merged = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert merged.returncode == 1, "one conflict"
    conflict = merged.stdout.partition("<<<<<<<")[2].partition(">>>>>>>")[0]
    keys = [line.partition(":")[0] for line in conflict.splitlines()[1:] if ":" in line]
    assert keys == ["entry", "state", "entry", "state"]


def test_cars_are_complete_after_a_merge() -> None:
    assert whole(OURS, THEIRS).state.cars["new"] == cars({"new": "1.0.0"}, "1.2.0")["new"]
