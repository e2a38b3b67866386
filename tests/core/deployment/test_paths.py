"""Paths in objects: the same whether an object or its `managedFields` are read."""

from __future__ import annotations

from shunter.core.deployment.paths import below, item_names, managed_paths


def test_odd_names_are_quoted() -> None:
    assert below("metadata.annotations", "a.b/c") == 'metadata.annotations."a.b/c"'
    assert below("", "spec") == "spec"


def test_items_are_called_by_what_tells_them_apart() -> None:
    assert item_names([{"name": "a", "x": 1}, {"name": "b"}]) == ["a", "b"]
    assert item_names([{"containerPort": 80, "protocol": "TCP", "name": "http"}]) == ["80,TCP"]
    assert item_names([{"name": "a"}, {"name": "a"}]) == ["0", "1"]
    assert item_names(["x", "y"]) == ["0", "1"]
    assert item_names([]) == []


def test_managed_fields_are_paths() -> None:
    fields = {
        "f:metadata": {"f:labels": {".": {}, "f:a.b/c": {}}},
        "f:spec": {
            "f:replicas": {},
            "f:containers": {
                'k:{"name":"web"}': {
                    ".": {},
                    "f:image": {},
                    "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': {".": {}}},
                }
            },
            "f:finalizers": {'v:"keep"': {}},
        },
    }
    assert list(managed_paths(fields)) == [
        "metadata.labels",
        'metadata.labels."a.b/c"',
        "spec.replicas",
        "spec.containers[web]",
        "spec.containers[web].image",
        "spec.containers[web].ports[80,TCP]",
        "spec.finalizers[=keep]",
    ]
