"""APIs that came and went: what a Kubernetes version no longer has, will not have for long, or does not have yet.

What happened before the oldest catalogue is a table, from Kubernetes' Deprecated API Migration Guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shunter.core.kube.catalogue import Catalogue, Gvk
from shunter.model.data import dataclass

_GONE: Final = (
    ("1.16", "extensions", "v1beta1", "apps/v1", "DaemonSet Deployment ReplicaSet"),
    ("1.16", "extensions", "v1beta1", "networking.k8s.io/v1", "NetworkPolicy"),
    ("1.16", "extensions", "v1beta1", "", "PodSecurityPolicy"),
    ("1.16", "apps", "v1beta1", "apps/v1", "ControllerRevision Deployment StatefulSet"),
    ("1.16", "apps", "v1beta2", "apps/v1", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"),
    ("1.22", "extensions", "v1beta1", "networking.k8s.io/v1", "Ingress"),
    ("1.22", "networking.k8s.io", "v1beta1", "networking.k8s.io/v1", "Ingress IngressClass"),
    ("1.22", "apiextensions.k8s.io", "v1beta1", "apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("1.22", "apiregistration.k8s.io", "v1beta1", "apiregistration.k8s.io/v1", "APIService"),
    ("1.22", "certificates.k8s.io", "v1beta1", "certificates.k8s.io/v1", "CertificateSigningRequest"),
    ("1.22", "coordination.k8s.io", "v1beta1", "coordination.k8s.io/v1", "Lease"),
    ("1.22", "scheduling.k8s.io", "v1beta1", "scheduling.k8s.io/v1", "PriorityClass"),
    ("1.22", "storage.k8s.io", "v1beta1", "storage.k8s.io/v1", "CSIDriver CSINode StorageClass VolumeAttachment"),
    ("1.22", "rbac.authorization.k8s.io", "v1beta1", "rbac.authorization.k8s.io/v1", "ClusterRole ClusterRoleBinding"),
    ("1.22", "rbac.authorization.k8s.io", "v1beta1", "rbac.authorization.k8s.io/v1", "Role RoleBinding"),
    (
        "1.22", "admissionregistration.k8s.io", "v1beta1", "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    ),
    ("1.25", "autoscaling", "v2beta1", "autoscaling/v2", "HorizontalPodAutoscaler"),
    ("1.25", "batch", "v1beta1", "batch/v1", "CronJob"),
    ("1.25", "discovery.k8s.io", "v1beta1", "discovery.k8s.io/v1", "EndpointSlice"),
    ("1.25", "events.k8s.io", "v1beta1", "events.k8s.io/v1", "Event"),
    ("1.25", "node.k8s.io", "v1beta1", "node.k8s.io/v1", "RuntimeClass"),
    ("1.25", "policy", "v1beta1", "policy/v1", "PodDisruptionBudget"),
    ("1.25", "policy", "v1beta1", "", "PodSecurityPolicy"),
)  # fmt: skip
"""Since when, group and version, what to use instead (nothing, or an apiVersion), and kinds."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is wrong with an API in one Kubernetes version: `what` goes after its name, `instead` is an apiVersion."""

    rule: str
    what: str
    instead: str = ""


def fate(gvk: Gvk, version: str, known: Sequence[Catalogue]) -> Fate | None:
    """What became, or becomes, of an API in Kubernetes `version`; None where there is nothing to say.

    `known` are all catalogues, the oldest first; that of `version` is one of them.
    """
    at = next(number for number, item in enumerate(known) if item.version == version)
    if gvk in known[at].kinds:
        return _end(gvk, at, known)
    instead = _newest(gvk, known[at])
    before = [number for number in range(at) if gvk in known[number].kinds]
    if before:
        return Fate("removed-api", f"is gone since Kubernetes {known[before[-1] + 1].version}", instead)
    later = next((item.version for item in known[at + 1 :] if gvk in item.kinds), "")
    if later:
        return Fate("removed-api", f"is not there before Kubernetes {later}", instead)
    for gone, group, old, replacement, kinds in _GONE:
        if gvk[:2] == (group, old) and gvk.kind in kinds.split():
            return Fate("removed-api", f"is gone since Kubernetes {gone}", replacement)
    return None


def _end(gvk: Gvk, at: int, known: Sequence[Catalogue]) -> Fate | None:
    """What is said about the end of an API that is still there."""
    if not gvk.is_stable:
        end = next((item.version for item in known[at + 1 :] if gvk not in item.kinds), "")
        if end:
            return Fate("deprecated-api", f"goes with Kubernetes {end}", _newest(gvk, known[at]))
    said = known[at].deprecation(gvk)
    return Fate("deprecated-api", said) if said else None


def _newest(gvk: Gvk, catalogue: Catalogue) -> str:
    """The best other version of a kind, in its own group."""
    others = [
        other for other in catalogue.kinds if other.group == gvk.group and other.kind == gvk.kind and other != gvk
    ]
    return max(others, key=Gvk.rank).api_version if others else ""
