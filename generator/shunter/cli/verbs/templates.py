"""templates publish, test and redirect; clone."""

from __future__ import annotations

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.fleet import kit, templates
from shunter.model.findings import Report


def publish(arguments: Arguments) -> Report:
    """`shunter templates publish REMOTE`."""
    return templates.publish(open_session(arguments), arguments.remote, dry_run=arguments.dry_run)


def test(arguments: Arguments) -> Report:
    """`shunter templates test [DIR]`."""
    folder = (open_session(arguments).start / arguments.folder).resolve()
    return kit.try_templates(folder, as_copier=arguments.merge == "copier")


def redirect(arguments: Arguments) -> Report:
    """`shunter templates redirect`."""
    return templates.redirect()


def clone(arguments: Arguments) -> Report:
    """`shunter clone`."""
    return templates.clone(open_session(arguments))
