"""Rendering with real Helm: an environment's umbrella chart with its pinned charts and its values files in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shunter.adapters.helm.engine import engine
from shunter.core.packaging.vendoring import verify_vendored
from shunter.core.trees import diffs
from shunter.flows.packaging.derive import environment_files
from shunter.flows.trains.cut import find_train
from shunter.flows.validation.validate import label, layers_of, user_values
from shunter.flows.workspace.archives import open_archives, pack_tree
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import answers_of, chart_metadata, record_of, values_files_of
from shunter.model.chart import Train, TrainRecord
from shunter.model.errors import ShunterError
from shunter.model.files import OverlayTree, Tree
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
    kept = [body for source, body in documents(text) if source.split("/")[2:3] and source.split("/")[2] in services]
    return "".join(f"---\n{body}" for body in kept)


def write_documents(text: str, folder: Path) -> tuple[str, ...]:
    """Write one file per chart template below `folder`, as `helm template --output-dir` does; returns the paths."""
    by_source: dict[str, list[str]] = {}
    for source, body in documents(text):
        by_source.setdefault(source, []).append(f"---\n{body}")
    for source, bodies in by_source.items():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(bodies), "utf-8")
    return tuple(by_source)


def diff(context: Context, environment: str, other: str, only: str, helm: str) -> Report:
    """What differs between an environment and another one, or a train laid over it: versions, values, manifests."""
    workspace = context.require_workspace()
    site = context.site("environment", environment)
    found = workspace.environment(environment)
    other = other or (found.promotes_from if found else "")
    if not other:
        raise ShunterError(
            f"{environment} promotes from nowhere", hint="name what to compare with: an environment or a train"
        )
    left, right = (environment, site, site.tree()), _other_side(context, site, other)
    refused = tuple(finding for _, place, tree in (left, right) for finding in verify(tree, place.folder))
    if refused:
        return Report(findings=tuple(dict.fromkeys(refused)))
    parts = {"versions": _versions, "values": _values, "manifests": _manifests}
    chosen = [only] if only else list(parts)
    product = "".join(parts[part](context, left, right, helm) for part in chosen)
    return Report(product=product, answer=not product)


Side = tuple[str, Site, Tree]


def _other_side(context: Context, site: Site, other: str) -> Side:
    if context.require_workspace().environment(other):
        there = context.site("environment", other)
        return other, there, there.tree()
    return other, site, with_train(context, site, find_train(context, other))


def with_train(context: Context, site: Site, train: Train) -> Tree:
    """An environment's tree as it would be with that train."""
    tree = site.tree()
    record = TrainRecord(train.version, train.library, train.cars)
    changes = environment_files(tree, answers_of(tree), record, open_archives(context), generated_now())
    return OverlayTree(tree, changes)


def _versions(context: Context, left: Side, right: Side, helm: str) -> str:
    return _text_diff(left, right, "versions", _version_lines)


def _version_lines(side: Side) -> list[str]:
    record = record_of(side[2], side[1].folder)
    if record is None:
        return []
    pins = {record.library.name: record.library, **record.cars}
    return [
        f"{alias}: {pin.version} ({pin.app_version})\n" if pin.app_version else f"{alias}: {pin.version}\n"
        for alias, pin in pins.items()
    ]


def _text_diff(left: Side, right: Side, what: str, lines: Any) -> str:
    return diffs.text_diff(lines(left), lines(right), f"{left[0]} {what}", f"{right[0]} {what}")


def _values(context: Context, left: Side, right: Side, helm: str) -> str:
    names = dict.fromkeys((*_values_files(left), *_values_files(right)))
    return "".join(
        diffs.file_diff(name, left[2].get(name), right[2].get(name))
        .replace(f"a/{name}", f"{left[0]}/{name}")
        .replace(f"b/{name}", f"{right[0]}/{name}")
        for name in names
        if left[2].get(name) != right[2].get(name)
    )


def _values_files(side: Side) -> list[str]:
    return values_files_of(side[2])


def _manifests(context: Context, left: Side, right: Side, helm: str) -> str:
    rendered = [
        _comparable(render_tree(context, site, tree, Rendering(helm=helm)), site.name)
        for _, site, tree in (left, right)
    ]
    names = dict.fromkeys((*rendered[0], *rendered[1]))
    return "".join(
        diffs.text_diff(rendered[0].get(name, []), rendered[1].get(name, []), f"{left[0]}/{name}", f"{right[0]}/{name}")
        for name in names
    )


def _comparable(text: str, environment: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, body in documents(text):
        lines = body.splitlines(keepends=True)
        kind = next((line[6:].strip() for line in lines if line.startswith("kind: ")), "")
        name = next((line[8:].strip() for line in lines if line.startswith("  name: ")), "")
        found[f"{source.removeprefix(f'{environment}/')}:{kind}/{name}"] = lines[1:]
    return found
