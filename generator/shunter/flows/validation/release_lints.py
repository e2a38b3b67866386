"""Lints on a chart with its subcharts as one release: named templates that collide, objects that two charts render."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from shunter.adapters.helm.engine import Engine
from shunter.core.kube.objects import objects_of
from shunter.core.rules.collisions import define_collisions
from shunter.core.rules.objects import duplicate_objects
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents
from shunter.flows.validation.collisions import deployed
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding


def lint_release(release: Release, helm: Engine | None) -> Iterator[Finding]:
    """What the charts of one environment, or of another chart, do to each other. Without Helm, no object is looked at.

    Nothing where Helm cannot read charts or values: that is another finding.
    """
    slices = deployed(release)
    if not slices:
        return
    yield from define_collisions(slices)
    if helm is not None:
        with suppress(ShunterError):
            yield from duplicate_objects(objects_of(documents(release.render(helm))), slices, release.namespace)
