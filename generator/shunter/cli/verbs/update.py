"""update: what it would do is answered here, with few imports; what it does, in `updating`."""

from __future__ import annotations

from pathlib import Path

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

_HEADER = ("TARGET", "KIND", "REASON", "FROM", "FILES")


def update(arguments: Arguments) -> Report:
    """`shunter update`."""
    context = open_session(arguments)
    paths = [] if arguments.all else [(context.start / Path(path)).resolve() for path in arguments.paths]
    if arguments.plan:
        from shunter.flows.fleet.planning import planned
        from shunter.flows.fleet.targets import read_shard

        report = planned(context, paths, release=arguments.to, shard=read_shard(arguments.shard or "1/1"))
        return replace(report, product=table([_cells(row) for row in report.data["targets"]], _HEADER))
    if arguments.shard:
        raise ShunterError("--shard is for --plan", hint="shunter update --plan --shard 1/8 -o json")
    from shunter.cli.verbs.updating import updated

    return updated(arguments, context, paths)


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    reasons = row["reasons"]
    assert isinstance(reasons, list)
    return str(row["id"]), str(row["kind"]), ", ".join(reasons), str(row["release"] or "-"), str(row["files"])
