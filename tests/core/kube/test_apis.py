"""What becomes of an API: Kubernetes' own schemas, and the table of what came before them."""

from __future__ import annotations

import pytest

from shunter.adapters.cluster.schemas import catalogues
from shunter.core.kube.apis import _GONE, fate
from shunter.core.kube.catalogue import Catalogue, Gvk

_, KNOWN = catalogues([])
FATES = [
    (("apps", "v1", "Deployment"), "1.37", None),
    (("policy", "v1beta1", "PodDisruptionBudget"), "1.33", ("removed-api", "is gone since Kubernetes 1.25", "policy/v1")),
    (("policy", "v1beta1", "PodSecurityPolicy"), "1.33", ("removed-api", "is gone since Kubernetes 1.25", "")),
    (("extensions", "v1beta1", "Ingress"), "1.25", ("removed-api", "is gone since Kubernetes 1.22", "networking.k8s.io/v1")),
    (
        ("autoscaling", "v2beta2", "HorizontalPodAutoscaler"),
        "1.26",
        ("removed-api", "is gone since Kubernetes 1.26", "autoscaling/v2"),
    ),
    (
        ("autoscaling", "v2beta2", "HorizontalPodAutoscaler"),
        "1.25",
        ("deprecated-api", "goes with Kubernetes 1.26", "autoscaling/v2"),
    ),
    (("resource.k8s.io", "v1", "DeviceClass"), "1.33", ("removed-api", "is not there before Kubernetes 1.34", "resource.k8s.io/v1beta2")),
    (("", "v1", "Endpoints"), "1.32", None),
    (("", "v1", "Endpoints"), "1.33", ("deprecated-api", "is deprecated in v1.33+. Use discoveryv1.EndpointSlice", "")),
    (("acme.example", "v1", "Thing"), "1.33", None),
]  # fmt: skip


@pytest.mark.parametrize(("names", "version", "expected"), FATES, ids=range(len(FATES)))
def test_what_becomes_of_an_api(
    names: tuple[str, str, str], version: str, expected: tuple[str, str, str] | None
) -> None:
    found = fate(Gvk(*names), version, KNOWN)
    assert (found and (found.rule, found.what, found.instead)) == expected


def catalogue(version: str, *kinds: str) -> Catalogue:
    definitions = {}
    for text in kinds:
        group, name, kind = text.split("/")
        definitions[text] = {"x-kubernetes-group-version-kind": [{"group": group, "version": name, "kind": kind}]}
    return Catalogue(version, definitions)


def test_an_end_is_foretold_for_what_is_not_stable() -> None:
    known = [
        catalogue("1.1", "g/v1/K", "g/v1beta1/K", "h/v1/L"),
        catalogue("1.2", "g/v1/K", "h/v1/L"),
        catalogue("1.3"),
    ]
    beta, stable = fate(Gvk("g", "v1beta1", "K"), "1.1", known), fate(Gvk("g", "v1", "K"), "1.1", known)
    assert beta is not None
    assert (beta.rule, beta.what, beta.instead) == ("deprecated-api", "goes with Kubernetes 1.2", "g/v1")
    assert stable is None
    gone = fate(Gvk("h", "v1", "L"), "1.3", known)
    assert gone is not None
    assert (gone.rule, gone.what, gone.instead) == ("removed-api", "is gone since Kubernetes 1.3", "")


def test_the_newest_version_of_the_same_kind_is_recommended() -> None:
    known = [catalogue("1.1", "g/v1alpha1/K", "g/v1beta2/K", "g/v2alpha1/K", "other/v1/K"), catalogue("1.2", "g/v1/K")]
    found = fate(Gvk("g", "v1", "K"), "1.1", known)
    assert found is not None
    assert (found.what, found.instead) == ("is not there before Kubernetes 1.2", "g/v1beta2")


def test_every_replacement_in_the_table_is_there() -> None:
    newest = KNOWN[-1]
    for _, group, version, replacement, kinds in _GONE:
        for kind in kinds.split():
            assert Gvk(group, version, kind) not in newest.kinds
            there = Gvk(*replacement.rpartition("/")[::2], kind) in newest.kinds if replacement else True
            assert there, (replacement, kind)
