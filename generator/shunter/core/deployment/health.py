"""Whether objects are ready, as far as the server knows, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from shunter.model.data import dataclass

WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet")
WATCHED: Final = frozenset((*WORKLOADS, "Job", "Pod", "PersistentVolumeClaim"))
"""Kinds that somebody waits for."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether something is ready, and how far it is, in a few words."""

    ready: bool
    text: str = ""


def health_of(value: Mapping[str, Any]) -> Health:
    """How an object is, as the server has it; what nobody waits for is ready."""
    kind, spec, status = value.get("kind"), value.get("spec") or {}, value.get("status") or {}
    if kind in WORKLOADS:
        return _workload(str(kind), value, spec, status)
    if kind == "Job":
        return _job(spec, status)
    if kind == "PersistentVolumeClaim":
        phase = status.get("phase") or "Pending"
        return Health(phase == "Bound", phase)
    if kind == "Pod":
        trouble = pod_trouble(value)
        return Health(not trouble, trouble)
    return Health(True)


def _workload(kind: str, value: Mapping[str, Any], spec: Mapping[str, Any], status: Mapping[str, Any]) -> Health:
    seen = (status.get("observedGeneration") or 0) >= ((value.get("metadata") or {}).get("generation") or 0)
    if kind == "DaemonSet":
        wanted, ready = status.get("desiredNumberScheduled") or 0, status.get("numberAvailable") or 0
        updated = status.get("updatedNumberScheduled") or 0
    else:
        wanted, updated = spec.get("replicas", 1), status.get("updatedReplicas") or 0
        ready = status.get("availableReplicas" if kind == "Deployment" else "readyReplicas") or 0
    old = max((status.get("replicas") or 0) - updated, 0) if kind == "Deployment" else 0
    done = seen and ready >= wanted and updated >= wanted and not old
    # Which pods are available is not told: those of before are, most often.
    count = max(min(ready - old, updated), 0)
    why = "" if done or count < wanted else f", {old} of before still there" if old else ", its controller is behind"
    return Health(done, f"{count} of {wanted} ready{why}")


def _job(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Health:
    conditions = {each.get("type"): each for each in status.get("conditions") or () if each.get("status") == "True"}
    if "Failed" in conditions:
        return Health(False, f"failed: {conditions['Failed'].get('message') or conditions['Failed'].get('reason')}")
    done, wanted = status.get("succeeded") or 0, spec.get("completions") or 1
    return Health("Complete" in conditions, f"{done} of {wanted} done")


def pod_trouble(pod: Mapping[str, Any]) -> str:
    """Why a pod is not ready; empty for one that is, or is done."""
    status = pod.get("status") or {}
    if status.get("phase") == "Succeeded":
        return ""
    conditions = {each.get("type"): each for each in status.get("conditions") or ()}
    if (conditions.get("Ready") or {}).get("status") == "True":
        return ""
    for each in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        if found := _container_trouble(each):
            return found
    scheduled = conditions.get("PodScheduled") or {}
    if scheduled.get("status") == "False":
        return f"not scheduled: {scheduled.get('message') or scheduled.get('reason')}"
    if status.get("reason") or status.get("message"):
        return f"{status.get('reason', '')} {status.get('message', '')}".strip()
    return f"not ready ({status.get('phase') or 'Pending'})"


def _container_trouble(container: Mapping[str, Any]) -> str:
    name, state = container.get("name"), container.get("state") or {}
    restarts = container.get("restartCount") or 0
    again = f", {restarts} restarts" if restarts else ""
    if waiting := state.get("waiting"):
        text = f": {waiting['message']}" if waiting.get("message") else ""
        return f"{name}: {waiting.get('reason', 'waiting')}{text}{again}"
    ended = state.get("terminated")
    if ended and ended.get("exitCode"):
        return f"{name}: ended with {ended['exitCode']} ({ended.get('reason', '')}){again}"
    if "running" in state and not container.get("ready"):
        return f"{name}: runs, and its readiness probe fails{again}"
    return ""


def pods_of(owner: Mapping[str, Any], pods: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The pods that an object's selector chooses, as far as it is one of equality."""
    spec = owner.get("spec") or {}
    labels = (spec.get("selector") or {}).get("matchLabels") or {}
    if not labels:
        labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    wanted = labels.items()
    for pod in pods:
        if wanted and wanted <= ((pod.get("metadata") or {}).get("labels") or {}).items():
            yield pod
