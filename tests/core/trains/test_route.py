"""A route of environments as a release manager uses it: the gate, plans, cuts and rollbacks together."""

from __future__ import annotations

import random

import pytest

from helpers.fuzz.histories import Branch, at, pin
from shunter.core.charts.pins import Pin
from shunter.core.trains.cut import Offer, Said, base_of, bumped, compose, freight_from, freight_of, hotfix_of
from shunter.core.trains.entry import Why
from shunter.core.trains.gate import Gate, Source, answers
from shunter.core.trains.history import flaws, ordered, state_at
from shunter.core.trains.model import Train
from shunter.core.trains.places import advised, label
from shunter.core.trains.plan import ALL, Asked, Plan, carried_out, plan
from shunter.core.trains.rollback import came_before, plan_rollback
from shunter.core.trains.state import car_of_brief
from shunter.model.data import dataclass, field

LIBRARY = Pin("shop-library", "1.0.0")
ROUTE = {"tst": "", "pre": "tst", "pro": "pre"}
TODAY = "2026-11-28"


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace in memory: what is published, its trains, and its environments."""

    published: dict[str, list[str]] = field(default_factory=dict)
    trains: dict[str, Train] = field(default_factory=dict)
    places: dict[str, Branch] = field(default_factory=lambda: {name: Branch() for name in ROUTE})
    clock: list[int] = field(default_factory=lambda: [0])

    def cut(self, said: Said | None = None, hotfix: str = "") -> str:
        """The version of a new train."""
        base = hotfix or base_of(self.trains, lambda version: self.trains[version].line, "")
        cars = self.trains[base].cars if base else {}
        offers = {alias: Offer(alias, tuple(versions)) for alias, versions in self.published.items()}
        made = compose(cars, offers, said or Said())
        assert made.refusals == ()
        version = hotfix_of(hotfix, self.trains, {}) if hotfix else bumped(base, made.moves)
        pins = {alias: found if found.digest else pin(alias, found.version) for alias, found in made.cars.items()}
        self.trains[version] = Train(
            version, pins, base=base, drops=made.drops, lower=made.lower, replaces=made.replaces
        )
        return version

    def plan(self, to: str, train: str = "", asked: Asked | None = None) -> Plan:
        """The plan of a promotion: of a train, or else of what the environment before runs."""
        here, before = self.places[to].state, ROUTE[to]
        since = here.base.train if here.base else ""
        if train:
            freight = freight_of(self.trains[train], self.trains, since)
        else:
            freight = freight_from(before, self.places[before].state, None, self.trains, since)
        sources = (Source(before, self.places[before].entries),) if before else ()
        found = answers(Gate(to, here, TODAY, sources), freight.cars, "" if train else None)
        return plan(here, freight, found, asked or Asked())

    def promote(self, to: str, train: str = "", asked: Asked | None = None) -> Plan:
        """The plan, carried out if nothing is refused."""
        found = self.plan(to, train, asked)
        if not found.refusals:
            self.done(to, found, Why("promote", self.now(), train=train, source=ROUTE[to]))
        return found

    def rollback(self, name: str, alias: str = "") -> None:
        """The rollback that nobody gave an entry."""
        branch = self.places[name]
        to = came_before(branch.entries, branch.state.entry, alias)
        only = (alias,) if alias else ()
        found = plan_rollback(branch.state, state_at(branch.entries, branch.state, to), only)
        self.done(name, found, Why("rollback", self.now(), to=to, only=only))

    def done(self, name: str, planned: Plan, why: Why) -> None:
        branch = self.places[name]
        state, entry = carried_out(planned, branch.state, why)
        self.places[name] = Branch(state, {**branch.entries, entry.name: entry} if entry else branch.entries)

    def now(self) -> str:
        self.clock[0] += 1
        return at(self.clock[0])

    def runs(self, name: str) -> dict[str, str]:
        return {alias: found.pin.version for alias, found in self.places[name].state.cars.items()}


def whole_route(**published: list[str]) -> Shop:
    """A shop whose first train is everywhere."""
    shop = Shop(published)
    version = shop.cut()
    for name in ROUTE:
        assert shop.promote(name, version).refusals == ()
    return shop


def test_a_hotfix_on_production_is_not_taken_back_and_comes_into_the_line() -> None:
    shop = whole_route(orders=["1.0.0"], web=["1.0.0"])
    shop.published["orders"].append("1.0.1")
    fix = shop.cut(Said(cars={"orders": "1.0.1"}, hotfix=True), "1.0.0")
    assert fix == "1.0.1"
    assert [refused.rule for refused in shop.promote("pro", fix).refusals] == ["stage-skipped"]
    forced = shop.promote("pro", fix, Asked(force=True))
    assert (forced.forced, [str(move) for move in forced.moves]) == (("stage-skipped",), ["orders 1.0.0 → 1.0.1"])
    back = shop.promote("pro")
    assert [str(move) for move in back.moves] == ["orders 1.0.1 → 1.0.0 DOWN"]
    assert [refused.rule for refused in back.refusals] == ["car-down"]
    assert advised(back) is None
    shop.published["web"].append("1.1.0")
    following = shop.cut()
    assert shop.trains[following].base == fix
    assert {alias: found.version for alias, found in shop.trains[following].cars.items()} == {
        "orders": "1.0.1",
        "web": "1.1.0",
    }
    for name in ROUTE:
        assert shop.promote(name, following).refusals == ()
        assert label(shop.places[name].state) == following


def test_a_train_of_one_car_removes_nothing() -> None:
    shop = whole_route(orders=["1.0.0"], web=["1.0.0"])
    shop.published["orders"].append("1.1.0")
    shop.published["web"].append("1.1.0")
    version = shop.cut(Said(only=("orders",)))
    assert [str(move) for move in shop.promote("tst", version).moves] == ["orders 1.0.0 → 1.1.0"]
    assert shop.runs("tst") == {"orders": "1.1.0", "web": "1.0.0"}


def test_a_service_that_is_dropped_or_renamed_is_said_once_for_all_environments() -> None:
    shop = whole_route(orders=["1.0.0"], web=["1.0.0"], old=["1.0.0"])
    for gone in ("web", "old"):
        del shop.published[gone]
    shop.published["site"] = ["1.0.0"]
    first = shop.cut(Said(drops=("old",), replaces={"web": "site"}))
    assert first == "2.0.0"
    shop.published["orders"].append("1.0.1")
    second = shop.cut()
    assert shop.promote("tst", first).refusals == ()
    for name in ROUTE:
        found = shop.promote(name, second)
        assert found.refusals == ()
        assert shop.runs(name) == {"orders": "1.0.1", "site": "1.0.0"}
    assert found.allowed == {"old": f"train {second} drops it", "web": f"train {second} replaces it by site"}


def test_what_was_rolled_back_from_does_not_go_on() -> None:
    shop = whole_route(orders=["1.0.0"], web=["1.0.0"])
    shop.published["orders"].append("1.1.0")
    version = shop.cut()
    for name in ("tst", "pre"):
        shop.promote(name, version)
    shop.rollback("pre")
    assert label(shop.places["pre"].state) == "1.0.0"
    assert [refused.rule for refused in shop.promote("pro", version).refusals] == ["car-rolled-back"]
    shop.promote("pre", version)
    assert shop.promote("pro", version).refusals == ()


def test_what_an_environment_brings_is_what_it_runs_and_what_its_trains_say() -> None:
    shop = whole_route(orders=["1.0.0"], web=["1.0.0"], old=["1.0.0"])
    shop.published["orders"].append("1.1.0")
    del shop.published["old"]
    dropping = shop.cut(Said(drops=("old",)))
    shop.promote("tst", dropping)
    shop.promote("pre")
    assert (shop.runs("pre"), label(shop.places["pre"].state)) == ({"orders": "1.1.0", "web": "1.0.0"}, dropping)
    shop.published["web"].append("1.1.0")
    following = shop.cut()
    shop.promote("tst", following)
    shop.promote("pre", following, Asked(only=("web",)))
    assert label(shop.places["pre"].state) == following, "one car was all that differed"
    shop.rollback("pre", "orders")
    found = shop.promote("pro")
    assert (found.refusals, found.base) == ((), shop.places["pro"].state.base)
    assert shop.places["pro"].state.train == ""
    assert shop.runs("pro") == shop.runs("pre") == {"orders": "1.0.0", "web": "1.1.0"}


@pytest.mark.parametrize("seed", range(8))
def test_no_pin_enters_that_did_not_run_before_unless_the_entry_says_forced(seed: int) -> None:
    rng = random.Random(seed)
    shop = whole_route(orders=["1.0.0"], web=["1.0.0"], auth=["1.0.0"])
    for number in range(1, 40):
        name = rng.choice(list(ROUTE))
        verb = rng.choice(["publish", "cut", "promote", "promote", "from", "rollback", "one"])
        if verb == "publish":
            shop.published[rng.choice(list(shop.published))].append(f"1.{number}.0")
        elif verb == "cut" and any(shop.published[a][-1] != p.version for a, p in newest_cars(shop).items()):
            shop.cut()
        elif verb == "promote":
            asked = Asked(force=rng.random() < 0.2, downgrade=frozenset({ALL} if rng.random() < 0.5 else ()))
            shop.promote(name, rng.choice(list(shop.trains)), asked)
        elif verb == "from" and ROUTE[name]:
            shop.promote(name)
        elif verb in ("rollback", "one") and len(shop.places[name].entries) > 3:
            shop.rollback(name)
    for name, before in ROUTE.items():
        branch = shop.places[name]
        assert flaws(branch.state, branch.entries, "x", {v: t.cars for v, t in shop.trains.items()}) == ()
        if before:
            assert unproven(branch, shop.places[before]) == []


def newest_cars(shop: Shop) -> dict[str, Pin]:
    return dict(shop.trains[base_of(shop.trains, lambda version: shop.trains[version].line, "")].cars)


def unproven(branch: Branch, before: Branch) -> list[str]:
    """The cars that came in without a word, and that the environment before never ran."""
    ran = {" ".join(now.split(" ")[:3]) for entry in before.entries.values() for _, now in entry.changed.values()}
    came = [
        car_of_brief(now)
        for name in ordered(branch.entries)
        if branch.entries[name].why.verb == "promote" and not branch.entries[name].why.forced
        for _, now in branch.entries[name].changed.values()
        if now
    ]
    return [car.brief() for car in came if " ".join(car.brief().split(" ")[:3]) not in ran]
