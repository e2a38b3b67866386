"""Lint: what Helm accepts and someone will regret, in charts, values files, trains and the layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shunter.adapters.helm import Engine, engine
from shunter.core import reader
from shunter.core.trains import path_of
from shunter.core.vendoring import verify_vendored
from shunter.flows.archives import open_archives
from shunter.flows.board import drift
from shunter.flows.check import label, layers_of, relabelled, report_of, user_values
from shunter.flows.cluster import lint_release
from shunter.flows.context import Context, Site
from shunter.flows.projects import record_of
from shunter.flows.trains import all_trains
from shunter.flows.unused import unused_keys
from shunter.model.errors import ShunterError
from shunter.model.files import Tree
from shunter.model.findings import Finding, Kind, Report, Severity, Span

_CHARTS = ("library", "app", "environment")


def lint(context: Context, paths: Sequence[str]) -> Report:
    """Lint every chart of the workspace, or the charts at `paths`; trains and layout too when nothing is named.

    Helm's own lint runs where an engine is installed; a notice says when it is not. Repositories that are not checked
    out are findings about the layout: the workspace's own CI runs where the others are not.
    """
    present = (
        site for site in context.sites(missing_ok=True) if (site.root / ".git").exists() or not context.workspace
    )
    sites = [site for site in present if site.kind in _CHARTS]
    if paths:
        sites = [_site_at(context, sites, path) for path in paths]
    helm, notices = _engine()
    findings = [finding for site in sites for finding in _lint_site(context, site, helm)]
    if not paths and context.workspace is not None:
        findings += _lint_trains(context)
        findings += [_drifted(line) for line in drift(context)]
    report = report_of(context, findings, len(sites))
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
    if (path / "Chart.yaml").is_file():
        return Site("app", path.name, path, ".", path.name)
    raise ShunterError(f"{name} is in no chart", hint="name a chart's folder, or a file in it")


def _lint_site(context: Context, site: Site, helm: Engine | None) -> Iterator[Finding]:
    tree = site.tree()
    found: list[Finding] = []
    if helm is not None:
        found += _helm_lint(context, site, tree, helm)
    if site.kind == "environment":
        folder = label(context, site.path)
        record = record_of(tree, folder)
        yield from verify_vendored(tree, record, "" if folder == "." else folder) if record else ()
        for document in layers_of(context, site, tree):
            found += document.hazards()
            found += _image_tags(document)
    elif (state := tree.get("values.yaml")) is not None:
        found += reader.read(state.data, "values.yaml").hazards()
    found += unused_keys(context, site, tree)
    found += lint_release(context, site, tree, helm) if site.kind != "library" else ()
    yield from relabelled(found, label(context, site.path))


def _helm_lint(context: Context, site: Site, tree: Tree, helm: Engine) -> Iterator[Finding]:
    layers = layers_of(context, site, tree) if site.kind == "environment" else []
    values = user_values(layers, (), label(context, site.path))
    for message in helm.lint(site.path, values):
        if message.severity is not Severity.NOTE:
            path = message.path if tree.get(message.path) else "Chart.yaml"
            yield Finding("helm-lint", f"helm lint: {message.text}", Span(path), Kind.LINT, message.severity)


def _image_tags(document: reader.Document) -> Iterator[Finding]:
    for alias, section in (document.value or {}).items():
        image = section.get("image") if isinstance(section, dict) else None
        if isinstance(image, dict) and image.get("tag") not in (None, ""):
            key = (alias, "image", "tag")
            yield Finding(
                "image-tag-in-environment",
                f"`{alias}.image.tag` is set here, so a promotion moves the chart and not the image",
                document.span(key, of="key"),
                Kind.LINT,
                Severity.WARNING,
                key=key,
                hint="remove it: the image tag is the chart's appVersion, which trains move",
            )


def _lint_trains(context: Context) -> Iterator[Finding]:
    archives = open_archives(context)
    for train in all_trains(context.root):
        for pin in (train.library, *train.cars.values()):
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
