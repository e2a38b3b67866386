"""What `lock` takes for what an environment runs: records of any format, hand-made ones, and those of a merge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.fuzz.histories import Branch, at, pin
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.trains.entry import Why
from shunter.core.trains.state import Car, State
from shunter.flows.packaging.recorded import Found, explained, filled, repinned, unfollowed
from shunter.flows.workspace.archives import archives_at
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import Trains
from shunter.model.data import replace
from shunter.model.errors import ShunterError

OLD = """\
train: 1.0.0
library: {{name: commons, version: 1.0.0}}
cars:
  orders: {{name: orders, version: 1.0.0, digest: {0}, content: {1}}}
  web: {{name: web, version: 1.0.0, digest: {2}, content: {3}}}
history:
  - {{train: 1.0.0, from: cut, at: "2026-01-30T09:30:00Z"}}
"""
RECORD = "envs/tst/.shunter/train.yaml"
WHY = Why("repin", at(9))
BRANCH = Branch().promoted({"orders": "1.0.0", "web": "1.0.0"}, 1)
FOUND = Found(BRANCH.state, BRANCH.entries)


@pytest.fixture
def nothing(tmp_path: Path) -> Trains:
    return Trains(tmp_path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Train 1.0.0 in tst, whose record is one of the first format."""

    def make(folder: Path) -> None:
        context = small_workspace(folder / "small")
        ok("train", "cut", "1.0.0", cwd=context.root)
        ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
        state = records(context)["tst"]
        assert state is not None
        digests = [text for pin in state.pins.values() for text in (pin.digest, pin.content)]
        history = f"envs/tst/.shunter/history/{state.entry}.yaml"
        commit_all(context.root, {RECORD: OLD.format(*digests), history: None})

    return copy(shared("small-old-record", make) / "small", tmp_path.resolve() / "small")


def test_lock_carries_a_record_of_the_first_format_over_and_nothing_else_does(root: Path) -> None:
    for command in ("status", "promote 1.0.0 --to tst", "rollback tst", "render tst", "diff tst pre", "history tst"):
        said = shunter(*command.split(), cwd=root)
        assert said.code == 2, command
        assert "hint: shunter lock carries it over" in said.err
    ok("lock", cwd=root)
    state = records(open_context(root))["tst"]
    assert state is not None
    assert (state.train, list(state.cars)) == ("1.0.0", ["orders", "web"])
    assert "arrived 1.0.0 from cut" in ok("history", "tst", cwd=root).out
    for command in ("lint", "validate", "lock --check", "promote 1.0.0 --to pre"):
        ok(*command.split(), cwd=root)
    ok("promote", "1.0.0", "--to", "pre", cwd=root)
    assert git(root, "status", "--porcelain") == ""


def test_a_record_that_is_explained_stays(nothing: Trains) -> None:
    found = replace(
        FOUND, state=replace(FOUND.state, cars={a: replace(c, train="") for a, c in FOUND.state.cars.items()})
    )
    with pytest.raises(ShunterError, match="no history explains it") as error:
        explained(found, "envs/tst", nothing, WHY, adopt=False)
    assert error.value.rule == "record-mismatch"


def test_a_record_made_by_hand_is_adopted_where_that_is_asked_for(nothing: Trains) -> None:
    state = replace(FOUND.state, cars={"orders": Car(pin("orders", "7.0.0"), train="7.7.7")})
    found = explained(replace(FOUND, state=state), "envs/tst", nothing, WHY, adopt=True)
    assert (found.state.pins["orders"].version, found.state.cars["orders"].train) == ("7.0.0", "")
    (entry,) = found.new
    assert (entry.why.verb, entry.after) == ("repin", (FOUND.state.entry,))
    assert explained(found, "envs/tst", nothing, WHY, adopt=False) == found


def test_a_broken_history_is_adopted_by_nobody(nothing: Trains) -> None:
    name, entry = next(iter(FOUND.entries.items()))
    broken = replace(FOUND, entries={name: replace(entry, why=replace(entry.why, text="edited"))})
    with pytest.raises(ShunterError, match="something else than when it was written"):
        explained(broken, "envs/tst", nothing, WHY, adopt=True)


def test_other_pins_are_of_no_train(nothing: Trains) -> None:
    found = repinned(FOUND, {**FOUND.state.pins, "web": pin("web", "2.0.0")}, nothing, WHY)
    assert [(alias, car.train) for alias, car in found.state.cars.items()] == [("orders", "1.0.0"), ("web", "")]
    assert len(found.new) == 1


def test_entries_that_a_record_does_not_contain_are_named() -> None:
    other = BRANCH.promoted({"web": "2.0.0"}, 2)
    assert unfollowed(FOUND) == ()
    assert unfollowed(Found(BRANCH.state, other.entries)) == (other.state.entry,)


def test_what_an_archive_says_is_taken_from_where_it_is_known(nothing: Trains, tmp_path: Path) -> None:
    brief = {"web": replace(FOUND.state.cars["web"], pin=replace(pin("web", "1.0.0"), content="", app_version=""))}
    known = filled(brief, (FOUND.state,), nothing, archives_at(tmp_path, ""))
    assert known["web"].pin == FOUND.state.pins["web"]
    with pytest.raises(ShunterError, match=r"web 1\.0\.0 is not in the registry"):
        filled(brief, (State(),), nothing, archives_at(tmp_path, ""))


FORGED = {
    "appVersion": (r"appVersion: .*", "appVersion: 9.9.9"),
    "no appVersion": (r" +appVersion: .*\n", ""),
    "revision": (r"( +)(digest: .*)", r"\1\2\n\1revision: deadbeef"),
    "library": (r"( +)(digest: .*)", r"\1\2\n\1library: shop-library 9.9.9 aaaaaaaaaaaa"),
}


@pytest.fixture
def running(tmp_path: Path) -> Path:
    """Trains 1.0.0 and 1.1.0, with a newer orders; tst runs the newer one."""

    def make(folder: Path) -> None:
        context = small_workspace(folder / "small")
        ok("train", "cut", "1.0.0", cwd=context.root)
        publish(context, orders("1.1.0", app_version="7"), "third/orders")
        ok("train", "cut", "1.1.0", cwd=context.root)
        ok("promote", "1.1.0", "--to", "tst", cwd=context.root)

    return copy(shared("small-two-trains", make) / "small", tmp_path.resolve() / "small")


def forged(root: Path, pattern: str, text: str) -> None:
    before = (root / RECORD).read_text("utf-8")
    after = re.sub(pattern, text, before, count=1)
    assert after != before
    commit_all(root, {RECORD: after})


@pytest.mark.parametrize("what", FORGED)
def test_what_a_digest_implies_is_not_edited(running: Path, what: str) -> None:
    """No hash holds it: the vendored chart says it of itself."""
    before = (running / RECORD).read_bytes()
    forged(running, *FORGED[what])
    for command in (
        "lint",
        "validate",
        "lock --check",
        "lock",
        "hold tst orders --why INC-77",
        "promote 1.0.0 --to tst",
    ):
        said = shunter(*command.split(), cwd=running)
        assert (said.code, "[record-mismatch]" in said.err, what in said.err) == (1, True, True), command + said.err
    ok("lock", "tst", "--follow", "record", cwd=running)
    assert (running / RECORD).read_bytes() == before
    ok("lint", cwd=running)


def test_a_version_with_the_digest_of_another_one_is_never_adopted(running: Path) -> None:
    forged(running, "chart: orders 1.1.0", "chart: orders 1.0.0")
    head = git(running, "rev-parse", "HEAD")
    for words in ((), ("--follow", "record")):
        said = shunter("lock", "tst", *words, cwd=running)
        assert (said.code, "restore the record from git" in said.err) == (1, True), said.err
    assert "[digest-mismatch]" in said.err
    assert (git(running, "rev-parse", "HEAD"), git(running, "status", "--porcelain")) == (head, "")
