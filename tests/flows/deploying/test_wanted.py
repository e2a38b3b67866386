"""What is rendered before an upgrade: the same as Helm's binary makes of it, once, and by the binary where the cluster has a say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import HOOK, WEB, Deployed, make_environment
from helpers.tools import HELM, need_helm
from shunter.adapters.helm.deployer import helm_binary
from shunter.flows.deploying.run import Asked, opened, planned
from shunter.flows.deploying.targets import targets_of
from shunter.flows.deploying.wanted import rendered_here
from shunter.flows.workspace.context import open_context

VERSION = (
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME-v}\ndata: {v: '{{ .Capabilities.KubeVersion }}'}\n"
)


@pytest.fixture
def spied(tmp_path: Path) -> tuple[str, Path]:
    """A helm that notes what it is asked for, and where it does."""
    helm, notes = tmp_path / "bin/helm", tmp_path / "asked"
    helm.parent.mkdir()
    helm.write_text(f'#!/bin/sh\necho "$@" >>{notes}\nexec {HELM} "$@"\n', "utf-8")
    helm.chmod(0o755)
    return str(helm), notes


def asked(notes: Path) -> list[str]:
    """What helm was asked for, and forget it."""
    lines = notes.read_text("utf-8").splitlines() if notes.exists() else []
    notes.unlink(missing_ok=True)
    return ["try" if "--dry-run=server" in line else line.split()[0] for line in lines]


def test_helm_is_asked_for_its_version_once_and_upgrades_once(
    admin: Cluster, namespace: str, tmp_path: Path, spied: tuple[str, Path]
) -> None:
    need_helm()
    helm, notes = spied
    other = admin.namespace()
    for name, place in (("a", namespace), ("b", other)):
        made = make_environment(tmp_path, admin, place, name)
    made.deployed("a", "--helm", helm)
    assert asked(notes) == ["version", "upgrade", "upgrade"]
    made.deployed("a", "--helm", helm)
    assert asked(notes) == []
    admin.drop(other)


def test_helm_does_not_ask_what_is_known(tst: Deployed, spied: tuple[str, Path]) -> None:
    need_helm()
    tst.deployed("--helm", spied[0])
    *_, upgrade = spied[1].read_text("utf-8").splitlines()
    assert {"--skip-crds", "--skip-schema-validation", "--disable-openapi-validation"} <= set(upgrade.split())


@pytest.mark.parametrize("own", ["", "7"])
def test_helm_may_ask_as_often_as_kubectl(tst: Deployed, monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    need_helm()
    helm = tst.root / "asking-helm"
    helm.write_text(
        f'#!/bin/sh\necho "$1 $({HELM} env HELM_QPS) $HELM_BURST_LIMIT" >>{tst.root}/pace\nexec {HELM} "$@"\n'
    )
    helm.chmod(0o755)
    if own:
        monkeypatch.setenv("HELM_QPS", own)
    tst.deployed("--helm", str(helm))
    assert (tst.root / "pace").read_text("utf-8").splitlines()[-1] == f"upgrade {own or 50}.00 300"


def test_it_is_what_the_binary_renders(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    need_helm()
    env = make_environment(tmp_path, admin, namespace, web=f"{WEB}---\n{HOOK}", other=WEB)
    context = open_context(str(env.root))
    with opened(context, Asked(("tst",)), targets_of(context, ["tst"])[0]) as runs:
        (run,) = runs.each
        by_helm = planned(run, ())[1]
        here = rendered_here(run.place.target, run.helm.version, server_side=True)
    assert here is not None
    assert (here.digest, here.chart) == (by_helm.digest, by_helm.chart)
    assert [each.title for each in here.objects] == [each.title for each in by_helm.objects]
    assert sorted(here.hooks[0].events) == sorted(by_helm.hooks[0].events) == ["pre-install", "pre-upgrade"]
    env.deployed()
    with opened(context, Asked(("tst",)), targets_of(context, ["tst"])[0]) as runs:
        (run,) = runs.each
        assert run.place.revisions()[-1].manifest_digest == here.digest


def test_where_a_template_asks_the_cluster_helm_renders(
    admin: Cluster, namespace: str, tmp_path: Path, spied: tuple[str, Path]
) -> None:
    helm, notes = spied
    env = make_environment(tmp_path, admin, namespace, web=f"{WEB}{VERSION}")
    env.deployed("--helm", helm)
    assert [each for each in asked(notes) if each != "version"] == ["try", "upgrade"]
    assert (
        env.get("configmap", "web-v")["data"]["v"]
        == json.loads(admin.kubectl("get", "--raw", "/version"))["gitVersion"]
    )
    assert "as wanted" in env.deployed("--helm", helm).err
    assert [each for each in asked(notes) if each != "version"] == ["try"]


@pytest.mark.parametrize(
    ("kubectl", "back"),
    [
        (("label", "configmap", "web", "app.kubernetes.io/managed-by-"), "labels"),
        (("patch", "configmap", "web", "--type=json", '-p=[{"op": "remove", "path": "/data/note"}]'), "data"),
        (("delete", "configmap", "web"), "it"),
    ],
)
def test_what_somebody_took_away_comes_back_though_charts_and_values_are_the_same(
    tst: Deployed, kubectl: tuple[str, ...], back: str
) -> None:
    tst.deployed()
    tst.kubectl(*kubectl)
    assert "revision 2 is deployed and well: tst 1.0.0, 1 of 2 objects changed" in tst.deployed().err, back
    found = tst.get("configmap", "web")
    assert (found["data"]["note"], found["metadata"]["labels"]["app.kubernetes.io/managed-by"]) == ("a", "Helm")


def test_the_binary_is_asked_anew_where_path_leads_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spied: tuple[str, Path]
) -> None:
    if not HELM:
        pytest.skip("no helm binary: put one on PATH, or name it in SHUNTER_TEST_HELM")
    monkeypatch.setenv("PATH", f"{Path(spied[0]).parent}:/usr/bin:/bin")
    assert [helm_binary().major for _ in range(3)] == [4, 4, 4]
    assert asked(spied[1]) == ["version"]
    assert tmp_path.is_dir()


SCHEMA = {"properties": {"replicas": {"type": "integer"}}}


@pytest.mark.parametrize("by_app", [False, True])
@pytest.mark.parametrize("first", [True, False])
def test_values_are_judged_by_the_charts_schemas_before_anything_changes(
    admin: Cluster, namespace: str, tmp_path: Path, *, first: bool, by_app: bool
) -> None:
    files = {"values.schema.json": json.dumps(SCHEMA)}
    env = make_environment(tmp_path, admin, namespace, "tst", "develop", files, by_app=by_app, web=WEB)
    if not first:
        env.deployed()
    env.values({"web": {"replicas": "two"}})
    done = env.deploy()
    assert (done.code, env.history()) == (2, [] if first else [(1, "deployed")])
    assert "at '/replicas': got string, want integer" in done.err, done.err
