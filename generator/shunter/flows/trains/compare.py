"""What differs between two environments, or an environment and a train."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.model import Train
from shunter.core.trees import diffs
from shunter.flows.packaging.derive import environment_files
from shunter.flows.release.render import Rendering, documents, render_tree, verify
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import answers_of, record_of, values_files_of
from shunter.flows.workspace.trains import find_train
from shunter.model.errors import ShunterError
from shunter.model.files import OverlayTree, Tree
from shunter.model.findings import Report


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
