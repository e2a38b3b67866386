"""Promotion: versions move, values stay, and nothing is written before the target's values are judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.adapters.git.repository import PlannedRepository, Repository
from shunter.adapters.system.regular import is_checkout
from shunter.core.trains.cut import line_of
from shunter.core.trains.entry import Why, advance
from shunter.core.trains.gate import WHOLE, Gate, answers
from shunter.core.trains.history import Entries
from shunter.core.trains.order import Order
from shunter.core.trains.plan import ALL, Asked, Freight, Plan, Refusal, chosen, denied, plan
from shunter.core.trains.plan_file import Kept, parse_plan, plan_data
from shunter.core.trains.state import State
from shunter.core.trains.waves import waves
from shunter.flows.trains import older
from shunter.flows.trains.images import Images
from shunter.flows.trains.target import (
    Arrival,
    Target,
    judge_arrival,
    recorded,
    refuse_unexplained,
    target_of,
    told,
    write_arrival,
)
from shunter.flows.trains.way import gate_of, of_environment, of_train
from shunter.flows.validation.histories import altered_trains
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.own_files import schema_of
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report
from shunter.model.progress import NOTHING, stepwise, when_interrupted

_NO_WHY: Final = "it says in the history why a rule did not count"


@dataclass(frozen=True, slots=True)
class Promotion:
    """One request: exactly one of `train` and `source`; `to` names environments, `stage:NAME` or `group:NAME`.

    `said` is what a person says of cars, `why` for what reason; without `values` a person's uncommitted values files
    are neither judged nor committed; without `images` no registry is asked whether they exist.
    """

    to: Sequence[str]
    train: str = ""
    source: str = ""
    said: Asked = field(default_factory=Asked)
    why: str = ""
    values: bool = True
    images: bool = True


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run works with; `ahead` is what environments are to be, where that is not written yet."""

    context: Context
    asked: Promotion
    trains: Trains
    archives: Archives
    images: Images
    at: str
    ahead: dict[str, tuple[State, Entries]] = field(default_factory=dict)

    def record(self, name: str) -> State:
        """What an environment runs, once all is done that this run has come to."""
        return self.ahead[name][0] if name in self.ahead else recorded(self.files(name))

    def entries(self, name: str) -> Entries:
        """The history that led there."""
        return self.ahead[name][1] if name in self.ahead else self.files(name).entries

    def files(self, name: str) -> ProjectFiles:
        """The files of an environment, as they are on disk now."""
        return files_of(self.context, self.context.site("environment", name))

    def passed(self, target: Target, planned: Plan, why: Why) -> None:
        """Take a plan for done, for whatever comes after it."""
        state, entry = advance(target.record, planned.cars, planned.base, why)
        entries = target.files.entries
        self.ahead[target.name] = (state, {**entries, entry.name: entry} if entry else entries)


def promote(context: Context, asked: Promotion, *, dry_run: bool, diff: bool) -> Report:
    """Change what the targets are to run, wave by wave, in one commit each; the first wave that is refused ends it."""
    workspace = context.require_workspace()
    if asked.said.force and not asked.why.strip():
        raise ShunterError("--force needs a reason", hint=f"--force --why REASON: {_NO_WHY}")
    groups = waves(asked.to, workspace.environments, workspace.groups)
    run = _run(context, asked)
    if asked.train and (found := tuple(altered_trains(context, run.trains, asked.train))):
        return Report(findings=found, answer=False)
    _require_cars(run, [name for names in groups for name in names])

    def wave(names: Sequence[str]) -> list[Arrival]:
        told = stepwise(context.writing.progress, names, lambda name: f"promote to {name}")
        return [_arrival(run, name) for name in told]

    return _in_waves(run, [(names, wave) for names in groups], dry_run=dry_run, diff=diff)


def _run(context: Context, asked: Promotion) -> _Run:
    images = Images(context, asked.images)
    return _Run(context, asked, trains_of(context), open_archives(context), images, generated_now())


def _require_cars(run: _Run, names: Sequence[str]) -> None:
    """Raise ShunterError where a word is said of a car that is nowhere: not here, not in what comes, and no service."""
    asked = run.asked
    flags = {"--allow-downgrade": asked.said.downgrade - {ALL}, "--allow-remove": asked.said.remove - {ALL}}
    if not any(flags.values()):
        return
    known = {service.name for service in run.context.require_workspace().services}
    known |= {alias for name in (*names, asked.source) if name for alias in run.record(name).cars}
    known |= {*run.trains.find(asked.train).cars} if asked.train else set()
    for flag, names_said in flags.items():
        chosen(sorted(names_said), known, flag)


def apply_plan(
    context: Context,
    data: bytes,
    path: str,
    why: str,
    *,
    dry_run: bool,
    diff: bool,
    values: bool = True,
    images: bool = True,
) -> Report:
    """Do what a plan says that was shown before, and nothing else; `path` names it in errors.

    `values` and `images` are as in Promotion. Raises ShunterError where it is no plan, and where an environment has
    changed since.
    """
    run = _run(context, Promotion((), why=why, values=values, images=images))
    kept = [_kept(run, item, path) for item in _plans_in(data, path)]
    if any(each.plan.forced for _, each in kept) and not why.strip():
        raise ShunterError(f"{path} passes over a rule, and needs a reason", hint=f"--why REASON: {_NO_WHY}")

    def wave(names: Sequence[str]) -> list[Arrival]:
        return [_judged(run, target, each.plan, each.why) for target, each in kept if target.name in names]

    names = [target.name for target, _ in kept]
    return _in_waves(run, [(names, wave)], dry_run=dry_run, diff=diff)


def _in_waves(run: _Run, groups: Sequence[tuple[Sequence[str], Any]], *, dry_run: bool, diff: bool) -> Report:
    done = Report()
    several = sum(len(names) for names, _ in groups) > 1
    for number, (names, prepare) in enumerate(groups):
        with when_interrupted(f"{NOTHING} for {', '.join(names)}"):
            arrivals = prepare(names)
        findings = tuple(finding for arrival in arrivals for finding in arrival.findings)
        if findings:
            left = [name for others, _ in groups[number:] for name in others]
            text = told(_text(arrivals, several=several), "".join(arrival.product for arrival in arrivals))
            refused = Report(product=text, findings=findings, answer=False)
            notices = (f"nothing was written for {', '.join(left)}",) if several else ()
            return _joined(done, replace(refused, notices=notices))
        for place, arrival in enumerate(arrivals):
            if place:
                arrival = _going_on(arrival)
            done = _joined(done, _written(run, arrival, several=several, dry_run=dry_run, diff=diff))
            if done.exit_code():
                return done
            if dry_run:
                run.passed(arrival.target, arrival.plan, arrival.why)
    return done


def _going_on(arrival: Arrival) -> Arrival:
    """The arrival after another one of the same run, which may have committed in the same repository."""
    target = replace(arrival.target, repository=PlannedRepository(arrival.target.site.root))
    return replace(arrival, target=target)


def _joined(first: Report, second: Report) -> Report:
    return replace(
        second,
        product=first.product + second.product,
        data=[*(first.data or ()), *(second.data or ())],
        findings=(*first.findings, *second.findings),
        outcomes=(*first.outcomes, *second.outcomes),
        notices=(*first.notices, *second.notices),
        answer=first.answer and second.answer,
    )


def _arrival(run: _Run, name: str) -> Arrival:
    context, asked = run.context, run.asked
    environment = context.require_workspace().environment(name)
    assert environment is not None
    target = target_of(context, name, values=asked.values)
    why = Why("promote", run.at, target.repository.person(), asked.why, asked.train, asked.source, only=asked.said.only)
    why = replace(why, without=asked.said.without)
    sources = (run.files(asked.source),) if asked.source and asked.source != name else ()
    if found := refuse_unexplained(run.trains, target.files, *sources):
        return Arrival(target, Plan(), why, findings=found)
    freight, line = _freight(run, target)
    gate = gate_of(context, name, target.record, run.trains, run.at[:10], run.entries)
    verdicts = answers(gate, freight.cars, line)
    said = replace(asked.said, may_go_down=environment.may_go_down)
    planned = older.with_words(plan(target.record, freight, verdicts, said), freight, said, run.archives)
    return _judged(run, target, planned, replace(why, train=freight.train))


def _judged(run: _Run, target: Target, planned: Plan, why: Why) -> Arrival:
    notes = tuple(note for move in planned.moves for note in move.notes)
    arrival = judge_arrival(run.context, target, planned, why, run.archives)
    arrival = replace(arrival, notices=(*arrival.notices, *notes, *_lost_fixes(run.context, planned)))
    return run.images.checked(older.checked(run.context, arrival, run.archives))


def _freight(run: _Run, target: Target) -> tuple[Freight, str]:
    """What is to come, and the line that it is of."""
    if run.asked.train:
        return of_train(run.trains.find(run.asked.train), target.record, run.trains)
    name = run.asked.source
    state = run.record(name)
    if not state.cars:
        raise ShunterError(f"{name} runs no train yet", hint=f"shunter promote TRAIN --to {name}")
    return of_environment(run.context, name, state, target.record, run.trains)


def _written(run: _Run, arrival: Arrival, *, several: bool, dry_run: bool, diff: bool) -> Report:
    target, planned, why = arrival.target, arrival.plan, arrival.why
    subject = f"Promote {_what(planned, why)} to {target.name}"
    arrival = replace(arrival, product=_text([arrival], several=several))
    step = _next(run.context, target.name)
    report = write_arrival(run.context, arrival, subject, next_step=step, dry_run=dry_run, diff=diff)
    return replace(report, data=[plan_data(Kept(target.name, target.record.entry, planned, why))])


def _what(planned: Plan, why: Why) -> str:
    part = bool(why.only or why.without or planned.stays)
    moved = [move.alias for move in planned.moves]
    cars = f"{', '.join(moved[:3])}{f' and {len(moved) - 3} more' if len(moved) > 3 else ''}"
    if part and moved:
        return f"{cars} of {why.train or why.source}"
    return why.train or cars or f"what {why.source} runs"


def _text(arrivals: Sequence[Arrival], *, several: bool) -> str:
    """Each car that moves, or stays although another one was to come."""
    lines = []
    for arrival in arrivals:
        front = f"{arrival.target.name}: " if several else ""
        lines += [f"{front}{step}\n" for step in (*arrival.plan.moves, *arrival.plan.stays)]
    return "".join(lines)


def _next(context: Context, name: str) -> str:
    environments = context.require_workspace().environments
    lines = {each.name: each.line for each in environments}
    follows = (each.name for each in environments if name in each.promotes_from and each.line == lines[name])
    follower = next(follows, "")
    return f"shunter promote --from {name} --to {follower}" if follower else "shunter status"


def _lost_fixes(context: Context, planned: Plan) -> Iterator[str]:
    """A line for each car whose source commit is not contained in that of the newer one: SemVer cannot see it."""
    newer = {move.alias: move for move in planned.moves if move.order in (Order.UP, Order.CHANGED)}
    sites = {site.name: site for site in context.sites("app", missing_ok=True) if is_checkout(site.root)}
    for alias, was, now in planned.commits:
        site = sites.get(alias)
        if alias not in newer or site is None:
            continue
        if Repository(site.root).try_git("merge-base", "--is-ancestor", was, now).returncode == 1:
            move = newer[alias]
            yield f"{move}: commit {now[:12]} does not contain {was[:12]}, which runs in it: is a fix lost?"


def _plans_in(data: bytes, path: str) -> list[dict[str, Any]]:
    """The plans in what `promote --dry-run -o json` wrote, or one of them."""
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    found = value.get("data", [value]) if isinstance(value, dict) else value
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise ShunterError(f"{path} is no plan", hint="shunter promote ... --dry-run -o json > plan.json")
    return found


def _kept(run: _Run, item: dict[str, Any], path: str) -> tuple[Target, Kept]:
    name = str(item.get("environment", ""))
    if run.context.require_workspace().environment(name) is None:
        raise ShunterError(f"{path} is a plan for `{name}`, which is no environment", hint="make the plan again")
    target = target_of(run.context, name, values=run.asked.values)
    kept = parse_plan(json.dumps(item).encode(), path, schema_of("plan"), target.record, run.at)
    gate = gate_of(run.context, name, target.record, run.trains, run.at[:10], run.entries)
    refusals = tuple(_again(each) for each in (*kept.plan.refusals, *_still_refused(gate, kept, _line(run, kept.why))))
    why = replace(kept.why, by=target.repository.person(), text=run.asked.why)
    run.passed(target, kept.plan, why)
    return target, replace(kept, plan=replace(kept.plan, refusals=refusals), why=why)


def _again(refusal: Refusal) -> Refusal:
    """The refusal of a plan, which is done as it is: what a flag opens is for another plan."""
    before, flag, name = refusal.opens.partition("--")
    return replace(refusal, opens=f"{before}make the plan again with {flag}{name}") if flag else refusal


def _line(run: _Run, why: Why) -> str | None:
    """The line of what a plan brings, as shunter.yaml and the trains say today; None where the train is gone."""
    environment = run.context.require_workspace().environment(why.source)
    if environment is not None:
        return line_of(run.record(why.source), run.trains.by_version, environment.line)
    return run.trains.by_version[why.train].line if why.train in run.trains.by_version else None


def _still_refused(gate: Gate, kept: Kept, line: str | None) -> Iterator[Refusal]:
    """What the gate says today of a plan and of the cars in it, besides the rules that the plan passes over."""
    coming = {move.alias: move.now for move in kept.plan.moves if move.now}
    for alias, answer in answers(gate, coming, line).items():
        if alias in coming or alias == WHOLE:
            yield from denied(alias, answer, lambda each: each.rule in kept.plan.forced)
