"""Values at the edge: what looks like another type, null, names at the limit, what is empty, what a unit has of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpers.charts.orders import Objects, Train, one, pod
from helpers.oracles import kubernetes

MIRROR = {"imageRegistry": "m.io", "imagePullSecrets": [{"name": "m"}], "storageClass": "fast"}
DIGEST = "sha256:" + "a" * 64
RUN = {"command": ["x"]}
MAIN_IMAGE = {"digest": DIGEST, "registry": "r.io", "pullPolicy": "Always"}


def image(item: dict[str, Any]) -> tuple[str, str]:
    container = pod(item)["spec"]["containers"][0]
    return container["image"], container["imagePullPolicy"]


def test_an_image_with_its_own_repository_is_not_mixed_with_the_main_one(train: Train) -> None:
    box = {"repository": "docker.io/natsio/nats-box", "tag": "0.18.0"}
    values = {
        "image": MAIN_IMAGE,
        "backup": {"enabled": True, "image": box},
        "restore": {"enabled": True, "image": {**box, "pullPolicy": "Never"}},
        "jobs": {"m": {**RUN, "image": box}, "same": RUN},
        "controllers": {"c": {"image": box}},
    }
    found = train("broker", values)
    of = {item["metadata"]["labels"]["app.kubernetes.io/component"]: item for item in found if kind_of_pods(item)}
    theirs = "docker.io/natsio/nats-box:0.18.0"
    assert [image(of[name]) for name in ("backup", "m", "c")] == [(theirs, "Always")] * 3
    assert image(of["restore"]) == (theirs, "Never")
    assert image(of["same"]) == image(of["main"]) == (f"r.io/acme/orders@{DIGEST}", "Always")


def kind_of_pods(item: dict[str, Any]) -> bool:
    return item["kind"] in ("CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet")


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("my.app", "m.io/my.app:0.1.0"),
        ("localhost:5000/a/o", "m.io/a/o:0.1.0"),
        ("localhost/a/o", "m.io/a/o:0.1.0"),
        ("local/a/o", "m.io/local/a/o:0.1.0"),
    ],
)
def test_a_registry_is_what_container_engines_take_for_one(repository: str, expected: str, train: Train) -> None:
    found = train("rest-api", {"image": {"repository": repository}}, shared=MIRROR)
    assert image(one(found, "Deployment"))[0] == expected


@pytest.mark.parametrize(
    ("path", "port"),
    [
        ({"port": 8080}, {"number": 8080}),
        ({"port": "8080"}, {"number": 8080}),
        ({"port": "web"}, {"name": "web"}),
        ({"service": "m"}, {"name": "met"}),
        ({"service": "plain"}, {"name": "http"}),
        ({"service": "same"}, {"name": "web"}),
        ({"service": "m", "port": 9100}, {"number": 9100}),
        ({}, {"name": "web"}),
    ],
)
def test_a_path_leads_to_a_port_that_its_service_has(path: dict[str, Any], port: dict[str, Any], train: Train) -> None:
    services = {"m": {"port": 9100, "portName": "met"}, "plain": {"port": 9100}, "same": {"headless": True}}
    ingress = {"enabled": True, "hosts": [{"host": "a", "paths": [{"path": "/", **path}]}]}
    found = train("rest-api", {"ingress": ingress, "services": services, "service": {"portName": "web"}})
    (rule,) = one(found, "Ingress")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["port"] == port


ODD = "/a: *b"
LOOKALIKES: list[tuple[str, dict[str, Any], str, str]] = [
    ("rest-api", {"ingress": {"enabled": True, "hosts": [{"host": "a", "paths": [{"path": ODD}]}]}}, "Ingress", ODD),
    ("rest-api", {"ingress": {"enabled": True, "className": "true", "hosts": [{"host": "a"}]}}, "Ingress", "true"),
    ("rest-api", {"ingress": {"enabled": True, "hosts": [{"host": "a"}], "tls": [{"hosts": ["a"], "secretName": "123"}]}},
     "Ingress", "123"),
    ("rest-api", {"persistence": {"p": {"mountPath": ODD}}}, "Deployment", ODD),
    ("database", {"volumeClaims": {"on": {"mountPath": ODD}}}, "StatefulSet", ODD),
    ("database", {"volumeClaims": {"on": {"mountPath": "/a", "size": "10"}}}, "StatefulSet", "10"),
    ("database", {"volumeClaims": {"data": {"storageClass": "-"}}}, "StatefulSet", "-"),
    ("database", {"volumeClaims": {"data": {"storageClass": "true"}}}, "StatefulSet", "true"),
    ("rest-api", {"persistence": {"p": {"type": "configMap", "name": "123", "mountPath": "/p"}}}, "Deployment", "123"),
    ("rest-api", {"metrics": {"path": "*x", "serviceMonitor": {"enabled": True}}}, "ServiceMonitor", "*x"),
    ("rest-api", {"serviceAccount": {"name": "123"}}, "ServiceAccount", "123"),
    ("rest-api", {"serviceAccount": {"name": "on"}}, "Deployment", "on"),
    ("rest-api", {"fullnameOverride": "123"}, "Service", "123"),
    ("rest-api", {"fullnameOverride": "true"}, "Deployment", "true"),
    ("rest-api", {"ports": {"on": {"port": 1}}}, "Service", "on"),
    ("rest-api", {"networkPolicy": {"enabled": True}, "ports": {"on": {"port": 1}}}, "NetworkPolicy", "on"),
    ("rest-api", {"ports": {"on": {"port": 1}}, "startupProbe": {"port": "on"}}, "Deployment", "on"),
    ("rest-api", {"secrets": {"x": {"type": "1", "data": {"a": "b"}}}}, "Secret", "1"),
    ("rest-api", {"externalSecrets": {"x": {"secretStoreRef": {"name": "v"}, "refreshInterval": "0",
                                            "data": {"A": {"key": "a"}}}}}, "ExternalSecret", "0"),
]  # fmt: skip


def scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for below in value.values():
            yield from scalars(below)
    elif isinstance(value, list):
        for below in value:
            yield from scalars(below)
    else:
        yield value


@pytest.mark.parametrize(("archetype", "values", "kind", "text"), LOOKALIKES)
def test_text_that_looks_like_something_else_stays_text(
    archetype: str, values: dict[str, Any], kind: str, text: str, train: Train
) -> None:
    item = one(train(archetype, values), kind)
    assert [found for found in scalars(item) if isinstance(found, str) and found == text]


@pytest.mark.parametrize("identifier", ["1", "true"])
def test_an_identifier_that_looks_like_something_else_is_a_label(identifier: str, train: Train) -> None:
    item = one(train("rest-api", {"controllers": {identifier: RUN}}), "Deployment", f"tst-orders-{identifier}")
    assert item["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] == identifier


def nulls(value: Any, path: str = "") -> Iterator[str]:
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from nulls(below, f"{path}.{key}")
    elif isinstance(value, list):
        for below in value:
            yield from nulls(below, path)


def test_null_is_nothing_however_deep(train: Train) -> None:
    values = {
        "replicaCount": None,
        "config": {"A": None},
        "resources": {"limits": {"memory": None}},
        "env": {"A": None, "D": {}, "E": {"secretKeyRef": None}},
        "livenessProbe": {"httpGet": {"path": "/", "port": "http", "host": None}},
        "tolerations": [{"key": None, "operator": "Exists"}],
        "podAnnotations": {"a": None},
        "nodeSelector": {"a": None},
        "ingress": {"enabled": True, "hosts": [{"host": "a"}], "tls": [{"hosts": ["a"]}]},
        "jobs": {"m": {**RUN, "resources": {"requests": {"cpu": None}}, "env": {"A": None}}},
        "controllers": {"c": {"resources": {"limits": None}, "serviceAccount": None}},
        "sidecars": {"s": {**RUN, "resources": {"limits": None}, "env": {"A": None}}},
    }
    found = train("rest-api", values)
    assert [path for item in found for path in nulls(item, item["kind"])] == []
    item = one(found, "Deployment", "tst-orders")
    assert "replicas" not in item["spec"]
    container = pod(item)["spec"]["containers"][0]
    assert "envFrom" not in container
    assert [each["name"] for each in container["env"]] == ["PORT", "SHUTDOWN_SECONDS"]
    assert container["resources"]["limits"] == {}
    assert pod(one(found, "Job"))["spec"]["containers"][0]["resources"]["requests"] == {"memory": "128Mi"}
    assert "limits" not in pod(item)["spec"]["containers"][1]["resources"]
    further = one(found, "Deployment", "tst-orders-c")
    assert "limits" not in pod(further)["spec"]["containers"][0]["resources"]
    assert "ConfigMap" not in {item["kind"] for item in found}
    for item in found:
        kubernetes.check(item)


def test_null_takes_a_default_of_the_backup_away(train: Train) -> None:
    found = train(
        "database", {"backup": {"enabled": True, "resources": {"limits": None}, "persistence": {"copies": None}}}
    )
    spec = pod(one(found, "CronJob"))["spec"]
    assert "limits" not in spec["containers"][0]["resources"]
    assert [volume["name"] for volume in spec["volumes"]] == ["tmp"]


def test_a_unit_that_has_an_account_of_its_own_has_one(train: Train) -> None:
    own = {**RUN, "serviceAccount": {"create": True, "annotations": {"role": "m"}}}
    values = {
        "serviceAccount": {"name": "orders", "annotations": {"role": "orders"}},
        "jobs": {
            "m": own,
            "migrate": {**own, "hook": ["pre-install", "pre-upgrade"], "weight": 3},
            "nightly": {**own, "schedule": "@daily"},
            "there": {**RUN, "serviceAccount": {"name": "there"}, "hook": ["pre-install"]},
        },
        "controllers": {"c": own},
    }
    found = train("rest-api", values)
    accounts = {
        item["metadata"]["name"]: item["metadata"]["annotations"] for item in found if item["kind"] == "ServiceAccount"
    }
    hook = {
        "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "2",
        "helm.sh/hook-delete-policy": "before-hook-creation",
    }  # fmt: skip
    assert accounts == {
        "orders": {"role": "orders"},
        "tst-orders-c": {"role": "m"},
        "tst-orders-m": {"role": "m"},
        "tst-orders-migrate": {"role": "m", **hook},
        "tst-orders-nightly": {"role": "m"},
    }
    used = {
        item["metadata"]["labels"]["app.kubernetes.io/component"]: pod(item)["spec"]["serviceAccountName"]
        for item in found
        if kind_of_pods(item)
    }
    assert used == {name: f"tst-orders-{name}" for name in ("c", "m", "migrate", "nightly")} | {
        "main": "orders", "there": "there",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hook", "account"),
    [
        (["pre-install"], "default"),
        (["post-install", "pre-upgrade"], "default"),
        (["post-delete"], "default"),
        (["post-install", "post-upgrade"], "tst-orders"),
        (["pre-delete"], "tst-orders"),
        (["test"], "tst-orders"),
    ],
)
def test_a_hook_uses_the_charts_account_when_it_is_there(hook: list[str], account: str, train: Train) -> None:
    found = train("rest-api", {"jobs": {"h": {**RUN, "hook": hook}}})
    assert pod(one(found, "Job"))["spec"]["serviceAccountName"] == account


def test_an_early_hook_of_a_further_workload_uses_its_own_account_only(train: Train) -> None:
    hook = {**RUN, "hook": ["pre-install"]}
    jobs = {"a": hook, "b": {**hook, "serviceAccount": {"create": True}}}
    found = train("rest-api", {"controllers": {"c": {"jobs": jobs}}})
    used = [pod(one(found, "Job", f"tst-orders-c-{name}"))["spec"]["serviceAccountName"] for name in jobs]
    assert used == ["default", "tst-orders-c-b"]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ({"rollingUpdate": {"maxUnavailable": 2}}, {"partition": 2, "maxUnavailable": 2}),
        ({"type": "RollingUpdate"}, {"partition": 2}),
        ({"rollingUpdate": {"partition": 1}}, {"partition": 1}),
        ({"type": "OnDelete"}, None),
    ],
)
def test_a_partition_stays_beside_a_strategy(strategy: dict[str, Any], expected: Any, train: Train) -> None:
    found = one(train("database", {"partition": 2, "updateStrategy": strategy}), "StatefulSet")["spec"][
        "updateStrategy"
    ]
    assert found == {"type": strategy.get("type", "RollingUpdate"), **({"rollingUpdate": expected} if expected else {})}


def test_a_service_monitor_asks_one_service(train: Train) -> None:
    values = {"metrics": {"serviceMonitor": {"enabled": True}}, "services": {"a": {"port": 1}, "b": {"headless": True}}}
    found = train("database", values)
    selector = one(found, "ServiceMonitor")["spec"]["selector"]
    (expression,) = selector["matchExpressions"]
    assert expression["operator"] == "NotIn"
    services = {item["metadata"]["name"]: item["metadata"]["labels"] for item in found if item["kind"] == "Service"}
    assert services.keys() == {"tst-orders", "tst-orders-headless", "tst-orders-a", "tst-orders-b"}
    selected = [
        name
        for name, labels in services.items()
        if selector["matchLabels"].items() <= labels.items()
        and labels.get(expression["key"]) not in expression["values"]
    ]
    assert selected == ["tst-orders"]


@pytest.mark.parametrize(("least", "spare"), [(2, 0), (3, 1), (4, 1), (5, 2)])
def test_a_quorum_that_scales_spares_what_its_least_size_can(least: int, spare: int, train: Train) -> None:
    scaling = {"enabled": True, "minReplicas": least, "maxReplicas": 7}
    spec = one(train("database", {"autoscaling": scaling}), "PodDisruptionBudget")["spec"]
    assert (spec.get("minAvailable"), spec["maxUnavailable"]) == (None, spare)


def test_a_target_port_by_name_is_one_of_ports(train: Train) -> None:
    values = {
        "service": {"port": 80, "targetPort": "web"},
        "ports": {"web": {"port": 8081}},
        "services": {"more": {"port": 81}},
        "networkPolicy": {"enabled": True},
        "metrics": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}},
    }
    found = train("rest-api", values)
    container = pod(one(found, "Deployment"))["spec"]["containers"][0]
    assert container["ports"] == [{"name": "web", "containerPort": 8081, "protocol": "TCP"}]
    assert container["livenessProbe"]["httpGet"]["port"] == "web"
    ports = {
        item["name"]: (item["port"], item["targetPort"])
        for item in one(found, "Service", "tst-orders")["spec"]["ports"]
    }
    assert ports == {"http": (80, "web"), "web": (8081, "web")}
    assert one(found, "Service", "tst-orders-more")["spec"]["ports"][0]["targetPort"] == "web"
    assert one(found, "NetworkPolicy")["spec"]["ingress"] == [{"ports": [{"port": "web", "protocol": "TCP"}]}]
    assert one(found, "PodMonitor")["spec"]["podMetricsEndpoints"][0]["port"] == "web"
    assert one(found, "ServiceMonitor")["spec"]["endpoints"][0]["port"] == "http"


LONG = "r" * 53


def named(found: Objects, kind: str) -> set[str]:
    return {item["metadata"]["name"] for item in found if item["kind"] == kind}


def test_names_at_the_limit_stay_valid_and_apart(train: Train) -> None:
    values = {
        "services": {"public": {"port": 1}, "public-metrics-of-the-store": {"port": 1}},
        "backup": {"enabled": True},
        "restore": {"enabled": True},
        "jobs": {"migrate": {**RUN, "hook": ["pre-upgrade"]}, "nightly": {**RUN, "schedule": "@daily"}},
        "controllers": {"gateway": {**RUN, "service": {"enabled": True, "port": 1}}},
        "autoscaling": {"enabled": True},
    }
    found = train("database", values, release=LONG)
    names = [(item["kind"], item["metadata"]["name"]) for item in found]
    assert len(set(names)) == len(names)
    limits = {"Service": 63, "CronJob": 52, "StatefulSet": 52, "Job": 63}
    assert [name for kind, name in names if len(name) > limits.get(kind, 253)] == []
    services = named(found, "Service")
    for end in ("-headless", "-public", "-metrics-of-the-store", "-gateway"):
        assert [name for name in services if name.endswith(end)], end
    assert {name.rpartition("-")[2] for name in named(found, "CronJob")} == {"backup", "nightly"}
    item = one(found, "StatefulSet")
    assert item["spec"]["serviceName"] in services
    assert one(found, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == item["metadata"]["name"]
    backup = next(item for item in found if item["kind"] == "CronJob" and item["metadata"]["name"].endswith("backup"))
    env = {item["name"]: item.get("value") for item in pod(backup)["spec"]["containers"][0]["env"]}
    assert {env["SERVICE"], env["HEADLESS"]} <= services
    for job in (item for item in found if item["kind"] in ("CronJob", "Job")):
        for volume in pod(job)["spec"]["volumes"]:
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            assert claim is None or claim in named(found, "PersistentVolumeClaim")


def test_an_ingress_finds_a_service_with_a_long_name(train: Train) -> None:
    ingress = {"enabled": True, "hosts": [{"host": "a", "paths": [{"path": "/", "service": "public"}]}]}
    found = train("rest-api", {"services": {"public": {"port": 1}}, "ingress": ingress}, release=LONG)
    (rule,) = one(found, "Ingress")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] in named(found, "Service")


def test_every_unit_may_bring_objects_and_be_empty(train: Train) -> None:
    extra = {"e": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "{{ .Release.Name }}-e"}}}
    found = train("rest-api", {"controllers": {"c": {"extraObjects": extra}, "empty": {}, "gone": None}})
    assert one(found, "Secret")["metadata"]["name"] == "tst-e"
    assert named(found, "Deployment") == {"tst-orders", "tst-orders-c", "tst-orders-empty"}


def test_what_is_empty_stops_the_globals(train: Train) -> None:
    values = {"imagePullSecrets": [], "volumeClaims": {"data": {"storageClass": ""}}}
    item = one(train("database", values, shared=MIRROR), "StatefulSet")
    assert "imagePullSecrets" not in item["spec"]["template"]["spec"]
    assert [claim["spec"]["storageClassName"] for claim in item["spec"]["volumeClaimTemplates"]] == [""]


@pytest.mark.parametrize(
    ("values", "hosts"),
    [
        ({"ingress": {"hosts": [{"host": "a.b"}]}}, []),
        ({"ingress": {"enabled": True, "hosts": [{"host": "a.b"}]}}, ["a.b"]),
        ({"httpRoute": {"enabled": True, "hostnames": ["{{ .Release.Name }}.b"]}}, ["tst.b"]),
        ({"httpRoute": {"hostnames": ["a.b"]}, "grpcRoute": {"enabled": True, "hostnames": ["c.b"]}}, ["c.b"]),
    ],
)
def test_the_notes_name_the_hosts_there_are(values: dict[str, Any], hosts: list[str], train: Train) -> None:
    texts = train.texts("rest-api", values)
    (notes,) = [text for path, text in texts.items() if path.endswith("orders/templates/NOTES.txt")]
    assert [line.split()[-1].rstrip(".") for line in notes.splitlines() if "reached" in line] == hosts


def test_an_autoscaler_of_a_job_targets_the_job(train: Train) -> None:
    values = {"kind": "Job", "verticalPodAutoscaler": {"enabled": True}}
    found = train("cron", values)
    assert one(found, "VerticalPodAutoscaler")["spec"]["targetRef"]["name"] == one(found, "Job")["metadata"]["name"]
