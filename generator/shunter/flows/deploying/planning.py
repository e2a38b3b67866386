"""What deploying would do, asked of the server, which tries each object and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from shunter.adapters.cluster.server import Answer
from shunter.adapters.system.threads import mapped
from shunter.core.deployment.changes import changes, holds, without
from shunter.core.deployment.owners import HELM, other_owner
from shunter.core.deployment.plan import CHANGE, CREATE, DELETE, SAME, Conflict, ObjectPlan, Plan
from shunter.core.deployment.revision import VALUES_LABEL, Revision, lost_settings, values_key
from shunter.core.kube.crds import kinds_of
from shunter.core.kube.objects import RenderedObject
from shunter.flows.deploying.place import Place
from shunter.flows.deploying.wanted import Wanted, objects_in
from shunter.flows.deploying.watch import Look
from shunter.model.data import dataclass

_KEEP: Final = "helm.sh/resource-policy"
_CONFLICT: Final = "FieldManagerConflict"
_AT_ONCE: Final = 8
_MANAGED: Final = "app.kubernetes.io/managed-by"
_META: Final = "meta.helm.sh/"
_Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Asking:
    """What is compared: the release as it is and will be, the cluster, whether the server tries `each` object.

    Objects of the kinds `made` cannot be tried before Helm has made these.
    """

    place: Place
    wanted: Wanted
    before: Mapping[_Key, RenderedObject]
    live: Look
    listed: frozenset[tuple[str, str]]
    each: bool
    made: frozenset[tuple[str, str]]

    def live_of(self, each: RenderedObject) -> Mapping[str, Any] | None:
        """An object as it is in the cluster."""
        if (each.api_version, each.kind) in self.listed and each.namespace in ("", self.place.namespace):
            return self.live.objects(each.api_version, each.kind).get(each.name)
        return self.place.server.get(each.api_version, each.kind, each.namespace or self.place.namespace, each.name)


def plan_of(place: Place, revisions: Sequence[Revision], wanted: Wanted, *, each: bool = True) -> Plan:
    """The plan: each object as it is and as the server would have it. Raises ShunterError for what may not be asked.

    Without `each` the server is not asked about an object that Helm would not change: one that is rendered as it was,
    and is in the cluster as it is rendered.
    """
    newest = revisions[-1] if revisions else None
    before = {_key(it): it for it in (objects_in(current(revisions).manifest) if revisions else ())}
    objects = wanted.objects
    each = each or newest is None or newest.status != "deployed"
    asking = _Asking(
        place, wanted, before, Look(place), frozenset(_listed(place, objects)), each, frozenset(_made(wanted))
    )
    mapped(lambda kind: asking.live.objects(*kind), sorted(asking.listed), _AT_ONCE)
    made = (ObjectPlan(CREATE, each.kind, each.name) for each in wanted.definitions)
    found = [*made, *mapped(partial(_object, asking), objects, _AT_ONCE), *_dropped(place, before, objects)]
    values = place.target.values
    events = ("upgrade",) if newest else ("install",)
    return Plan(
        environment=place.target.title,
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


def removal_of(place: Place, release: str, helm: str) -> Plan:
    """The plan of a release that is of no app any more, and is uninstalled."""
    newest = place.revisions(release)[-1]
    before = {_key(each): each for each in objects_in(newest.manifest)}
    hooks = [each for text in newest.hooks for each in objects_in(f"---\n# Source: hook\n{text}")]
    events = {each.title: ", ".join(sorted(it for it in each.hook_events if it.endswith("delete"))) for each in hooks}
    return Plan(
        environment=place.target.part_title(release),
        cluster=place.server.label,
        server=place.server.access.server,
        namespace=place.namespace,
        release=release,
        helm=helm,
        revision=newest.number,
        chart="",
        manifests="",
        values="",
        objects=tuple(_dropped(place, before, ())),
        hooks=tuple(f"{title} ({found})" for title, found in events.items() if found),
        is_removal=True,
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


def _made(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """The kinds, with their groups, that Helm makes before it applies objects of them: none can be tried yet."""
    for each in wanted.definitions:
        yield from kinds_of(each.value)


def _key(each: RenderedObject) -> _Key:
    return each.group, each.kind, each.namespace, each.name


def applied(each: RenderedObject, release: str, namespace: str) -> dict[str, Any]:
    """An object as Helm applies it: with what says whose it is."""
    metadata = dict(each.metadata)
    metadata["labels"] = {**(metadata.get("labels") or {}), _MANAGED: "Helm"}
    whose = {f"{_META}release-name": release, f"{_META}release-namespace": namespace}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), **whose}
    return {**each.value, "metadata": metadata}


def _listed(place: Place, objects: Sequence[RenderedObject]) -> Iterator[tuple[str, str]]:
    """The kinds of which one list is cheaper than asking for each object. What Secrets hold may be much."""
    counted = Counter((it.api_version, it.kind) for it in objects if it.namespace in ("", place.namespace))
    for (api_version, kind), number in counted.items():
        resource = place.server.resource(api_version, kind) if number > 1 and kind != "Secret" else None
        if resource is not None and resource.namespaced:
            yield api_version, kind


def _object(asking: _Asking, each: RenderedObject) -> ObjectPlan:
    place, wanted, before = asking.place, asking.wanted, asking.before
    app, named = place.target.app_of(each), (each.kind, each.name)
    namespace = each.namespace or place.namespace
    live = asking.live_of(each)
    if live is None and (not place.has_namespace or (each.group, each.kind) in asking.made):
        return ObjectPlan(CREATE, *named, app)
    if live and (since := live["metadata"].get("deletionTimestamp")):
        return ObjectPlan(CHANGE, *named, app, refused=_going(live["metadata"], since))
    value = applied(each, place.release, place.namespace)
    known = before.get(_key(each))
    if live and not asking.each and known is not None and known.value == each.value and holds(live, value):
        return ObjectPlan(SAME, *named, app)
    owner = _other_release(live, value) if live and known is None else None
    if owner is not None and not place.target.is_kin(owner):
        return ObjectPlan(CHANGE, *named, app, refused=_foreign(place, owner))
    answer = _tried(place, value, namespace, live, by_server=wanted.server_side)
    conflicts = tuple(_conflicts(answer, live)) if live else ()
    if owner:
        conflicts = (Conflict(f"{_META}release-name", f"Helm's release {owner}"), *conflicts)
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


def _tried(
    place: Place, value: Mapping[str, Any], namespace: str, live: Mapping[str, Any] | None, *, by_server: bool
) -> Answer:
    """What the server says to an object that Helm applies or, leaving out fields that it does not know, patches."""
    answer = place.server.try_apply(value, namespace, HELM, force=not by_server)
    if answer.is_unknown_field and not by_server:
        return place.server.try_merge(value, namespace, is_there=live is not None)
    return answer


def _going(metadata: Mapping[str, Any], since: str) -> str:
    """What there is to say of an object that is being deleted: nothing that is applied to it stays."""
    finalizers = ", ".join(map(str, metadata.get("finalizers") or ()))
    return f"it is being deleted since {since}{f', and waits for {finalizers}' if finalizers else ''}"


def _other_release(live: Mapping[str, Any], value: Mapping[str, Any]) -> str | None:
    """The release of an object that Helm did not make for this one, empty for none; None where Helm takes it."""
    metadata = live.get("metadata") or {}
    if all(holds(metadata.get(key) or {}, _owned(value["metadata"][key])) for key in ("labels", "annotations")):
        return None
    return str((metadata.get("annotations") or {}).get(f"{_META}release-name") or "")


def _foreign(place: Place, release: str) -> str:
    """What there is to say of an object of another release, or of none."""
    if place.target.is_sibling(release):  # taken, it would be deleted with what that release has no more
        return f"release {release} has it still: bring the version of that app without it first, in a train of its own"
    whose = f"of Helm's release {release}" if release else "of no release"
    return f"it is there already, and {whose} (helm upgrade --take-ownership adopts it)"


def _owned(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in said.items() if key == _MANAGED or key.startswith(_META)}


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
    if answer.status == 403 or (answer.status >= 500 and not answer.is_unknown_field):
        raise place.server.refusal(answer)
    said = answer.message.rpartition("): ")[2] if answer.is_unknown_field else answer.message  # without whose it is
    return " ".join(said.split())


def _dropped(
    place: Place, before: Mapping[_Key, RenderedObject], objects: Sequence[RenderedObject]
) -> Iterator[ObjectPlan]:
    kept = {_key(each) for each in objects}
    for key, each in before.items():
        annotations = each.metadata.get("annotations") or {}
        if key not in kept and annotations.get(_KEEP) != "keep":
            yield ObjectPlan(DELETE, each.kind, each.name, place.target.app_of(each))


def _hooks(wanted: Wanted, events: Sequence[str]) -> Iterator[str]:
    for hook in wanted.hooks:
        named = [event for event in hook.events if event.endswith(tuple(events))]
        if named:
            yield f"{hook.kind} {hook.name} ({', '.join(named)})"
