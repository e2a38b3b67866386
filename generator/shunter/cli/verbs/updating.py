"""`shunter update` beyond its plan: arguments to the flow, and its reports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from shunter.cli.fleet_formats import junit_rows
from shunter.cli.parse import Arguments
from shunter.core.delivery.fleet_report import COMMIT, PUSH, REQUEST, Row, markdown, row_of
from shunter.flows.checkouts import behind
from shunter.flows.fleet import update as updating
from shunter.flows.fleet.delivering import Way, deliver, resumed
from shunter.flows.fleet.planning import repositories_of
from shunter.flows.fleet.reporting import read_report, store
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

RENDERED: Final[Mapping[str, Callable[[Sequence[Row]], str]]] = {
    ".md": markdown,
    ".markdown": markdown,
    ".xml": junit_rows,
}
"""What is written into a report by the end of its name; anything else gets JSON lines."""


def updated(arguments: Arguments, context: Context, paths: Sequence[Path]) -> Report:
    """Bring the repositories that hold `paths` (none: all) to a release, as far as the arguments say."""
    recreate = [(context.start / Path(path)).resolve() for path in arguments.recreate]
    check, dry_run, diff = arguments.check, arguments.dry_run, arguments.diff
    writes = not (check or dry_run or diff)
    way = _way(arguments, context, paths)
    if way.until != COMMIT and (arguments.no_commit or not writes):
        raise ShunterError("--push and --pr are for what is committed", hint="leave them out, or what writes nothing")

    def run(context: Context, release: str, without: Collection[str], done: Collection[str]) -> updating.Updated:
        return updating.update(
            context,
            paths,
            release=release,
            check=check,
            dry_run=dry_run,
            diff=diff,
            force=arguments.force,
            as_copier=arguments.merge == "copier",
            recreate=recreate,
            without=without,
            done=done,
        )

    def delivered() -> Report:
        return deliver(context, run, way)

    roots = behind.roots_at(context, paths)
    report = behind.aware(context, roots, delivered, fetch=arguments.fetch, writes=writes)
    return _told(arguments, context, report)


def _way(arguments: Arguments, context: Context, paths: Sequence[Path]) -> Way:
    """How far the update goes, and with which report."""
    until = REQUEST if arguments.pr else PUSH if arguments.push else COMMIT
    names = repositories_of(paths, context.root, context.specs())
    resume = context.start / arguments.resume if arguments.resume else None
    file = next((file for file in _reports(arguments, context) if file.suffix not in RENDERED), resume)
    way = Way(until, arguments.branch, names, arguments.to, file, pause=arguments.pause)
    return resumed(replace(way, known=read_report(resume))) if resume else way


def _reports(arguments: Arguments, context: Context) -> list[Path]:
    return [context.start / name for name in arguments.report]


def _told(arguments: Arguments, context: Context, report: Report) -> Report:
    """The report, written where it was asked for, and as the product where a format of rows was."""
    rows = [row_of(row) for row in report.data["repositories"]]
    for file in _reports(arguments, context):
        if file.suffix in RENDERED:
            store(file, RENDERED[file.suffix](rows))
    made = {"markdown": markdown, "junit": junit_rows}.get(arguments.output)
    return replace(report, product=made(rows)) if made else report
