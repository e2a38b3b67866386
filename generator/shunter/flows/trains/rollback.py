"""Rollback: an environment, or one car of it, as it was at an entry of its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from shunter.adapters.git.repository import Repository
from shunter.core.charts.pins import Pin
from shunter.core.trains.entry import Why, path_of
from shunter.core.trains.history import ordered, state_at
from shunter.core.trains.plan import Plan, chosen
from shunter.core.trains.rollback import came_before, plan_rollback, today
from shunter.core.trains.state import Base, Car, State, cars_hash
from shunter.flows.packaging.recorded import filled
from shunter.flows.trains.images import Images
from shunter.flows.trains.target import (
    Target,
    judge_arrival,
    refuse_unexplained,
    target_of,
    told,
    write_arrival,
)
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.plans import uncommitted
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Report

_STAYS: Final = "what the cluster keeps does not roll back: CRDs, volumes, what hooks and migrations did"


@dataclass(frozen=True, slots=True)
class Return:
    """One request: the environment, the entry (or a train that it ran; empty: what came before), and the cars.

    `old_values` brings the environment's own values files of that entry back; without `values` a person's uncommitted
    ones are neither judged nor committed; without `images` no registry is asked whether they exist.
    """

    environment: str
    to: str = ""
    only: tuple[str, ...] = ()
    old_values: bool = False
    force: bool = False
    why: str = ""
    values: bool = True
    images: bool = True


def rollback(context: Context, asked: Return, *, dry_run: bool, diff: bool) -> Report:
    """Take an environment, or some cars of it, back to what it ran at an entry of its history."""
    if asked.force and not asked.why.strip():
        raise ShunterError("--force needs a reason", hint="--force --why REASON: the history says it")
    trains, archives = trains_of(context), open_archives(context)
    target = target_of(context, asked.environment, values=asked.values)
    if found := refuse_unexplained(trains, target.files):
        return Report(findings=found)
    name, then = _then(context, target, asked, trains)
    planned = plan_rollback(target.record, then, asked.only)
    _require_archives(planned, archives)
    cars = filled(planned.cars, (target.record,), trains, archives)
    planned = replace(planned, cars=cars)
    target, notices = _with_values(target, name) if asked.old_values else (target, ())
    why = Why("rollback", generated_now(), target.repository.person(), asked.why, then.train, to=name, only=asked.only)
    arrival = judge_arrival(context, target, planned, why, archives, force=asked.force)
    arrival = Images(context, asked.images).looked_at(arrival, force=asked.force)
    text = "".join(f"{step}\n" for step in (*planned.moves, *planned.stays))
    if arrival.findings:
        return Report(product=told(text, arrival.product), findings=arrival.findings, answer=False)
    subject = f"Roll {', '.join(asked.only) or target.name} back to {then.train or name or 'the start'}"
    subject += f" in {target.name}" if asked.only else ""
    notices = (*arrival.notices, *notices, *_held(planned), *((_STAYS,) if planned.moves else ()))
    arrival = replace(arrival, product=text, notices=notices)
    return write_arrival(context, arrival, subject, next_step="shunter status", dry_run=dry_run, diff=diff)


def _held(planned: Plan) -> Iterator[str]:
    """A line for each held car that moves: only one that was named does."""
    for move in planned.moves:
        if move.was and move.was.hold:
            yield f"{move.alias} is held ({move.was.hold.why}), and moves since --only names it; it stays held"


def _then(context: Context, target: Target, asked: Return, trains: Trains) -> tuple[str, State]:
    """The entry to return to, and what ran there under the names of today."""
    entries, formerly = target.files.entries, context.require_workspace().renamed
    ever = {formerly.get(alias, alias) for entry in entries.values() for alias in entry.changed}
    chosen(asked.only, {*target.record.cars, *ever}, "--only")
    if not asked.to and len(asked.only) > 1:
        raise ShunterError("several cars have several histories", hint=f"--to ENTRY: shunter history {target.name}")
    name = asked.to or came_before(entries, target.record.entry, "".join(asked.only), formerly, target.name)
    if name not in entries:
        found = _of_train(target, name, trains)
        if isinstance(found, State):
            return "", found
        name = found
    return name, today(state_at(entries, target.record, name), formerly)


def _of_train(target: Target, train: str, trains: Trains) -> str | State:
    """The last entry at which a train had arrived whole; or the train itself, out of a history of the first format."""
    entries, record = target.files.entries, target.record
    for name in reversed(ordered(entries)):
        entry = entries[name]
        arrived = name != record.entry and entry.base and entry.base.train == train and entry.changed
        if arrived and state_at(entries, record, name).train == train:
            return name
    if any(item.train == train for entry in entries.values() for item in entry.before):
        found = trains.find(train)
        return State({a: Car(pin, train) for a, pin in found.cars.items()}, base=Base(train, cars_hash(found.cars)))
    hint = f"shunter history {target.name} lists the entries"
    raise ShunterError(f"the history has no entry or train `{train}`", hint=hint)


def _require_archives(planned: Plan, archives: Archives) -> None:
    """Raise ShunterError, in the words of the registry, where that does not give what is to come back."""
    pins = [move.now.pin for move in planned.moves if move.now]
    archives.expect(pins)
    refused = {f"{pin.name} {pin.version}": why for pin in pins if (why := _refusal(pin, archives))}
    if refused:
        first = next(iter(refused.values()))
        raise ShunterError(
            f"the registry does not give {', '.join(refused)}: {first.message}",
            hint=f"{first.hint}; or leave that car out: --only",
            notes=first.notes,
        )


def _refusal(pin: Pin, archives: Archives) -> ShunterError | None:
    try:
        archives.fetch(pin.name, pin.version)
    except ShunterError as error:
        return error
    return None


def _with_values(target: Target, name: str) -> tuple[Target, tuple[str, ...]]:
    """The target with its own values files of an entry, and a line for each one that is shared, and stays."""
    entry = target.files.entries.get(name)
    blobs = entry.why.values if entry else {}
    if not blobs:
        raise ShunterError(f"{path_of(name)} does not know the values files of then", hint="leave out --values")
    own = [path for path in target.files.values_files if not path.startswith("../")]
    if edited := sorted({*uncommitted(target.repository, target.site.folder)} & {_in(target, path) for path in own}):
        raise ShunterError(f"{edited[0]} is not committed", hint="commit it, or put it away: git stash")
    before = {path: _blob(target, path, blobs) for path in own}
    changed = {path: state for path, state in before.items() if state != target.files.tree.get(path)}
    shared = [path for path in target.files.values_files if path.startswith("../")]
    notices = tuple(f"{path} is shared with others, and stays as it is" for path in shared)
    return replace(target, values_before=changed), notices


def _in(target: Target, path: str) -> str:
    return f"{target.site.folder}/{path}"


def _blob(target: Target, path: str, blobs: Mapping[str, str]) -> FileState | None:
    if path not in blobs:
        return None
    done = Repository(target.site.root).try_git("cat-file", "--filters", f"--path={_in(target, path)}", blobs[path])
    if done.returncode:
        message = f"git has lost {path} of then ({blobs[path][:12]})"
        raise ShunterError(message, hint="git fetch --unshallow, or leave out --values")
    return FileState(done.stdout)
