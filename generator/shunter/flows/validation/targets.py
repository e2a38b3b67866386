"""What named files stand for: their charts, and whatever depends on a chart that changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import FOLDER, LOST_LINK, NOTHING, is_file, is_folder, kind_at, read_regular
from shunter.adapters.verdicts.questions import (
    ANSWERS_FILE,
    SHARED,
    WORKSPACE_FILE,
    chart_folder,
    is_values_file,
    other_values,
)
from shunter.core.charts.contents import read_once
from shunter.core.charts.files import follow
from shunter.flows.workspace.context import APPLIED_FILE, Context, Site, repository_root
from shunter.flows.workspace.projects import RECORD_FILE, files_in, files_of
from shunter.flows.workspace.remembered import Remembered
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    from shunter.core.workspace.model import Service

_ITSELF: Final = ""
STRAY: Final = "stray-values"
"""The rule about what belongs to no chart."""
_OWN: Final = {
    WORKSPACE_FILE: "workspace",
    APPLIED_FILE: "workspace",
    ANSWERS_FILE: "answers",
    RECORD_FILE: "record",
}
_BELOW: Final = {"trains": "train", "trains/yanked": "yank"}
"""Folders of a workspace whose files are of one kind."""


@dataclass(frozen=True, slots=True)
class Target:
    """A chart to judge: an environment, or any other, once with each set of `-f` files in `runs`."""

    folder: Path
    environment: Site | None = None
    runs: tuple[tuple[str, ...], ...] = ((),)

    @classmethod
    def of(cls, site: Site, start: Path) -> Target:
        """The whole of a project: an environment, or a chart with its other values files, named from `start`."""
        if site.kind == "environment":
            return cls(site.path, site)
        return cls(site.path, None, ((), *((name,) for name in other_values(str(site.path), str(start)))))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The charts that named files and folders belong to, and those of the files that belong to none.

    `deploying` are those of the latter in which an object names a chart and its values.
    """

    targets: Sequence[Target] = ()
    strays: Sequence[str] = ()
    deploying: Sequence[str] = ()


def targets_of(
    context: Context, names: Sequence[str], *, alone: bool = False, remembered: Remembered | None = None
) -> Chosen:
    """The charts that the named files and folders belong to, each once, in order; then those that depend on them.

    A values file beside the chart's own is judged alone, as if passed with `-f`; one that environments share stands
    for these. A folder that is no chart stands for the values files in it, or for the charts below it. A chart's folder
    stands for its own values and, unless it is to be judged `alone`, for each of its other values files. A schema, a
    Chart.yaml or defaults stand for all that reads them: the chart, its other values files, and the workspace's
    environments that have values for it and do not pin it; a file in a chart's `charts/` for that chart.
    """
    named: dict[str, dict[str, None]] = {}
    shared: list[str] = []
    strays: list[str] = []
    for name in (found for asked in names for found in _standing_for(context, asked)):
        path = os.path.normpath(context.start.joinpath(name))
        if (folders := sharing(context, name)) is not None:
            named |= {folder: named.get(folder, {}) | {_ITSELF: None} for folder in folders}
            continue
        folder = _chart_of(path, name)
        if not folder:
            strays.append(name)
            continue
        if is_values_file(path, folder):
            named.setdefault(folder, {})[name] = None
            continue
        folder = folder if path == folder else _outermost(folder)
        others = () if alone else other_values(folder, str(context.start))
        named.setdefault(folder, {}).update(dict.fromkeys((_ITSELF, *others)))
        if os.path.basename(path) in SHARED and path != folder:
            shared.append(folder)
    sites = _planned(context)
    services = _services_at(context, shared, sites)
    for dependant, awaited in _waiting(remembered or Remembered(context)).items() if services else ():
        if awaited & services:
            named.setdefault(dependant, {})[_ITSELF] = None
    return Chosen([_target(context, folder, tuple(files), sites) for folder, files in named.items()], strays)


def _standing_for(context: Context, name: str) -> list[str]:
    """What a name stands for: see `inside`; a folder also for the files below it whose objects deploy charts."""
    found = inside(context, name)
    path = os.path.normpath(context.start.joinpath(name))
    if not is_folder(path) or chart_folder(path):
        return found
    from shunter.core.values.deployed import deploys

    charts = tuple(f"{os.path.normpath(os.path.join(name, chart))}/" for chart in found)
    objects = []
    for file in DiskTree(Path(path)).paths():
        shown = os.path.normpath(os.path.join(name, file))
        if file.endswith((".yaml", ".yml")) and (found == [name] or not shown.startswith(charts)):
            data = read_regular(f"{path}/{file}") if is_file(f"{path}/{file}") else b""
            # What a template makes of a file that is no YAML is nobody's to guess.
            if deploys(data, shown) and (b"{{" not in data or read_once(data, shown).value is not None):
                objects.append(shown)
    return objects if objects and found == [name] else [*found, *objects]


def inside(context: Context, name: str) -> list[str]:
    """What a folder that is no chart stands for: values files of the chart around it, or else the charts below it."""
    path = os.path.normpath(context.start.joinpath(name))
    chart = chart_folder(path)
    if chart == path or not is_folder(path):
        return [name]
    below = DiskTree(Path(path)).paths()
    if chart:
        found = [file for file in below if is_values_file(f"{path}/{file}", chart)]
    else:
        folders = [file.removesuffix("Chart.yaml") for file in below if f"/{file}".endswith("/Chart.yaml")]
        vendored = tuple(f"{folder}charts/" for folder in folders)
        found = [folder.rstrip("/") for folder in folders if not folder.startswith(vendored)]
    return [os.path.join(name, file) for file in found] or [name]


def own_names(context: Context, names: Sequence[str]) -> list[str]:
    """Those of the named files that are shunter's own, and part of no chart."""
    return [name for name in names if own_schema(os.path.normpath(context.start.joinpath(name)))]


def own_schema(path: str) -> str:
    """What the schema of the file at `path` is called, if it is one of shunter's own and part of no chart; else empty.

    An answers file and a record that stand in a chart are judged with it.
    """
    folder, name = os.path.split(path)
    schema = _OWN.get(name) or _OWN.get(f"{os.path.basename(folder)}/{name}", "")
    for place, kind in _BELOW.items():
        root = folder.removesuffix(f"/{place}")
        if root != folder and name.endswith(".yaml") and is_file(os.path.join(root, WORKSPACE_FILE)):
            schema = kind
    return schema if schema and is_file(path) and not chart_folder(path) else ""


def sharing(context: Context, name: str) -> list[str] | None:
    """The folders of the environments that share the named values file; None for what is no such file.

    Where each environment has a repository of its own, the workspace's has the file of which they have copies.
    """
    path = os.path.normpath(context.start.joinpath(name))
    if not path.endswith((".yaml", ".yml")) or kind_at(path) or chart_folder(path):
        return None
    from shunter.core.workspace.layout import is_shared

    known, found = False, []
    for site in context.sites("environment", missing_ok=True):
        planned = context.workspace.environment(site.name) if context.workspace else None
        if planned is None and not is_folder(site.path):
            continue
        names = planned.values if planned else files_of(context, site).values_files
        places = {
            os.path.normpath(f"{os.path.realpath(root)}/{site.folder}/{values}")
            for root in ({site.root, context.root} if planned else {site.root})
            for values in names
            if is_shared(values)
        }
        if os.path.realpath(path) in places:
            known = True
            found += [str(site.path)] if is_folder(site.path) else []
    return found if known else None


def _chart_of(path: str, name: str) -> str:
    """The folder of the chart around what is at `path`; empty where there is none."""
    kind = kind_at(path)
    if kind == LOST_LINK:
        raise ShunterError(f"{name} is {kind}", hint="point it at a file, or remove it")
    if kind == NOTHING:
        raise ShunterError(f"there is no file {name}", hint="check the name")
    if kind and (kind != FOLDER or path.endswith((".yaml", ".yml", ".json"))):
        raise ShunterError(f"{name} is {kind}, not a file", hint="name a values file of a chart, or a chart's folder")
    return chart_folder(path)


def _outermost(folder: str) -> str:
    """The chart around a chart in `charts/`, and so on outwards: Helm only ever renders that one."""
    above, name = os.path.split(os.path.dirname(folder))
    around = name == "charts" and is_file(os.path.join(above, "Chart.yaml"))
    return _outermost(above) if around else folder


def _planned(context: Context) -> dict[str, Site]:
    sites = context.sites(missing_ok=True) if context.workspace else ()
    return {os.path.realpath(site.path): site for site in sites if site.kind in ("app", "environment")}


def _services_at(context: Context, folders: Iterable[str], sites: dict[str, Site]) -> set[str]:
    """The services whose charts are in these folders."""
    places = {os.path.realpath(folder) for folder in folders}
    found = {site.name for place, site in sites.items() if place in places and site.kind == "app"}
    charts = [(service.name, service.chart.path) for service in _services(context) if service.chart]
    return found | {name for name, path in charts if path and os.path.realpath(context.root / path) in places}


def _services(context: Context) -> Sequence[Service]:
    return context.workspace.services if context.workspace else ()


def _waiting(remembered: Remembered) -> dict[str, set[str]]:
    """The services that environments have values for and do not pin, by the folders of these."""
    context, part = remembered.context, remembered.awaited()
    environments = [site for site in context.sites("environment", missing_ok=True) if is_folder(site.path)]

    def found() -> tuple[list[object], bool]:
        waiting = ([remembered.folder(site), _awaited(context, site)] for site in environments)
        return [one for one in waiting if one[1]], all(map(remembered.knows_values, environments))

    waiting = remembered.answer(part, found)
    remembered.clean(part[0], [part])
    remembered.save()
    places = {remembered.folder(site): str(site.path) for site in environments}
    return {places[folder]: set(names) for folder, names in waiting}


def _awaited(context: Context, site: Site) -> list[str]:
    files = files_of(context, site)
    states = (follow(files.tree, name) for name in files.values_files)
    mentioned = {key for state in states if state for key in read_once(state.data, "").value or {}}
    services = {service.name for service in _services(context)}
    return sorted((services & mentioned) - (files.record.cars.keys() if files.record else set()))


def _target(context: Context, folder: str, files: tuple[str, ...], sites: dict[str, Site]) -> Target:
    path = Path(folder)
    site = sites.get(os.path.realpath(folder))
    if context.workspace is None:
        answers = files_in(context, path).answers
        root = repository_root(path.resolve())
        place = path.resolve().relative_to(root).as_posix()
        site = Site(str(answers.get("kind", "")), str(answers.get("name", "")), root, place, root.name)
    if site is not None and site.kind == "environment":
        return Target.of(site, context.start)
    return Target(path, None, tuple((file,) if file else () for file in files))
