"""Rendering with real Helm: an environment's umbrella chart with its pinned charts and its values files in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shunter.adapters.helm.engine import engine
from shunter.adapters.system.files import write_file
from shunter.core.packaging.vendoring import verify_vendored
from shunter.flows.release.layers import layers_of, user_values
from shunter.flows.workspace.archives import pack_tree
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.labels import label
from shunter.flows.workspace.projects import answers_of, chart_metadata, record_of
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Tree
from shunter.model.findings import Finding, Report


@dataclass(frozen=True, slots=True)
class Rendering:
    """How to render: further values files, `--set` expressions, the Kubernetes version, and the helm binary."""

    files: Sequence[str] = ()
    sets: Sequence[str] = ()
    kube_version: str = ""
    helm: str = ""


def render(context: Context, environment: str, services: Sequence[str], how: Rendering) -> Report:
    """The manifests of an environment (or of some services in it) as one stream of documents."""
    site = context.site("environment", environment)
    tree = site.tree()
    findings = verify(tree, site.folder)
    if findings:
        return Report(findings=findings)
    record = record_of(tree, site.folder)
    known = sorted(record.cars) if record else []
    for service in services:
        if service not in known:
            hint = f"pinned: {', '.join(known)}" if known else f"shunter promote TRAIN --to {site.name}"
            raise ShunterError(f"{site.name} pins no service `{service}`", hint=hint)
    text = render_tree(context, site, tree, how)
    shown = only_services(text, services) if services else text
    empty = (f"{site.name} pins no app yet: nothing to render",) if not shown else ()
    return Report(product=shown, notices=empty)


def verify(tree: Tree, path: str) -> tuple[Finding, ...]:
    """Findings for vendored charts that are not what was pinned. A missing one raises ShunterError."""
    record = record_of(tree, path)
    if record is None:
        raise ShunterError(f"{path} has no train record", hint="shunter lock")
    return verify_vendored(tree, record, path)


def render_tree(context: Context, site: Site, tree: Tree, how: Rendering) -> str:
    """What Helm makes of an environment's tree."""
    metadata = chart_metadata(tree, site.folder)
    answers = answers_of(tree)
    return engine(how.helm).render(
        pack_tree(tree, metadata["name"], metadata["version"]),
        user_values(layers_of(context, site, tree, how.files), how.sets, label(context, site.path)),
        release=str(answers.get("workspace", site.name)),
        namespace=str(answers.get("namespace", "default")),
        kube_version=how.kube_version or None,
    )


def documents(text: str) -> list[tuple[str, str]]:
    """The documents of a manifest stream with their sources (`tst/charts/orders/templates/app.yaml`)."""
    found = []
    for document in text.split("\n---\n"):
        body = document.removeprefix("---\n")
        first = body.split("\n", 1)[0]
        if first.startswith("# Source: "):
            found.append((first.removeprefix("# Source: "), body.rstrip("\n") + "\n"))
    return found


def only_services(text: str, services: Sequence[str]) -> str:
    """The documents that come from these services' charts."""
    charts = [["charts", service] for service in services]
    kept = [body for source, body in documents(text) if source.split("/")[1:3] in charts]
    return "".join(f"---\n{body}" for body in kept)


def write_documents(text: str, folder: Path) -> tuple[str, ...]:
    """Write one file per chart template below `folder`, as `helm template --output-dir` does; returns the paths."""
    by_source: dict[str, list[str]] = {}
    for source, body in documents(text):
        by_source.setdefault(source, []).append(f"---\n{body}")
    for source, bodies in by_source.items():
        write_file(folder / source, FileState("".join(bodies).encode()))
    return tuple(by_source)
