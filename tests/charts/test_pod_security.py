"""The restricted Pod Security Standard, by Kubernetes' own code: recorded verdicts, and with Go the judge itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts import golden, pod_security
from helpers.charts.charts import ARCHETYPES
from helpers.charts.pod_security import AGAIN, VERSIONS, verdicts
from helpers.tools import require

OBJECTS = golden.stored()


def test_every_archetype_is_judged() -> None:
    assert {name.partition(".")[0] for name in OBJECTS} == set(ARCHETYPES)
    assert [name for name, items in OBJECTS.items() if not pod_security.pods(items)] == []


@pytest.mark.parametrize("name", OBJECTS)
def test_kubernetes_admits_every_golden_manifest(name: str) -> None:
    entry = pod_security.recorded().get(pod_security.key(name))
    assert entry is not None, f"nobody judged {name} as it is now: {AGAIN}"
    assert entry["restricted"] == dict.fromkeys(pod_security.pods(OBJECTS[name]), VERSIONS)


def test_the_record_holds_nothing_else() -> None:
    assert {entry["manifest"] for entry in pod_security.recorded().values()} == set(OBJECTS)
    assert len(pod_security.recorded()) == len(OBJECTS), AGAIN


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program; .ci/run has built it."""
    if built := os.environ.get("SHUNTER_TEST_PSS"):
        return Path(built)
    require("go", "Kubernetes' own code is in Go")
    return pod_security.build(tmp_path_factory.mktemp("pss"))


@pytest.mark.go
@pytest.mark.slow
def test_the_record_is_what_kubernetes_says(judge: Path) -> None:
    assert pod_security.judged(judge) == pod_security.recorded(), AGAIN


def deployment(name: str = "rest-api.develop.yaml") -> dict[str, Any]:
    return next(item for item in golden.stored()[name] if item["kind"] == "Deployment")


def privileged(container: dict[str, Any], pod: dict[str, Any]) -> None:
    container["securityContext"]["privileged"] = True
    container["securityContext"]["allowPrivilegeEscalation"] = True


def on_the_host(container: dict[str, Any], pod: dict[str, Any]) -> None:
    pod["hostNetwork"] = True
    pod["volumes"] = [{"name": "root", "hostPath": {"path": "/"}}]


def as_root(container: dict[str, Any], pod: dict[str, Any]) -> None:
    pod["securityContext"]["runAsNonRoot"] = False


def without_seccomp(container: dict[str, Any], pod: dict[str, Any]) -> None:
    del pod["securityContext"]["seccompProfile"]


def with_capabilities(container: dict[str, Any], pod: dict[str, Any]) -> None:
    del container["securityContext"]["capabilities"]


@pytest.mark.go
@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (privileged, "privileged"),
        (on_the_host, "hostNetwork=true"),
        (as_root, "runAsNonRoot"),
        (without_seccomp, "seccompProfile"),
        (with_capabilities, 'capabilities.drop=["ALL"]'),
    ],
)
def test_what_is_not_restricted_is_refused(judge: Path, spoil: Any, reason: str) -> None:
    item = deployment()
    pod = item["spec"]["template"]["spec"]
    spoil(pod["containers"][0], pod)
    found = verdicts(judge, yaml.safe_dump(item))
    assert [verdict["version"] for verdict in found] == VERSIONS
    assert not any(verdict["allowed"] for verdict in found)
    assert all(reason in verdict["reason"] for verdict in found), found


@pytest.mark.go
@pytest.mark.slow
def test_every_kind_of_pod_template_is_found(judge: Path) -> None:
    pod = deployment()["spec"]["template"]
    privileged(pod["spec"]["containers"][0], pod["spec"])
    shapes = {
        "Pod": pod,
        "CronJob": {"spec": {"jobTemplate": {"spec": {"template": pod}}}},
        **{kind: {"spec": {"template": pod}} for kind in ("Deployment", "StatefulSet", "DaemonSet", "Job")},
    }
    items = [
        {"apiVersion": "v1", "kind": kind, **shape, "metadata": {"name": "x", **shape.get("metadata", {})}}
        for kind, shape in shapes.items()
    ]
    found = verdicts(judge, yaml.safe_dump_all(items))
    assert {verdict["kind"] for verdict in found if not verdict["allowed"]} == set(shapes)
    assert len(found) == len(shapes) * len(VERSIONS)


@pytest.mark.go
@pytest.mark.slow
def test_a_field_that_kubernetes_does_not_know_is_an_error(judge: Path) -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["securityContxt"] = {}
    with pytest.raises(ValueError, match="securityContxt"):
        verdicts(judge, yaml.safe_dump(item))
