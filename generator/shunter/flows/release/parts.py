"""An environment's apps as releases of their own: charts that hold, word for word, what it renders of each.

Charts make names of objects, and of those that they call, after the release. So each app is rendered as a part of the
environment, under its name, and Helm gets the outcome under another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shunter.core.charts.packed import PackedChart
from shunter.core.kube.crds import kinds_of
from shunter.core.kube.objects import RenderedObject, objects_of
from shunter.flows.release.judged import literal
from shunter.flows.release.release import Release
from shunter.flows.release.render import definitions, documents, keeps_its_end
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


@dataclass(frozen=True, eq=False)
class Part:
    """One app of an environment as a release: its chart's `archive`, and the values that Helm is to keep with it.

    `app` is its alias, empty for what is the umbrella's own, and `name` is the chart's: the alias, or the umbrella's.
    `definitions` are the kinds that its charts bring, and those that others bring and it has objects of.
    """

    app: str
    name: str
    archive: PackedChart
    values: Mapping[str, Any]
    definitions: tuple[RenderedObject, ...]


def app_of(source: str) -> str:
    """The alias of the chart that a rendered document comes from; empty for the umbrella's own."""
    steps = source.split("/")
    return steps[2] if steps[1:2] == ["charts"] and len(steps) > 3 else ""


def parts_of(release: Release, text: str) -> tuple[Part, ...]:
    """The parts of an environment that renders this text, in the order of its record; none of what renders nothing.

    Raises ShunterError where an app is called as the environment is, and both are to be a release.
    """
    record = release.files.record
    pins = {alias: car.pin for alias, car in record.cars.items()} if record else {}
    by_app: dict[str, list[tuple[str, str]]] = {}
    for source, body in documents(text):
        by_app.setdefault(app_of(source), []).append((source, body))
    found = []
    for app in ("", *pins):
        if rendered := by_app.get(app):
            pin = pins.get(app)
            about = {"version": pin.version, "appVersion": pin.app_version} if pin else {}
            found.append(_part(release, app, about or {"version": release.archive.version}, rendered))
    if len({part.name for part in found}) < len(found):
        said = f"the app {release.archive.name} and what {release.label} renders itself would be one release"
        raise ShunterError(said, hint="give the app or the environment another name, or leave out `releases: app`")
    return tuple(found)


def _part(release: Release, app: str, about: Mapping[str, str], rendered: Sequence[tuple[str, str]]) -> Part:
    brought = tuple(_definitions(release, app, rendered))
    name = app or release.archive.name
    metadata = {
        "apiVersion": "v2",
        "name": name,
        "description": f"{name} as it is rendered in {release.archive.name}",
        **{key: value for key, value in about.items() if value},
    }
    files = {"Chart.yaml": json.dumps(metadata)}
    files |= {f"crds/{number}.yaml": json.dumps(each.value) for number, each in enumerate(brought)}
    for number, (source, body) in enumerate(rendered):
        plain = literal(body.removeprefix(f"# Source: {source}\n"))
        path = source.split("/", 3 if app else 1)[-1].removeprefix("templates/")
        if keeps_its_end(plain):  # Helm keeps that of a file's last document alone, and adds a newline
            files[f"templates/kept/{number}.yaml"] = plain[:-1]
        else:
            files[f"templates/{path}"] = f"{files.get(f'templates/{path}', '')}---\n{plain}"
    states = {path: FileState(text.encode()) for path, text in files.items()}
    return Part(app, name, PackedChart.of_files(states, name).packed(), _values(release, app), brought)


def _definitions(release: Release, app: str, rendered: Sequence[tuple[str, str]]) -> Iterator[RenderedObject]:
    """What a part's charts hold in `crds/`, and what others hold of the kinds of its objects.

    In one release all of them are there before the first object, and here another app's may come first, or alone.
    """
    kinds = {(each.group, each.kind) for each in objects_of(rendered)}
    for part in release.coalesced.slices:
        own = (part.path[0] if part.path else "") == app
        yield from (each for each in definitions([part.chart]) if own or kinds.intersection(kinds_of(each.value)))


def part_called(whole: str, name: str) -> str:
    """What the release of a part is called, beside that of the whole environment."""
    return f"{whole}-{name}"


def _values(release: Release, app: str) -> dict[str, Any]:
    """The values that a part is rendered with, of those that were given."""
    given = release.values
    aliases = {each.path[0] for each in release.coalesced.slices if each.path}
    if not app:
        return {key: value for key, value in given.items() if key not in aliases}
    own = given.get(app)
    return {**(own if isinstance(own, Mapping) else {}), **({"global": given["global"]} if "global" in given else {})}
