"""A plan that was shown, kept as JSON, so that exactly that is done later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shunter.core.goyaml.document import read
from shunter.core.trains.entry import Why
from shunter.core.trains.order import compare
from shunter.core.trains.plan import Move, Plan, moved, unsaid
from shunter.core.trains.state import Base, State, car_data, car_of_data
from shunter.core.workspace.own_files import OwnFile, checked
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

PLAN: Final = OwnFile("plan", "a plan", "`shunter promote ... --dry-run -o json` writes plans: make it again")


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan for one environment, the record's entry that it goes on from, and what its own entry is to say."""

    environment: str
    after: str
    plan: Plan
    why: Why


def plan_data(kept: Kept) -> dict[str, Any]:
    """A plan as data, for JSON; `text` is what a person reads, and is not read back."""
    planned, why = kept.plan, kept.why
    data: dict[str, Any] = {
        "environment": kept.environment,
        "after": kept.after,
        "train": why.train,
        "from": why.source,
        "only": list(why.only),
        "without": list(why.without),
        "forced": list(planned.forced),
        "moves": [_move_data(move) for move in planned.moves],
        "text": [str(step) for step in (*planned.moves, *planned.stays)],
    }
    if planned.base:
        data["base"] = {"train": planned.base.train, "cars": planned.base.cars}
    return data


def _move_data(move: Move) -> dict[str, Any]:
    sides = {"was": car_data(move.was) if move.was else None, "now": car_data(move.now) if move.now else None}
    return {"app": move.alias, "word": move.word} | {name: car for name, car in sides.items() if car}


def parse_plan(data: bytes, path: str, schema: bytes, state: State, at: str) -> Kept:
    """The plan in `data` for an environment whose record is `state` now; `at` is the time of the entry to come.

    `path` names the file in errors; `schema` is that of plans. Raises ShunterError with all problems as findings, and
    where the environment has changed since the plan was made.
    """
    found = checked(read(data, path), PLAN, schema)
    if found["after"] != state.entry:
        message = f"{found['environment']} has changed since the plan was made"
        raise ShunterError(message, hint="make the plan again, and look at it", rule="plan-outdated", exit_code=1)
    moves = tuple(_move_of_data(move) for move in found["moves"])
    for move in moves:
        runs = state.cars.get(move.alias)
        if (move.was.brief() if move.was else "") != (runs.brief() if runs else ""):
            raise ShunterError(f"{path} says of {move.alias} what is not so", hint="make the plan again")
    base = Base(found["base"]["train"], found["base"]["cars"]) if "base" in found else None
    refusals = tuple(refused for move in moves if (refused := unsaid(move)))
    planned = Plan(moves, (), refusals, moved(state.cars, moves), base, tuple(found["forced"]))
    only, without = tuple(found["only"]), tuple(found["without"])
    why = Why("promote", at, train=found["train"], source=found["from"], only=only, without=without)
    return Kept(found["environment"], found["after"], planned, why)


def _move_of_data(data: Mapping[str, Any]) -> Move:
    was, now = (car_of_data(data[side]) if side in data else None for side in ("was", "now"))
    order = compare(was.pin if was else None, now.pin if now else None)
    return Move(data["app"], was, now, order, data["word"])
