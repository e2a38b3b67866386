"""What is ready, and what keeps a pod from it."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.deployment.health import Health, health_of, pod_trouble, pods_of


def value(kind: str, spec: dict[str, Any], status: dict[str, Any], generation: int = 1) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"generation": generation}, "spec": spec, "status": status}


READY = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2}


@pytest.mark.parametrize(
    ("found", "health"),
    [
        (value("Deployment", {"replicas": 2}, READY), Health(True, "2 of 2 ready")),
        (value("Deployment", {"replicas": 2}, READY, 2), Health(False, "2 of 2 ready, its controller is behind")),
        (
            value("Deployment", {"replicas": 1}, READY | {"updatedReplicas": 1}),
            Health(False, "1 of 1 ready, 1 of before still there"),
        ),
        (value("Deployment", {"replicas": 2}, READY | {"replicas": 3}), Health(False, "1 of 2 ready")),
        (value("Deployment", {"replicas": 2}, READY | {"updatedReplicas": 1}), Health(False, "1 of 2 ready")),
        (value("Deployment", {"replicas": 0}, {"observedGeneration": 1}), Health(True, "0 of 0 ready")),
        (value("StatefulSet", {"replicas": 2}, READY | {"readyReplicas": 1}), Health(False, "1 of 2 ready")),
        (
            value("DaemonSet", {}, {"observedGeneration": 1, "desiredNumberScheduled": 1}),
            Health(False, "0 of 1 ready"),
        ),
        (
            value("Job", {}, {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}),
            Health(True, "1 of 1 done"),
        ),
        (
            value("Job", {}, {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}),
            Health(False, "failed: BackoffLimitExceeded"),
        ),
        (value("PersistentVolumeClaim", {}, {"phase": "Pending"}), Health(False, "Pending")),
        (value("ConfigMap", {}, {}), Health(True)),
    ],
)
def test_health(found: dict[str, Any], health: Health) -> None:
    assert health_of(found) == health


def pod(container: dict[str, Any] | None = None, ready: str = "False", **status: Any) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready}, *status.pop("conditions", ())]
    containers = [{"name": "web", **container}] if container else []
    return {"kind": "Pod", "status": {"conditions": conditions, "containerStatuses": containers, **status}}


WAITING = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}


@pytest.mark.parametrize(
    ("found", "trouble"),
    [
        (pod(ready="True"), ""),
        (pod(phase="Succeeded"), ""),
        (pod(WAITING), "web: ImagePullBackOff: no such image"),
        (
            pod({"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 4}),
            "web: CrashLoopBackOff, 4 restarts",
        ),
        (pod({"state": {"terminated": {"exitCode": 1, "reason": "Error"}}}), "web: ended with 1 (Error)"),
        (pod({"state": {"running": {}}, "ready": False}), "web: runs, and its readiness probe fails"),
        (
            pod(conditions=[{"type": "PodScheduled", "status": "False", "message": "no node"}]),
            "not scheduled: no node",
        ),
        (pod(reason="Evicted"), "Evicted"),
        (pod(phase="Pending"), "not ready (Pending)"),
    ],
)
def test_what_keeps_a_pod_from_being_ready(found: dict[str, Any], trouble: str) -> None:
    assert pod_trouble(found) == trouble
    assert health_of(found) == Health(not trouble, trouble)


def test_an_objects_pods_are_those_of_its_selector() -> None:
    owner = {"spec": {"selector": {"matchLabels": {"app": "a"}}}}
    pods = [{"metadata": {"labels": {"app": name, "more": "x"}}} for name in ("a", "b")]
    assert list(pods_of(owner, pods)) == pods[:1]
    assert list(pods_of({"spec": {}}, pods)) == []
