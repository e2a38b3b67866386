"""Plans against a real server: fields of others, objects of others, what goes."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.definitions import defined
from helpers.clusters.environments import THING, WEB, Deployed, make_environment
from helpers.tools import HELM, HELM_3, needs_helm_3
from helpers.workspaces.cli import shunter

HPA = {
    "apiVersion": "autoscaling/v2",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web"},
    "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": 3,
        "maxReplicas": 5,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
            }
        ],
    },
}


def replicas(env: Deployed) -> int:
    return int(env.get("deployment", "web")["spec"]["replicas"])


def test_a_field_that_kubectl_scaled_is_not_taken_unasked(tst: Deployed) -> None:
    tst.deployed()
    tst.kubectl("scale", "deployment", "web", "--replicas=2")
    tst.values({"web": {"replicas": 4}})
    shown = tst.deploy("--plan")
    assert (shown.code, "conflict: spec.replicas belongs to kubectl (scale)" in shown.out) == (1, True)
    refused = tst.deploy()
    assert (refused.code, "conflict: spec.replicas of Deployment web belongs to kubectl (scale)" in refused.err) == (
        1,
        True,
    )
    assert (replicas(tst), tst.history()) == (2, [(1, "deployed")])
    tst.deployed("--conflicts", "take")
    assert (replicas(tst), tst.history()[-1]) == (4, (2, "deployed"))


def test_a_field_of_an_autoscaler_is_not_taken_unasked(tst: Deployed) -> None:
    tst.deployed()
    tst.cluster.apply({**HPA, "metadata": {"name": "web", "namespace": tst.namespace}})
    end = time.monotonic() + 60
    while replicas(tst) != 3:
        assert time.monotonic() < end
        time.sleep(0.2)
    tst.values({"web": {"tag": "two"}})
    refused = tst.deploy()
    assert (refused.code, "spec.replicas of Deployment web belongs to controllers (scale)" in refused.err) == (
        1,
        True,
    )
    assert replicas(tst) == 3


def test_a_field_of_another_manager_is_named_with_it(tst: Deployed) -> None:
    tst.deployed()
    value = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"note": "theirs", "more": "x"}}
    file = tst.root / "theirs.json"
    import json

    file.write_text(json.dumps({**value, "metadata": {"name": "web"}}), "utf-8")
    tst.kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=argocd", "-f", str(file))
    refused = tst.deploy()
    assert (refused.code, "data.note of ConfigMap web belongs to argocd, since 20" in refused.err) == (1, True)
    tst.deployed("--conflicts", "take")
    assert tst.get("configmap", "web")["data"] == {"note": "a", "more": "x"}


def test_an_object_of_nobodys_is_not_adopted(tst: Deployed) -> None:
    tst.kubectl("create", "configmap", "web")
    refused = tst.deploy()
    assert refused.code == 1
    assert "ConfigMap web is refused: it is there already, and of no release" in refused.err
    assert tst.history() == []
    planned = tst.deploy("--plan")  # here Helm itself renders, and says it first
    assert (planned.code, 'unable to continue with install: ConfigMap "web"' in planned.err) == (2, True)
    assert tst.history() == []


def test_what_the_charts_have_no_more_goes(tst: Deployed, admin: Cluster, tmp_path: Path) -> None:
    tst.deployed()
    template = (tmp_path / "envs/tst/charts/web/templates/all.yaml").read_text("utf-8")
    kept = template.split("---\n")[0]
    smaller = make_environment(tmp_path / "later", admin, tst.namespace, web=kept)
    assert "  delete  ConfigMap web\n" in smaller.deployed("--plan", "--older").out  # its history is another one
    smaller.deployed("--older")
    assert "configmap/web" not in tst.kubectl("get", "configmaps", "-o", "name")


def test_what_the_server_would_not_take_is_said_before(tst: Deployed) -> None:
    tst.values({"web": {"replicas": -1}})
    refused = tst.deploy()
    assert (refused.code, "Deployment web is refused: " in refused.err, tst.history()) == (1, True, [])


MORE = {
    "a kind of the server": ("  replicas:", "  replica: 2\n  replicas:"),
    "a field in a list": ("{name: web, image", "{name: web, imag: x, image"),
    "a kind of a definition": ("spec: {note:", "spec: {more: x, note:"),
}


UNKNOWN = {
    "a kind of the server": ".spec.replica",
    "a field in a list": '.spec.template.spec.containers[name="web"].imag',
    "a kind of a definition": ".spec.more",
}


@pytest.fixture
def thing(admin: Cluster, namespace: str, tmp_path: Path) -> Iterator[str]:
    """A chart's template with an object of a kind whose fields are defined, too."""
    group, schema = f"{namespace}.acme.io", tmp_path / "thing_v1.json"
    spec = {"type": "object", "properties": {"note": {"type": "string"}}}
    schema.write_text(json.dumps({"type": "object", "properties": {"spec": spec}}), "utf-8")
    defined(admin, schema, group, "Thing")
    yield WEB + THING.replace("tests.acme.io", group)
    admin.kubectl("delete", "crd", f"things.{group}", "--timeout=60s")


def both(root: Path, cluster: Cluster, namespace: str, template: str, what: str) -> tuple[Deployed, Deployed]:
    """An environment, and the same with such a field and another value."""
    right = make_environment(root, cluster, namespace, web=template)
    wrong = make_environment(root / "wrong", cluster, namespace, web=template.replace(*MORE[what]))
    wrong.values({"web": {"note": "b"}})
    return right, wrong


def upgraded(helm: str, env: Deployed) -> subprocess.CompletedProcess[str]:
    """What Helm itself makes of an environment."""
    where = [str(env.root / "envs/tst"), "--namespace", env.namespace]
    return subprocess.run([helm, "upgrade", "--install", "shop", *where], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("what", MORE)
@pytest.mark.parametrize("first", [True, False])
def test_a_field_that_a_kind_does_not_have_is_refused_before_helm_is(
    admin: Cluster, namespace: str, tmp_path: Path, thing: str, what: str, *, first: bool
) -> None:
    right, wrong = both(tmp_path, admin, namespace, thing, what)
    if not first:
        right.deployed()
    before = right.history()
    refused = wrong.deploy("--older")
    assert (refused.code, " web is refused: " in refused.err, right.history()) == (1, True, before), refused.err
    assert f"web is refused: {UNKNOWN[what]}: field not declared in schema\n" in refused.err
    helm = upgraded(HELM, wrong)
    assert (helm.returncode, "field not declared in schema" in helm.stderr) == (1, True), helm.stderr
    assert right.history() == [*before, (len(before) + 1, "failed")]


@needs_helm_3
@pytest.mark.parametrize("what", MORE)
@pytest.mark.parametrize("first", [True, False])
def test_helm_3_leaves_such_a_field_out(
    admin: Cluster, namespace: str, tmp_path: Path, thing: str, what: str, *, first: bool
) -> None:
    right, wrong = both(tmp_path, admin, namespace, thing, what)
    for env in (right, wrong):
        with (env.root / "envs/tst/.copier-answers.yml").open("a", encoding="utf-8") as answers:
            answers.write('helm: "3"\n')
    if not first:
        right.deployed("--helm", HELM_3)
    count = len(right.history())
    wrong.deployed("--older", "--helm", HELM_3)
    found = _rendered(right)
    helm = upgraded(HELM_3, wrong)
    assert (helm.returncode, right.history()[-1]) == (0, (count + 2, "deployed")), helm.stderr
    assert found == _rendered(right)


def _rendered(env: Deployed) -> list[dict[str, object]]:
    """What of its objects comes from templates."""
    return [
        {key: value for key, value in each.items() if key not in ("metadata", "status")}
        for each in env.get("deployment,configmap,things")["items"]
    ]


def test_an_object_that_is_being_deleted_is_none_that_is_there(tst: Deployed) -> None:
    tst.deployed()
    tst.kubectl("patch", "configmap", "web", "--type=merge", "-p", '{"metadata": {"finalizers": ["acme.io/kept"]}}')
    tst.kubectl("delete", "configmap", "web", "--wait=false")
    refused = tst.deploy()
    assert (refused.code, "ConfigMap web is refused: it is being deleted since 20" in refused.err) == (1, True)
    assert "and waits for acme.io/kept" in refused.err
    differs = shunter("diff", "tst", "--cluster", cwd=tst.root)
    assert (differs.code, "it is being deleted since 20" in differs.out) == (1, True)
    tst.kubectl("patch", "configmap", "web", "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
    tst.deployed()
    assert tst.get("configmap", "web")["data"]["note"] == "a"
