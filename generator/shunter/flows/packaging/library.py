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
    if context.workspace is None:
        return None
    for site in context.sites("library", missing_ok=True):
        try:
            files = files_of(context, site)
            name, version = files.packed.key
            published = is_checkout(site.root) and archives.published(name, version)
            if not published or is_same(files, site.path, archives.fetch(name, version)):
                continue
        except ShunterError:
            continue
        step = publish_step(context.workspace, {name: "VERSION"})
        said = f"{files.label} has changed since {name} {version} was packaged, and apps have it as it was then"
        hint = f"shunter bump {name}, then `{step}`; apps get it by: shunter bump --all --library VERSION"
        return Finding("not-packaged", said, Span(f"{files.label}/Chart.yaml"), Kind.LINT, Severity.WARNING, hint=hint)
    return None


def follows_from_files(context: Context, archives: Archives) -> bool:
    """Whether `changed_library` follows from the files of library and registry: else git is asked, too."""
    try:
        for site in context.sites("library", missing_ok=True):
            files = files_of(context, site)
            key = files.packed.key
            if archives.published(*key) and not _equal(files, archives.fetch(*key)):
                return False
    except ShunterError:
        return False
    return True


def is_same(files: ProjectFiles, place: Path, held: PackedChart) -> bool:
    """Whether the chart in the folder `place` is the one that is published, as git tracks it or as it stands there."""
    return _equal(files, held) or _equal(tracked(files, place), held)


def _equal(files: ProjectFiles, held: PackedChart) -> bool:
    return packed_as_held(files, held.metadata, compressed=False).content == held.content
