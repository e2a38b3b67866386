"""The rights that deploying a release needs in its namespace, and the objects that grant them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shunter.model.data import dataclass

APPLIED: Final = ("get", "list", "watch", "create", "patch", "delete")
"""What helm and `deploy` do with objects of charts: an apply that creates needs `create` and `patch`."""
_HOOKED: Final = ("list", "watch", "create", "patch", "delete")
"""What helm does with hooks. A watch begins with a list where the server streams none (before 1.32)."""
_STORED: Final = ("get", "list", "create", "update", "patch", "delete")
"""What they do with the Secrets in which Helm keeps releases; `patch` is for `--recover`."""
_WORKLOADS: Final = frozenset(
    (("apps", "deployments"), ("apps", "statefulsets"), ("apps", "daemonsets"), ("batch", "jobs"))
)
_RBAC: Final = "rbac.authorization.k8s.io"
_ORDER: Final = ("get", "list", "watch", "create", "update", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Right:
    """One verb on one resource of an API group (empty: the core one) in a namespace."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        """`patch deployments.apps`."""
        return f"{self.verb} {self.resource}{f'.{self.group}' if self.group else ''}"


@dataclass(frozen=True, slots=True)
class Granting:
    """Who gets rights in a namespace: an account, its own namespace, and users that a forge vouches for."""

    namespace: str
    account: str
    home: str
    users: tuple[str, ...] = ()


def rights_of(resources: Iterable[tuple[str, str]], hooks: Iterable[tuple[str, str]] = ()) -> tuple[Right, ...]:
    """What deploying charts needs whose objects and hooks are of these resources: (group, name in the plural)."""
    there = {*resources}
    verbs = {of: {*_HOOKED} for of in hooks} | {of: {*APPLIED} for of in there}
    verbs.setdefault(("", "secrets"), set()).update(_STORED)
    if not _WORKLOADS.isdisjoint(there):
        verbs.setdefault(("", "pods"), set()).add("list")
    if ("apps", "deployments") in verbs:
        verbs.setdefault(("apps", "replicasets"), set()).add("list")
    return tuple(Right(*of, verb) for of, needed in sorted(verbs.items()) for verb in _ORDER if verb in needed)


def rules_of(rights: Sequence[Right], granted: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The same as the rules of a Role: a rule for all resources of a group with the same verbs.

    `granted` are rules of Roles that charts hold: nobody may grant what he does not have himself.
    """
    verbs: dict[tuple[str, str], list[str]] = {}
    for each in rights:
        verbs.setdefault((each.group, each.resource), []).append(each.verb)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), needed in verbs.items():
        together.setdefault((group, tuple(needed)), []).append(resource)
    own = [
        {"apiGroups": [group], "resources": resources, "verbs": list(needed)}
        for (group, needed), resources in together.items()
    ]
    return [*own, *(dict(each) for each in granted if dict(each) not in own)]


def objects_of_rights(to: Granting, rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Namespaces, ServiceAccount, Role and RoleBinding: who deploys may make no namespace."""
    role = {"apiGroup": _RBAC, "kind": "Role", "name": to.account}
    subjects = [
        {"kind": "ServiceAccount", "name": to.account, "namespace": to.home},
        *({"apiGroup": _RBAC, "kind": "User", "name": user} for user in to.users),
    ]
    api = f"{_RBAC}/v1"
    here = {"name": to.account, "namespace": to.namespace}
    return [
        *(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            for name in {to.home: 0, to.namespace: 0}
        ),
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": to.account, "namespace": to.home}},
        {"apiVersion": api, "kind": "Role", "metadata": here, "rules": [dict(rule) for rule in rules]},
        {"apiVersion": api, "kind": "RoleBinding", "metadata": here, "roleRef": role, "subjects": subjects},
    ]
