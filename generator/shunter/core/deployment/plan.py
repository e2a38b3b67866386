"""What a deployment would do: objects and fields, who stands in the way, and what may be applied later."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.deployment.changes import Change, restarts
from shunter.model.data import asdict, dataclass
from shunter.model.errors import ShunterError

CREATE, CHANGE, DELETE, SAME = "create", "change", "delete", "same"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that the release sets, and that belongs to somebody else; `owner` in words."""

    field: str
    owner: str


@dataclass(frozen=True, slots=True)
class ObjectPlan:
    """What becomes of one object. `app` is the alias of its chart, `refused` what the server says against it.

    `taken` are fields of others that change all the same: Helm does not ask, or somebody said so.
    """

    action: str
    kind: str
    name: str
    app: str = ""
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    taken: tuple[Conflict, ...] = ()
    refused: str = ""

    @property
    def title(self) -> str:
        """`Deployment orders`."""
        return f"{self.kind} {self.name}"

    @property
    def restarts(self) -> bool:
        """Whether pods that run are made anew."""
        return self.action == CHANGE and restarts(self.kind, self.changes)


@dataclass(frozen=True, slots=True)
class Plan:
    """What deploying one environment would do to its cluster.

    `revision` is the release's newest one now, 0 for none, and `manifests` the digest of what would be applied: a plan
    holds as long as both do. `lost` are settings that only the release in the cluster has; `apps` are all there are.
    `is_removal` is whether the release is to be uninstalled.
    """

    environment: str
    cluster: str
    server: str
    namespace: str
    release: str
    helm: str
    revision: int
    chart: str
    manifests: str
    values: str
    apps: tuple[str, ...] = ()
    objects: tuple[ObjectPlan, ...] = ()
    hooks: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    new_namespace: bool = False
    is_deployed: bool = False
    is_removal: bool = False

    @property
    def conflicts(self) -> tuple[tuple[ObjectPlan, Conflict], ...]:
        """Every field that belongs to somebody else."""
        return tuple((each, conflict) for each in self.objects for conflict in each.conflicts)

    @property
    def refused(self) -> tuple[ObjectPlan, ...]:
        """The objects that the server would not take."""
        return tuple(each for each in self.objects if each.refused)

    @property
    def changed(self) -> tuple[ObjectPlan, ...]:
        """The objects of which something changes."""
        return tuple(each for each in self.objects if each.action != SAME or each.refused or each.conflicts)

    @property
    def restarting(self) -> tuple[str, ...]:
        """The apps with pods that are made anew."""
        return tuple(dict.fromkeys(each.app or each.name for each in self.objects if each.restarts))

    @property
    def is_done(self) -> bool:
        """Whether the cluster has all that would be applied already."""
        return self.is_deployed and not self.changed


def data_of(plans: Sequence[Plan]) -> dict[str, Any]:
    """Plans as JSON has them."""
    found = [{**asdict(plan), "restarts": list(plan.restarting)} for plan in plans]
    return {"version": VERSION, "plans": found}


def promised(data: bytes, name: str) -> dict[str, Mapping[str, Any]]:
    """The plans in a file, by their environments. Raises ShunterError where it is none."""
    try:
        found = json.loads(data)
        if found["version"] != VERSION:
            raise ShunterError(f"{name} is a plan of another version of shunter", hint="make it again")
        return {str(plan["environment"]): plan for plan in found["plans"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ShunterError(f"{name} is no plan", hint="shunter deploy ENV --plan -o json >plan.json") from error


_HELD: Final = ("server", "namespace", "release", "revision", "manifests", "values", "chart")


def broken_promises(plan: Plan, promise: Mapping[str, Any]) -> tuple[str, ...]:
    """What is not any more as a plan says, in words; empty where it is what would be done now."""
    said = asdict(plan)
    return tuple(f"{key} was {promise.get(key)}, and is {said[key]}" for key in _HELD if promise.get(key) != said[key])


def text_of(plan: Plan) -> str:
    """A plan for a person."""
    return "".join(f"{line}\n" for line in _lines(plan))


def drift_text(plan: Plan) -> str:
    """What differs, for a person: as it is in the cluster, and as it is wanted; empty for nothing."""
    if plan.is_done:
        return ""
    lines = [f"{plan.environment}: {plan.release} in {plan.namespace} on {plan.cluster}"]
    if not plan.revision:
        return f"{lines[0]} is not deployed\n"
    if plan.is_removal:
        lines.append("  it is of no app any more")
    elif not plan.is_deployed:
        lines.append(f"  revision {plan.revision} is not what is wanted, which is {plan.chart}")
    words = {CREATE: "missing", DELETE: "surplus", CHANGE: "differs", SAME: "differs"}
    for each in plan.changed:
        lines.append(f"  {words[each.action]} {each.title}")
        owners = {it.field: it.owner for it in (*each.conflicts, *each.taken)}
        for change in each.changes:
            owner = owners.get(change.path)
            lines.append(f"          {change}{f' (by {owner})' if owner else ''}")
        lines += [f"          {each.refused}"] if each.refused else []
    return "".join(f"{line}\n" for line in lines)


def _lines(plan: Plan) -> Iterator[str]:
    after = plan.revision + 1
    way = f"revision {plan.revision} -> {after}" if plan.revision else "first installation"
    way = "uninstalled: it is of no app any more" if plan.is_removal else way
    yield f"{plan.environment}: {plan.release} in {plan.namespace} on {plan.cluster}, {way}, Helm {plan.helm}"
    if plan.new_namespace:
        yield f"  create  Namespace {plan.namespace}"
    for each in plan.changed:
        yield f"  {each.action:<7} {each.title}"
        yield from (f"            {change}" for change in each.changes)
        yield from (f"            conflict: {it.field} belongs to {it.owner}" for it in each.conflicts)
        yield from (f"            taken: {it.field} belongs to {it.owner}" for it in each.taken)
        if each.refused:
            yield f"            refused: {each.refused}"
    yield from (f"  run     {hook}" for hook in plan.hooks if plan.changed or not plan.is_deployed)
    if plan.lost:
        yield f"  drop    settings that only the release has: {', '.join(plan.lost)}"
    if plan.is_done:
        yield f"  nothing to do: {_count(len(plan.objects), 'object')} as wanted"
    if plan.is_removal:
        return
    again = plan.restarting
    verb = "restarts" if len(again) == 1 else "restart"
    yield f"  {len(again)} of {_count(len(plan.apps), 'app')} {verb}{': ' + ', '.join(again) if again else ''}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
