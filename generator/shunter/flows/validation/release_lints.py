"""Lints on a chart with its subcharts as one release: named templates that collide, objects that two charts render."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from shunter.adapters.helm.engine import Engine
from shunter.core.charts.load import load_chart
from shunter.core.kube.objects import objects_of
from shunter.core.rules.collisions import define_collisions
from shunter.core.rules.objects import duplicate_objects
from shunter.core.values.coalesce import Slice, coalesce
from shunter.flows.release.layers import layers_of
from shunter.flows.release.render import Rendering, documents, render_tree
from shunter.flows.workspace.archives import pack_tree
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import answers_of, chart_metadata
from shunter.model.errors import ShunterError
from shunter.model.files import Tree
from shunter.model.findings import Finding


def lint_release(context: Context, site: Site, tree: Tree, helm: Engine | None) -> Iterator[Finding]:
    """What the charts of one environment, or of another chart, do to each other. Without Helm, no object is looked at.

    Nothing where Helm cannot read charts or values: that is another finding.
    """
    slices = deployed(context, site, tree)
    if not slices:
        return
    yield from define_collisions(slices)
    if helm is not None:
        with suppress(ShunterError):
            text, namespace = rendered(context, site, tree, helm)
            yield from duplicate_objects(objects_of(documents(text)), slices, namespace)


def deployed(context: Context, site: Site, tree: Tree) -> tuple[Slice, ...]:
    """The chart and its subcharts that are switched on; none where Helm cannot read them."""
    chart = load_chart(tree, helm=str(answers_of(tree).get("helm", "4")))
    layers = layers_of(context, site, tree) if site.kind == "environment" else []
    if chart.findings or any(layer.findings for layer in layers):
        return ()
    return coalesce(chart, layers).slices


def rendered(context: Context, site: Site, tree: Tree, helm: Engine) -> tuple[str, str]:
    """The manifests of an environment with its values files, or of a chart with its own values; and the namespace."""
    if site.kind == "environment":
        return render_tree(context, site, tree, Rendering()), str(answers_of(tree).get("namespace", "default"))
    metadata = chart_metadata(tree, site.folder)
    data = pack_tree(tree, metadata["name"], metadata["version"])
    return helm.render(data, {}, release=metadata["name"], namespace="default"), "default"
