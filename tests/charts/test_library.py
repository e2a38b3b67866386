"""The library and app charts on the embedded Helm: alone, in an umbrella, linted, and against Kubernetes' schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from helpers.charts import golden
from helpers.charts.charts import (
    ARCHETYPES,
    LIBRARY,
    app_chart,
    environment_helmignore,
    library_chart,
    objects,
    render,
    umbrella,
    write,
)
from helpers.oracles import compatibility, kubernetes

OWN = ("Chart.yaml", "values.yaml", "templates/app.yaml", "templates/NOTES.txt")
helm_python.disable_logging()


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An umbrella with one app of every archetype."""
    apps = {archetype: app_chart(archetype) for archetype in ARCHETYPES}
    return write(umbrella(apps), tmp_path_factory.mktemp("train"))


def test_every_default_manifest_fits_five_kubernetes_minors(train: Path) -> None:
    for item in objects(render(train)):
        kubernetes.check(item)


def test_the_library_is_named_templates_of_one_major_and_asks_no_cluster() -> None:
    files = library_chart()
    templates = {path: text for path, text in files.items() if path.startswith("templates/")}
    assert [path for path in templates if not re.fullmatch(r"templates/_[a-z]+\.v1\.tpl", path)] == []
    assert not files.keys() & {"values.yaml", "values.schema.json"}
    whole = "".join(templates.values())
    assert [word for word in ("Capabilities", "lookup") if word in whole] == []
    names = re.findall(r'define "([^"]+)"', whole)
    assert len(names) == len(set(names)), "of two files that define a name Helm takes one, and says nothing"


def test_the_librarys_lines_are_short() -> None:
    lines = [(path, line) for path, text in library_chart("shop-library").items() for line in text.splitlines()]
    assert [(path, line) for path, line in lines if path.startswith("templates/") and len(line) > 140] == []


def test_the_units_context_is_documented_whole() -> None:
    """Each key that a template reads or sets is in the list at the head of its file, and the other way round."""
    texts = {path: text for path, text in library_chart().items() if path.startswith("templates/")}
    head = texts["templates/_context.v1.tpl"].partition("*/}}")[0]
    documented = set(re.findall(r"^  (\w+)  ", head, re.MULTILINE))
    whole = "".join(texts.values())
    used = set(re.findall(r"(?:\$unit|\.unit)\.(\w+)", whole)) | set(re.findall(r'set [.$] "(\w+)"', whole))
    assert used - documented == set()
    assert {key for key in documented if not re.search(rf"[.]{key}\b", whole)} == set()


def test_alone_and_inside_an_umbrella_an_app_renders_the_same(train: Path, tmp_path: Path) -> None:
    whole = render(train)
    for archetype in ARCHETYPES:
        alone = render(write(app_chart(archetype), tmp_path / archetype))
        assert whole[f"shop/charts/{archetype}/templates/app.yaml"] == alone[f"{archetype}/templates/app.yaml"]


def test_lint_is_clean(train: Path, tmp_path: Path) -> None:
    charts = [train, write(library_chart(), tmp_path / LIBRARY)]
    charts += [write(app_chart(archetype), tmp_path / archetype) for archetype in ARCHETYPES]
    for chart in charts:
        report = helm_python.lint(str(chart), strict=True)
        assert [message for message in report["messages"] if message["severity"] > 1] == []
        assert report["errors"] == []


def test_neither_revision_nor_repetition_changes_a_byte(train: Path) -> None:
    first = render(train, revision=1, is_install=True)
    assert first == render(train, revision=7, is_upgrade=True)


def bumped(files: Mapping[str, str], version: str) -> dict[str, str]:
    """The charts with `version` in place of every chart's, the library's included; each appVersion stays."""
    result = dict(files)
    for path in files:
        if path.rpartition("/")[2] == "Chart.yaml":
            definition = yaml.safe_load(files[path])
            definition["version"] = version
            for entry in definition.get("dependencies", ()):
                entry["version"] = version
            result[path] = yaml.safe_dump(definition, sort_keys=False)
    return result


@pytest.mark.parametrize("environment", golden.ENVIRONMENTS)
def test_a_bump_of_versions_changes_no_pod_template(environment: str, tmp_path: Path) -> None:
    files = umbrella({archetype: app_chart(archetype) for archetype in ARCHETYPES})
    values = {archetype: golden.values(archetype, environment) for archetype in ARCHETYPES}
    further = {
        "jobs": {"seed": {"command": ["seed"]}, "nightly": {"command": ["clean"], "schedule": "@daily"}},
        "controllers": {"consumer": {"command": ["consume"]}, "agent": {"kind": "DaemonSet", "command": ["watch"]}},
    }
    values["rest-api"] = {**values["rest-api"], **further}

    def found(version: str) -> dict[str, dict[str, Any]]:
        rendered = list(objects(render(write(bumped(files, version), tmp_path / version), values)))
        assert all(item["metadata"]["labels"]["helm.sh/chart"].endswith(version) for item in rendered)
        return compatibility.pods(rendered)

    before = found("1.0.0")
    assert {key.partition("/")[0] for key in before} == {"Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob"}
    assert before == found("1.0.1")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rest-api": {"replicas": 2}}, "additional properties 'replicas' not allowed"),
        ({"rest-api": {"image": {"tagg": "1"}}}, "additional properties 'tagg' not allowed"),
        ({"rest-api": {"image": {"tag": 1.1}}}, "at '/image/tag': got number, want null or string"),
        ({"rest-api": {"enabled": "false"}}, "at '/enabled': got string, want null or boolean"),
        ({"worker": {"archetype": "rest-api"}}, "at '/archetype': value must be 'worker'"),
    ],
)
def test_an_umbrella_refuses_what_the_app_does_not_know(train: Path, values: dict[str, Any], message: str) -> None:
    with pytest.raises(helm_python.HelmError) as caught:
        render(train, values)
    assert message in str(caught.value)


def test_an_umbrella_renders_the_same_with_its_own_copy_of_the_library_alone(train: Path) -> None:
    whole = render(train)
    (train / ".helmignore").write_text(environment_helmignore(), encoding="utf-8")
    try:
        assert render(train) == whole
        assert [m for m in helm_python.lint(str(train), strict=True)["messages"] if m["severity"] > 1] == []
    finally:
        (train / ".helmignore").unlink()


def test_an_app_chart_costs_at_most_forty_lines() -> None:
    for archetype in ARCHETYPES:
        chart = app_chart(archetype)
        own = [text for name, text in chart.items() if name in OWN]
        assert len(own) == len(OWN)
        assert sum(len(text.splitlines()) for text in own) <= 40, archetype


REST_API = """\
archetype: rest-api
image: {repository: ghcr.io/acme/orders}
config: {LOG_LEVEL: info}
envFrom:
  database: {secretRef: {name: orders-database}}
resources:
  requests: {cpu: 100m, memory: 128Mi}
ingress:
  enabled: true
  hosts: [{host: orders.example.com}]
autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 80}
metrics: {serviceMonitor: {enabled: true}}
jobs:
  migrate: {hook: [pre-install, pre-upgrade], command: [orders, migrate]}
"""


def test_a_whole_rest_api_costs_at_most_forty_lines(tmp_path: Path) -> None:
    files = {**app_chart("rest-api", "orders"), "values.yaml": REST_API}
    assert sum(len(files[name].splitlines()) for name in OWN) <= 40
    found = {item["kind"]: item for item in objects(render(write(files, tmp_path)))}
    assert found.keys() == {
        "ConfigMap", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job", "PodDisruptionBudget", "Service",
        "ServiceAccount", "ServiceMonitor",
    }  # fmt: skip
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [
        {"configMapRef": {"name": "tst-orders-config"}}, {"secretRef": {"name": "orders-database"}},
    ]  # fmt: skip
    assert {"livenessProbe", "readinessProbe", "resources"} <= container.keys()
    for item in found.values():
        kubernetes.check(item)


def test_two_libraries_with_other_names_live_in_one_release(tmp_path: Path) -> None:
    apps = {"orders": app_chart("rest-api", "orders"), "cart": app_chart("rest-api", "cart", library="other")}
    kinds = [item["kind"] for item in objects(render(write(umbrella(apps), tmp_path)))]
    assert kinds.count("Deployment") == 2


def test_names_that_yaml_takes_for_something_else_stay_names(train: Path) -> None:
    names = {"y": "no", "on": "1e3", "null": "0x10"}
    values = {"config": {**names, "1e3": "x"}, "env": names, "commonLabels": names, "nodeSelector": names}
    found = {item["kind"]: item for item in objects(render(train, {"rest-api": values})) if named(item, "rest-api")}
    assert found["ConfigMap"]["data"] == {**names, "1e3": "x"}
    pod = found["Deployment"]["spec"]["template"]
    assert pod["spec"]["nodeSelector"] == names
    assert names.items() <= pod["metadata"]["labels"].items()
    told = {"PORT": "8080", "SHUTDOWN_SECONDS": "22"}
    assert {item["name"]: item["value"] for item in pod["spec"]["containers"][0]["env"]} == names | told


def named(item: dict[str, Any], app: str) -> bool:
    return bool(item["metadata"]["labels"]["app.kubernetes.io/name"] == app)
