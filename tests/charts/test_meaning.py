"""What values mean where the manifests alone do not show it: globals, identity, order, restarts, hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from helpers.charts import scenarios
from helpers.charts.charts import ARCHETYPES, LIBRARY, objects, render, schema_source, umbrella, write
from helpers.charts.orders import Objects, bare, one, pod
from helpers.charts.scenarios import Visit
from shunter.core.packaging.app_schema import compile_app_schema

helm_python.disable_logging()
MIRROR = {"imageRegistry": "mirror.example.com", "imagePullSecrets": [{"name": "mirror"}], "storageClass": "fast"}
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({"repository": "acme/orders"}, "mirror.example.com/acme/orders:0.1.0"),
        ({"repository": "nginx"}, "mirror.example.com/nginx:0.1.0"),
        ({"repository": "ghcr.io/acme/orders", "tag": "2"}, "mirror.example.com/acme/orders:2"),
        ({"registry": "ghcr.io", "repository": "acme/orders"}, "mirror.example.com/acme/orders:0.1.0"),
        ({"repository": "acme/orders", "tag": "2", "digest": DIGEST}, f"mirror.example.com/acme/orders@{DIGEST}"),
    ],
)
def test_a_global_registry_takes_the_place_of_the_images(
    train: Callable[..., Objects], image: dict[str, str], expected: str
) -> None:
    container = pod(one(train("rest-api", {"image": image}, shared=MIRROR), "Deployment"))["spec"]["containers"][0]
    assert container["image"] == expected


def test_globals_stand_in_where_the_app_says_nothing(train: Callable[..., Objects]) -> None:
    found = one(train("database", {"backup": {"enabled": True}}, shared=MIRROR), "StatefulSet")
    assert found["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "mirror"}]
    assert [claim["spec"]["storageClassName"] for claim in found["spec"]["volumeClaimTemplates"]] == ["fast"]
    own = {"imagePullSecrets": [{"name": "own"}], "volumeClaims": {"data": {"storageClass": "slow"}}}
    found = one(train("database", own, shared=MIRROR), "StatefulSet")
    assert found["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "own"}]
    assert [claim["spec"]["storageClassName"] for claim in found["spec"]["volumeClaimTemplates"]] == ["slow"]


def test_nobodys_labels_change_who_is_selected(train: Callable[..., Objects]) -> None:
    identity = {"app.kubernetes.io/name": "x", "app.kubernetes.io/instance": "x", "app.kubernetes.io/component": "x"}
    plain = train("rest-api", {"replicaCount": 2, "metrics": {"serviceMonitor": {"enabled": True}}})
    labelled = train(
        "rest-api",
        {
            "replicaCount": 2,
            "metrics": {"serviceMonitor": {"enabled": True, "labels": identity}},
            "commonLabels": {**identity, "team": "bob"},
            "podLabels": {**identity, "tier": "gold"},
        },
    )
    for before, after in zip(plain, labelled, strict=True):
        assert before["spec"].get("selector") == after["spec"].get("selector") if "spec" in before else True
        assert after["metadata"]["labels"] == {**before["metadata"]["labels"], "team": "bob"}
    labels = pod(one(labelled, "Deployment"))["metadata"]["labels"]
    assert labels == {**pod(one(plain, "Deployment"))["metadata"]["labels"], "team": "bob", "tier": "gold"}


def test_an_app_twice_in_one_umbrella_is_two_apps(tmp_path: Path) -> None:
    files = umbrella({"orders": bare("rest-api")})
    definition = yaml.safe_load(files["Chart.yaml"])
    entry = definition["dependencies"].pop()
    definition["dependencies"] += [{**entry, "alias": alias, "condition": f"{alias}.enabled"} for alias in ("a", "b")]
    folder = write({**files, "Chart.yaml": yaml.safe_dump(definition)}, tmp_path)
    found = list(objects(render(folder, {"a": {"replicaCount": 2}, "b": {"config": {"X": 1}}})))
    names = [(item["kind"], item["metadata"]["name"]) for item in found]
    assert len(set(names)) == len(names)
    assert {("Deployment", "tst-a"), ("Deployment", "tst-b"), ("ConfigMap", "tst-b-config")} <= set(names)
    with pytest.raises(helm_python.HelmError, match=r"b:\n- at '': additional properties 'replicas' not allowed"):
        render(folder, {"b": {"replicas": 2}})


NAMES = [
    ("tst", {}, "tst-orders"),
    ("orders", {}, "orders"),
    ("orders-canary", {}, "orders-canary"),
    ("tst", {"nameOverride": "shop"}, "tst-shop"),
    ("tst", {"fullnameOverride": "shop"}, "shop"),
    ("tst", {"fullnameOverride": "", "nameOverride": ""}, "tst-orders"),
    ("x" * 53, {"nameOverride": "a-name-that-is-longer"}, "x" * 53 + "-a-name-th"),
    ("x" * 53, {"nameOverride": "not-here-please-no"}, "x" * 53 + "-not-here"),
    ("tst", {"nameOverride": "y" * 58 + "-zzz"}, "tst-" + "y" * 58),
]


@pytest.mark.parametrize(("release", "values", "name"), NAMES)
def test_names_are_those_of_helm_create(release: str, values: dict[str, Any], name: str, tmp_path: Path) -> None:
    helm_python.Chart.create("orders", str(tmp_path)).close()
    theirs = list(objects(render(tmp_path / "orders", values, release=release)))
    mine = list(objects(render(write(bare("rest-api"), tmp_path / "ours"), values, release=release)))
    assert len(name) <= 63
    for kind in ("Deployment", "Service", "ServiceAccount"):
        assert one(mine, kind)["metadata"]["name"] == one(theirs, kind)["metadata"]["name"] == name
        label = "app.kubernetes.io/name"
        assert one(mine, kind)["metadata"]["labels"][label] == one(theirs, kind)["metadata"]["labels"][label]


def test_containers_stand_in_their_order_then_by_name(train: Callable[..., Objects]) -> None:
    run = {"command": ["x"]}
    orders = {"a": 10, "b": 9, "z": 1}
    values = {name: {**run, "order": order} for name, order in orders.items()}
    values |= {"y": run, "c": run, "gone": None, "off": {**run, "enabled": False}}  # type: ignore[dict-item]
    found = pod(one(train("rest-api", {"initContainers": values, "sidecars": values}), "Deployment"))["spec"]
    assert [container["name"] for container in found["initContainers"]] == ["c", "y", "z", "b", "a"]
    assert [container["name"] for container in found["containers"]] == ["orders", "c", "y", "z", "b", "a"]


def test_a_changed_configuration_restarts_the_pods_that_read_it(train: Callable[..., Objects]) -> None:
    def checksums(values: dict[str, Any]) -> dict[str, str]:
        found = train("rest-api", {"controllers": {"consumer": {"command": ["consume"]}}, **values})
        return {
            item["metadata"]["name"]: pod(item)["metadata"].get("annotations", {}).get("checksum/config", "")
            for item in found
            if item["kind"] == "Deployment"
        }

    seen = [checksums({})]
    for values in (
        {"config": {"LEVEL": "info"}},
        {"config": {"LEVEL": "debug"}},
        {"configMaps": {"a": {"data": {"x": "1"}}}},
        {"configMaps": {"a": {"data": {"x": "2"}}}},
        {"configMaps": {"a": {"files": "files/*"}}},
        {"secrets": {"a": {"data": {"x": "1"}}}},
        {"secrets": {"a": {"data": {"x": "2"}}}},
    ):
        seen.append(checksums(values))
        assert seen[-1] == checksums(values)
    for name in ("tst-orders", "tst-orders-consumer"):
        assert len({checks[name] for checks in seen}) == len(seen), name
    own = {"command": ["consume"], "config": {"QUEUE": "a"}}
    changed = checksums({"controllers": {"consumer": own}})
    assert changed["tst-orders"] == ""
    assert changed["tst-orders-consumer"] != ""


def test_redeploy_always_restarts_pods_with_every_revision_and_makes_no_new_jobs(
    train: Callable[..., Objects],
) -> None:
    values = {
        "redeployAlways": True,
        "controllers": {"consumer": {"command": ["consume"]}},
        "jobs": {"once": {"command": ["x"]}, "nightly": {"command": ["x"], "schedule": "@daily"}},
    }
    first, second = (train("rest-api", values, revision=revision, is_upgrade=revision > 1) for revision in (1, 2))
    differ = {a["metadata"]["name"] for a, b in zip(first, second, strict=True) if a != b}
    assert differ == {"tst-orders", "tst-orders-consumer"}


MIGRATION = {"hook": ["pre-install", "pre-upgrade"], "weight": -3, "command": ["migrate"]}


def test_a_hook_needs_nothing_that_does_not_exist_yet(train: Callable[..., Objects]) -> None:
    values = {
        "config": {"RELEASE": "{{ .Release.Name }}", "LEVEL": "info"},
        "env": {"LEVEL": "debug"},
        "serviceAccount": {"name": "orders", "automount": True},
        "jobs": {"migrate": MIGRATION, "test": {"hook": ["test"], "command": ["check"]}},
    }
    found = train("rest-api", values)
    for name, hook, weight in (("migrate", "pre-install,pre-upgrade", "-3"), ("test", "test", "0")):
        job = one(found, "Job", f"tst-orders-{name}")
        notes = job["metadata"]["annotations"]
        assert (notes["helm.sh/hook"], notes["helm.sh/hook-weight"]) == (hook, weight)
        spec = pod(job)["spec"]
        assert {item["name"]: item["value"] for item in spec["containers"][0]["env"]} == {
            "RELEASE": "tst", "LEVEL": "debug",
        }  # fmt: skip
        assert spec["serviceAccountName"] == ("orders" if name == "test" else "default")
        assert "envFrom" not in spec["containers"][0]
    there_before = {**values, "serviceAccount": {"create": False, "name": "there"}}
    assert (
        pod(one(train("rest-api", there_before), "Job", "tst-orders-migrate"))["spec"]["serviceAccountName"] == "there"
    )


def test_a_job_that_is_no_hook_is_a_new_job_for_a_new_pod_only(train: Callable[..., Objects]) -> None:
    def name(job: dict[str, Any]) -> str:
        found: str = one(train("rest-api", {"jobs": {"seed": job}}), "Job")["metadata"]["name"]
        return found

    assert name({"command": ["seed"]}) == name({"command": ["seed"], "weight": 3})
    assert name({"command": ["seed"]}) != name({"command": ["seed", "--all"]})


def test_what_a_further_workload_takes_from_the_main_one(train: Callable[..., Objects]) -> None:
    shared = {
        "image": {"repository": "acme/orders", "tag": "7"},
        "imagePullSecrets": [{"name": "pull"}],
        "env": {"A": "b"},
        "envFrom": {"s": {"secretRef": {"name": "s"}}},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"operator": "Exists"}],
        "podAnnotations": {"a": "b"},
        "podLabels": {"c": "d"},
        "podSecurityContext": {"fsGroup": 5},
        "securityContext": {"runAsUser": 5},
    }
    own = {"command": ["serve"], "service": {"port": 80}, "persistence": {"cache": {"mountPath": "/cache"}}}
    found = train("rest-api", {**shared, **own, "controllers": {"consumer": {"command": ["consume"]}}})
    main, further = (pod(one(found, "Deployment", name)) for name in ("tst-orders", "tst-orders-consumer"))
    assert further["metadata"]["annotations"] == main["metadata"]["annotations"] == {"a": "b"}
    assert further["metadata"]["labels"]["c"] == "d"
    for field in ("imagePullSecrets", "nodeSelector", "securityContext", "serviceAccountName", "tolerations"):
        assert further["spec"][field] == main["spec"][field], field
    (a,), (b,) = main["spec"]["containers"], further["spec"]["containers"]
    assert {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)} == {
        "command", "env", "livenessProbe", "name", "ports", "readinessProbe", "volumeMounts",
    }  # fmt: skip
    assert "ports" not in b
    assert [each for each in a["env"] if each not in b["env"]] == [
        {"name": "PORT", "value": "80"},
        {"name": "SHUTDOWN_SECONDS", "value": "22"},
    ]
    assert (
        len({str(one(found, "Deployment", name)["spec"]["selector"]) for name in ("tst-orders", "tst-orders-consumer")})
        == 2
    )


def test_templates_count_where_the_contract_says_so_and_nowhere_else(train: Callable[..., Objects]) -> None:
    text = "{{ .Release.Name }}-x"
    found = train(
        "rest-api",
        {
            "command": [text],
            "args": [text],
            "env": {"A": text},
            "config": {"A": text},
            "configMaps": {"c": {"data": {"A": text}}},
            "secrets": {"s": {"data": {"A": text}}},
            "ingress": {"enabled": True, "hosts": [{"host": text}], "tls": [{"hosts": [text]}]},
            "httpRoute": {"enabled": True, "hostnames": [text]},
            "persistence": {"p": {"type": "persistentVolumeClaim", "existingClaim": text, "mountPath": "/p"}},
            "sidecars": {"s": {"command": [text], "args": [text], "env": {"A": text}}},
            "jobs": {"j": {"command": [text], "args": [text], "env": {"A": text}}},
            "extraObjects": {"e": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": text}}},
            "podAnnotations": {"verbatim": text},
            "workingDir": text,
            "nodeSelector": {"verbatim": text},
            "commonAnnotations": {"verbatim": text},
            "priorityClassName": text,
        },
    )
    verbatim = {"annotations", "workingDir", "nodeSelector", "priorityClassName"}

    def walk(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key, below in value.items():
                yield from () if key in verbatim and text in str(below) else walk(below, f"{path}.{key}")
        elif isinstance(value, list):
            for below in value:
                yield from walk(below, path)
        elif "{{" in str(value):
            yield path

    assert [place for item in found for place in walk(item, item["kind"])] == []
    assert str(found).count("'tst-x'") >= 17


# What a key must be set to where the scenarios' value is the archetype's default already, or needs another key.
OTHERWISE: dict[str, Any] = {
    "initContainers": {"wait": {"command": ["sleep", "1"]}},
    "podAntiAffinityPreset": {"rest": "soft", "monitoring": "hard"},
    "podDisruptionBudget": {"enabled": True, "maxUnavailable": 3},
    "quorum": {"rest": False, "monitoring": True},
    "kind": {"rest": "DaemonSet", "cron": "Job"},
    "controllers": {"consumer": {"command": ["consume"]}},
}
ALONE = {"replicaCount": 4, "backup": {"enabled": True, "command": ["backup"]}}
INDIFFERENT = {"archetype", "enabled", "global", LIBRARY}


def examples(key: str, archetype: str, visits: list[Visit]) -> Iterator[Any]:
    other = OTHERWISE.get(key)
    if isinstance(other, dict) and "rest" in other:
        yield other.get(archetype, other["rest"])
    elif other is not None:
        yield other
    yield from (visit.value for visit in visits if visit.path == (key,))


@pytest.mark.slow  # renders each archetype twice for each of some hundred keys
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_every_key_of_every_archetype_has_an_effect(archetype: str, train: Callable[..., Objects]) -> None:
    extra = {"x-features": list(schema_source()["x-features"])}
    text = compile_app_schema(schema_source(), archetype=archetype, library=LIBRARY, extra=extra)
    known = yaml.safe_load(text)["properties"].keys() - INDIFFERENT
    if archetype in ("auth", "database", "search", "broker", "monitoring"):
        known = known - {"kind"}  # there is one kind
    start = {key: value for key, value in ALONE.items() if key in known}
    visits = [visit for scenario in scenarios.load() for visit in scenarios.visits(scenario.values)]

    def effect(values: Any) -> Any:
        try:
            return train(archetype, values)
        except helm_python.HelmRenderError as error:  # a refusal is an effect too
            return str(error)

    plain = train(archetype, start)
    dead = [
        key
        for key in sorted(known)
        if all(effect({**start, key: value}) == plain for value in examples(key, archetype, visits))
    ]
    assert dead == []
