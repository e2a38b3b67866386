"""package and lock."""

from __future__ import annotations

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.packaging import package as packaging
from shunter.model.findings import Report


def package(arguments: Arguments) -> Report:
    """`shunter package`."""
    stamp = packaging.Stamp(arguments.version, arguments.app_version)
    return packaging.package(open_session(arguments), arguments.charts, stamp, dry_run=arguments.dry_run)


def lock(arguments: Arguments) -> Report:
    """`shunter lock`."""
    return packaging.lock(
        open_session(arguments),
        arguments.projects,
        check=arguments.check,
        dry_run=arguments.dry_run,
        diff=arguments.diff,
    )
