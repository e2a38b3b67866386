"""Histories: one order, any state worked out and proven, where a rollback goes, and what is broken."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from helpers.fuzz.histories import Branch, at, car, cars, pin, random_change, random_graph
from helpers.workspaces.own_files import schema
from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Entry, Why, advance, parse_entry, path_of, render_entry
from shunter.core.trains.history import (
    BROKEN,
    MISMATCH,
    Flaw,
    altered,
    ancestors,
    expected,
    flaws,
    heads,
    ordered,
    state_at,
)
from shunter.core.trains.rollback import came_before, today
from shunter.core.trains.state import Base, Hold, State, cars_hash, parse_state, render_state
from shunter.model.data import replace
from shunter.model.errors import ShunterError

PATH = ".shunter/train.yaml"
ALIASES = ["a", "b", "c", "d", "e", "f"]


def found(branch: Branch, trains: Mapping[str, Mapping[str, Pin]] | None = None) -> list[tuple[str, str]]:
    return [(flaw.rule, flaw.path) for flaw in flaws(branch.state, branch.entries, PATH, trains)]


def only(branch: Branch) -> Flaw:
    (flaw,) = flaws(branch.state, branch.entries, PATH)
    return flaw


def line(size: int, seed: int = 0) -> list[Branch]:
    """A branch after each of its changes."""
    rng, branches = random.Random(seed), [Branch()]
    while len(branches) <= size:
        after = random_change(rng, branches[-1], len(branches), ALIASES)
        if after.state != branches[-1].state:
            branches.append(after)
    return branches


@pytest.mark.parametrize("seed", range(8))
def test_each_state_is_worked_out_from_the_record(seed: int) -> None:
    branches = line(25, seed)
    for then in branches:
        state = state_at(branches[-1].entries, branches[-1].state, then.state.entry)
        assert state.hash == then.state.hash
        assert (state.pins.keys(), state.entry) == (then.state.pins.keys(), then.state.entry)


@pytest.mark.parametrize("seed", range(8))
def test_a_history_of_branches_has_one_order_and_is_sound(seed: int) -> None:
    rng = random.Random(seed)
    branch = random_graph(rng, 60, ALIASES)
    assert found(branch) == []
    assert heads(branch.entries) == (branch.state.entry,)
    order = ordered(branch.entries)
    assert sorted(order) == sorted(branch.entries)
    place = {name: index for index, name in enumerate(order)}
    assert all(place[known] < place[name] for name, entry in branch.entries.items() for known in entry.after)
    shuffled = [*branch.entries.items()]
    rng.shuffle(shuffled)
    assert ordered(dict(shuffled)) == order
    for name, entry in branch.entries.items():
        assert state_at(branch.entries, branch.state, name).hash == entry.state


def test_beside_each_other_entries_stand_by_time() -> None:
    start = Branch().promoted({"a": "1.0.0"}, 0)
    late, early = start.promoted({"a": "1.1.0"}, 5), start.promoted({"a": "1.2.0"}, 4)
    entries = {**late.entries, **early.entries}
    assert ordered(entries) == (start.state.entry, early.state.entry, late.state.entry)
    assert heads(entries) == tuple(sorted((late.state.entry, early.state.entry)))


def test_a_clock_that_went_back_does_not_turn_the_order() -> None:
    first = Branch().promoted({"a": "1.0.0"}, 9)
    second = first.promoted({"a": "1.1.0"}, 1)
    assert ordered(second.entries) == (first.state.entry, second.state.entry)


def test_the_state_of_another_branch_is_worked_out_too() -> None:
    start = Branch().promoted({"a": "1.0.0", "b": "1.0.0"}, 0)
    ours, theirs = start.promoted({"a": "1.1.0"}, 1), start.promoted({"b": "2.0.0"}, 2).promoted({"b": "2.1.0"}, 3)
    entries = {**ours.entries, **theirs.entries}
    assert state_at(entries, ours.state, theirs.state.entry).hash == theirs.state.hash


def test_what_stayed_keeps_all_that_the_record_says_of_it() -> None:
    branch = Branch().promoted({"a": "1.0.0", "b": "1.0.0"}, 0)
    later = branch.promoted({"a": "1.1.0"}, 1)
    state = state_at(later.entries, later.state, branch.state.entry)
    assert state.cars["b"] == branch.state.cars["b"]
    assert state.cars["a"].pin == Pin("a", "1.0.0", digest=pin("a", "1.0.0").digest)


def test_a_state_that_nobody_knows_is_refused() -> None:
    branch = line(3)[-1]
    with pytest.raises(ShunterError, match="the history has no entry"):
        state_at(branch.entries, branch.state, "20200101T000000Z-00000000")
    edited = replace(branch.state, cars={**branch.state.cars, "z": car("z", "1.0.0")})
    with pytest.raises(ShunterError, match="the history is broken") as caught:
        state_at(branch.entries, edited, ordered(branch.entries)[0])
    assert caught.value.exit_code == 1


# where a rollback goes


def rolled_back(branch: Branch, number: int, alias: str = "") -> Branch:
    """The branch after the rollback that nobody gave an entry."""
    to = came_before(branch.entries, branch.state.entry, alias)
    then = state_at(branch.entries, branch.state, to)
    now = {**branch.state.cars, alias: then.cars[alias]} if alias else then.cars
    why = Why("rollback", at(number), to=to, only=(alias,) if alias else ())
    return branch.changed(now, why)


def versions(branch: Branch) -> str:
    return " ".join(f"{alias}{found.pin.version[0]}" for alias, found in branch.state.cars.items())


THREE = Branch().promoted({"a": "1.0.0", "b": "1.0.0"}, 0).promoted({"a": "2.0.0"}, 1).promoted({"b": "2.0.0"}, 2)


def test_a_rollback_goes_on_from_where_the_one_before_went() -> None:
    once = rolled_back(THREE, 3)
    twice = rolled_back(once, 4)
    assert [versions(branch) for branch in (THREE, once, twice)] == ["a2 b2", "a2 b1", "a1 b1"]
    again = twice.promoted({"a": "3.0.0"}, 5)
    assert versions(rolled_back(again, 6)) == "a1 b1"


def test_a_rollback_of_one_car_leaves_the_others() -> None:
    once = rolled_back(THREE, 3, "a")
    assert versions(once) == "a1 b2"
    assert versions(rolled_back(once, 4)) == "a1 b1", "and the whole does not raise it again"
    with pytest.raises(ShunterError, match="nothing of `a` came before"):
        rolled_back(once, 4, "a")


def test_after_rollbacks_of_a_car_the_whole_goes_on_to_what_is_another_state_and_raises_nothing() -> None:
    line = Branch()
    for number, version in enumerate(("1.0.0", "2.0.0", "3.0.0", "4.0.0")):
        line = line.promoted({"a": version, "b": "1.0.0"}, number)
    once = rolled_back(line, 4, "a")
    assert (versions(once), versions(rolled_back(once, 5))) == ("a3 b1", "a2 b1")
    lowest = rolled_back(rolled_back(once, 5, "a"), 6, "a")
    assert versions(lowest) == "a1 b1"
    with pytest.raises(ShunterError, match="nothing came before what is current"):
        rolled_back(lowest, 7)
    again = lowest.promoted({"a": "4.0.0"}, 8).promoted({"a": "5.0.0"}, 9)
    assert versions(rolled_back(again, 10)) == "a4 b1", "what was brought again may be returned to"


def test_a_rollback_returns_to_no_state_that_it_just_left() -> None:
    there_and_back = Branch().promoted({"a": "1.0.0"}, 0).promoted({"a": "2.0.0"}, 1).promoted({"a": "1.0.0"}, 2)
    for alias in ("", "a"):
        once = rolled_back(there_and_back, 3, alias)
        assert versions(once) == "a2"
        with pytest.raises(ShunterError, match="came before what is current"):
            rolled_back(once, 4, alias)


@pytest.mark.parametrize("alias", ["", "z"])
def test_a_rollback_follows_a_car_past_its_renames(alias: str) -> None:
    two = Branch().promoted({"a": "1.0.0", "b": "1.0.0"}, 0).promoted({"a": "2.0.0"}, 1)
    renamed = two
    for number, (old, new) in enumerate((("a", "y"), ("y", "z")), 2):
        cars = {new if known == old else known: found for known, found in renamed.state.cars.items()}
        renamed = renamed.changed(cars, Why("rename", at(number)))
    to = came_before(renamed.entries, renamed.state.entry, alias, {"a": "z", "y": "z"})
    assert to == two.entries[two.state.entry].after[0]
    assert today(state_at(renamed.entries, renamed.state, to), {"a": "z"}).cars["z"].pin.version == "1.0.0"


def test_a_rollback_does_not_return_to_a_hold() -> None:
    held = {**THREE.state.cars, "a": replace(THREE.state.cars["a"], hold=Hold("INC-1"))}
    assert versions(rolled_back(THREE.changed(held, Why("hold", at(3))), 4)) == "a2 b1"


def test_before_the_first_train_there_is_nothing() -> None:
    first = Branch().promoted({"a": "1.0.0"}, 0)
    for entries, name in ((first.entries, first.state.entry), ({}, "")):
        with pytest.raises(ShunterError, match="nothing came before"):
            came_before(entries, name)


# what is broken


def without(branch: Branch, name: str) -> Branch:
    return replace(branch, entries={known: entry for known, entry in branch.entries.items() if known != name})


def test_an_entry_that_was_edited_is_named() -> None:
    branch = line(6)[-1]
    name = ordered(branch.entries)[2]
    edited = replace(branch.entries[name], why=replace(branch.entries[name].why, by="Nobody"))
    broken = replace(branch, entries={**branch.entries, name: edited})
    assert found(broken) == [(BROKEN, path_of(name))]


def test_an_entry_that_is_gone_is_named_where_it_is_missed() -> None:
    branch = line(6)[-1]
    order = ordered(branch.entries)
    assert found(without(branch, order[2])) == [(BROKEN, path_of(order[3]))]
    assert "is not there" in only(without(branch, order[2])).message
    assert found(without(branch, order[-1])) == [(MISMATCH, PATH)]


def test_an_entry_that_does_not_go_on_from_the_one_before_is_named() -> None:
    first = Branch().promoted({"a": "1.0.0"}, 0)
    other = replace(first.state, cars=cars({"a": "1.5.0"}))
    state, entry = advance(other, cars({"a": "2.0.0"}), None, Why("promote", at(1)))
    assert entry is not None
    branch = Branch(state, {**first.entries, entry.name: entry})
    assert only(branch) == Flaw(BROKEN, path_of(entry.name), "`a` was not what it says before it", only(branch).hint)
    wrong = Entry(entry.why, entry.after, (first.entries[first.state.entry].changes[0],), entry.state)
    assert found(Branch(state, {**first.entries, wrong.name: wrong}))[0] == (BROKEN, path_of(wrong.name))


@pytest.mark.parametrize(
    ("edited", "says"),
    [
        (lambda state: replace(state, base=Base("7.7.7", state.base.cars)), "names the train 7.7.7"),
        (lambda state: replace(state, cars={**state.cars, "a": car("a", "9.9.9")}), "it has a 9.9.9"),
        (lambda state: replace(state, cars={}), "it has no a"),
        (lambda state: replace(state, entry=""), "no history explains it"),
        (lambda state: replace(state, written="sha256:" + "0" * 64), "`state` is not the hash"),
        (
            lambda state: replace(state, cars={"a": replace(state.cars["a"], hold=Hold("mine"))}),
            "its holds are others",
        ),
    ],
)
def test_a_record_that_no_history_explains_is_told(edited: object, says: str) -> None:
    now = cars({"a": "1.0.0"}, "1.0.0")
    why, base = Why("promote", at(0), train="1.0.0"), Base("1.0.0", cars_hash({"a": pin("a", "1.0.0")}))
    branch = Branch().changed(now, why, base)
    assert found(branch) == []
    changed = replace(branch, state=edited(branch.state))  # type: ignore[operator]
    messages = [flaw.message for flaw in flaws(changed.state, changed.entries, PATH) if flaw.rule == MISMATCH]
    assert says in messages[0]


def test_two_heads_are_told_with_who_made_the_other_one() -> None:
    start = Branch().promoted({"a": "1.0.0"}, 0)
    ours, theirs = start.promoted({"a": "1.1.0"}, 1), start.promoted({"a": "1.2.0"}, 2, "1.2.0")
    flaw = only(Branch(ours.state, {**ours.entries, **theirs.entries}))
    assert flaw.rule == MISMATCH
    assert "promote 1.2.0 by R One" in flaw.message


def test_cars_that_are_not_the_trains_are_told_and_a_legal_only_is_not() -> None:
    trains = {"1.0.0": {"a": pin("a", "1.0.0"), "b": pin("b", "1.0.0")}, "1.1.0": {"a": pin("a", "1.1.0")}}
    branch = Branch().promoted({"a": "1.0.0", "b": "1.0.0"}, 0, "1.0.0")
    assert found(branch.promoted({"a": "1.1.0"}, 1, "1.1.0"), trains) == []
    for versions_, train in (({"a": "1.2.0"}, "1.1.0"), ({"b": "2.0.0"}, "1.1.0"), ({"b": "2.0.0"}, "7.7.7")):
        wrong = branch.promoted(versions_, 1, train)
        assert found(wrong, trains) == [(MISMATCH, PATH)]
        assert found(wrong) == [], "a clone without trains cannot know"


def test_what_the_entries_alone_tell() -> None:
    branch = line(12, 5)[-1]
    told = expected(branch.entries, branch.state.entry)
    assert told == {alias: found.brief() for alias, found in branch.state.cars.items()}
    assert ancestors(branch.entries, branch.state.entry) == branch.entries.keys()


# sizes


def large() -> Branch:
    """100 cars and 500 entries that change up to seven cars each; one brings a train of all cars."""
    rng = random.Random(500)
    aliases = [f"service-{number:03}" for number in range(100)]
    branch = Branch().promoted(dict.fromkeys(aliases, "1.0.0"), 0)
    for number in range(1, 500):
        chosen = rng.sample(aliases, rng.randint(1, 7))
        branch = branch.promoted(dict.fromkeys(chosen, f"1.{number}.0"), number, f"1.{number}.0")
    return branch


def test_a_long_history_is_small_and_any_state_is_at_hand() -> None:
    branch = large()
    files = {name: render_entry(entry) for name, entry in branch.entries.items()}
    assert len(branch.entries) == 500
    assert sum(map(len, files.values())) + len(render_state(branch.state)) < 1_000_000
    first = state_at(branch.entries, branch.state, ordered(branch.entries)[0])
    assert {found.pin.version for found in first.cars.values()} == {"1.0.0"}
    some = dict(list(files.items())[::50])
    assert {name: parse_entry(data, path_of(name), schema("history")) for name, data in some.items()} == {
        name: branch.entries[name] for name in some
    }
    read = parse_state(render_state(branch.state), PATH, schema("record"))
    assert isinstance(read, State)
    assert read == branch.state


def test_a_train_that_is_not_what_arrived_is_told_by_those_who_had_it() -> None:
    """The hash in its own file is gone, too: the histories are what is left of the train."""
    ran = cars({"a": "1.0.0", "b": "1.0.0"}, "1.0.0")
    pins = {alias: each.pin for alias, each in ran.items()}
    branch = Branch().changed(ran, Why("promote", at(1), train="1.0.0"), Base("1.0.0", cars_hash(pins)))
    branch = branch.promoted({"a": "1.1.0"}, 2, "1.1.0")
    assert list(altered(branch.entries, {"1.0.0": pins})) == []
    assert list(altered(branch.entries, {"1.0.0": {**pins, "c": pin("c", "1.0.0")}})) == [], "not declared here"
    assert list(altered(branch.entries, {"1.0.0": {"new": pins["a"], "b": pins["b"]}})) == [], "renamed since"
    assert list(altered(branch.entries, {"2.0.0": {}})) == []
    for edited in ({"a": pins["a"]}, {**pins, "b": pin("b", "1.0.1")}):
        (flaw,) = altered(branch.entries, {"1.0.0": edited})
        assert (flaw.rule, flaw.hint) == ("train-changed", "restore trains/1.0.0.yaml from git")
        assert "with b 1.0.0" in flaw.message
