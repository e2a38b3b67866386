"""A library that was edited without a version of its own: every app still gets the published one."""

from __future__ import annotations

from pathlib import Path

from shunter.adapters.system.regular import is_checkout
from shunter.core.charts.packed import PackedChart
from shunter.core.workspace.publishing import publish_step
from shunter.flows.packaging.origin import tracked
from shunter.flows.workspace.archives import Archives, packed_as_held
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity, Span


def changed_library(context: Context, archives: Archives) -> Finding | None:
    """The finding for the workspace's library where its files are not those that are published under its version.

    One that is not published says nothing, and neither does one whose registry does not answer.
    """
    return looked_at(context, archives)[0]


def looked_at(context: Context, archives: Archives) -> tuple[Finding | None, bool]:
    """What `changed_library` gives, and whether it follows from files alone: else git was asked."""
    if context.workspace is None:
        return None, True
    settled = True
    for site in context.sites("library", missing_ok=True):
        try:
            files = files_of(context, site)
            name, version = files.packed.key
            if not (is_checkout(site.root) and archives.published(name, version)):
                continue
            held = archives.fetch(name, version)
            if _equal(files, held):
                continue
            settled = False
            if _equal(tracked(files, site.path), held):
                continue
        except ShunterError:
            settled = False
            continue
        step = publish_step(context.workspace, {name: "VERSION"})
        said = f"{files.label} has changed since {name} {version} was packaged, and apps have it as it was then"
        hint = f"shunter bump {name}, then `{step}`; apps get it by: shunter bump --all --library VERSION"
        span = Span(f"{files.label}/Chart.yaml")
        return Finding("not-packaged", said, span, Kind.LINT, Severity.WARNING, hint=hint), False
    return None, settled


def is_same(files: ProjectFiles, place: Path, held: PackedChart) -> bool:
    """Whether the chart in the folder `place` is the one that is published, as git tracks it or as it stands there."""
    return _equal(files, held) or _equal(tracked(files, place), held)


def _equal(files: ProjectFiles, held: PackedChart) -> bool:
    return packed_as_held(files, held.metadata, compressed=False).content == held.content
