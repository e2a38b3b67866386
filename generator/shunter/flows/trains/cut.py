"""Trains: cut from what the charts are now, listed, shown and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shunter.adapters.system.files import DiskTree
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import require_exact
from shunter.core.packaging.vendoring import check_library
from shunter.core.trains.file import path_of, render_train
from shunter.core.trains.model import Train
from shunter.core.workspace.model import Service
from shunter.flows.workspace.archives import Archives, open_archives, packed_for_publishing
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.own_files import train_from
from shunter.flows.workspace.plans import carry_out, plan_changes
from shunter.flows.workspace.projects import ProjectFiles, files_in, files_of
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Kind, Report, Span


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
    findings: list[Finding] = []
    library = context.site("library", workspace.library)
    library_pin = _pin(files_of(context, library), archives, findings)
    cars = {
        service.name: _car(context, service, archives, chosen.get(service.name, ""), findings)
        for service in workspace.services
        if not only or service.name in only
    }
    if not cars:
        raise ShunterError("the workspace has no service to put into a train", hint="shunter add service NAME")
    charts = {alias: archives.fetch(pin.name, pin.version) for alias, pin in cars.items()}
    findings += check_library(library_pin, charts)
    return _record(context, Train(version, library_pin, cars, generated_now()), findings, dry_run=dry_run, diff=diff)


def _record(context: Context, train: Train, findings: list[Finding], *, dry_run: bool, diff: bool) -> Report:
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
    plan = plan_changes(context.root, {path: FileState(render_train(train))}, f"Cut train {train.version}")
    first = next((e.name for e in context.require_workspace().environments if not e.promotes_from), "ENV")
    step = f"shunter promote {train.version} --to {first}"
    noop = f"train {train.version} is cut already"
    return carry_out([plan], context, dry_run=dry_run, diff=diff, next_step=step, noop=noop)


def _check_names(context: Context, names: Sequence[str]) -> None:
    known = [service.name for service in context.require_workspace().services]
    for name in names:
        if name not in known:
            raise ShunterError(f"there is no service `{name}`", hint=f"known: {', '.join(known)}")


def _car(context: Context, service: Service, archives: Archives, chosen: str, findings: list[Finding]) -> Pin:
    if service.chart is None:
        site = context.site("app", service.name)
        if chosen:
            return archives.pin(service.name, chosen)
        return _pin(files_of(context, site), archives, findings)
    if service.chart.path:
        files = files_in(context, context.root / service.chart.path)
        return archives.pin(files.packed.name, chosen) if chosen else _pin(files, archives, findings)
    pin = archives.pin(service.chart.name, chosen or service.chart.version)
    return replace(pin, source=service.chart.repository)


def _pin(files: ProjectFiles, archives: Archives, findings: list[Finding]) -> Pin:
    held = archives.fetch(*files.packed.key)
    now = packed_for_publishing(files)
    if now.archive != held.archive and now.content != held.content:
        findings.append(
            Finding(
                "not-packaged",
                f"{files.label} has changed since {held.name} {held.version} was packaged",
                Span(f"{files.label}/Chart.yaml"),
                Kind.LINT,
                hint="raise `version` in its Chart.yaml, then `shunter package`",
            )
        )
    return held.pin
