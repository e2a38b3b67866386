"""A chart whose schema is as large as the largest in the wild (bjw-s's common library: 87 KB), and values for it.

Everything follows from the words below and a seed, so that every machine measures the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

Json = dict[str, Any]

CHART = "apiVersion: v2\nname: large\nversion: 1.0.0\n"
DEFAULTS = "global: {}\n"
_DRAFT = "http://json-schema.org/draft-07/schema#"
_POD = (
    "affinity automountServiceAccountToken:boolean dnsPolicy enableServiceLinks:boolean hostIPC:boolean hostname "
    "hostNetwork:boolean hostPID:boolean priorityClassName restartPolicy runtimeClassName schedulerName "
    "terminationGracePeriodSeconds:integer activeDeadlineSeconds:integer shareProcessNamespace:boolean"
)
_CONTAINER = (
    "command:list args:list workingDir imagePullPolicy stdin:boolean tty:boolean terminationMessagePath dependsOn:list"
)
_PROBE = (
    "enabled:boolean custom:boolean type path port:integer initialDelaySeconds:integer periodSeconds:integer "
    "timeoutSeconds:integer failureThreshold:integer successThreshold:integer"
)
_SECURITY = (
    "runAsUser:integer runAsGroup:integer fsGroup:integer runAsNonRoot:boolean privileged:boolean fsGroupChangePolicy "
    "readOnlyRootFilesystem:boolean allowPrivilegeEscalation:boolean supplementalGroups:integers seccompProfile:map"
)
_PORT = "enabled:boolean primary:boolean port:integer protocol targetPort:integer nodePort:integer appProtocol"
_SERVICE = (
    "enabled:boolean primary:boolean type controller externalTrafficPolicy internalTrafficPolicy ipFamilyPolicy "
    "loadBalancerIP sessionAffinity annotations:strings labels:strings extraSelectorLabels:strings ipFamilies:list"
)
_INGRESS = "enabled:boolean primary:boolean className defaultBackend:map annotations:strings labels:strings"
_CONTROLLER = (
    "enabled:boolean type:kind replicas:integer strategy revisionHistoryLimit:integer annotations:strings "
    "labels:strings applyDefaultContainerOptionsToInitContainers:boolean"
)
_VOLUMES = ("configMap", "custom", "emptyDir", "hostPath", "image", "nfs", "persistentVolumeClaim", "secret")
_RESOURCES = (
    *("clusterRole", "clusterRoleBinding", "configMap", "secret", "serviceAccount", "serviceMonitor", "podMonitor"),
    *("networkPolicy", "role", "roleBinding", "route", "gateway", "certificate", "horizontalPodAutoscaler"),
    *("podDisruptionBudget", "verticalPodAutoscaler", "prometheusRule", "grafanaDashboard", "externalSecret", "job"),
)
_TYPES: dict[str, Json] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": 0},
    "list": {"type": "array", "items": {"type": "string"}},
    "integers": {"type": "array", "items": {"type": "integer"}},
    "map": {"type": "object"},
    "strings": {"type": "object", "additionalProperties": {"type": "string"}},
    "kind": {"enum": ["deployment", "statefulset", "daemonset", "cronjob", "job"]},
    "": {"type": "string"},
}


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _map_of(name: str) -> Json:
    return {"type": "object", "additionalProperties": _ref(name)}


def _closed(what: str, text: str, **more: Json) -> Json:
    properties: Json = {}
    for word in text.split():
        name, _, kind = word.partition(":")
        about = f"Sets the {name} of the {what}; the library has a default."
        properties[name] = {"description": about, **_TYPES[kind]}
    return {"type": "object", "additionalProperties": False, "properties": properties | more}


def _volume(kind: str) -> Json:
    text = f"enabled:boolean {kind}Name size storageClass retain:boolean readOnly:boolean medium server labels:strings"
    more = {"type": {"const": kind}, "advancedMounts": {"type": "object"}, "globalMounts": _list_of("mount")}
    return _closed(f"{kind} volume", text, **more) | {"required": ["type"]}


def _list_of(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


def schema() -> Json:
    """The schema: closed objects, references, `oneOf` by type, as such schemas are."""
    image = _closed("image", "repository tag digest pullPolicy") | {"required": ["repository"]}
    env = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null", "object"]}}
    probes = {"type": "object", "additionalProperties": False, "properties": {}}
    probes["properties"] = {name: _ref("probe") for name in ("liveness", "readiness", "startup")}
    resources = _closed("resources", "limits:map requests:map claims:list")
    parts = {
        "image": image,
        "env": env,
        "probes": probes,
        "resources": resources,
        "security": _closed("pod", _SECURITY),
    }
    definitions: Json = {
        **parts,
        "probe": _closed("probe", _PROBE, spec={"type": "object"}),
        "mount": _closed("mount", "path subPath readOnly:boolean mountPropagation"),
        "pod": _closed("pod", _POD, securityContext=_ref("security"), nodeSelector=_TYPES["strings"]),
        "port": _closed("port", _PORT),
        "path": _closed("path", "path pathType", service={"type": "object"}),
        "host": _closed("host", "host", paths=_list_of("path")),
        "service": _closed("service", _SERVICE, ports=_map_of("port")),
        "ingress": _closed("ingress", _INGRESS, hosts=_list_of("host"), tls={"type": "array"}),
        "volume": {"oneOf": [_volume(kind) for kind in _VOLUMES]},
        "container": _closed(
            "container", _CONTAINER, securityContext=_ref("security"), **{n: _ref(n) for n in parts if n != "security"}
        ),
        "controller": _closed(
            "controller",
            _CONTROLLER,
            pod=_ref("pod"),
            containers=_map_of("container"),
            initContainers=_map_of("container"),
        ),
    }
    for name in _RESOURCES:
        definitions[name] = _closed(name, f"{_SERVICE} {_INGRESS} {_PORT} name namespace", spec={"type": "object"})
    maps = {"controllers": "controller", "service": "service", "ingress": "ingress", "persistence": "volume"}
    properties = {key: _map_of(name) for key, name in maps.items()} | {name: _map_of(name) for name in _RESOURCES}
    properties |= {"global": {"type": "object"}, "defaultPodOptions": _ref("pod")}
    return {
        "$schema": _DRAFT,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "definitions": definitions,
    }


def values(random: Random) -> bytes:
    """A values file that the schema accepts, of about 180 lines; every YAML reader takes it alike."""

    def port() -> int:
        return random.randint(1024, 9999)

    controllers = "".join(_controller(random, name) for name in random.sample(("main", "worker", "web", "cache"), 2))
    services = "".join(_SERVICE_VALUES.format(name=name, a=port(), b=port()) for name in ("app", "metrics"))
    hosts = "".join(_HOST_VALUES.format(random.randrange(999), number) for number in range(2))
    volumes = "".join(
        _VOLUME_VALUES.format(number=number, kind=kind, size=random.randint(1, 90))
        for number, kind in enumerate(random.sample(_VOLUMES, 3))
    )
    text = _VALUES.format(
        user=random.randint(1, 65534), controllers=controllers, services=services, hosts=hosts, volumes=volumes
    )
    return text.encode()


def _controller(random: Random, name: str) -> str:
    containers = "".join(
        _CONTAINER_VALUES.format(
            name=f"{name}-{container}",
            container=container,
            tag=f"1.{random.randint(0, 40)}.{random.randint(0, 9)}",
            environment="".join(f"          KEY_{number}: {random.choice(_ENVIRONMENT)}\n" for number in range(8)),
            port=random.randint(1024, 9999),
            period=random.randint(1, 60),
            cpu=random.randint(1, 9),
            memory=random.randint(1, 9),
        )
        for container in ("app", "sidecar")
    )
    return _CONTROLLER_VALUES.format(name=name, replicas=random.randint(1, 9), containers=containers)


_ENVIRONMENT = (
    *("debug", "true", '"8080"', "postgres://db.example.com/app", "'a b c'", "12"),
    *("https://example.com/a?b=c", "eu-west-1"),
)
_VALUES = """\
# values of one app
global:
  team: shop
defaultPodOptions:
  automountServiceAccountToken: false
  securityContext:
    runAsUser: {user}
    runAsNonRoot: true
    fsGroupChangePolicy: OnRootMismatch
controllers:
{controllers}service:
{services}ingress:
  main:
    className: nginx
    annotations:
      cert-manager.io/cluster-issuer: letsencrypt
    hosts:
{hosts}persistence:
{volumes}"""
_CONTROLLER_VALUES = """\
  {name}:
    enabled: true
    type: deployment
    replicas: {replicas}
    labels:
      app.kubernetes.io/part-of: shop
    containers:
{containers}"""
_CONTAINER_VALUES = """\
      {container}:
        image:
          repository: ghcr.io/acme/{name}
          tag: "{tag}"
          pullPolicy: IfNotPresent
        env:
{environment}        probes:
          liveness:
            enabled: true
            path: /healthz
            port: {port}
            periodSeconds: {period}
        resources:
          requests:
            cpu: {cpu}00m
            memory: {memory}00Mi
          limits:
            memory: 1Gi
"""
_SERVICE_VALUES = """\
  {name}:
    controller: main
    type: ClusterIP
    annotations:
      prometheus.io/port: "{a}"
    ports:
      http:
        port: {b}
        protocol: TCP
        primary: true
"""
_HOST_VALUES = """\
      - host: app-{}-{}.example.com
        paths:
          - path: /
            pathType: Prefix
"""
_VOLUME_VALUES = """\
  data-{number}:
    type: {kind}
    size: {size}Gi
    globalMounts:
      - path: /data/{number}
        readOnly: false
"""


def write(folder: Path, count: int, seed: int = 1) -> list[Path]:
    """The chart in `folder`, and `count` values files beside it."""
    random = Random(seed)
    (folder / "envs").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(CHART)
    (folder / "values.yaml").write_text(DEFAULTS)
    (folder / "values.schema.json").write_text(json.dumps(schema()))
    files = [folder / "envs" / f"{number:05}.yaml" for number in range(count)]
    for file in files:
        file.write_bytes(values(random))
    return files
