"""Lint: what Helm accepts and someone will regret, in charts, values files, trains and the layout."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from shunter.adapters.helm.engine import Engine, engine
from shunter.adapters.system.regular import exists, is_checkout
from shunter.adapters.verdicts.questions import chart_folder, is_values_file
from shunter.core.charts.contents import read_once
from shunter.core.goyaml.document import Document, value_at
from shunter.core.rules.schema_lints import lint_schema
from shunter.core.rules.verdict import as_meant
from shunter.core.rules.wiring import stale_lock
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.core.trains.file import path_of
from shunter.flows.packaging.library import changed_library
from shunter.flows.packaging.lock import pins_differ
from shunter.flows.release.helm_lint import helm_lint
from shunter.flows.release.release import Release, release_of, with_files
from shunter.flows.validation.environments import lint_environments
from shunter.flows.validation.histories import altered_trains, unexplained
from shunter.flows.validation.judge import unnamed_schemas
from shunter.flows.validation.own_files import broken_in, broken_trains, judged_own
from shunter.flows.validation.release_lints import lint_release, of_its_service
from shunter.flows.validation.report import report_of
from shunter.flows.validation.targets import inside, own_names, sharing
from shunter.flows.validation.unused import unused_keys
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.drift import drift
from shunter.flows.workspace.labels import label, relabelled
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Report, Severity, Span

_CHARTS = ("library", "app", "environment")


def lint(context: Context, paths: Sequence[str]) -> Report:
    """Lint every chart of the workspace, or the charts at `paths`; trains and layout too when nothing is named.

    A values file among the paths is judged as if passed with `-f`, a file of ours by its schema. Without a name
    and without a project that shunter made, the chart around here is, or those below.
    Helm's own lint runs where an engine is installed; a notice says when it is not. Repositories that are not checked
    out are findings about the layout: the workspace's own CI runs where the others are not.
    """
    known = context.sites(missing_ok=True)
    present = [site for site in known if is_checkout(site.root) or not context.workspace]
    sites = [site for site in present if site.kind in _CHARTS]
    asked: list[tuple[Site, str]] = [(site, "") for site in sites]
    own = own_names(context, paths)
    if paths or not (known or context.workspace):
        charts = [path for path in paths if path not in own] if paths else ["."]
        names = (name for path in charts for name in sharing(context, path) or inside(context, path))
        asked = [(_site_at(context, sites, name), name) for name in names]
    asked = list(dict.fromkeys((site, file if _is_extra(context, site, file) else "") for site, file in asked))
    helm, notices = _engine()
    broken = broken_in(context, present if not paths else [site for site, _ in asked if site in present])
    findings = [*judged_own(context, own), *(finding for found in broken.values() for finding in found)]
    bad_trains = broken_trains(context) if context.workspace else ()
    trains = trains_of(context) if context.workspace and not bad_trains else None
    for site, file in asked:
        findings += _lint_site(context, site, helm, file, trains) if site not in broken else ()
    if not paths:
        environments = (site for site, _ in asked if site.kind == "environment" and site not in broken)
        findings += lint_environments(context, environments)
    if not paths and context.workspace is not None:
        findings += bad_trains or _lint_trains(context)
        findings += altered_trains(context, trains) if trains and not broken else ()
        findings += () if broken else [_drifted(line) for line in drift(context)]
    report = report_of(context, findings, len({site for site, _ in asked}), own)
    return Report(findings=report.findings, notices=(*notices, *report.notices))


def _engine() -> tuple[Engine | None, tuple[str, ...]]:
    try:
        return engine(), ()
    except ShunterError as error:
        return None, (f"notice: helm lint is skipped: {error.message} ({error.hint})",)


def _site_at(context: Context, sites: Iterable[Site], name: str) -> Site:
    path = (context.start / name).resolve()
    for site in sites:
        if site.path.resolve() in (path, *path.parents):
            return site
    folder = Path(chart_folder(str(path)))
    if folder.name and exists(path):
        return Site("app", folder.name, folder, ".", folder.name)
    raise ShunterError(f"{name} is in no chart", hint="name a chart's folder, or a file in it")


def _is_extra(context: Context, site: Site, name: str) -> bool:
    """Whether a name is that of a values file which is not the chart's own."""
    path = os.path.normpath(context.start.joinpath(name))
    return bool(name) and site.kind != "environment" and is_values_file(path, str(site.path))


def _lint_site(
    context: Context, site: Site, helm: Engine | None, file: str, trains: Trains | None
) -> Iterator[Finding]:
    release = _release(context, site, file)
    found: list[Finding] = []
    if helm is not None and release.not_for_helm:
        found, helm = [*release.not_for_helm], None
    if helm is not None:
        found += helm_lint(site, release, helm)
    hazards = [finding for document in release.layers for finding in yaml_lints(document)]
    readable = not release.chart.findings and not any(layer.findings for layer in release.layers)
    found += as_meant(release.coalesced, hazards) if hazards and readable else hazards
    if release.is_environment:
        yield from _pins(site, release, trains)
        for document in release.layers:
            found += _image_tags(document, release)
        found += unnamed_schemas(release)
    elif not file:
        found += _own_files(release)
        found += of_its_service(context.workspace, site, release)
    if site.kind == "library" and not file:
        # Nobody has to reach a registry to lint.
        changed = changed_library(context, replace(open_archives(context), server=None))
        yield from (changed,) if changed else ()
    found += lint_schema(release.chart) if not file else ()
    found += unused_keys(context, release)
    found += lint_release(release, helm) if site.kind != "library" and not file else ()
    yield from relabelled(found, release.label)


def _own_files(release: Release) -> Iterator[Finding]:
    """What a chart that is no environment says in its own values, and its lock."""
    yield from stale_lock(release.chart)
    if (state := release.tree.get("values.yaml")) is not None:
        yield from yaml_lints(read_once(state.data, "values.yaml"))


def _pins(site: Site, release: Release, trains: Trains | None) -> Iterator[Finding]:
    """What differs from the record: its history, and Chart.yaml, or else what is vendored and locked after it."""
    record = release.files.record
    yield from unexplained(release.files, trains)
    apart = list(pins_differ(site.name, release.files, record)) if record is not None else []
    yield from apart or (*release.files.vendored, *relabelled(stale_lock(release.chart), release.label))


def _release(context: Context, site: Site, file: str) -> Release:
    if site.kind == "environment":
        return release_of(context, site)
    return with_files(context, Release(files_of(context, site)), site.path, [file] if file else [], ())


def _image_tags(document: Document, release: Release) -> Iterator[Finding]:
    for alias, section in (document.value or {}).items():
        image = section.get("image") if isinstance(section, dict) else None
        known = image if isinstance(image, dict) else {}
        for name in ("tag", "digest"):
            if known.get(name) in (None, ""):
                continue
            key = (alias, "image", name)
            digest = value_at(release.coalesced.values, (alias, "image", "digest"))
            said = f"`{alias}.image.{name}` is set here, so a promotion moves the chart and not the image"
            hint = "remove it: trains move the chart, whose appVersion is the tag, or whose values have the digest"
            if name == "tag" and digest and not known.get("digest"):
                said = f"`{alias}.image.tag` has no effect where templates prefer a digest, and {digest} is pinned"
                hint = (
                    f'set {alias}.image.digest to that of the image that is to run, or to "" for the tag; or remove it'
                )
            span = document.span(key, of="key")
            yield Finding("image-tag-in-environment", said, span, Kind.LINT, Severity.WARNING, key=key, hint=hint)


def _lint_trains(context: Context) -> Iterator[Finding]:
    archives = open_archives(context)
    for train in Trains(context.root).all:
        for pin in train.cars.values():
            if not archives.directory.has(pin.name, pin.version):
                continue
            found = archives.pin(pin.name, pin.version)
            if found.content != pin.content:
                yield Finding(
                    "digest-mismatch",
                    f"train {train.version}: {pin.name} {pin.version} in the registry is another chart",
                    Span(label(context, context.root / path_of(train.version))),
                    Kind.LINT,
                    notes=(f"train: {pin.content}", f"registry: {found.content}"),
                    hint="restore the archive from git",
                )


def _drifted(line: str) -> Finding:
    return Finding("drift", line, Span("shunter.yaml"), Kind.LINT, Severity.WARNING, hint="shunter update")
