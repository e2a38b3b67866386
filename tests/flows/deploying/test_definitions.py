"""Charts with kinds of their own in `crds/`: made at the first installation, and no right is needed for those that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clusters.accounts import account_of
from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import THING, WEB, Deployed, make_environment
from helpers.tools import HELM, HELM_3, need_helm, needs_helm_3
from helpers.workspaces.cli import ok

KIND = "things.tests.acme.io"
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": KIND},
    "spec": {
        "group": "tests.acme.io",
        "scope": "Namespaced",
        "names": {"kind": "Thing", "listKind": "ThingList", "plural": "things", "singular": "thing"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
            "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}],
    },
}  # fmt: skip


@pytest.fixture
def without_kind(admin: Cluster) -> Iterator[Cluster]:
    yield admin
    admin.kubectl("delete", "crd", KIND, "--ignore-not-found", "--timeout=60s")


def test_kinds_that_one_app_brings_are_there_for_another(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    """Each is a release of its own, and in the order of the record one that only uses them comes first."""
    group = f"{namespace}.acme.io"  # the other tests' kind comes and goes
    definition, thing = (text.replace("tests.acme.io", group) for text in (json.dumps(DEFINITION), WEB + THING))
    charts = {"before": thing, "bringer": WEB, "later": thing, "without": WEB}
    extra = {"crds/thing.yaml": definition}
    env = make_environment(tmp_path, admin, namespace, extra=extra, only="bringer", by_app=True, **charts)
    try:
        shown = env.deployed("--plan").out
        assert shown.count(f"  create  CustomResourceDefinition things.{group}\n") == 3  # whichever comes first
        assert env.deployed("-o", "json").out.count('"status": "done"') == 4
        assert "nothing to do" in env.deployed().err
        assert len(env.get(f"things.{group}")["items"]) == 2
    finally:
        admin.kubectl("delete", "crd", f"things.{group}", "--ignore-not-found", "--timeout=60s")


@pytest.mark.parametrize("helm", ["4", pytest.param("3", marks=needs_helm_3)])
def test_a_chart_that_asks_the_cluster_brings_a_kind(admin: Cluster, namespace: str, tmp_path: Path, helm: str) -> None:
    """Helm cannot try it before the kind is there, nor render it by the cluster's answers."""
    group = f"{namespace}.acme.io"
    definition, thing = (text.replace("tests.acme.io", group) for text in (json.dumps(DEFINITION), WEB + THING))
    asking = '{{ (lookup "v1" "Namespace" "" "default").kind | default "nothing" }}'
    env = make_environment(
        tmp_path,
        admin,
        namespace,
        extra={"crds/thing.yaml": definition},
        web=thing.replace("{note: {{ .Values.note | quote }}}\n", f"{{note: {asking}}}\n"),
    )
    with (env.root / "envs/tst/.copier-answers.yml").open("a", encoding="utf-8") as answers:
        answers.write(f'helm: "{helm}"\n')
    binary = HELM if helm == "4" else HELM_3
    try:
        assert "  create  Thing web\n" in env.deployed("--plan", "--helm", binary).out
        env.deployed("--helm", binary)
        assert env.get(f"things.{group}", "web")["spec"]["note"] == "Namespace"
        env.values({"web": {"tag": "two"}})
        env.deployed("--helm", binary)
    finally:
        admin.kubectl("delete", "crd", f"things.{group}", "--ignore-not-found", "--timeout=60s")


def with_kind(root: Path, cluster: Cluster, namespace: str) -> Deployed:
    return make_environment(
        root, cluster, namespace, extra={"crds/thing.yaml": json.dumps(DEFINITION)}, web=WEB + THING
    )


def test_a_kind_that_a_chart_brings(
    without_kind: Cluster, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_helm()
    env = with_kind(tmp_path, without_kind, namespace)
    shown = env.deployed("--plan").out
    assert f"  create  CustomResourceDefinition {KIND}\n" in shown
    assert "  create  Thing web\n" in shown
    assert "Thing web" not in without_kind.kubectl("get", "crd", "-o", "name")
    assert "revision 1 is deployed and well: tst 1.0.0, 4 of 4 objects changed" in env.deployed().err
    env.values({"web": {"note": "b"}})
    assert 'spec.note: "a" -> "b"' in env.deployed("--plan").out
    env.deployed()
    assert env.get("thing", "web")["spec"]["note"] == "b"

    other = without_kind.namespace()
    second = with_kind(tmp_path / "second", without_kind, other)
    said = ok("rights", "show", "tst", cwd=second.root).err
    assert f"no Role of its namespace reaches CustomResourceDefinition {KIND}" in said
    monkeypatch.setenv("KUBECONFIG", str(account_of(second)))
    second.deployed()  # as who may make no definition: it is there
    assert second.history() == [(1, "deployed")]
    without_kind.drop(other)
