"""Plans that were shown: what is read back does exactly that, or is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.fuzz.histories import Branch, at, cars
from helpers.workspaces.own_files import schema
from shunter.core.trains.entry import Why
from shunter.core.trains.plan import ALL, Asked, Freight, carried_out, plan
from shunter.core.trains.plan_file import Kept, parse_plan, plan_data
from shunter.core.trains.state import State
from shunter.model.errors import ShunterError

PRO = Branch().promoted({"orders": "1.1.0", "web": "1.0.0", "old": "1.0.0"}, 0)
FREIGHT = Freight(cars({"orders": "1.0.0", "web": "2.0.0", "new": "1.0.0"}, "1.1.0"), "1.1.0")
ASKED = Asked(downgrade=frozenset({ALL}), remove=frozenset({ALL}))
WHY = Why("promote", at(5), train="1.1.0", source="pre", without=("nobody",))
KEPT = Kept("pro", PRO.state.entry, plan(PRO.state, FREIGHT, {}, ASKED), WHY)


def read(data: Any, state: State = PRO.state) -> Kept:
    return parse_plan(json.dumps(data).encode(), "plan.json", schema("plan"), state, at(5))


def test_what_was_shown_is_what_is_done() -> None:
    found = read(plan_data(KEPT))
    assert (found.environment, found.after, found.why) == (KEPT.environment, KEPT.after, WHY)
    assert found.plan.moves == KEPT.plan.moves
    assert carried_out(found.plan, PRO.state, WHY) == carried_out(KEPT.plan, PRO.state, WHY)


def test_a_person_reads_it_too() -> None:
    assert plan_data(KEPT)["text"] == [
        "new 1.0.0 new",
        "old 1.0.0 removed (--allow-remove)",
        "orders 1.1.0 → 1.0.0 DOWN (--allow-downgrade)",
        "web 1.0.0 → 2.0.0",
    ]


def test_an_environment_that_has_changed_refuses_it() -> None:
    with pytest.raises(ShunterError, match="pro has changed since the plan was made") as caught:
        read(plan_data(KEPT), PRO.promoted({"web": "1.1.0"}, 2).state)
    assert caught.value.exit_code == 1


def test_a_word_that_was_taken_out_is_missed() -> None:
    data = plan_data(KEPT)
    data["moves"][2]["word"] = ""
    assert [refused.alias for refused in read(data).plan.refusals] == ["orders"]


def test_what_a_hand_changed_is_refused() -> None:
    data = plan_data(KEPT)
    data["moves"][1]["was"]["chart"] = "old 0.9.0"
    with pytest.raises(ShunterError, match="says of old what is not so"):
        read(data)
    for broken in (data | {"moves": [{"app": "web"}]}, data | {"after": "today"}, {}):
        with pytest.raises(ShunterError) as caught:
            read(broken)
        assert caught.value.findings
