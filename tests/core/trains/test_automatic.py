"""What automatic trains are called and take, what they say, and which of them may go."""

from __future__ import annotations

import pytest

from shunter.core.charts.pins import Pin
from shunter.core.trains.automatic import (
    Known,
    named,
    next_version,
    number_of,
    offered,
    overtaken,
    shunned_by,
    superseded,
    with_words,
)
from shunter.core.trains.cut import Composition, Offer, Said, compose, differences
from shunter.core.trains.entry import Why, advance
from shunter.core.trains.model import Train
from shunter.core.trains.state import Base, Car, State


def pins(**versions: str) -> dict[str, Pin]:
    return {alias: Pin(alias, version) for alias, version in versions.items()}


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("1.5.0-main.7", 7),
        ("1.5.0", None),
        ("1.5.0-rc.7", None),
        ("1.5.0-main.7.g1a2b3c4", None),
        ("1.5.0-main", None),
        ("1.5.0-main.x", None),
    ],
)
def test_an_automatic_train_is_known_by_its_version(version: str, number: int | None) -> None:
    assert number_of(version, "main") == number


@pytest.mark.parametrize(
    ("release", "newest", "others", "was", "now", "expected"),
    [
        ("", "", (), {}, {"orders": "1.0.0"}, "1.0.0-main.1"),
        ("1.4.0", "1.4.0", (), {"orders": "1.0.0"}, {"orders": "1.0.1-main.2.gabc"}, "1.4.1-main.1"),
        ("1.4.0", "1.4.1-main.1", (), {"orders": "1.0.0"}, {"orders": "1.1.0-main.3.gabc"}, "1.5.0-main.2"),
        # what goes back to the release does not go below what was cut already
        ("1.4.0", "1.5.0-main.2", (), {"orders": "1.0.0"}, {"orders": "1.0.0"}, "1.5.0-main.3"),
        ("1.4.0", "1.5.0-main.2", (), {"orders": "1.0.0"}, {"orders": "1.0.1"}, "1.5.0-main.3"),
        # a release overtakes the automatic ones, and the number goes on
        ("1.5.0", "1.5.0", ("1.5.0-main.9",), {"orders": "1.0.0"}, {"orders": "1.0.1"}, "1.5.1-main.10"),
        ("2.0.0-rc.1", "2.0.0-rc.1", (), {"orders": "1.0.0"}, {"orders": "1.0.1"}, "2.0.1-main.1"),
        # one of another line has the number
        ("1.4.0", "1.4.0", ("9.0.0-main.4",), {"orders": "1.0.0"}, {"orders": "1.0.1"}, "1.4.1-main.5"),
    ],
)
def test_each_comes_after_all_before_it(
    release: str, newest: str, others: tuple[str, ...], was: dict[str, str], now: dict[str, str], expected: str
) -> None:
    moves = differences(pins(**was), pins(**now), Said()) if release else ()
    versions = [version for version in (release, newest, *others) if version]
    assert next_version(Known("main", release, newest, versions), moves) == expected


def test_builds_of_the_main_branch_come_and_of_others_do_not() -> None:
    versions = ("1.0.0", "1.1.0-main.4.gabc", "1.1.0-main.12.gdef", "1.2.0-rc.1", "9.0.0-feature-x.1.gabc")
    offers, missing = offered({"orders": Offer("orders", versions), "web": Offer("web")}, "main", (), {})
    assert missing == ("web",)
    assert compose(pins(orders="1.0.0"), offers, Said()).cars["orders"].version == "1.1.0-main.12.gdef"
    assert compose(pins(orders="1.1.0"), offers, Said()).cars["orders"].version == "1.1.0"
    shunned = {"orders": {"1.1.0-main.12.gdef"}}
    offers, _ = offered({"orders": Offer("orders", versions)}, "main", (), shunned)
    assert compose({}, offers, Said()).cars["orders"].version == "1.1.0-main.4.gabc"


def test_what_only_yanked_trains_have_does_not_come_again() -> None:
    trains = {"1.0.0": Train("1.0.0", pins(a="1.0.0", b="1.0.0")), "1.1.0": Train("1.1.0", pins(a="1.1.0", b="1.0.0"))}
    assert shunned_by(["1.1.0"], trains) == {"a": {"1.1.0"}, "b": set()}
    assert shunned_by([], trains) == {}


def test_a_train_says_what_those_before_it_say_as_far_as_it_holds() -> None:
    first = Train("1.0.0-main.1", pins(a="1.0.0"), drops=("gone", "back"), lower={"a": "3.0.0"}, replaces={"old": "a"})
    made = Composition(pins(a="1.1.0", back="1.0.0"), drops=("other",), lower={"a": "2.0.0"})
    said = with_words(made, first, {first.version: first})
    assert (said.drops, said.lower, said.replaces) == (("gone", "other"), {"a": "3.0.0"}, {"old": "a"})


def test_what_a_record_or_a_history_names_stays() -> None:
    first, entry = advance(
        State({}), {"a": Car(Pin("a", "1.0.0"), "1.0.0-main.1")}, None, Why("promote", "t", train="1.0.0-main.2")
    )
    now, second = advance(
        first, {"a": Car(Pin("a", "1.1.0"), "1.0.0-main.3")}, Base("1.0.0-main.4", ""), Why("promote", "u")
    )
    assert entry
    assert second
    history = {entry.name: entry, second.name: second}
    assert named([now], [history]) == {f"1.0.0-main.{number}" for number in (1, 2, 3, 4)}
    versions = [f"1.0.0-main.{number}" for number in range(1, 12)]
    assert superseded(versions, 3, named([now], [history])) == tuple(f"1.0.0-main.{n}" for n in (8, 7, 6, 5))


@pytest.mark.parametrize(
    ("car", "versions", "in_a_train", "expected"),
    [
        ("1.0.0", ("1.0.0", "1.0.0-main.7.gabc", "1.0.0-main.12.gabc"), (), ("1.0.0-main.12.gabc", "1.0.0")),
        ("1.0.0", ("1.0.0", "1.0.0-main.7.gabc"), ("1.0.0-main.7.gabc",), None),  # it came before the release
        ("1.0.0", ("1.0.0", "1.0.1-main.7.gabc"), (), None),
        ("1.0.0", ("1.0.0", "1.0.0-feature-x.7.gabc"), (), None),
        ("1.0.1-main.7.gabc", ("1.0.1-main.7.gabc", "1.0.1-main.6.gabc"), (), None),
    ],
)
def test_builds_that_no_train_will_take_are_known(
    car: str, versions: tuple[str, ...], in_a_train: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    trains = {str(number): Train(str(number), pins(orders=each)) for number, each in enumerate(in_a_train)}
    found = overtaken({"orders": Offer("orders", versions, label="main")}, pins(orders=car, gone="1.0.0"), trains)
    assert found == ({"orders": expected} if expected else {})
