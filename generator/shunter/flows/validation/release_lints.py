"""Lints on a chart with its subcharts as one release: named templates that collide, objects, hooks, size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from shunter.core.charts import helmignore
from shunter.core.kube.objects import objects_of
from shunter.core.rules.collisions import define_collisions
from shunter.core.rules.objects import duplicate_objects, serial_hooks, too_large
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents
from shunter.flows.validation.collisions import deployed
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding


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
        files = helmignore.filter_files(release.files.packed.files)
        own = {path: state.data for path, state in files.items() if not path.startswith("charts/")}
        yield from too_large(own, release.coalesced.values or {}, manifest)
