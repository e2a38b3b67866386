"""What differs between two environments, or an environment and a train."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.adapters.helm.engine import engine
from shunter.core.trains.model import Train
from shunter.core.trains.state import Base, Car, State, cars_hash
from shunter.core.trees import diffs
from shunter.flows.packaging.derive import environment_files
from shunter.flows.release.release import Release, release_of
from shunter.flows.release.render import documents, verify
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import files_of
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

Side = tuple[str, Release]
"""What a person calls it, and what it is."""


def diff(context: Context, environment: str, other: str, only: str, helm: str) -> Report:
    """What differs between an environment and another one, or a train laid over it: versions, values, manifests."""
    workspace = context.require_workspace()
    site = context.site("environment", environment)
    found = workspace.environment(environment)
    other = other or (found.promotes_from[0] if found and found.promotes_from else "")
    if not other:
        raise ShunterError(
            f"{environment} promotes from nowhere", hint="name what to compare with: an environment or a train"
        )
    left, right = (environment, release_of(context, site)), (other, _other_release(context, site, other))
    refused = tuple(finding for _, release in (left, right) for finding in verify(release))
    if refused:
        return Report(findings=tuple(dict.fromkeys(refused)))
    parts = {"versions": _versions, "values": _values, "manifests": _manifests}
    chosen = [only] if only else list(parts)
    product = "".join(parts[part](left, right, helm) for part in chosen)
    return Report(product=product, answer=not product)


def _other_release(context: Context, site: Site, other: str) -> Release:
    if context.require_workspace().environment(other):
        return release_of(context, context.site("environment", other))
    return with_train(context, site, trains_of(context).find(other))


def with_train(context: Context, site: Site, train: Train) -> Release:
    """An environment as it would be with that train."""
    files = files_of(context, site)
    environment = context.require_workspace().environment(site.name)
    pins = {alias: pin for alias, pin in train.cars.items() if environment is None or environment.declares(alias)}
    cars = {alias: Car(pin, train.version) for alias, pin in pins.items()}
    record = State(cars, base=Base(train.version, cars_hash(pins)))
    changes = environment_files(files.tree, files.answers, record, open_archives(context))
    return release_of(context, site, of=files.with_derived(changes, record))


def _versions(left: Side, right: Side, helm: str) -> str:
    return diffs.text_diff(_version_lines(left), _version_lines(right), f"{left[0]} versions", f"{right[0]} versions")


def _version_lines(side: Side) -> list[str]:
    record = side[1].files.record
    if record is None:
        return []
    return [
        f"{alias}: {pin.version} ({pin.app_version})\n" if pin.app_version else f"{alias}: {pin.version}\n"
        for alias, pin in record.pins.items()
    ]


def _values(left: Side, right: Side, helm: str) -> str:
    old, new = left[1].files, right[1].files
    return "".join(
        diffs.file_diff(name, old.tree.get(name), new.tree.get(name))
        .replace(f"a/{name}", f"{left[0]}/{name}")
        .replace(f"b/{name}", f"{right[0]}/{name}")
        for name in dict.fromkeys((*old.values_files, *new.values_files))
        if old.tree.get(name) != new.tree.get(name)
    )


def _manifests(left: Side, right: Side, helm: str) -> str:
    return "".join(objects_that_differ(left, right, helm).values())


def objects_that_differ(left: Side, right: Side, helm: str = "") -> dict[str, str]:
    """The difference of each object that is not the same on both sides, by its template, kind and name.

    Raises ShunterError where Helm does not render one of them, or is not there.
    """
    tool = engine(helm)
    rendered = [_comparable(release.shown(release.render(tool)), release.chart.name) for _, release in (left, right)]
    found = {}
    for name in dict.fromkeys((*rendered[0], *rendered[1])):
        old, new = (each.get(name, []) for each in rendered)
        if text := diffs.text_diff(old, new, f"{left[0]}/{name}", f"{right[0]}/{name}"):
            found[name] = text
    return found


def _comparable(text: str, environment: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, body in documents(text):
        lines = body.splitlines(keepends=True)
        kind = next((line[6:].strip() for line in lines if line.startswith("kind: ")), "")
        name = next((line[8:].strip() for line in lines if line.startswith("  name: ")), "")
        found[f"{source.removeprefix(f'{environment}/')}:{kind}/{name}"] = lines[1:]
    return found
