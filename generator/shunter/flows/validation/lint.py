"""Lint: what Helm accepts and someone will regret, in charts, values files, trains and the layout."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shunter.adapters.helm.engine import Engine, engine
from shunter.adapters.system.regular import exists, is_checkout
from shunter.adapters.verdicts.questions import chart_folder, is_values_file, summary
from shunter.core.charts.contents import read_once
from shunter.core.goyaml.document import Document, value_at
from shunter.core.rules.schema_lints import lint_schema
from shunter.core.rules.verdict import as_meant
from shunter.core.rules.wiring import stale_lock
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.core.trains.file import path_of
from shunter.flows.packaging.library import looked_at
from shunter.flows.packaging.lock import pins_differ
from shunter.flows.release.helm_lint import helm_lint
from shunter.flows.release.judged import judged
from shunter.flows.release.release import Release, release_of, with_files
from shunter.flows.release.twice import rendered
from shunter.flows.validation.collisions import deployed
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
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.flows.workspace.remembered import Judged, Remembered
from shunter.flows.workspace.trains import Trains, trains_of
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import KeptTree
from shunter.model.findings import Finding, Kind, Report, Severity, Span
from shunter.model.progress import stepwise

if TYPE_CHECKING:
    from shunter.adapters.verdicts.memory import Memory, Part

_CHARTS = ("library", "app", "environment")


def lint(context: Context, paths: Sequence[str], memory: Memory | None = None) -> Report:
    """Lint every chart of the workspace, or the charts at `paths`; trains and layout too when nothing is named.

    A values file among the paths is judged as if passed with `-f`, a file of ours by its schema. Without a name
    and without a project that shunter made, the chart around here is, or those below.
    Helm's own lint runs where an engine is installed; a notice says when it is not. Repositories that are not checked
    out are findings about the layout: the workspace's own CI runs where the others are not. What the `memory` of a
    workspace knows is not judged again.
    """
    known = context.sites(missing_ok=True)
    present = [site for site in known if is_checkout(site.root) or not context.workspace]
    run = _Lint(context, present, Remembered(context, memory if context.workspace else None))
    own = own_names(context, paths)
    asked: list[tuple[Site, str]] = [(site, "") for site in present if site.kind in _CHARTS]
    if paths or not (known or context.workspace):
        charts = [path for path in paths if path not in own] if paths else ["."]
        names = (name for path in charts for name in sharing(context, path) or inside(context, path))
        asked = [(_site_at(context, [site for site, _ in asked], name), name) for name in names]
    asked = list(dict.fromkeys((site, file if _is_extra(context, site, file) else "") for site, file in asked))
    count = len({site for site, _ in asked})
    findings = [*judged_own(context, own)]
    for site, file in stepwise(context.writing.progress, asked, lambda each: f"lint {each[0].name}"):
        findings += run.site(site, file)
    if not paths:
        findings += run.all()
    report = report_of(context, findings, count, own)
    if not paths and context.workspace is not None:
        parts, said = (*run.parts, run.remembered.all("lint")), (*run.notices, summary(count, 0))
        run.remembered.clean("lint", parts, notices=said)
    run.remembered.save()
    return Report(findings=report.findings, notices=(*run.notices, *report.notices))


@dataclass(frozen=True, eq=False)
class _Lint:
    """One run: what all its charts share is worked out where something is judged, and not remembered."""

    context: Context
    present: Sequence[Site]
    remembered: Remembered
    parts: list[Part] = field(default_factory=list)

    @cached_property
    def helm(self) -> tuple[Engine | None, tuple[str, ...]]:
        """The engine, or a notice that there is none."""
        try:
            return engine(), ()
        except ShunterError as error:
            return None, (f"notice: helm lint is skipped: {error.message} ({error.hint})",)

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What is said of the engine; to load one only for that would take longer than all that is remembered."""
        return tuple(self.remembered.answer(("helm", ()), lambda: (self.helm[1], True)))

    @cached_property
    def bad_trains(self) -> tuple[Finding, ...]:
        """What is wrong with the files of trains."""
        return broken_trains(self.context) if self.context.workspace else ()

    @cached_property
    def trains(self) -> Trains | None:
        """The trains, as far as they can be read."""
        return trains_of(self.context) if self.context.workspace and not self.bad_trains else None

    def site(self, site: Site, file: str) -> tuple[Finding, ...]:
        """The findings of a project; with its values, or those of a `file`."""
        if file or self.remembered.memory is None or site not in self.present:
            return tuple(self._judged(site, file)[0])
        also = [self.remembered.registry] if site.kind == "library" else []
        part = self.remembered.site("lint", site, *also)
        self.parts.append(part)
        return self.remembered.findings(part, lambda: self._judged(site, ""))

    def _judged(self, site: Site, file: str) -> Judged:
        if site in self.present and (broken := broken_in(self.context, [site])):
            return broken[site], True
        release = _release(self.context, site, file)
        complete = not release.is_encrypted and self.remembered.knows_values(site)
        changed = None
        if site.kind == "library" and not file:
            # Nobody has to reach a registry to lint.
            changed, settled = looked_at(self.context, replace(open_archives(self.context), server=None))
            complete = complete and settled
        found = _lint_site(self.context, site, release, self.helm[0], file, self.trains)
        return (*found, *([changed] if changed else ())), complete

    def all(self) -> tuple[Finding, ...]:
        """The findings about environments beside each other, trains and the layout."""
        if self.context.workspace is None:
            return tuple(self._beside()[0])
        return self.remembered.findings(self.remembered.all("lint"), self._beside)

    def _beside(self) -> Judged:
        context, broken = self.context, broken_in(self.context, self.present)
        findings = [finding for found in broken.values() for finding in found]
        environments = (site for site in self.present if site.kind == "environment" and site not in broken)
        findings += lint_environments(context, environments)
        if context.workspace is not None:
            findings += self.bad_trains or _lint_trains(context)
            findings += altered_trains(context, self.trains) if self.trains and not broken else ()
            findings += () if broken else [_drifted(line) for line in drift(context)]
        return findings, not broken and all(map(self.remembered.knows_values, self.present))


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
    context: Context, site: Site, release: Release, helm: Engine | None, file: str, trains: Trains | None
) -> Iterator[Finding]:
    found: list[Finding] = []
    if helm is not None and release.not_for_helm:
        found, helm = [*release.not_for_helm], None
    manifest = None
    if helm is not None:
        lean, linted = judged(release), None
        if site.kind != "library" and not file and deployed(release):
            manifest, linted = rendered(release, helm, lean)
        found += helm_lint(site, release, helm, lean, linted)
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
    found += lint_schema(release.chart) if not file else ()
    found += unused_keys(context, release)
    found += lint_release(release, manifest) if site.kind != "library" and not file else ()
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
    files = files_of(context, site)
    files = ProjectFiles(KeptTree(files.tree), files.label)
    if site.kind == "environment":
        return release_of(context, site, of=files)
    return with_files(context, Release(files), site.path, [file] if file else [], ())


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
