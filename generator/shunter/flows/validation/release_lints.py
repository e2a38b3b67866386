"""Lints on a chart as one release: templates that collide, objects, hooks, size; and what is another service's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from shunter.core.charts.contents import read_once
from shunter.core.charts.image import Image
from shunter.core.kube.objects import objects_of
from shunter.core.packaging.images import images_in
from shunter.core.rules.collisions import define_collisions
from shunter.core.rules.objects import duplicate_objects, serial_hooks
from shunter.core.rules.release_size import too_large
from shunter.core.workspace.layout import image_name, images_prefix
from shunter.core.workspace.model import Service, Workspace
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents
from shunter.flows.release.stored import kept_by_app, kept_of
from shunter.flows.validation.collisions import deployed
from shunter.flows.workspace.context import Site
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity


def lint_release(release: Release, manifest: str | None) -> Iterator[Finding]:
    """What the charts of one environment, or of another chart, do to each other. Without a manifest, no object counts.

    Nothing where Helm cannot read charts or values: that is another finding.
    """
    slices = deployed(release)
    if not slices:
        return
    yield from define_collisions(slices)
    if manifest is None:
        return
    with suppress(ShunterError):
        objects = list(objects_of(documents(manifest)))
        yield from duplicate_objects(objects, slices, release.namespace)
        yield from serial_hooks(objects, slices)
        for kept in kept_by_app(release, manifest) if release.is_by_app else (kept_of(release, manifest),):
            yield from too_large(kept)


def of_its_service(workspace: Workspace | None, site: Site, release: Release) -> Iterator[Finding]:
    """What a service's own chart says that is another one's: its name, its image."""
    service = workspace.service(site.name) if workspace and site.kind == "app" else None
    if workspace is None or service is None or service.chart:
        return
    chart = release.chart
    if chart.name not in ("", site.name):
        said = f"the chart of {site.name} is called `{chart.name}`, and would be published as that"
        span = chart.definition.span(("name",))
        yield Finding("chart-name", said, span, Kind.LINT, key=("name",), hint=f"write name: {site.name}")
    if service.language:
        yield from _image_elsewhere(workspace, service, release)


def _image_elsewhere(workspace: Workspace, service: Service, release: Release) -> Iterator[Finding]:
    """A chart that names other images than the one which CI pushes for its service."""
    image, known = Image(image_name(workspace, service)), images_in(release.files.packed)
    if not images_prefix(workspace.registries.images) or not known or any(map(image.is_of, known.values())):
        return
    key = next((key for key in known if key[-1] == "image"), next(iter(known)))
    document = read_once(release.files.packed.files["values.yaml"].data, "values.yaml")
    yield Finding(
        "image-elsewhere",
        f"`{known[key].repository}` is not the image that CI pushes for {service.name}, by `registries.images`",
        document.span((*key, "repository") if document.has((*key, "repository")) else key),
        Kind.LINT,
        Severity.WARNING,
        key=key,
        hint=f"write {image.repository} in its place, and raise the chart's version: `shunter bump {service.name}`",
    )
