"""update."""

from __future__ import annotations

from pathlib import Path

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.fleet import update as updating
from shunter.model.findings import Report


def update(arguments: Arguments) -> Report:
    """`shunter update`."""
    context = open_session(arguments)
    paths = [] if arguments.all else [(context.start / Path(path)).resolve() for path in arguments.paths]
    return updating.update(
        context, paths, release=arguments.to, check=arguments.check, dry_run=arguments.dry_run, diff=arguments.diff
    )
