"""What runs in clusters against what is promoted: versions, images, health of each app. Nothing is tried or changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from shunter.adapters.helm.engine import engine
from shunter.adapters.system.threads import mapped
from shunter.core.deployment.health import WORKLOADS, pods_of
from shunter.core.deployment.images import images_of, not_as_wanted
from shunter.core.deployment.revision import Revision
from shunter.core.kube.objects import RenderedObject
from shunter.flows.deploying.place import Place, place_of
from shunter.flows.deploying.planning import current
from shunter.flows.deploying.targets import Target, targets_of
from shunter.flows.deploying.wanted import objects_in
from shunter.flows.deploying.watch import Look, troubles
from shunter.flows.workspace.context import Context
from shunter.model.data import asdict, dataclass
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

_OTHER = "another"
_CHART = "helm.sh/chart"
_VERSION = re.compile(r"-(\d+\.\d+\.\d+\S*)$")


@dataclass(frozen=True, slots=True)
class AppState:
    """One app of an environment: the version that is promoted, and the one that is deployed (`-` for none).

    `since` is when the last of its pods got ready (RFC 3339); `troubles` are why it is not well.
    """

    app: str
    promoted: str
    deployed: str
    images: tuple[str, ...] = ()
    since: str = ""
    troubles: tuple[str, ...] = ()

    @property
    def health(self) -> str:
        """In words."""
        if self.troubles:
            return "; ".join(self.troubles)
        return f"healthy since {self.since}" if self.since else ("nothing runs" if self.deployed != "-" else "")


@dataclass(frozen=True, slots=True)
class ClusterState:
    """One environment in its cluster; `release` in words, or why that is not known."""

    environment: str
    cluster: str
    namespace: str
    release: str
    revision: int = 0
    at: str = ""
    apps: tuple[AppState, ...] = ()


def cluster_status(context: Context, names: Sequence[str], cluster: str = "", helm: str = "") -> Report:
    """The state of these environments, or of all. A cluster that does not answer is a row that says so."""
    chosen = tuple(names) or tuple(site.name for site in context.sites("environment", missing_ok=True))
    states = mapped(lambda target: _state(target, helm), targets_of(context, chosen, cluster))
    return Report(data={"version": 1, "environments": [asdict(each) for each in states]})


def states_of(report: Report) -> Iterator[tuple[str, ...]]:
    """The rows of a table: environment, release, app, promoted, deployed, health."""
    for each in report.data["environments"]:
        first = (each["environment"], each["release"])
        for app in each["apps"] or ({"app": "", "promoted": "", "deployed": "", "health": ""},):
            state = AppState(**app) if "images" in app else None
            health = state.health if state else ""
            yield (*first, app["app"], app["promoted"], app["deployed"], health)
            first = ("", "")


def _state(target: Target, helm: str) -> ClusterState:
    namespace = target.release.namespace
    try:
        place = place_of(target)
        look = Look(place)
        if target.is_by_app:
            places = place.of_parts(target.release.render(engine(helm)))
            return _together(place, [(each, _release_state(each, look, helm)) for each in places])
        return _release_state(place, look, helm)
    except ShunterError as error:
        return ClusterState(target.name, target.cluster, namespace, f"unknown: {error.message}")


def _release_state(place: Place, look: Look, helm: str) -> ClusterState:
    target, namespace = place.target, place.namespace
    revisions = place.revisions()
    if not revisions:
        apps = tuple(AppState(app, version, "-") for app, version in _promoted(target).items())
        return ClusterState(target.name, place.server.label, namespace, "not deployed", apps=apps)
    newest = revisions[-1]
    apps = tuple(_apps(place, look, current(revisions), helm))
    said = f"revision {newest.number} {newest.status}"
    return ClusterState(target.name, place.server.label, namespace, said, newest.number, newest.at, apps)


def _together(place: Place, found: Sequence[tuple[Place, ClusterState]]) -> ClusterState:
    """One environment of several releases: the revision of each app that is not simply deployed is named."""
    there = [(each.release, state) for each, state in found if state.revision]
    said = f"{len(there)} release{'' if len(there) == 1 else 's'}" if there else "not deployed"
    said += "".join(f", {name}: {state.release}" for name, state in there if not state.release.endswith(" deployed"))
    at = max((state.at for _, state in there), default="")
    apps = {app.app: app for _, state in found for app in state.apps}
    rest = dict(_without_part(place, {each.release for each, _ in found}))
    shown = tuple({**rest, **apps}[name] for name in sorted({*rest, *apps}))
    return ClusterState(place.target.name, place.server.label, place.namespace, said, 0, at, shown)


def _without_part(place: Place, wanted: Collection[str]) -> Iterator[tuple[str, AppState]]:
    """Apps that are pinned and render nothing, and those that are there still and are of no app any more."""
    gone = {name: place.revisions(name)[-1].chart for name in place.parts() if name not in wanted}
    charts = dict(chart.split(" ", 1) for chart in gone.values())
    promoted = _promoted(place.target)
    for app in {**promoted, **charts}:
        yield app, AppState(app, promoted.get(app, "-"), charts.get(app, "-"))


def _promoted(target: Target) -> dict[str, str]:
    record = target.release.files.record
    cars = record.cars if record else {}
    return {alias: cars[alias].pin.version for alias in target.apps}


def _apps(place: Place, look: Look, deployed: Revision, helm: str) -> Iterator[AppState]:
    target = place.target
    promoted = _promoted(target)
    there = objects_in(deployed.manifest)
    wanted = _by_app(target, objects_in(target.render(engine(helm))))
    running = _by_app(target, there)
    sick = {each.title: each for each in troubles(look, there)}
    for app in dict.fromkeys((*promoted, *running)):
        objects = running.get(app, ())
        workloads = [each for each in objects if each.kind in WORKLOADS]
        live = [look.objects(each.api_version, each.kind).get(each.name) for each in workloads]
        own = [pod for value in live if value for pod in pods_of(value, look.pods)]
        found = [str(sick[each.title]) for each in objects if each.title in sick]
        found += not_as_wanted([each.value for each in wanted.get(app, ()) if each.kind in WORKLOADS], own)
        version = promoted.get(app, "-")
        same = bool(objects) and _values(objects) == _values(wanted.get(app, ()))
        labelled = _labelled(objects)
        if not same and labelled == version:
            labelled = f"{version} with other values"
        yield AppState(app, version, version if same else labelled, images_of(own), _since(own), tuple(found))


def _by_app(target: Target, objects: Sequence[RenderedObject]) -> dict[str, tuple[RenderedObject, ...]]:
    found: dict[str, tuple[RenderedObject, ...]] = {}
    for each in objects:
        if (app := target.app_of(each)) and not each.is_hook:
            found[app] = (*found.get(app, ()), each)
    return found


def _values(objects: Sequence[RenderedObject]) -> list[Mapping[str, Any]]:
    return [each.value for each in sorted(objects, key=lambda each: (each.kind, each.name))]


def _labelled(objects: Sequence[RenderedObject]) -> str:
    """The version that objects say they are of."""
    for each in objects:
        label = str((each.metadata.get("labels") or {}).get(_CHART, ""))
        if found := _VERSION.search(label):
            return found[1].replace("_", "+")
    return _OTHER if objects else "-"


def _since(pods: Sequence[Mapping[str, Any]]) -> str:
    times = [
        str(each.get("lastTransitionTime") or "")
        for pod in pods
        for each in (pod.get("status") or {}).get("conditions") or ()
        if each.get("type") == "Ready" and each.get("status") == "True"
    ]
    return max(times, default="")
