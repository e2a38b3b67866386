"""What deploying would do, asked of the server, which tries each object and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from shunter.adapters.cluster.server import Answer
from shunter.adapters.system.threads import mapped
from shunter.core.deployment.changes import changes, without
from shunter.core.deployment.owners import HELM, other_owner
from shunter.core.deployment.plan import CHANGE, CREATE, DELETE, SAME, Conflict, ObjectPlan, Plan
from shunter.core.deployment.revision import VALUES_LABEL, Revision, lost_settings, manifest_digest, values_key
from shunter.core.kube.objects import RenderedObject, objects_of
from shunter.flows.deploying.place import Place
from shunter.flows.release.render import documents
from shunter.model.data import dataclass

_KEEP: Final = "helm.sh/resource-policy"
_CONFLICT: Final = "FieldManagerConflict"
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Helm would apply: the text of its objects, its hooks, by which version of it, and the chart's name."""

    manifest: str
    hooks: tuple[Mapping[str, Any], ...]
    helm: str
    server_side: bool
    chart: str

    @property
    def digest(self) -> str:
        """The digest of all of it."""
        return manifest_digest(self.manifest, [str(each.get("manifest") or "") for each in self.hooks])

    @property
    def objects(self) -> tuple[RenderedObject, ...]:
        """Its objects."""
        return objects_in(self.manifest)


def objects_in(manifest: str) -> tuple[RenderedObject, ...]:
    """The objects of a release's manifest."""
    return tuple(objects_of(documents(manifest.replace("\r\n", "\n"))))


def wanted_of(release: Mapping[str, Any], helm: str, *, server_side: bool) -> Wanted:
    """What a release says that Helm has printed and not made."""
    about = (release.get("chart") or {}).get("metadata") or {}
    chart = f"{about.get('name', '')} {about.get('version', '')}".strip()
    return Wanted(str(release.get("manifest") or ""), tuple(release.get("hooks") or ()), helm, server_side, chart)


def plan_of(place: Place, revisions: Sequence[Revision], wanted: Wanted) -> Plan:
    """The plan: each object as it is and as the server would have it. Raises ShunterError for what may not be asked."""
    newest = revisions[-1] if revisions else None
    before = {_key(each): each for each in (objects_in(current(revisions).manifest) if revisions else ())}
    objects = wanted.objects
    work = partial(_object, place, wanted, before)
    found = [*mapped(work, objects, _AT_ONCE), *_dropped(before, objects)]
    values = place.target.release.values
    events = ("upgrade",) if newest else ("install",)
    return Plan(
        environment=place.target.name,
        cluster=place.server.label,
        server=place.server.access.server,
        namespace=place.namespace,
        release=place.release,
        helm=wanted.helm,
        revision=newest.number if newest else 0,
        chart=wanted.chart,
        manifests=wanted.digest,
        values=values_key(values),
        apps=place.target.apps,
        objects=tuple(found),
        hooks=tuple(_hooks(wanted, events)),
        lost=lost_settings(newest.config, values) if newest and not _is_ours(newest) else (),
        new_namespace=not place.has_namespace,
        is_deployed=newest is not None and _is_deployed(newest, wanted, values),
    )


def current(revisions: Sequence[Revision]) -> Revision:
    """What Helm compares with: the deployed revision, else the newest."""
    return next((each for each in reversed(revisions) if each.status == "deployed"), revisions[-1])


def _is_ours(revision: Revision) -> bool:
    """Whether a revision has the values that shunter gave it, and nothing that somebody set by hand."""
    return revision.labels.get(VALUES_LABEL) == values_key(revision.config)


def _is_deployed(revision: Revision, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    same = revision.manifest_digest == wanted.digest and revision.chart == wanted.chart
    return revision.status == "deployed" and same and values_key(revision.config) == values_key(values)


def _key(each: RenderedObject) -> tuple[str, str, str, str]:
    return each.group, each.kind, each.namespace, each.name


def app_of(each: RenderedObject) -> str:
    """The alias of the chart that an object is of; empty for the umbrella's own."""
    steps = each.source.split("/")
    return steps[2] if steps[1:2] == ["charts"] and len(steps) > 3 else ""


def applied(each: RenderedObject, release: str, namespace: str) -> dict[str, Any]:
    """An object as Helm applies it: with what says whose it is."""
    metadata = dict(each.metadata)
    metadata["labels"] = {**(metadata.get("labels") or {}), "app.kubernetes.io/managed-by": "Helm"}
    whose = {"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), **whose}
    return {**each.value, "metadata": metadata}


def _object(
    place: Place, wanted: Wanted, before: Mapping[tuple[str, str, str, str], RenderedObject], each: RenderedObject
) -> ObjectPlan:
    app, named = app_of(each), (each.kind, each.name)
    namespace = each.namespace or place.namespace
    live = place.server.get(each.api_version, each.kind, namespace, each.name)
    if live is None and not place.has_namespace:
        return ObjectPlan(CREATE, *named, app)
    value = applied(each, place.release, place.namespace)
    answer = place.server.try_apply(value, namespace, HELM, force=not wanted.server_side)
    conflicts = tuple(_conflicts(answer, live)) if live else ()
    if conflicts:
        answer = place.server.try_apply(value, namespace, HELM, force=True)
    if answer.status >= 300:
        return ObjectPlan(CHANGE if live else CREATE, *named, app, refused=_refusal(place, answer))
    if live is None:
        return ObjectPlan(CREATE, *named, app)
    after = answer.value
    if not wanted.server_side and _key(each) in before:
        after = without(after, before[_key(each)].value, each.value)
    found = changes(live, after)
    taken = () if wanted.server_side else tuple(_taken(live, [change.path for change in found]))
    return ObjectPlan(CHANGE if found else SAME, *named, app, found, conflicts, taken)


def _conflicts(answer: Answer, live: Mapping[str, Any]) -> Iterator[Conflict]:
    """The fields that the server keeps for others, each with who that is and since when."""
    for cause in answer.causes if answer.status == 409 else ():
        if cause.get("reason") == _CONFLICT:
            path = str(cause.get("field", "")).removeprefix(".")
            path = _readable(path)
            owner = other_owner(live, path)
            yield Conflict(path, str(owner) if owner else str(cause.get("message", "")))


def _readable(path: str) -> str:
    """`spec.containers[name="web"].image` as we write it: `spec.containers[web].image`."""
    import re

    def short(found: re.Match[str]) -> str:
        return "[" + ",".join(part.rpartition("=")[2].strip('"') for part in found[1].split(",")) + "]"

    return re.sub(r"\[([^\]]*=[^\]]*)\]", short, path)


def _taken(live: Mapping[str, Any], paths: Iterable[str]) -> Iterator[Conflict]:
    for path in paths:
        if owner := other_owner(live, path):
            yield Conflict(path, str(owner))


def _refusal(place: Place, answer: Answer) -> str:
    """What the server says against an object; what nobody may ask, or a server that is not well, ends it all."""
    if answer.status == 403 or answer.status >= 500:
        raise place.server.refusal(answer)
    return answer.message


def _dropped(
    before: Mapping[tuple[str, str, str, str], RenderedObject], objects: Sequence[RenderedObject]
) -> Iterator[ObjectPlan]:
    kept = {_key(each) for each in objects}
    for key, each in before.items():
        annotations = each.metadata.get("annotations") or {}
        if key not in kept and annotations.get(_KEEP) != "keep":
            yield ObjectPlan(DELETE, each.kind, each.name, app_of(each))


def _hooks(wanted: Wanted, events: Sequence[str]) -> Iterator[str]:
    for hook in wanted.hooks:
        named = [event for event in hook.get("events") or () if event.endswith(tuple(events))]
        if named:
            yield f"{hook.get('kind')} {hook.get('name')} ({', '.join(named)})"
