"""Promotion: versions move, values stay, and nothing is written before the target's values are judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shunter.adapters.git.repository import PlannedRepository
from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.core.rules.paste import paste_ready
from shunter.flows.packaging.derive import environment_files
from shunter.flows.release.release import release_of
from shunter.flows.validation.judge import judge_release
from shunter.flows.validation.report import without_secrets
from shunter.flows.validation.schema_diff import explained
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes
from shunter.flows.workspace.projects import ANSWERS_FILE, RECORD_FILE, ProjectFiles, files_of
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.errors import ShunterError
from shunter.model.files import Input, RepositoryPlan, SubTree, Tree
from shunter.model.findings import Finding, Kind, Report, Severity, Span

_GUARDED = (ANSWERS_FILE, RECORD_FILE, "Chart.yaml", ".helmignore")
"""Files of an environment that a promotion reads or keeps lines of, besides its values."""


@dataclass(frozen=True, slots=True)
class Freight:
    """What is to arrive: a train's name (None for a mixture), the cars, and where it comes from."""

    train: str | None
    cars: Mapping[str, Pin]
    source: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """One request: exactly one of `train` and `source`, the target, and the services to limit it to."""

    target: str
    train: str = ""
    source: str = ""
    only: Sequence[str] = ()
    force: bool = False
    values: bool = True


@dataclass(frozen=True, slots=True)
class _Target:
    """An environment that is to change, as it was before anything was judged: its files, and the record they carry.

    Without `values`, a person's uncommitted values files are neither judged nor committed.
    """

    site: Site
    files: ProjectFiles
    record: TrainRecord
    repository: PlannedRepository
    inputs: tuple[Input, ...] = ()
    values: bool = True

    def judged(self) -> ProjectFiles:
        """The files that the new charts are judged with."""
        head = self.repository.head()
        if self.values or head is None:
            return self.files
        committed = SubTree(self.repository.tree(head), self.site.folder)
        return self.files.with_changes({name: committed.get(name) for name in self.files.values_files})


def promote(context: Context, asked: Promotion, *, dry_run: bool, diff: bool) -> Report:
    """Change what the target is to run, in one commit, or say why not (and write nothing)."""
    target, trains = _target(context, asked.target, values=asked.values), trains_of(context)
    record = target.record
    freight = _limited(_freight(context, asked, trains), record, asked.only)
    skipped = _skipped(context, asked, freight)
    if skipped and not asked.force:
        return Report(findings=skipped)
    arrived = record
    if not _same(freight, record):
        entry = HistoryEntry(
            freight.train or _mixture(freight, record), freight.source, generated_now(), forced=bool(skipped)
        )
        arrived = TrainRecord(freight.train, freight.cars, (*record.history, entry))
    return _arrive(context, target, arrived, trains, dry_run=dry_run, diff=diff)


def rollback(
    context: Context, environment: str, train: str, *, values: bool = True, dry_run: bool, diff: bool
) -> Report:
    """Take an environment back to an earlier train of its own history (default: the one before)."""
    target, trains = _target(context, environment, values=values), trains_of(context)
    record = target.record
    before = [item.train for item in record.history if item.train != record.train and "+" not in item.train]
    if not before or (train and train not in before):
        known = ", ".join(dict.fromkeys(before)) or "none"
        raise ShunterError(
            f"{environment} has no earlier train{f' `{train}`' if train else ''}", hint=f"it ran: {known}"
        )
    found = trains.find(train or before[-1])
    entry = HistoryEntry(found.version, f"rollback of {record.train or 'a mixture'}", generated_now())
    arrived = TrainRecord(found.version, found.cars, (*record.history, entry))
    return _arrive(context, target, arrived, trains, dry_run=dry_run, diff=diff)


def _target(context: Context, name: str, *, values: bool) -> _Target:
    """The environment to change, at the commit that it has before anything else is read."""
    context.require_workspace()
    repository = PlannedRepository(context.site("environment", name).root)
    repository.head()
    return replace(_environment(context, name, values=values), repository=repository)


def _environment(context: Context, name: str, *, values: bool = True) -> _Target:
    context.require_workspace()
    site = context.site("environment", name)
    repository = PlannedRepository(site.root)
    files = files_of(context, site)
    inputs = inputs_of(files.tree, site.folder, (*(files.values_files if values else ()), *_GUARDED))
    if files.record is None:
        raise ShunterError(f"{name} has no train record", hint=f"shunter lock {name}")
    return _Target(site, files, files.record, repository, inputs, values)


def _freight(context: Context, asked: Promotion, trains: Trains) -> Freight:
    if asked.train:
        train = trains.find(asked.train)
        environment = context.require_workspace().environment(asked.target)
        source = environment.promotes_from[0] if environment and environment.promotes_from else ""
        return Freight(train.version, train.cars, source or "cut")
    record = _environment(context, asked.source).record
    if not record.cars:
        raise ShunterError(f"{asked.source} runs no train yet", hint=f"shunter promote TRAIN --to {asked.source}")
    return Freight(record.train, record.cars, asked.source)


def _limited(freight: Freight, record: TrainRecord, only: Sequence[str]) -> Freight:
    if not only:
        return freight
    for alias in only:
        if alias not in freight.cars:
            raise ShunterError(f"there is no car `{alias}` in it", hint=f"cars: {', '.join(freight.cars)}")
    cars = {**record.cars, **{alias: freight.cars[alias] for alias in only}}
    whole = cars == dict(freight.cars)
    return replace(freight, train=freight.train if whole else None, cars=dict(sorted(cars.items())))


def _skipped(context: Context, asked: Promotion, freight: Freight) -> tuple[Finding, ...]:
    workspace = context.require_workspace()
    environment = workspace.environment(asked.target)
    stage_before = environment.promotes_from[0] if environment and environment.promotes_from else ""
    if not stage_before or asked.source == stage_before:
        return ()
    before = _environment(context, stage_before).record
    if freight.train and freight.train in {before.train, *(item.train for item in before.history)}:
        return ()
    what = f"train {freight.train}" if freight.train else f"what {asked.source} runs"
    return (
        Finding(
            "stage-skipped",
            f"{asked.target} promotes from {stage_before}, and {what} has never been there",
            Span("shunter.yaml"),
            Kind.LINT,
            Severity.ERROR,
            hint=f"promote it to {stage_before} first, or --force (the history will say so)",
        ),
    )


def _same(freight: Freight, record: TrainRecord) -> bool:
    return (freight.train, dict(freight.cars)) == (record.train, dict(record.cars))


def _mixture(freight: Freight, record: TrainRecord) -> str:
    base = record.train or (record.history[-1].train.partition("+")[0] if record.history else "0.0.0")
    return f"{base}+mixed"


def _arrive(
    context: Context, target: _Target, record: TrainRecord, trains: Trains, *, dry_run: bool, diff: bool
) -> Report:
    archives, site, files = open_archives(context), target.site, target.files
    refused = _verify(archives, record)
    if refused:
        return Report(findings=refused)
    changes = environment_files(files.tree, files.answers, record, archives)
    becomes = release_of(context, site, of=target.judged().with_derived(changes, record))
    # What is vendored comes from archives that were verified just now.
    errors = _errors(judge_release(context, becomes, verify=False))
    if errors:
        errors = explained(errors, files.chart, becomes.chart)
        return Report(findings=errors, product=paste_ready(errors), answer=False)
    prefix = f"{site.folder}/"
    plan = plan_changes(
        site.root,
        {prefix + path: state for path, state in changes.items()},
        _message(site.name, target.record, record),
        inputs=target.inputs,
        repository=target.repository,
    )

    def judge(plan: RepositoryPlan, tree: Tree) -> str:
        committed = ProjectFiles(SubTree(tree, site.folder), files.label)
        found = _errors(judge_release(context, release_of(context, site, of=committed)))
        return found[0].message if found else ""

    noop = f"{site.name} runs {record.train or 'these charts'} already"
    step = _next(context, site)
    report = carry_out([plan], context, dry_run=dry_run, diff=diff, next_step=step, noop=noop, judge=judge)
    return replace(report, outcomes=tuple(replace(outcome, unit=site.name) for outcome in report.outcomes))


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return without_secrets(finding for finding in findings if finding.severity is Severity.ERROR)


def _verify(archives: Archives, record: TrainRecord) -> tuple[Finding, ...]:
    found = ((pin, archives.fetch(pin.name, pin.version).pin) for pin in record.cars.values())
    return tuple(
        _other_digest(pin, held) for pin, held in found if (held.digest, held.content) != (pin.digest, pin.content)
    )


def _other_digest(pin: Pin, found: Pin) -> Finding:
    return Finding(
        "digest-mismatch",
        f"{pin.name} {pin.version} in the registry is not the chart that the train was cut with",
        Span(".shunter/registry" if not pin.source else pin.source),
        Kind.LINT,
        notes=(f"train: {pin.digest}", f"registry: {found.digest}"),
        hint="do not deploy it: restore the archive, or package a new version and cut a new train",
    )


def _message(environment: str, was: TrainRecord, record: TrainRecord) -> str:
    lines = [f"Promote {record.train or 'a mixture'} to {environment}", ""]
    for alias in sorted({*was.cars, *record.cars}):
        old, new = was.cars.get(alias), record.cars.get(alias)
        if old != new:
            lines.append(f"{alias}: {old.version if old else '-'} → {new.version if new else '-'}")
    if record.history and record.history[-1].forced:
        lines += ["", "Forced: a stage was skipped."]
    return "\n".join(lines)


def _next(context: Context, target: Site) -> str:
    workspace = context.require_workspace()
    follower = next((e.name for e in workspace.environments if target.name in e.promotes_from), "")
    return f"shunter promote --from {target.name} --to {follower}" if follower else "shunter status"
