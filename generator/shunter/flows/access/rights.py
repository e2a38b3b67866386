"""Rights in clusters: what deploying an environment needs, as objects that grant it; and whether it is granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shunter.adapters.forge.place import GITHUB
from shunter.adapters.forge.place import Place as At
from shunter.adapters.helm.engine import engine
from shunter.adapters.system.threads import mapped
from shunter.core.deployment.identity import authentication, issuer_of, user_of
from shunter.core.deployment.rights import Granting, Right, objects_of_rights, rights_of, rules_of
from shunter.core.goyaml.plain import dump
from shunter.core.kube.resources import is_of_the_cluster, resource_of
from shunter.core.workspace.layout import environment_repository
from shunter.flows.deploying.apart import Apart, no_preview, preview_of
from shunter.flows.deploying.place import Place, place_of
from shunter.flows.deploying.targets import Target, forge_of, targets_of
from shunter.flows.deploying.wanted import objects_in
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True, slots=True)
class Needed:
    """What one environment needs: rights, rules that its charts grant, and objects that its Role does not reach."""

    rights: tuple[Right, ...]
    granted: tuple[Mapping[str, Any], ...]
    out_of_reach: tuple[str, ...]


def needed_by(target: Target, helm: str = "") -> Needed:
    """What deploying this target needs, by what its charts render. Raises ShunterError where Helm does not."""
    objects = objects_in(target.release.render(engine(helm)))
    home = ("", target.release.namespace)
    here = [each for each in objects if each.namespace in home and not is_of_the_cluster(each.kind)]
    made = target.definitions
    return Needed(
        rights_of(*([(it.group, resource_of(it.kind)) for it in here if it.is_hook is hook] for hook in (False, True))),
        tuple(rule for each in here if each.kind == "Role" for rule in each.value.get("rules") or ()),
        tuple(f"{each.title} {each.namespace}".rstrip() for each in (*objects, *made) if each not in here),
    )


def show(
    context: Context, names: Sequence[str], *, helm: str = "", oidc: bool = False, previews: bool = False
) -> Report:
    """ServiceAccount, Role and RoleBinding of each environment, or of its `previews`, as YAML for `kubectl apply`."""
    documents: list[dict[str, Any]] = []
    notices: list[str] = []
    for target in _targets(context, names, previews=previews):
        needed = needed_by(target, helm)
        users = (_user(context, target, previews=previews),) if oidc else ()
        rules = rules_of(needed.rights, needed.granted)
        documents += objects_of_rights(_granting(context, target, users), rules)
        notices += [
            f"{target.name}: no Role of its namespace reaches {what}: who runs the cluster applies it"
            for what in needed.out_of_reach
        ]
    once = [each for number, each in enumerate(documents) if each not in documents[:number]]
    text = "---\n".join(dump(each).decode() for each in once)
    return Report(text, {"version": 1, "objects": once}, notices=tuple(notices))


def _granting(context: Context, target: Target, users: tuple[str, ...]) -> Granting:
    """Centralized: one account for all environments, in a namespace of its own; else one in each namespace."""
    release, workspace = target.release, context.workspace
    central = workspace is not None and workspace.access == "centralized"
    home = f"{release.name}-deploy" if central else release.namespace
    return Granting(release.namespace, f"{release.name}-deployer", home, users)


def _targets(context: Context, names: Sequence[str], cluster: str = "", *, previews: bool) -> Sequence[Target]:
    """The environments, or what one preview of each would be in the namespace that all of them share."""
    targets = targets_of(context, names, cluster)
    if not previews:
        return targets
    found: list[Target] = []
    for name in (each.name for each in targets):
        if none := no_preview(context, (name,)):
            raise ShunterError(none.outcomes[0].detail, hint="it says how previews differ, if only {}")
        apart = replace(preview_of(context, (name,), "1", Apart()), release="", alone="")
        found += targets_of(context, (name,), cluster, apart)
    return found


def _user(context: Context, target: Target, *, previews: bool) -> str:
    at = _at(context, target)
    if previews and at.kind != GITHUB:
        hint = "a token of the account that is shown, in KUBECONFIG with the scope preview/*"
        raise ShunterError(
            "each preview has an environment of its own at GitLab, and no user is that of all", hint=hint
        )
    return user_of(at.kind, at.path, "preview" if previews else target.name)


def _at(context: Context, target: Target) -> At:
    workspace = context.require_workspace()
    return forge_of(workspace, environment_repository(workspace, target.name))


def issuer(context: Context, names: Sequence[str], audience: str) -> Report:
    """The API server's configuration with which jobs of the environments' forges are users."""
    places = dict.fromkeys((at.kind, at.web) for at in (_at(context, each) for each in targets_of(context, names)))
    found = [authentication(kind, issuer_of(kind, web), audience) for kind, web in places]
    value = {**found[0], "jwt": [rule for each in found for rule in each["jwt"]]}
    return Report(dump(value).decode(), value)


def check(
    context: Context, names: Sequence[str], *, cluster: str = "", helm: str = "", previews: bool = False
) -> Report:
    """Whether who asks has, in each environment's cluster, the rights that deploying it, or its `previews`, needs."""
    targets = _targets(context, names, cluster, previews=previews)
    return Report(outcomes=tuple(_checked(each, helm) for each in targets))


def _checked(target: Target, helm: str) -> Outcome:
    place, rights = place_of(target), needed_by(target, helm).rights
    lacking = [
        right for right, granted in zip(rights, mapped(lambda it: _may(place, it), rights), strict=True) if not granted
    ]
    if lacking:
        text = f"{len(lacking)} of {len(rights)} rights are missing in {place.namespace}: {', '.join(_told(lacking))}"
        return Outcome(target.name, Status.REFUSED, text)
    return Outcome(target.name, Status.DONE, f"all {len(rights)} rights are there in {place.namespace}")


def _told(lacking: Sequence[Right]) -> Iterator[str]:
    by: dict[tuple[str, str], list[str]] = {}
    for each in lacking:
        by.setdefault((each.resource, each.group), []).append(each.verb)
    for (resource, group), verbs in by.items():
        yield f"{'/'.join(verbs)} {resource}{f'.{group}' if group else ''}"


def _may(place: Place, right: Right) -> bool:
    wanted = {"namespace": place.namespace, "verb": right.verb, "group": right.group, "resource": right.resource}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": wanted},
    }
    answer = place.server.ask("POST", _REVIEW, body)
    if answer.status >= 300:
        raise place.server.refusal(answer)
    return bool((answer.value.get("status") or {}).get("allowed"))
