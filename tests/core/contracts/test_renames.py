"""What a key is called in another version of a chart."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.contracts.renames import paths_in, renamed

CASES: list[tuple[str, Any, dict[str, Any], dict[str, Any], list[str]]] = [
    ("replicas", 3, {"replicas": 1}, {"replicaCount": 1}, ["replicaCount"]),
    ("replicas", 3, {"replicas": 1}, {"replicaCount": {"min": 1}}, []),
    ("className", "x", {"className": ""}, {"ingressClassName": ""}, ["ingressClassName"]),
    ("pullSecret", "x", {"pullSecret": ""}, {"image_pull_secret": "", "token": ""}, ["image_pull_secret"]),
    ("service.port", 8080, {"service": {"port": 80}}, {"service": {"ports": {"http": 80}}}, ["service.ports.http"]),
    ("image", {"tag": "x"}, {"image": {"repository": "r", "tag": ""}},
     {"controller": {"image": {"repository": "r", "tag": ""}}}, ["controller.image"]),
    ("persistence", {"size": "1Gi"}, {"persistence": {"size": "8Gi", "class": ""}},
     {"labels": {}, "storage": {"size": "8Gi", "class": ""}}, []),
    ("logLevel", "debug", {"logLevel": "warning"}, {"verbosity": "warning", "name": "x"}, []),
    ("enabled", True, {"enabled": False}, {"debug": False}, []),
    ("hosts", ["a"], {"hosts": []}, {"host": "", "hostnames": []}, ["hostnames"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "old", "new", "names"), CASES)
def test_names_places_and_values_have_to_be_alike(
    path: str, value: Any, old: dict[str, Any], new: dict[str, Any], names: list[str]
) -> None:
    known = set(paths_in(old))
    fresh = [each for each in paths_in(new) if each not in known]
    assert [".".join(map(str, name)) for name in renamed(tuple(path.split(".")), value, old, new, fresh)] == names


def test_two_names_that_are_as_likely_are_both_named() -> None:
    new = {"web": {"replicas": 1}, "api": {"replicas": 1}}
    fresh = list(paths_in(new))
    assert renamed(("replicas",), 2, {"replicas": 1}, new, fresh) == (("web", "replicas"), ("api", "replicas"))
