"""The images in objects."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.kube.images import images_of

POD: dict[str, Any] = {
    "initContainers": [{"name": "i", "image": "init:1"}],
    "containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b@sha256:0"}],
    "volumes": [{"name": "m", "image": {"reference": "models:3"}}, {"name": "t", "emptyDir": {}}],
}
NAMES = ["init:1", "a:1", "b@sha256:0", "models:3"]


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "Pod", "spec": POD},
        {"kind": "Deployment", "spec": {"template": {"spec": POD}}},
        {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": POD}}}}},
        {"kind": "Rollout", "spec": {"steps": [{"template": {"spec": POD}}]}},
    ],
)
def test_wherever_a_pod_stands(value: dict[str, Any]) -> None:
    assert [*images_of(value)] == NAMES


def test_what_is_none() -> None:
    assert [*images_of({"kind": "ConfigMap", "data": {"image": "a:1", "containers": "b:1"}})] == []
    assert [*images_of({"kind": "Prometheus", "spec": {"image": "a:1"}})] == []
    broken = {"containers": [{"name": "a"}, None, {"image": ""}, {"image": 3}], "volumes": [None, {"image": "x"}]}
    assert [*images_of({"spec": broken})] == []
