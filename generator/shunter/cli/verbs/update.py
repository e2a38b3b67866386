"""update."""

from __future__ import annotations

from pathlib import Path

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.checkouts import behind
from shunter.flows.fleet import update as updating
from shunter.model.findings import Report


def update(arguments: Arguments) -> Report:
    """`shunter update`."""
    context = open_session(arguments)
    paths = [] if arguments.all else [(context.start / Path(path)).resolve() for path in arguments.paths]
    check, dry_run, diff = arguments.check, arguments.dry_run, arguments.diff

    def run() -> Report:
        return updating.update(
            context,
            paths,
            release=arguments.to,
            check=check,
            dry_run=dry_run,
            diff=diff,
            force=arguments.force,
        )

    writes = not (check or dry_run or diff)
    return behind.aware(context, behind.roots_at(context, paths), run, fetch=arguments.fetch, writes=writes)
