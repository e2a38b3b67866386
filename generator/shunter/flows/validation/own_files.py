"""What is wrong with shunter's own files, for commands whose answer that is: they report it, and do not fail of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts.questions import summary
from shunter.core.workspace.answers import own_answers
from shunter.flows.validation.repair import Repair
from shunter.flows.validation.report import without_secrets
from shunter.flows.validation.targets import own_schema
from shunter.flows.workspace.context import WORKSPACE_FILE, Context, Site, workspace_from
from shunter.flows.workspace.labels import label, relabelled
from shunter.flows.workspace.own_files import record_of_any_format, schema_of, train_from, yank_from
from shunter.flows.workspace.projects import ProjectFiles
from shunter.flows.workspace.recorded import recorded
from shunter.flows.workspace.trains import trains_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Report


def reported(error: ShunterError, again: Callable[[], Report], directory: str, *, fix: bool = False) -> Report:
    """The report for a command that a broken file of ours stopped; the error itself is raised where that is not so.

    With `fix`, what is certain is corrected in that file first, and the command run `again`. `directory` is where
    paths in findings are seen from.
    """
    repair = Repair(Path(directory).resolve())
    while fix and repair.apply(error.findings):
        try:
            report = again()
        except ShunterError as another:
            error = another
        else:
            return replace(report, outcomes=(*repair.outcomes(), *report.outcomes))
    if not error.findings:
        raise error
    return replace(_about(error.findings, repair), outcomes=repair.outcomes())


def _about(findings: tuple[Finding, ...], repair: Repair) -> Report:
    step = "shunter validate --fix" if repair.would_change(findings) else ""
    files = sorted({finding.span.path for finding in findings})
    return Report(findings=without_secrets(findings), notices=(summary(0, len(findings), files),), next_step=step)


def judged_own(context: Context, names: Sequence[str]) -> list[Finding]:
    """What is wrong with the named files of ours, which stand in no chart."""
    return [finding for name in names for finding in _findings_of(partial(_read_own, context, name))]


def _read_own(context: Context, name: str) -> object:
    path = os.path.normpath(context.start.joinpath(name))
    schema, data, shown = own_schema(path), read_regular(path), os.path.normpath(name)
    if schema == "train":
        return train_from(data, shown)
    if schema == "yank":
        return yank_from(data, shown)
    if schema == "record":
        return record_of_any_format(data, shown)
    if schema == "answers":
        return own_answers(data, shown, schema_of(schema))
    is_around = context.workspace is not None and path == str(context.root / WORKSPACE_FILE)
    return context.workspace if is_around else workspace_from(data, shown)


def broken_in(context: Context, sites: Iterable[Site]) -> dict[Site, tuple[Finding, ...]]:
    """The projects whose answers or train records are broken, and how."""
    found = {site: tuple(_in_project(site, label(context, site.path))) for site in sites}
    return {site: findings for site, findings in found.items() if findings}


def _in_project(site: Site, folder: str) -> Iterator[Finding]:
    yield from _findings_of(lambda: recorded(site.tree(), ".", folder))
    if site.kind == "environment":
        yield from _findings_of(lambda: _recorded(ProjectFiles(site.tree(), folder)))


def _recorded(files: ProjectFiles) -> object:
    return files.record, files.entries


def broken_trains(context: Context) -> tuple[Finding, ...]:
    """What is wrong with the trains of a workspace."""
    trains = trains_of(context)
    found: list[Finding] = []
    for path in trains.paths:
        found += _findings_of(partial(trains.at, path))
    for path in trains.yank_paths:
        found += _findings_of(partial(trains.yank_at, path))
    return relabelled(found, label(context, context.root))


def _findings_of(read: Callable[[], object]) -> tuple[Finding, ...]:
    try:
        read()
    except ShunterError as error:
        if not error.findings:
            raise
        return error.findings
    return ()
