"""Deploying to a real cluster: install, upgrade, nothing to do, plans, settings of others, Helm 3 to 4, waves, SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import HOOK, WEB, Deployed, make_environment
from helpers.tools import HELM, HELM_3, needs_helm_3
from helpers.workspaces.cli import run_in_background, shunter


def image(env: Deployed) -> str:
    containers = env.get("deployment", "web")["spec"]["template"]["spec"]["containers"]
    return str(containers[0]["image"])


def until_pending(env: Deployed) -> None:
    """Wait until helm is at work."""
    end = time.monotonic() + 60
    while not any(status.startswith("pending") for _, status in env.history()):
        assert time.monotonic() < end
        time.sleep(0.1)


def test_install_nothing_to_do_and_upgrade(tst: Deployed) -> None:
    first = tst.deployed()
    assert "tst  revision 1 is deployed and well: tst 1.0.0, 2 of 2 objects changed" in first.err
    assert tst.get("deployment", "web")["status"]["readyReplicas"] == 1
    assert "revision 1 is deployed as wanted, and well" in tst.deployed().err
    tst.values({"web": {"tag": "two"}})
    done = json.loads(tst.deployed("-o", "json").out)
    assert [(each["unit"], each["status"]) for each in done["outcomes"]] == [("tst", "done")]
    assert (image(tst), tst.history()) == ("x/web:two", [(1, "superseded"), (2, "deployed")])
    managers = {each["manager"] for each in tst.get("deployment", "web")["metadata"]["managedFields"]}
    assert "helm" in managers


def test_a_plan_changes_nothing_and_holds_until_something_changes(tst: Deployed) -> None:
    tst.deployed()
    tst.values({"web": {"tag": "two"}})
    shown = tst.deploy("--plan")
    assert shown.code == 0, shown.err
    assert '            spec.template.spec.containers[web].image: "x/web:one" -> "x/web:two"\n' in shown.out
    assert shown.out.endswith("  1 of 1 app restarts: web\n")
    assert (image(tst), tst.history()) == ("x/web:one", [(1, "deployed")])

    file = tst.root / "plan.json"
    file.write_text(tst.deployed("--plan", "-o", "json").out, "utf-8")
    tst.values({"web": {"tag": "three"}})
    refused = tst.deploy("--from", "plan.json")
    assert (refused.code, "not as planned any more" in refused.err, image(tst)) == (1, True, "x/web:one")
    tst.values({"web": {"tag": "two"}})
    assert tst.deploy("--from", "plan.json").code == 0
    assert image(tst) == "x/web:two"
    assert "revision was 1, and is 2" in tst.deploy("--from", "plan.json").err


def test_settings_that_only_the_cluster_has_are_not_dropped_unasked(tst: Deployed) -> None:
    tst.values({"web": {"note": "b"}})
    tst.deployed()
    chart = str(tst.root / "envs/tst")
    by_hand = [
        HELM,
        "upgrade",
        "shop",
        chart,
        "-n",
        tst.namespace,
        "--reuse-values",
        "--set",
        "web.replicas=2",
        "--wait",
    ]
    subprocess.run(by_hand, check=True, capture_output=True)
    refused = tst.deploy()
    assert (refused.code, "only the cluster has these settings: web.replicas" in refused.err) == (1, True)
    assert tst.get("deployment", "web")["spec"]["replicas"] == 2
    tst.deployed("--drop-settings")
    assert tst.get("deployment", "web")["spec"]["replicas"] == 1
    tst.values({})
    tst.deployed()  # what a commit takes away goes without a word, and the last of it, too
    assert tst.get("configmap", "web")["data"]["note"] == "a"


def test_a_helm_under_another_name_is_the_same_manager(tst: Deployed) -> None:
    """Helm sets it; else what one file applied, another could not change."""
    other = tst.root / "helm-4.next"
    other.symlink_to(HELM)
    tst.deployed("--helm", str(other))
    tst.values({"web": {"tag": "two", "note": "b"}})
    tst.deployed()
    for kind in ("deployment", "configmap"):
        managers = {each["manager"] for each in tst.get(kind, "web")["metadata"]["managedFields"]}
        assert managers <= {"helm", "controllers"}, managers
        assert "helm" in managers


@needs_helm_3
def test_a_release_of_helm_3_goes_on_with_helm_4(tst: Deployed) -> None:
    answers = tst.root / "envs/tst/.copier-answers.yml"
    text = answers.read_text("utf-8")
    answers.write_text(text + 'helm: "3"\n', "utf-8")
    other = tst.deploy()
    assert (other.code, "the environment is for Helm 3, and `helm` is v4" in other.err) == (2, True)
    tst.deployed("--helm", HELM_3)
    answers.write_text(text, "utf-8")
    tst.values({"web": {"tag": "two", "note": "b"}})
    shown = tst.deploy("--plan")
    assert (shown.code, shown.out.count(" -> ")) == (0, 4), shown.out + shown.err
    tst.deployed()
    assert (image(tst), tst.history()[-1]) == ("x/web:two", (2, "deployed"))


@pytest.mark.slow  # it waits for what never gets ready
def test_where_one_of_a_wave_is_not_well_the_rest_is_not_begun(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    other = admin.namespace()
    envs = [
        make_environment(tmp_path, admin, each, name, "production") for name, each in (("de", namespace), ("us", other))
    ]
    envs[0].values({"web": {"tag": "broken"}})
    first = shunter("deploy", "stage:production", "--timeout", "6s", "--on-failure", "stop", cwd=tmp_path)
    assert (first.code, "refused  us  not begun: de is not well" in first.err) == (2, True), first.err
    assert envs[1].history() == []
    envs[0].values({"web": {"tag": "two"}})
    assert shunter("deploy", "stage:production", "--soak", "2", cwd=tmp_path).code == 0
    assert [each.history()[-1][1] for each in envs] == ["deployed", "deployed"]
    admin.drop(other)


def test_sigterm_ends_in_order_and_says_the_state(tst: Deployed) -> None:
    tst.deployed()
    tst.values({"web": {"tag": "broken"}})
    with run_in_background(tst.root, "deploy", "tst") as run:
        until_pending(tst)
        time.sleep(1)
        run.send_signal(signal.SIGTERM)
        _, err = run.communicate(timeout=120)
    assert (run.returncode, err.splitlines()[0]) == (130, "interrupted")
    assert f"release shop in namespace {tst.namespace}: revision 2 is failed; what was applied stays" in err
    tst.values({"web": {"tag": "two"}})
    tst.deployed()
    assert tst.history() == [(1, "superseded"), (2, "failed"), (3, "deployed")]


def test_hooks_are_told_and_run(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    env = make_environment(tmp_path, admin, namespace, web=f"{WEB}---\n{HOOK}")
    assert "  run     Job web-migrate (pre-install)\n" in env.deployed("--plan").out
    env.deployed()
    assert env.get("job", "web-migrate")["status"]["succeeded"] == 1


def test_a_namespace_that_is_not_there_is_made(tst: Deployed, admin: Cluster) -> None:
    other = f"{tst.namespace}-new"
    env = make_environment(tst.root / "more", admin, other)
    assert f"  create  Namespace {other}\n" in env.deployed("--plan").out
    env.deployed()
    assert env.history() == [(1, "deployed")]
    admin.drop(other)


@pytest.mark.parametrize("options", [("--timeout", "10"), ("--plan", "--recover")])
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert shunter("deploy", "tst", *options, cwd=tmp_path).code == 2


def test_secrets_are_in_no_file(tst: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What helm gets comes through a pipe: in the folder for temporary files there is the chart, and no values."""
    spied = tmp_path / "spied"
    spied.mkdir()
    helm = tmp_path / "bin/helm"
    helm.parent.mkdir()
    helm.write_text(f'#!/bin/sh\nfind {spied} -type f >>{tmp_path}/files\nexec {HELM} "$@"\n', "utf-8")
    helm.chmod(0o755)
    monkeypatch.setattr("tempfile.tempdir", str(spied))
    tst.values({"web": {"note": "s3cret"}})
    tst.deployed("--helm", str(helm))
    assert {Path(line).name for line in (tmp_path / "files").read_text("utf-8").split()} == {"chart.tgz"}
    assert tst.get("configmap", "web")["data"]["note"] == "s3cret"
    assert list(spied.iterdir()) == []
    assert os.environ["KUBECONFIG"]
