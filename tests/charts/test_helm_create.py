"""Flat keys mean what they mean in a chart of `helm create`: the same values make the same fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from helpers.charts.charts import LIBRARY, app_chart, objects, render, schema_source, umbrella, write
from shunter.core.packaging.app_schema import compile_app_schema

helm_python.disable_logging()
CHANGED = """
replicaCount: 3
image: {repository: docker.io/acme/web, pullPolicy: Always, tag: "2.5"}
imagePullSecrets: [{name: pull}]
nameOverride: shop
fullnameOverride: storefront
serviceAccount: {create: true, automount: false, annotations: {role: web}, name: web}
podAnnotations: {scrape: "true"}
podLabels: {tier: front}
podSecurityContext: {fsGroup: 2000}
securityContext: {capabilities: {drop: [NET_RAW]}, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000}
service: {type: NodePort, port: 8081}
ingress:
  enabled: true
  className: nginx
  annotations: {kubernetes.io/tls-acme: "true"}
  hosts: [{host: web.local, paths: [{path: /web, pathType: ImplementationSpecific}, {path: /shop, pathType: Exact}]}]
  tls: [{secretName: web-tls, hosts: [web.local]}]
httpRoute:
  enabled: true
  annotations: {owner: web}
  parentRefs: [{name: public, sectionName: https}]
  hostnames: [web.local]
  rules:
    - matches: [{path: {type: PathPrefix, value: /headers}}]
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: A, value: b}], remove: [User-Agent]}}]
    - matches: [{path: {type: PathPrefix, value: /echo}, headers: [{name: version, value: v2}]}]
resources: {limits: {cpu: 100m, memory: 128Mi}, requests: {cpu: 90m, memory: 100Mi}}
livenessProbe: {httpGet: {path: /alive, port: http}, periodSeconds: 7}
readinessProbe: {httpGet: {path: /ready, port: 8081}, initialDelaySeconds: 3}
autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 7, targetCPUUtilizationPercentage: 60}
volumes: [{name: foo, secret: {secretName: mysecret, optional: false}}]
volumeMounts: [{name: foo, mountPath: /etc/foo, readOnly: true}]
nodeSelector: {disk: ssd}
tolerations: [{key: batch, operator: Exists}]
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{matchExpressions: [{key: arch, operator: In, values: [amd64]}]}]
"""
POD = "Deployment.spec.template"
DELIBERATE = {
    f"{POD}.metadata.labels.helm.sh/chart",  # a new version of the chart alone restarts nothing
    f"{POD}.metadata.labels.app.kubernetes.io/managed-by",
}


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("created")
    helm_python.Chart.create("web", str(folder)).close()
    return folder / "web"


@pytest.fixture(scope="module")
def ours(created: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An umbrella of one app whose values.yaml is that of `helm create`, with the archetype before it."""
    files = app_chart("rest-api", "web", schema=False)
    files["values.yaml"] = "archetype: rest-api\n" + (created / "values.yaml").read_text("utf-8")
    files["Chart.yaml"] = files["Chart.yaml"].replace('appVersion: "0.1.0"', 'appVersion: "1.16.0"')
    schema = compile_app_schema(schema_source(), archetype="rest-api", library=LIBRARY)
    files["values.schema.json"] = schema.decode()
    return write(umbrella({"web": files}), tmp_path_factory.mktemp("ours"))


def keys(values: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield f"{path}{key}"
        if isinstance(value, dict):
            yield from keys(value, f"{path}{key}.")


def differences(theirs: Any, ours: Any, path: str) -> Iterator[str]:
    """Where a field of theirs is missing in ours, or is something else. Ours may have more."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key, value in theirs.items():
            yield from differences(value, ours.get(key), f"{path}.{key}")
    elif isinstance(theirs, list) and isinstance(ours, list) and theirs and isinstance(theirs[0], dict):
        by_name = {item.get("name"): item for item in ours}
        for number, item in enumerate(theirs):
            same = by_name.get(item["name"]) if "name" in item else ours[number : number + 1] and ours[number]
            yield from differences(item, same, f"{path}[{number}]")
    elif theirs != ours:
        yield path


def by_kind(rendered: dict[str, str]) -> dict[str, dict[str, Any]]:
    found = {item["kind"]: item for item in objects(rendered)}
    for rule in found.get("HTTPRoute", {"spec": {"rules": []}})["spec"]["rules"]:
        rule["backendRefs"] = [{"weight": 1, **reference} for reference in rule["backendRefs"]]
    numbers = {port["name"]: port["port"] for port in found["Service"]["spec"]["ports"]}
    for rule in found.get("Ingress", {"spec": {"rules": []}})["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            port = path["backend"]["service"]["port"]
            path["backend"]["service"]["port"] = {"number": port.get("number") or numbers[port["name"]]}
    return found


def test_every_key_is_changed(created: Path) -> None:
    known = set(keys(yaml.safe_load((created / "values.yaml").read_text("utf-8"))))
    assert known - set(keys(yaml.safe_load(CHANGED))) == set()


@pytest.mark.parametrize("text", ["", CHANGED], ids=["as created", "changed"])
def test_the_same_values_make_the_same_fields(text: str, created: Path, ours: Path) -> None:
    values = yaml.safe_load(text) or {}
    theirs, mine = by_kind(render(created, values)), by_kind(render(ours, {"web": values}))
    del theirs["Pod"]  # `helm test`, a job of ours
    assert theirs.keys() <= mine.keys()
    found = {place for kind, item in theirs.items() for place in differences(item, mine[kind], kind)}
    assert found - DELIBERATE == set()
    replicas = mine["Deployment"]["spec"].get("replicas")
    assert replicas == (None if text else 1)
