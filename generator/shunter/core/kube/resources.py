"""How Kubernetes calls kinds in paths and rights: as its own code guesses it, which holds for all kinds that it has."""

from __future__ import annotations

from typing import Final

_CLUSTER: Final = """
APIService CertificateSigningRequest ClusterIssuer ClusterRole ClusterRoleBinding ClusterTrustBundle CSIDriver CSINode
CustomResourceDefinition DeviceClass DeviceTaintRule FlowSchema GatewayClass IngressClass IPAddress
MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node
PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass
ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
VolumeAttributesClass
"""
_NAMES: Final = frozenset(_CLUSTER.split())


def resource_of(kind: str) -> str:
    """`deployments` for `Deployment`, `networkpolicies` for `NetworkPolicy`."""
    word = kind.lower()
    if word.endswith("endpoints"):
        return word
    if word.endswith("s"):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and not word.endswith("gateway") else f"{word}s"


def is_of_the_cluster(kind: str) -> bool:
    """Whether objects of a kind stand in no namespace, as far as that is known without asking."""
    return kind in _NAMES
