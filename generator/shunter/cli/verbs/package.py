"""package and lock."""

from __future__ import annotations

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session, split
from shunter.flows.checkouts import behind
from shunter.flows.packaging import lock as locking
from shunter.flows.packaging import package as packaging
from shunter.flows.packaging.merge import choice_of
from shunter.model.findings import Report


def package(arguments: Arguments) -> Report:
    """`shunter package`."""
    stamp = packaging.Stamp(arguments.version, arguments.app_version)
    context, names, dry_run = open_session(arguments), arguments.charts, arguments.dry_run
    roots = behind.roots_of(context, ("app", "library"), names)

    def run() -> Report:
        return packaging.package(context, names, stamp, allow_dirty=arguments.allow_dirty, dry_run=dry_run)

    return behind.aware(context, roots, run, fetch=arguments.fetch, writes=not dry_run)


def lock(arguments: Arguments) -> Report:
    """`shunter lock`."""
    return locking.lock(
        open_session(arguments),
        arguments.projects,
        choice_of(split(arguments.ours), split(arguments.theirs), arguments.follow),
        check=arguments.check,
        dry_run=arguments.dry_run,
        diff=arguments.diff,
    )
