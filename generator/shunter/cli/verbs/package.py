"""package, bump and lock. Each imports its flow itself: the commit hook pays for `lock` alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import memory_of, open_session, split
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Report, Severity

if TYPE_CHECKING:
    from shunter.flows.workspace.context import Context, Site
    from shunter.flows.workspace.projects import ProjectFiles


def package(arguments: Arguments) -> Report:
    """`shunter package`."""
    from shunter.flows.checkouts import behind
    from shunter.flows.packaging import package as packaging
    from shunter.flows.packaging.stamp import stamp_of

    context, names, dry_run = open_session(arguments), arguments.charts, arguments.dry_run
    stamp = stamp_of(arguments.version, arguments.app_version, arguments.image)
    if arguments.build:
        stamp = stamp_of(*_of_build(arguments, context))
    if arguments.to:
        if arguments.branch or arguments.no_commit:
            raise ShunterError("--to commits nothing", hint="leave out --branch and --no-commit")
        folder = context.start / arguments.to
        return packaging.package_to(context, names, stamp, folder, allow_dirty=arguments.allow_dirty, dry_run=dry_run)
    roots = behind.roots_of(context, ("app", "library"), names)

    def run() -> Report:
        return packaging.package(context, names, stamp, allow_dirty=arguments.allow_dirty, dry_run=dry_run)

    return behind.aware(context, roots, run, fetch=arguments.fetch, writes=not dry_run)


def _of_build(arguments: Arguments, context: Context) -> tuple[str, str, list[str]]:
    """Version, appVersion and images for `--build`."""
    from shunter.flows.delivery.image import handed_on

    if arguments.version or arguments.app_version or arguments.image:
        raise ShunterError("--build says version, appVersion and image", hint="leave the others out")
    if len(arguments.charts) != 1 or not arguments.to:
        raise ShunterError("--build is for one chart, and a folder", hint="shunter package CHART --build --to dist")
    version, app, image = handed_on(context, arguments.charts[0], context.start / arguments.to, os.environ)
    return version, app, [image] if image else []


def bump(arguments: Arguments) -> Report:
    """`shunter bump`."""
    from shunter.core.workspace.bump import PARTS
    from shunter.flows.packaging import bump as bumping

    parts = [part for part in PARTS if getattr(arguments, part)]
    if len(parts) > 1:
        raise ShunterError(f"--{parts[0]} and --{parts[1]} are two answers", hint="give one of them")
    asked = bumping.Bump(
        arguments.charts,
        everything=arguments.all,
        part="".join(parts),
        to=arguments.to,
        library=arguments.library,
        app_version=arguments.app_version,
    )
    report = bumping.bump(open_session(arguments), asked, dry_run=arguments.dry_run, diff=arguments.diff)
    rows = [
        (
            row["service"],
            _change(row["version"], row["to"]),
            _change(row["library"], row["library_to"]),
            row["repository"],
        )
        for row in report.data or ()
    ]
    shown = table(rows, ("SERVICE", "VERSION", "LIBRARY", "REPOSITORY")) if rows else ""
    return replace(report, product=report.product or shown)


def _change(old: str, new: str) -> str:
    return f"{old} -> {new}" if old != new else old or "-"


def lock(arguments: Arguments) -> Report:
    """`shunter lock`."""
    from shunter.flows.packaging import lock as locking
    from shunter.flows.packaging.merge import choice_of

    context = open_session(arguments)

    def judge(site: Site, files: ProjectFiles) -> tuple[Finding, ...]:
        from shunter.flows.release.release import release_of
        from shunter.flows.validation.judge import judge_release

        found = judge_release(context, release_of(context, site, of=files), verify=False)
        return tuple(finding for finding in found if finding.severity is Severity.ERROR)

    return locking.lock(
        context,
        arguments.projects,
        choice_of(split(arguments.ours), split(arguments.theirs), arguments.follow),
        judge,
        check=arguments.check,
        dry_run=arguments.dry_run,
        diff=arguments.diff,
        memory=memory_of(arguments, context),
    )
