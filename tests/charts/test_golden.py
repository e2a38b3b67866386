"""Golden manifests per archetype and environment: unchanged, and valid for five Kubernetes minors and their CRDs."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.charts import golden
from helpers.charts.charts import ARCHETYPES
from helpers.oracles import kubernetes

OBJECTS = golden.stored()


def test_the_manifests_are_the_golden_ones() -> None:
    found = dict(golden.rendered())
    assert found.keys() == OBJECTS.keys()
    assert len(found) == len(ARCHETYPES) * len(golden.ENVIRONMENTS)
    for name, text in found.items():
        assert text == (golden.FOLDER / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("name", OBJECTS)
def test_it_fits_five_minors(name: str) -> None:
    for item in OBJECTS[name]:
        if not kubernetes.is_custom(item):
            kubernetes.check(item)


@pytest.mark.parametrize("name", OBJECTS)
def test_each_object_has_a_name_of_its_own(name: str) -> None:
    named = [(item["kind"], item["metadata"]["name"]) for item in OBJECTS[name]]
    assert len(named) == len(set(named))


def test_custom_resources_fit_their_projects_schemas() -> None:
    custom = [item for items in OBJECTS.values() for item in items if kubernetes.is_custom(item)]
    for item in custom:
        kubernetes.check(item)
    expected = {"ExternalSecret", "HTTPRoute", "PodMonitor", "PrometheusRule", "ServiceMonitor"}
    assert {item["kind"] for item in custom} == expected


def of(archetype: str, environment: str, kind: str) -> list[dict[str, Any]]:
    return [item for item in OBJECTS[f"{archetype}.{environment}.yaml"] if item["kind"] == kind]


def test_a_gateway_has_an_ingress_or_a_route() -> None:
    for environment, kind, other in (("staging", "Ingress", "HTTPRoute"), ("production", "HTTPRoute", "Ingress")):
        assert len(of("api-gateway", environment, kind)) == 1
        assert of("api-gateway", environment, other) == []
    (route,) = of("api-gateway", "production", "HTTPRoute")
    (service,) = of("api-gateway", "production", "Service")
    (backend,) = route["spec"]["rules"][0]["backendRefs"]
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"] in [port["port"] for port in service["spec"]["ports"]]


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_sessions_stay_with_an_instance_and_outlive_it(environment: str) -> None:
    (service,) = of("auth", environment, "Service")
    assert service["spec"]["sessionAffinity"] == "ClientIP"
    for item in (*of("auth", environment, "Deployment"), *of("auth", environment, "Job")):
        (container,) = item["spec"]["template"]["spec"]["containers"]
        assert "SESSION_STORE_URL" in [variable["name"] for variable in container["env"]]


@pytest.mark.parametrize("archetype", ["database", "search", "broker"])
def test_a_majority_stays_on_nodes_of_its_own(archetype: str) -> None:
    for environment, instances, majority in (("staging", 3, 2), ("production", 5, 3)):
        (stateful,) = of(archetype, environment, "StatefulSet")
        (budget,) = of(archetype, environment, "PodDisruptionBudget")
        assert stateful["spec"]["replicas"] == instances
        assert budget["spec"]["minAvailable"] == majority
        affinity = stateful["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
        assert list(affinity) == ["requiredDuringSchedulingIgnoredDuringExecution"]
    assert of(archetype, "develop", "PodDisruptionBudget") == []


@pytest.mark.parametrize("archetype", golden.STATEFUL)
def test_state_is_found_kept_and_restored(archetype: str) -> None:
    (stateful,) = of(archetype, "staging", "StatefulSet")
    spec = stateful["spec"]
    assert [claim["metadata"]["name"] for claim in spec["volumeClaimTemplates"]] == ["data"]
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    services = {item["metadata"]["name"]: item["spec"] for item in of(archetype, "staging", "Service")}
    assert services[spec["serviceName"]]["clusterIP"] == "None"
    (container,) = spec["template"]["spec"]["containers"]
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    (backup,), (restore,) = of(archetype, "staging", "CronJob"), of(archetype, "staging", "Job")
    copies = [backup["spec"]["jobTemplate"]["spec"]["template"], restore["spec"]["template"]]
    claims = {volume["persistentVolumeClaim"]["claimName"] for pod in copies for volume in pod["spec"]["volumes"]
              if "persistentVolumeClaim" in volume}  # fmt: skip
    kept = {
        item["metadata"]["name"]: item["metadata"]["annotations"]
        for item in of(archetype, "staging", "PersistentVolumeClaim")
    }
    assert kept == {claim: {"helm.sh/resource-policy": "keep"} for claim in claims}
