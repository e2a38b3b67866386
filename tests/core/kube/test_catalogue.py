"""Kubernetes' schemas: verdicts equal to kubernetes-validate's."""

from __future__ import annotations

import copy
import json
from functools import cache
from random import Random
from typing import Any

import kubernetes_validate
import kubernetes_validate.utils
import pytest

from shunter.adapters.cluster.schemas import catalogues
from shunter.core.kube.catalogue import Gvk, gvk_of

# kubernetes-validate reads megabytes of definitions anew for every object.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)
_, KNOWN = catalogues([])
BY_VERSION = {catalogue.version: catalogue for catalogue in KNOWN}
OBJECTS: list[dict[str, Any]] = [
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a", "labels": {"x": "y"}, "annotations": None},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"x": "y"}},
            "template": {
                "metadata": {"labels": {"x": "y"}},
                "spec": {
                    "containers": [
                        {
                            "name": "a",
                            "image": "b",
                            "ports": [{"containerPort": 80}],
                            "resources": {"limits": {"cpu": 1, "memory": "1Gi"}},
                            "livenessProbe": {"httpGet": {"port": "http", "path": "/"}},
                        }
                    ]
                },
            },
        },
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "a"},
        "spec": {"ports": [{"port": 80, "targetPort": "http"}], "selector": {"x": "y"}},
    },
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "a"},
        "spec": {"rules": [{"host": "a", "http": {"paths": [{"pathType": "Prefix", "backend": {}}]}}]},
    },
]


def mutated(random: Random, value: Any) -> Any:
    """The object with one value or key somewhere replaced, added or removed."""
    value = copy.deepcopy(value)
    nodes = [value]
    for node in nodes:
        nodes += [item for item in (node.values() if isinstance(node, dict) else node) if isinstance(item, dict | list)]
    node = random.choice(nodes[1:] or nodes)
    others = ("text", 7, 1.5, True, None, [], {}, ["x"], {"x": "y"})
    if isinstance(node, list):
        node.append(random.choice(others))
    elif random.random() < 0.3:
        node[random.choice(("replica", "name", "spec", "image", "port"))] = random.choice(others)
    elif node and random.random() < 0.4:
        del node[random.choice(sorted(node))]
    elif node:
        node[random.choice(sorted(node))] = random.choice(others)
    return value


@pytest.mark.slow  # every kind against the schemas of Kubernetes
def test_verdicts_are_those_of_kubernetes_validate() -> None:
    random, seen = Random(5), {True: 0, False: 0}
    for _ in range(400):
        item = mutated(random, random.choice(OBJECTS))
        if {"apiVersion", "kind"} - item.keys():
            continue
        version = random.choice(("1.29", "1.37"))
        try:
            kubernetes_validate.validate(copy.deepcopy(item), version, strict=True)
            expected = True
        except kubernetes_validate.ValidationError:
            expected = False
        seen[expected] += 1
        assert BY_VERSION[version].validator(gvk_of(item)).is_valid(item) is expected, json.dumps(item)
    assert min(seen.values()) > 100


def test_versions_are_ranked_as_kubernetes_ranks_them() -> None:
    names = ["v1alpha1", "v2alpha1", "v1beta1", "v1beta2", "v2beta1", "v1", "v2", "v10"]
    assert sorted(sorted(names), key=lambda name: Gvk("g", name, "K").rank()) == names
    assert [Gvk("g", name, "K").is_stable for name in ("v1", "v1beta1", "x")] == [True, False, False]
