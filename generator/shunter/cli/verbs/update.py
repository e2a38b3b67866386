"""update."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.checkouts import behind
from shunter.flows.fleet import update as updating
from shunter.flows.fleet.delivering import Way, deliver
from shunter.flows.fleet.targets import read_shard
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

_HEADER = ("TARGET", "KIND", "REASON", "FROM", "FILES")


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    reasons = row["reasons"]
    assert isinstance(reasons, list)
    return str(row["id"]), str(row["kind"]), ", ".join(reasons), str(row["release"] or "-"), str(row["files"])


def update(arguments: Arguments) -> Report:
    """`shunter update`."""
    context = open_session(arguments)
    paths = [] if arguments.all else [(context.start / Path(path)).resolve() for path in arguments.paths]
    recreate = [(context.start / Path(path)).resolve() for path in arguments.recreate]
    if arguments.plan:
        shard = read_shard(arguments.shard or "1/1")
        report = updating.planned(context, paths, release=arguments.to, shard=shard)
        return replace(report, product=table([_cells(row) for row in report.data["targets"]], _HEADER))
    if arguments.shard:
        raise ShunterError("--shard is for --plan", hint="shunter update --plan --shard 1/8 -o json")
    check, dry_run, diff = arguments.check, arguments.dry_run, arguments.diff

    def run(context: Context, without: Collection[str] = ()) -> Report:
        return updating.update(
            context,
            paths,
            release=arguments.to,
            check=check,
            dry_run=dry_run,
            diff=diff,
            force=arguments.force,
            as_copier=arguments.merge == "copier",
            recreate=recreate,
            without=without,
        )

    def delivered() -> Report:
        if not (arguments.push or arguments.pr):
            return run(context)
        way = Way(arguments.branch, arguments.push, arguments.pr)
        names = updating.repositories_of(paths, context.root, context.specs())
        return deliver(context, run, way, names)

    writes = not (check or dry_run or diff)
    if (arguments.push or arguments.pr) and (arguments.no_commit or not writes):
        raise ShunterError("--push and --pr are for what is committed", hint="leave them out, or what writes nothing")
    return behind.aware(context, behind.roots_at(context, paths), delivered, fetch=arguments.fetch, writes=writes)
