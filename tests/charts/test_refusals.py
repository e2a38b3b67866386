"""What the library refuses where Kubernetes would take it for something else, or a name would be used twice."""

from __future__ import annotations

from typing import Any

import helm_python
import pytest

from helpers.charts.orders import Objects, Train, one

helm_python.disable_logging()
RUN = {"command": ["x"]}
ONE = {"x": {"data": {"a": "1"}}}
FETCHED = {"x": {"secretStoreRef": {"name": "vault"}, "data": {"A": {"key": "a"}}}}
OWN = {"repository": "a/b"}
ROUTED = {"enabled": True, "hostnames": ["a.example.com"]}
SCRAPED = {"serviceMonitor": {"enabled": True}}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("rest-api", {"sidecars": {"s": {"image": OWN}}}, "sidecars.s.image has a repository of its own"),
    ("rest-api", {"initContainers": {"s": {"image": OWN}}}, "initContainers.s.image has a repository of its own"),
    ("rest-api", {"jobs": {"m": {**RUN, "image": OWN}}}, "jobs.m.image has a repository of its own"),
    ("rest-api", {"controllers": {"c": {"image": OWN}}}, "controllers.c.image has a repository of its own"),
    ("database", {"backup": {"enabled": True, "image": OWN}}, "backup.image has a repository of its own"),
    ("rest-api", {"controllers": {"c": {"jobs": {"m": {"image": OWN}}}}}, "controllers.c.jobs.m.image has"),
    ("rest-api", {"configMaps": ONE, "controllers": {"c": {"configMaps": ONE}}},
     "configMaps.x and controllers.c.configMaps.x make the same ConfigMap tst-orders-x"),
    ("rest-api", {"config": {"A": "1"}, "configMaps": {"config": {"data": {"a": "1"}}}},
     "config and configMaps.config make the same ConfigMap"),
    ("rest-api", {"configMaps": {"dashboard-x": {"data": {"a": "1"}}}, "dashboards": ONE},
     "configMaps.dashboard-x and dashboards.x make the same ConfigMap"),
    ("database", {"services": {"headless": {"port": 1}}}, "services.headless make the same Service"),
    ("rest-api", {"services": {"c": {"port": 1}}, "controllers": {"c": {"service": {"enabled": True, "port": 2}}}},
     "services.c and controllers.c.service make the same Service tst-orders-c"),
    ("rest-api", {"secrets": ONE, "externalSecrets": FETCHED}, "secrets.x and externalSecrets.x make the same Secret"),
    ("rest-api", {"externalSecrets": FETCHED, "sealedSecrets": {"x": {"encryptedData": {"a": "b"}}}},
     "externalSecrets.x and sealedSecrets.x make the same Secret"),
    ("database", {"backup": {"enabled": True}, "jobs": {"backup": RUN}}, "jobs.backup and backup make the same job"),
    ("rest-api", {"jobs": {"c": RUN}, "controllers": {"c": RUN}}, "jobs.c and controllers.c make the same pods' label"),
    ("database", {"backup": {"enabled": True}, "controllers": {"backup": RUN}},
     "backup and controllers.backup make the same pods' label"),
    ("rest-api", {"controllers": {"a": {"serviceAccount": {"create": True, "name": "tst-orders"}}}},
     "serviceAccount and controllers.a.serviceAccount make the same ServiceAccount"),
    ("rest-api", {"jobs": {"c": {}}}, "jobs.c is empty; say what it runs"),
    ("rest-api", {"jobs": {"c": {**RUN, "hook": ["test"], "schedule": "@daily"}}}, "jobs.c has a hook and a schedule"),
    ("rest-api", {"ingress": {"enabled": True}}, "ingress is enabled without hosts; add ingress.hosts"),
    ("rest-api", {"ingress": {"enabled": True, "hosts": [{"host": "a", "paths": [{"path": "/", "service": "m"}]}]}},
     "ingress leads to the service m; add it to services"),
    ("rest-api", {"service": {"enabled": False}, "ingress": {"enabled": True, "hosts": [{"host": "a"}]}},
     "ingress needs the Service"),
    ("rest-api", {"service": {"enabled": False}, "httpRoute": ROUTED}, "httpRoute needs the Service"),
    ("rest-api", {"service": {"port": None}, "ports": {"a": {"port": 1}}, "grpcRoute": ROUTED},
     "grpcRoute needs the Service; set service.enabled and service.port"),
    ("worker", {"metrics": SCRAPED}, "metrics.serviceMonitor needs the Service"),
    ("rest-api", {"metrics": {**SCRAPED, "port": "met"}}, "metrics.port is met, which the Service has not"),
    ("rest-api", {"metrics": {"prometheusRule": {"enabled": True}}}, "prometheusRule is enabled without rules"),
    ("rest-api", {"externalSecrets": {"x": {"secretStoreRef": {"name": "vault"}}}}, "externalSecrets.x fetches nothing"),
    ("rest-api", {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 3}},
     r"autoscaling.minReplicas \(5\) is above maxReplicas \(3\)"),
    ("rest-api", {"sidecars": {"orders": RUN}}, "sidecars.orders has the name of the main container"),
    ("rest-api", {"initContainers": {"orders": RUN}}, "initContainers.orders has the name of the main container"),
    ("rest-api", {"updateStrategy": {"rollingUpdate": {"partition": 1}}}, "partition is for a StatefulSet"),
    ("rest-api", {"kind": "DaemonSet", "updateStrategy": {"rollingUpdate": {"partition": 1}}},
     "partition is for a StatefulSet; remove it from this DaemonSet"),
    ("rest-api", {"service": {"targetPort": "web"}}, "service.targetPort is web; add a port of this name to ports"),
]  # fmt: skip


@pytest.mark.parametrize(("archetype", "values", "message"), REFUSED)
def test_it_is_refused_with_the_chart_the_key_and_what_to_do(
    archetype: str, values: dict[str, Any], message: str, train: Train
) -> None:
    with pytest.raises(helm_python.HelmRenderError, match=f"orders: .*{message}"):
        train(archetype, values)


BESIDE = [
    {"configMaps": ONE, "secrets": ONE, "controllers": {"c": {"configMaps": {"y": ONE["x"]}}, "d": None}},
    {"secrets": {"x": None}, "externalSecrets": FETCHED, "jobs": {"x": None, "y": {**RUN, "enabled": False}}},
    {"controllers": {"a": {"jobs": {"m": RUN}}, "b": {"jobs": {"m": RUN}}}, "jobs": {"m": RUN}},
    {"controllers": {"a": {"serviceAccount": {"name": "tst-orders"}}}},
    {"httpRoute": {**ROUTED, "rules": [{"backendRefs": [{"name": "a", "port": 1}]}]}, "service": {"enabled": False}},
    {"sidecars": {"s": {"image": {"tag": "2"}}, "t": {"image": {**OWN, "tag": "1"}}}},
]


@pytest.mark.parametrize("values", BESIDE)
def test_what_is_nearly_that_is_not(values: dict[str, Any], train: Train) -> None:
    found: Objects = train("rest-api", values)
    names = [(item["kind"], item["metadata"]["name"]) for item in found]
    assert len(set(names)) == len(names)
    one(found, "Deployment", "tst-orders")
