"""A train that nobody is to promote any more. The train's own file never changes, so this is one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.core.trains.file import render_yank, yank_path_of
from shunter.core.trains.model import Yank
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.plans import carry_out, plan_changes
from shunter.flows.workspace.records import records
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Report


def yank(context: Context, version: str, why: str, *, dry_run: bool, diff: bool) -> Report:
    """Forbid further promotion of a train, say why, and name the environments that run it.

    The same again is nothing. Raises ShunterError without a reason, and for another one than the yank has.
    """
    trains = trains_of(context)
    train = trains.find(version)
    if not why.strip():
        raise ShunterError("a yank needs a reason", hint=f'shunter train yank {version} --why "loses orders"')
    path, known = yank_path_of(train.version), trains.yanks.get(train.version)
    if known and known.why != why:
        raise ShunterError(
            f"train {version} is yanked already: {known.why}", hint=f"it stays so; a better reason goes into {path}"
        )
    new = known or Yank(train.version, why, generated_now(), Repository(context.root).person())
    old = DiskTree(context.root).get(path)
    plan = plan_changes(
        context.root,
        {path: FileState(render_yank(new))},
        f"Yank train {train.version}\n\n{why}",
        before={path: old.object_id() if old else None},
    )
    places = dict(_places(context, train.version))
    step = next((f"shunter rollback {place}" for place in places), "")
    noop = f"train {train.version} is yanked already"
    report = carry_out([plan], context, dry_run=dry_run, diff=diff, next_step=step, noop=noop)
    return replace(report, notices=(*report.notices, *places.values()))


def _places(context: Context, version: str) -> Iterator[tuple[str, str]]:
    """The environments that run the train, or cars that came with it, and what is to say of each."""
    for name, state in records(context).items():
        cars = [alias for alias, car in state.cars.items() if car.train == version] if state else []
        if state and state.train == version:
            yield name, f"{name} runs train {version}"
        elif cars:
            yield name, f"{name} runs {', '.join(cars)} of train {version}"
