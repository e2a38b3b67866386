"""Kubernetes' own schemas and those of the custom resources that the library emits, as oracles.

What the API server checks and no schema says (names, and what refers to them within one object) is checked here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import kubernetes_validate
import kubernetes_validate.utils

from helpers.oracles.outside_data import outside_data

# kubernetes-validate reads a megabyte of definitions anew for every object.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)
_BUILT_IN = frozenset({"networking.k8s.io", "rbac.authorization.k8s.io"})
MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
# Names become labels and host names of pods, with a suffix for CronJobs and StatefulSets.
_LONGEST = {"CronJob": 52, "Job": 63, "Service": 63, "StatefulSet": 52}


@cache
def _custom(api_version: str, kind: str) -> Any:
    group, version = api_version.split("/")
    path = outside_data("crds") / group / f"{kind.lower()}_{version}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(_closed(schema))


def _closed(schema: Any) -> Any:
    """A CRD's objects admit no unknown field unless they say so; the published schemas leave that to the API server."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _closed(value) for key, value in schema.items()}
    if isinstance(result.get("properties"), dict) and not result.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    return result


def is_custom(item: dict[str, Any]) -> bool:
    """Whether the object is of a custom resource definition."""
    group = item["apiVersion"].rpartition("/")[0]
    return "." in group and group not in _BUILT_IN


def check(item: dict[str, Any], minors: tuple[str, ...] = MINORS) -> None:
    """Raises where a name does not fit, or the object its CRD's schema or some Kubernetes minor's strict one."""
    assert list(problems(item)) == [], f"{item['kind']} {item['metadata']['name']}"
    if is_custom(item):
        _custom(item["apiVersion"], item["kind"]).validate(item)
        return
    text = json.dumps(item, sort_keys=True)
    for minor in minors:
        _built_in(text, minor)


@cache
def _built_in(text: str, minor: str) -> None:
    kubernetes_validate.validate(json.loads(text), minor, strict=True)


def problems(item: dict[str, Any]) -> Iterator[str]:
    """Names that the API server would refuse, and names within the object that lead nowhere."""
    metadata, kind = item["metadata"], item["kind"]
    name = str(metadata["name"])
    if not _SUBDOMAIN.fullmatch(name) or len(name) > _LONGEST.get(kind, 253) or (kind == "Service" and "." in name):
        yield f"no name for a {kind}: {name}"
    yield from (f"no label: {value}" for value in metadata.get("labels", {}).values() if not _is_label(value))
    data = {**(item.get("data") or {}), **(item.get("stringData") or {})} if kind in ("ConfigMap", "Secret") else {}
    yield from (f"no key: {key}" for key in data if not _DATA_KEY.fullmatch(str(key)))
    spec = item.get("spec") or {}
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    if kind in ("CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"):
        claims = [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates") or ()]
        yield from _pod_problems(spec["template"], claims)
        if (
            "selector" in spec
            and not spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
        ):
            yield "the selector does not select the pods"


def _is_label(value: Any) -> bool:
    return isinstance(value, str) and _LABEL_VALUE.fullmatch(value) is not None


def _pod_problems(template: dict[str, Any], claims: list[str]) -> Iterator[str]:
    yield from (f"no label: {value}" for value in template["metadata"]["labels"].values() if not _is_label(value))
    spec = template["spec"]
    volumes = [*claims, *(volume["name"] for volume in spec.get("volumes") or ())]
    containers = [*(spec.get("initContainers") or ()), *spec["containers"]]
    names = [container["name"] for container in containers]
    yield from (f"no name: {name}" for name in (*names, *volumes) if not _DNS_LABEL.fullmatch(str(name)))
    yield from (f"twice: {name}" for name in {*names} if names.count(name) > 1)
    yield from (f"twice: {name}" for name in {*volumes} if volumes.count(name) > 1)
    for container in containers:
        mounts = container.get("volumeMounts") or ()
        yield from (f"no volume: {mount['name']}" for mount in mounts if mount["name"] not in volumes)
        paths = [mount["mountPath"] for mount in mounts]
        yield from (f"mounted twice: {path}" for path in {*paths} if paths.count(path) > 1)
        ports = {port["name"] for port in container.get("ports") or ()}
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            for handler in ("httpGet", "tcpSocket"):
                port = ((container.get(probe) or {}).get(handler) or {}).get("port", 0)
                if isinstance(port, str) and port not in ports:
                    yield f"{probe} asks for the unknown port {port}"
        for variable in container.get("env") or ():
            if "valueFrom" in variable and len(variable["valueFrom"] or ()) != 1:
                yield f"{variable['name']} has not one source"
