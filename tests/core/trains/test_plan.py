"""Plans of promotions: what moves, what stays, what is refused, and the words that let it pass."""

from __future__ import annotations

import random
from typing import Any

import pytest

from helpers.fuzz.histories import Branch, at, car, cars, pin
from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Why
from shunter.core.trains.gate import Answer, Verdict
from shunter.core.trains.history import flaws
from shunter.core.trains.order import Order, compare
from shunter.core.trains.plan import ALL, Asked, Freight, Plan, carried_out, plan
from shunter.core.trains.state import Base, Car, Hold, State, cars_hash
from shunter.model.data import replace
from shunter.model.errors import ShunterError

STATE = State(cars({"orders": "0.1.1", "web": "1.0.0"}, "1.0.0"))
WHY = Why("promote", at(1))


def planned(versions: dict[str, str], asked: Asked | None = None, answers: Any = None, **freight: Any) -> Plan:
    """The plan of a train with these cars."""
    train = Freight(cars(versions, "1.1.0"), "1.1.0", **freight)
    return plan(STATE, train, answers or {}, asked or Asked())


def lines(found: Plan) -> list[str]:
    return [str(move) for move in found.moves]


def rules(found: Plan) -> list[tuple[str, str]]:
    return [(refused.rule, refused.alias) for refused in found.refusals]


def test_each_car_that_moves_is_told() -> None:
    found = planned({"orders": "0.1.0", "new": "1.0.0"})
    assert lines(found) == ["new 1.0.0 new", "orders 0.1.1 → 0.1.0 DOWN", "web 1.0.0 removed"]
    assert rules(found) == [("car-down", "orders"), ("car-removed", "web")]
    assert [refused.opens for refused in found.refusals] == ["--allow-downgrade orders", "--allow-remove web"]
    assert found.refusals[0].reason == "orders would go down: 0.1.1 → 0.1.0"


@pytest.mark.parametrize(
    ("asked", "freight", "words"),
    [
        (Asked(downgrade=frozenset({ALL}), remove=frozenset({"web"})), {}, ["--allow-downgrade", "--allow-remove"]),
        (
            Asked(),
            {"lower": {"orders": "0.1.1"}, "drops": frozenset({"web"})},
            ["train 1.1.0 lowers it", "train 1.1.0 drops it"],
        ),
        (
            Asked(may_go_down=True),
            {"replaces": {"web": "new"}},
            ["the environment may go down", "train 1.1.0 replaces it by new"],
        ),
    ],
)
def test_a_word_lets_it_pass_and_is_kept(asked: Asked, freight: Any, words: list[str]) -> None:
    found = planned({"orders": "0.1.0", "new": "1.0.0"}, asked, **freight)
    assert rules(found) == []
    assert found.allowed == dict(zip(("orders", "web"), words, strict=True))
    _, entry = carried_out(found, STATE, WHY)
    assert entry is not None
    assert entry.why.allowed == found.allowed


def test_a_word_of_the_cut_does_not_lower_what_is_newer_than_the_cut_knew() -> None:
    assert rules(planned({"orders": "0.1.0", "web": "1.0.0"}, lower={"orders": "0.1.0"})) == [("car-down", "orders")]


def test_a_car_is_not_replaced_by_one_that_does_not_come() -> None:
    found = planned({"orders": "0.1.1", "new": "1.0.0"}, Asked(without=("new",)), replaces={"web": "new"})
    assert rules(found) == [("car-removed", "web")]


def test_another_chart_under_one_alias_asks_for_a_word() -> None:
    now = {**STATE.cars, "web": Car(Pin("site", "0.2.0"))}
    found = plan(STATE, Freight(now, "1.1.0"), {}, Asked())
    assert (lines(found), rules(found)) == (["web web 1.0.0 → site 0.2.0 replaced"], [("car-replaced", "web")])
    said = Freight(now, "1.1.0", replaces={"web": "web"})
    assert rules(plan(STATE, said, {}, Asked())) == []
    assert rules(plan(STATE, Freight(now), {}, Asked(remove=frozenset({"web"})))) == []


def test_one_version_with_another_archive_is_refused_whatever_is_said() -> None:
    other = replace(pin("orders", "0.1.1"), digest="sha256:" + "0" * 64)
    everything = Asked(downgrade=frozenset({ALL}), remove=frozenset({ALL}), force=True)
    now = {**STATE.cars, "orders": Car(other)}
    assert rules(plan(STATE, Freight(now), {}, everything)) == [("version-rewritten", "orders")]
    built = {**STATE.cars, "orders": car("orders", "0.1.1+up4.5")}
    found = plan(STATE, Freight(built), {}, Asked())
    assert (lines(found), rules(found)) == (["orders 0.1.1 → 0.1.1+up4.5 changed"], [])


def test_only_and_except_limit_it() -> None:
    versions = {"orders": "0.2.0", "web": "2.0.0"}
    assert lines(planned(versions, Asked(only=("web",)))) == ["web 1.0.0 → 2.0.0"]
    found = planned(versions, Asked(without=("web",)))
    assert lines(found) == ["orders 0.1.1 → 0.2.0"]
    assert [str(stay) for stay in found.stays] == ["web 1.0.0 stays, 2.0.0 would come: left out by --except"]
    assert lines(planned({"orders": "0.2.0"}, Asked(only=("orders",)))) == ["orders 0.1.1 → 0.2.0"], "no one-car train"


@pytest.mark.parametrize(
    ("asked", "says"),
    [(Asked(only=("",)), "--only names no car"), (Asked(without=("nobody",)), "there is no car `nobody`")],
)
def test_a_name_that_says_nothing_is_refused(asked: Asked, says: str) -> None:
    with pytest.raises(ShunterError, match=says):
        planned({"orders": "0.2.0"}, asked)


def test_what_the_gate_says_counts() -> None:
    answers = {
        "orders": Answer(Verdict.HELD, "held: INC-77"),
        "web": Answer(Verdict.ABSENT, "pro does not declare web"),
        "new": Answer(Verdict.REFUSED, "new 1.0.0 has never run in pre", "--force", "stage-skipped", forcible=True),
    }
    versions = {"orders": "0.2.0", "web": "2.0.0", "new": "1.0.0"}
    found = planned(versions, answers=answers)
    assert [str(stay) for stay in found.stays] == ["orders 0.1.1 stays, 0.2.0 would come: held: INC-77"]
    assert lines(found) == ["new 1.0.0 new", "web 1.0.0 removed (shunter.yaml does not declare it)"]
    assert rules(found) == [("stage-skipped", "new")]
    forced = planned(versions, Asked(force=True), answers)
    assert (rules(forced), forced.forced) == ([], ("stage-skipped",))


def test_force_opens_only_what_it_may() -> None:
    answers = {"orders": Answer(Verdict.REFUSED, "the hold ended", "unhold", "hold-expired")}
    assert rules(planned({"orders": "0.2.0", "web": "1.0.0"}, Asked(force=True), answers)) == [
        ("hold-expired", "orders")
    ]


def test_what_freight_does_not_cover_stays() -> None:
    found = plan(STATE, Freight(cars({"orders": "0.2.0"}), source="pre", covers=frozenset({"orders"})), {}, Asked())
    assert lines(found) == ["orders 0.1.1 → 0.2.0"]


def test_a_train_that_arrives_whole_is_the_base_and_else_the_base_stays() -> None:
    whole = planned({"orders": "0.2.0", "web": "2.0.0"})
    assert whole.base == Base("1.1.0", cars_hash({alias: found.pin for alias, found in whole.cars.items()}))
    state, _ = carried_out(whole, STATE, WHY)
    assert state.version == "1.1.0"
    assert planned({"orders": "0.2.0", "web": "2.0.0"}, Asked(only=("web",))).base is None
    absent = {"orders": Answer(Verdict.ABSENT)}
    state = State({"web": STATE.cars["web"]})
    subset = plan(state, Freight(cars({"orders": "0.2.0", "web": "2.0.0"}), "1.1.0"), absent, Asked())
    assert subset.base is not None


def test_a_hold_stays_with_its_car_and_the_train_of_each_is_kept() -> None:
    held = State({"orders": car("orders", "0.1.1", "1.0.0", Hold("INC-77")), "web": STATE.cars["web"]})
    found = plan(held, Freight(cars({"orders": "0.2.0", "web": "1.0.0"}, "1.1.0"), "1.1.0"), {}, Asked())
    assert found.cars["orders"].hold == Hold("INC-77")
    assert {alias: each.train for alias, each in found.cars.items()} == {"orders": "1.1.0", "web": "1.0.0"}


def test_an_app_that_goes_down_while_its_chart_goes_up_is_told() -> None:
    now = replace(car("orders", "0.2.0"), pin=replace(pin("orders", "0.2.0"), app_version="v0.1.0"))
    found = plan(STATE, Freight({**STATE.cars, "orders": now}), {}, Asked())
    assert found.moves[0].notes == ("the appVersion of orders goes down: v0.1.1 → v0.1.0",)
    assert [alias for alias, _, _ in planned({"orders": "0.2.0", "web": "1.0.0"}).commits] == ["orders"]


def test_a_refused_plan_is_not_carried_out() -> None:
    with pytest.raises(ShunterError, match="would go down") as caught:
        carried_out(planned({"orders": "0.1.0", "web": "1.0.0"}), STATE, WHY)
    assert (caught.value.rule, caught.value.exit_code, caught.value.hint) == ("car-down", 1, "--allow-downgrade orders")


@pytest.mark.parametrize("seed", range(20))
def test_twice_is_once_and_nothing_goes_down_or_away_without_a_word_that_is_kept(seed: int) -> None:
    rng = random.Random(seed)
    aliases = ["a", "b", "c", "d"]
    branch = Branch()
    for number in range(12):
        versions = {a: f"1.{rng.randint(0, 3)}.0" for a in rng.sample(aliases, rng.randint(1, 4))}
        freight = Freight(
            cars(versions, f"1.{number}.0"),
            f"1.{number}.0",
            covers=rng.choice([None, frozenset(versions)]),
            drops=frozenset(rng.sample(aliases, rng.randint(0, 2))),
            lower=dict.fromkeys(rng.sample(aliases, rng.randint(0, 2)), "1.2.0"),
        )
        asked = Asked(
            tuple(rng.sample(sorted(versions), 1)) if rng.random() < 0.3 else (),
            downgrade=frozenset(rng.sample([*aliases, ALL], 1)),
            remove=frozenset(rng.sample([*aliases, ALL], 1)),
        )
        found = plan(branch.state, freight, {}, asked)
        if found.refusals:
            continue
        state, entry = carried_out(found, branch.state, Why("promote", at(number)))
        for alias, was in branch.state.cars.items():
            now = state.cars.get(alias)
            if compare(was.pin, now.pin if now else None) in (Order.DOWN, Order.REMOVED, Order.REPLACED):
                assert entry is not None
                assert entry.why.allowed[alias]
        branch = Branch(state, {**branch.entries, entry.name: entry} if entry else branch.entries)
        again = carried_out(plan(state, freight, {}, asked), state, Why("promote", at(number + 50)))
        assert again == (state, None)
    assert flaws(branch.state, branch.entries, "x") == ()
