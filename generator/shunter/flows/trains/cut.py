"""Trains: cut from what the charts are now, listed, shown and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from shunter.adapters.helm.registry import INDEX
from shunter.adapters.system.files import DiskTree
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import is_dirty, require_exact
from shunter.core.trains.file import path_of, render_train
from shunter.core.trains.model import Train
from shunter.core.workspace.model import Service
from shunter.flows.packaging.origin import tracked
from shunter.flows.validation.collisions import collisions_of
from shunter.flows.workspace.archives import Archives, open_archives, packed_as_held
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.own_files import train_from
from shunter.flows.workspace.plans import as_read, carry_out, plan_changes, read_now
from shunter.flows.workspace.projects import ProjectFiles, files_in, files_of
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Kind, Report, Span


@dataclass(frozen=True, slots=True)
class _Cutting:
    """What one cut works with, and what it finds: refusals, and the files that it has read (see `as_read`)."""

    context: Context
    archives: Archives
    findings: list[Finding] = field(default_factory=list)
    read: dict[Path, str | None] = field(default_factory=dict)


def cut(
    context: Context, version: str, *, only: Sequence[str], chosen: Mapping[str, str], dry_run: bool, diff: bool
) -> Report:
    """Record the exact version and digests of every chart as a new train.

    `only` limits the cars, `chosen` gives some of them another version than their Chart.yaml. A train that exists
    with the same cars is left alone; with other cars it is refused.
    """
    workspace = context.require_workspace()
    require_exact(version, "the train")
    archives = open_archives(context)
    _check_names(context, (*only, *chosen))
    registry = archives.directory.root
    cutting = _Cutting(context, archives, read=read_now(registry, DiskTree(registry), [INDEX]))
    cars = {
        service.name: _car(cutting, service, chosen.get(service.name, ""))
        for service in workspace.services
        if not only or service.name in only
    }
    if not cars:
        raise ShunterError("the workspace has no service to put into a train", hint="shunter add service NAME")
    cutting.findings.extend(_of_no_commit(pin) for pin in cars.values() if is_dirty(pin.version))
    charts = {alias: archives.fetch(pin.name, pin.version) for alias, pin in cars.items()}
    cutting.findings.extend(collisions_of(context, charts))
    return _record(cutting, Train(version, cars, generated_now()), dry_run=dry_run, diff=diff)


def _record(cutting: _Cutting, train: Train, *, dry_run: bool, diff: bool) -> Report:
    context, findings = cutting.context, cutting.findings
    path = path_of(train.version)
    old = DiskTree(context.root).get(path)
    if old is not None:
        existing = train_from(old.data, path)
        train = replace(train, cut=existing.cut)
        if train != existing:
            hint = "a train never changes: cut a new version"
            message = f"train {train.version} was cut before, with other charts"
            findings.append(Finding("train-exists", message, Span(path), Kind.LINT, hint=hint))
    if findings:
        return Report(findings=tuple(findings))
    before = {path: old.object_id() if old else None}
    state = FileState(render_train(train))
    plan = plan_changes(context.root, {path: state}, f"Cut train {train.version}", before=before)
    first = next((e.name for e in context.require_workspace().environments if not e.promotes_from), "ENV")
    step = f"shunter promote {train.version} --to {first}"
    noop = f"train {train.version} is cut already"
    return carry_out([plan], context, dry_run=dry_run, diff=diff, next_step=step, noop=noop, read=cutting.read)


def _check_names(context: Context, names: Sequence[str]) -> None:
    known = [service.name for service in context.require_workspace().services]
    for name in names:
        if name not in known:
            raise ShunterError(f"there is no service `{name}`", hint=f"known: {', '.join(known)}")


def _car(cutting: _Cutting, service: Service, chosen: str) -> Pin:
    context, archives = cutting.context, cutting.archives
    if service.chart is None:
        site = context.site("app", service.name)
        if chosen:
            return archives.pin(service.name, chosen)
        return _pin(cutting, files_of(context, site), site.path)
    if service.chart.path:
        place = context.root / service.chart.path
        files = files_in(context, place)
        return archives.pin(files.packed.name, chosen) if chosen else _pin(cutting, files, place)
    pin = archives.pin(service.chart.name, chosen or service.chart.version)
    return replace(pin, source=service.chart.repository)


def _of_no_commit(pin: Pin) -> Finding:
    return Finding(
        "dirty-chart",
        f"{pin.name} {pin.version} was packaged from files that no commit holds",
        Span("shunter.yaml"),
        Kind.LINT,
        hint="commit them, raise `version` in its Chart.yaml, and `shunter package`",
    )


def _pin(cutting: _Cutting, files: ProjectFiles, place: Path) -> Pin:
    held = cutting.archives.fetch(*files.packed.key)
    if not _same(files, held) and not _same(tracked(files, place), held):
        cutting.findings.append(
            Finding(
                "not-packaged",
                f"{files.label} has changed since {held.name} {held.version} was packaged",
                Span(f"{files.label}/Chart.yaml"),
                Kind.LINT,
                hint="raise `version` in its Chart.yaml, then `shunter package`",
            )
        )
    cutting.read.update(as_read(place, files.packed.files))
    return held.pin


def _same(files: ProjectFiles, held: PackedChart) -> bool:
    """Whether a chart is the one that the registry holds."""
    now = packed_as_held(files, held.metadata)
    return now.archive == held.archive or now.content == held.content
