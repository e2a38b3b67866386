"""Releases beside an environment's own: previews of requests, where they stand, and that all of them goes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from helpers.clusters.accounts import account_of
from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import Deployed, make_environment
from helpers.workspaces.cli import ok, run_in_background, shunter

CLAIMING = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: NAME}
spec:
  serviceName: NAME
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: web, image: x/y}]}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}]
"""


def releases(cluster: Cluster, namespace: str) -> set[str]:
    found = cluster.get("secrets", "-n", namespace, "-l", "owner=helm")["items"]
    return {each["metadata"]["labels"]["name"] for each in found}


def is_there(cluster: Cluster, namespace: str) -> bool:
    return bool(cluster.kubectl("get", "namespace", namespace, "--ignore-not-found"))


def is_pending(cluster: Cluster, namespace: str) -> bool:
    return bool(cluster.get("secrets", "-n", namespace, "-l", "owner=helm,status=pending-install")["items"])


def with_preview(env: Deployed, text: str = "web: {note: preview}\n") -> Deployed:
    (env.root / "envs/tst/preview.yaml").write_text(text, "utf-8")
    return env


def test_without_a_file_for_it_there_is_no_preview(tst: Deployed) -> None:
    found = tst.deployed("--preview", "12")
    assert "tst  no preview: there is no envs/tst/preview.yaml" in found.err
    assert tst.history() == []


def test_a_preview_has_a_namespace_of_its_own_that_goes_with_it(tst: Deployed) -> None:
    own, other = f"{tst.namespace}-preview-12", f"{tst.namespace}-preview-13"
    with_preview(tst).deployed()
    assert f"  create  Namespace {own}\n" in tst.deployed("--preview", "12", "--plan").out
    tst.deployed("--preview", "12")
    tst.deployed("--preview", "13")
    assert (releases(tst.cluster, own), releases(tst.cluster, other)) == ({"shop-12"}, {"shop-13"})
    assert tst.cluster.get("configmap", "web", "-n", own)["data"]["note"] == "preview"
    ended = tst.deployed("--preview", "12", "--end")
    assert f"release shop-12 in namespace {own} is gone, the namespace that was made for it is gone" in ended.err
    assert not is_there(tst.cluster, own)
    assert "noop  tst  there is no release shop-12" in tst.deployed("--preview", "12", "--end").err
    assert releases(tst.cluster, other) == {"shop-13"}
    assert tst.history() == [(1, "deployed")]
    (tst.root / "envs/tst/preview.yaml").unlink()  # the request's last commit may have taken it away
    tst.deployed("--preview", "13", "--end")
    assert not is_there(tst.cluster, other)


def test_where_previews_have_a_namespace_it_stays(tst: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """And who deploys there may be somebody without a right outside of it."""
    shared = f"{tst.namespace}-preview"
    tst.cluster.kubectl("create", "namespace", shared)
    with_preview(tst)
    monkeypatch.setenv("KUBECONFIG", str(account_of(tst, "--previews")))
    assert f"rights are there in {shared}" in ok("rights", "check", "tst", "--previews", cwd=tst.root).err
    assert "are missing in" in shunter("rights", "check", "tst", cwd=tst.root).err
    tst.deployed("--preview", "12")
    assert releases(tst.cluster, shared) == {"shop-12"}
    assert f"release shop-12 in namespace {shared} is gone" in tst.deployed("--preview", "12", "--end").err
    assert "noop  tst  there is no release" in tst.deployed("--preview", "12", "--end").err
    assert is_there(tst.cluster, shared)
    tst.cluster.drop(shared)


def test_a_namespace_that_somebody_else_made_stays(tst: Deployed) -> None:
    own = f"{tst.namespace}-preview-12"
    tst.cluster.kubectl("create", "namespace", own)
    with_preview(tst).deployed("--preview", "12")
    assert releases(tst.cluster, own) == {"shop-12"}
    tst.deployed("--preview", "12", "--end")
    assert (is_there(tst.cluster, own), releases(tst.cluster, own)) == (True, set())
    tst.cluster.drop(own)


def test_a_release_apart_of_any_name_goes_with_what_is_left_named(
    admin: Cluster, namespace: str, tmp_path: Path
) -> None:
    env = make_environment(tmp_path, admin, namespace, web=CLAIMING)
    env.deployed("--release", "other")
    ended = env.deployed("--release", "other", "--end")
    assert f"left in namespace {namespace}: claims that a StatefulSet has made" in ended.err
    assert env.get("persistentvolumeclaims")["items"]
    assert releases(admin, namespace) == set()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--end",), "takes away a release beside that of tst, and never its own"),
        (("--end", "--release", "shop"), "takes away a release beside that of tst, and never its own"),
        (("--end", "--preview", "12", "--plan"), "--end deploys nothing"),
        (("--preview", "12", "--release", "x"), "a preview is called after its request"),
        (("--preview", "feature/x"), "`feature/x` is no request"),
        (("--preview", ""), "--preview"),
    ],
)
def test_what_is_no_preview_is_not_touched(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    env = make_environment(tmp_path, Cluster(tmp_path), "shop-tst")
    found = env.deploy(*options)
    assert (found.code, said in found.err) == (2, True), found.err


def test_one_that_does_not_go_is_said(tst: Deployed) -> None:
    """Its hook fails, or its namespace waits for somebody: nothing is said to be gone."""
    own = f"{tst.namespace}-preview-12"
    with_preview(tst).deployed("--preview", "12")
    holding = '{"metadata": {"finalizers": ["example.com/hold"]}}'
    tst.cluster.kubectl("patch", "configmap", "web", "-n", own, "--type=merge", "-p", holding)
    found = tst.deploy("--preview", "12", "--end", "--timeout", "4s")
    assert (found.code, f"release shop-12 in namespace {own} does not go" in found.err) == (2, True), found.err
    released = '{"metadata": {"finalizers": null}}'
    tst.cluster.kubectl("patch", "configmap", "web", "-n", own, "--type=merge", "-p", released)
    tst.deployed("--preview", "12", "--end")
    assert not is_there(tst.cluster, own)


def test_a_job_that_got_no_kubeconfig_has_nothing_to_take_away(tst: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes no other one, either: that of the runner's home leads somewhere else."""
    (tst.root / "home/.kube").mkdir(parents=True)
    content = Path(tst.cluster.kubeconfig()).read_text("utf-8")
    (tst.root / "home/.kube/config").write_text(content, "utf-8")
    monkeypatch.setenv("HOME", str(tst.root / "home"))
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("KUBECONFIG_CONTENT", "")
    with_preview(tst)
    for options in ((), ("--preview", "12")):
        found = tst.deploy(*options)
        assert (found.code, "KUBECONFIG_CONTENT is empty, and KUBECONFIG names no file" in found.err) == (2, True)
    assert "noop  tst  KUBECONFIG_CONTENT is empty" in tst.deployed("--preview", "12", "--end").err
    assert tst.history() == []
    monkeypatch.setenv("KUBECONFIG_CONTENT", content)
    (tst.root / "home/.kube/config").unlink()
    tst.deployed()
    assert tst.history() == [(1, "deployed")]


def test_two_runs_at_once_take_it_away_once(tst: Deployed) -> None:
    with_preview(tst).deployed("--preview", "12")
    with run_in_background(tst.root, "deploy", "tst", "--preview", "12", "--end") as other:
        found = tst.deployed("--preview", "12", "--end")
        _, said = other.communicate(timeout=120)
    assert (other.returncode, "gone" in found.err + said) == (0, True), said


def test_the_way_out_of_a_locked_preview_is_one_for_it(tst: Deployed) -> None:
    with_preview(tst, "web: {tag: broken}\n")
    with run_in_background(tst.root, "deploy", "tst", "--preview", "12") as run:
        end = time.monotonic() + 60
        while not is_pending(tst.cluster, f"{tst.namespace}-preview-12"):
            assert time.monotonic() < end
            time.sleep(0.1)
        found = tst.deploy("--preview", "12")
        run.kill()
        run.communicate(timeout=60)
    assert (found.code, "shunter deploy tst --preview 12 --recover" in found.err) == (1, True), found.err
    tst.deployed("--preview", "12", "--end")
