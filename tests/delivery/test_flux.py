"""Flux itself: what is promoted and merged arrives in a real cluster, as `render` prints it, and what is broken says so."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.clusters.cluster import Cluster, running
from helpers.clusters.flux import NAMESPACE, Flux, reconciling
from helpers.tools import CLUSTER, HELM, KWOK, NO_CLUSTER, needs_flux, needs_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.git_https import CERTIFICATE, git_served
from helpers.workspaces.gitrepo import commit_all, git

pytestmark = [
    needs_flux,
    needs_helm,
    pytest.mark.slow,  # a cluster of its own, in which two controllers work
    pytest.mark.skipif(not (CLUSTER and KWOK), reason=NO_CLUSTER),
]

WORKSPACE = """\
name: shop
layout: multi
ci: github
deployment: flux
repositories: {url: "URL/{name}.git"}
services:
  orders: {archetype: rest-api, team: alice}
  web: {archetype: frontend}
environments:
  tst: {stage: develop}
  eu: {stage: develop, promotes-from: tst, cluster: far}
promotions: {direct: []}
"""
FAILING = """
jobs:
  migrate: {hook: [pre-upgrade], args: [fail], backoffLimit: 0}
"""
"""What goes wrong in the cluster alone: a job that has to run before the new version may."""
THEIRS = ("helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace")
"""The labels that helm-controller puts on whatever it applies."""
Objects = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Shop:
    """A workspace whose environments Flux deploys; `origins` has its repositories as a forge serves them."""

    root: Path
    origins: Path
    flux: Flux

    def released(self, train: str) -> None:
        """Package what is there, cut a train, and push both."""
        ok("package", cwd=self.root)
        ok("train", "cut", train, cwd=self.root)
        ok("sync", "--push", cwd=self.root)

    def promoted(self, train: str, environment: str) -> str:
        """Promote by a pull request, merge it, and let CI deploy it: the commit."""
        ok("promote", train, "--to", environment, "--pr", cwd=self.root)
        clone = self.root.parent / f"merge-{environment}"
        if not clone.exists():
            git(self.root, "clone", "-q", str(self.origins / f"shop-{environment}.git"), str(clone))
        git(clone, "fetch", "-q")
        git(clone, "reset", "-q", "--hard", "origin/main")
        git(clone, "merge", "-q", "--squash", f"origin/promote/{environment}")
        git(clone, "commit", "-q", "-m", f"Promote {train} to {environment}")
        git(clone, "push", "-q", "origin", "main", f":promote/{environment}")
        git(clone, "push", "-q", "origin", f"HEAD:refs/heads/deploy/{environment}")  # as the generated job does
        ok("sync", cwd=self.root)
        return git(clone, "rev-parse", "HEAD")

    def changed(self, environment: str, files: dict[str, bytes | str | None]) -> str:
        """Somebody changes files of an environment, and CI deploys that: the commit."""
        clone = commit_all(self.root / f"shop-{environment}", files)
        git(clone, "push", "-q", "origin", "main", f"HEAD:refs/heads/deploy/{environment}")
        return git(clone, "rev-parse", "HEAD")

    def rendered(self, environment: str) -> Objects:
        """What `render` prints."""
        return by_name(ok("render", environment, cwd=self.root).out)

    def released_objects(self, environment: str) -> Objects:
        """What Helm's newest release in the cluster consists of, without the labels that are the controller's own."""
        command = [HELM, "get", "manifest", "shop", "--namespace", f"shop-{environment}"]
        command += ["--kubeconfig", str(self.flux.cluster.kubeconfig())]
        return by_name(subprocess.run(command, capture_output=True, text=True, check=True).stdout, without=THEIRS)

    def live(self, environment: str, wanted: Objects) -> Objects:
        """The objects of these names as the server has them."""
        get = self.flux.cluster.get
        return {(kind, name): get("-n", f"shop-{environment}", kind, name) for kind, name in wanted}

    def pods(self, environment: str) -> dict[str, str]:
        """The pods that run and are ready, with their image."""
        found = self.flux.cluster.get("pods", "-n", f"shop-{environment}", "--field-selector", "status.phase=Running")
        return {
            each["metadata"]["name"]: each["spec"]["containers"][0]["image"]
            for each in found["items"]
            if any(one["type"] == "Ready" and one["status"] == "True" for one in each["status"].get("conditions", ()))
        }

    def is_there(self, environment: str, commit: str) -> None:
        """That commit is deployed, and the cluster has what it renders: no object more, and each as it is printed."""
        self.flux.until(f"shop-{environment}", revision=commit)
        wanted = self.rendered(environment)
        assert self.released_objects(environment) == wanted
        found = self.live(environment, wanted)
        assert [name for name, value in wanted.items() if not within(value, found[name])] == []
        deployments = [value for (kind, _), value in found.items() if kind == "Deployment"]
        states = [{each["type"]: each["status"] for each in one["status"]["conditions"]} for one in deployments]
        assert [state["Available"] for state in states] == ["True"] * 2


def by_name(text: str, without: tuple[str, ...] = ()) -> Objects:
    """The objects of a stream by kind and name; labels that are called `without` do not count."""
    found: Objects = {}
    for value in filter(None, yaml.safe_load_all(text)):
        labels = value["metadata"].get("labels", {})
        for label in without:
            labels.pop(label, None)
        assert found.setdefault((value["kind"], value["metadata"]["name"]), value) is value
    return found


def within(part: Any, whole: Any) -> bool:
    """All that `part` says is in `whole`, which may say more: what a server adds."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and within(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(within, part, whole))
    return bool(part == whole)


def far(cluster: Cluster) -> dict[str, Any]:
    """What `cluster: far` of an environment asks for; that cluster is the same, and its kubeconfig names no file here."""
    value = json.loads(cluster.kubeconfig().read_text("utf-8"))
    there = value["clusters"][0]["cluster"]
    there["certificate-authority-data"] = base64.b64encode(
        Path(there.pop("certificate-authority")).read_bytes()
    ).decode()
    metadata = {"name": "shop-eu-kubeconfig", "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"value": json.dumps(value)}}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The workspace, pushed, nothing promoted yet; what it generated for Flux is applied, as its documentation says."""
    folder, origins, store = tmp_path.resolve(), tmp_path.resolve() / "origins", tmp_path / "store"
    origins.mkdir()
    store.mkdir()
    with git_served(origins, folder) as url:
        (folder / "values.yaml").write_text(WORKSPACE.replace("URL", url), "utf-8")
        ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=folder)
        root = folder / "shop"
        for repository in (root, *(each.parent for each in root.glob("*/.git"))):
            origin = origins / f"{repository.name}.git"
            git(folder, "clone", "-q", "--bare", str(repository), str(origin))
            git(repository, "remote", "set-url", "origin", f"file://{origin}")  # who pushes is not what is tried here
        own = running(Path(os.environ["SHUNTER_TEST_FOLDER"]) / "of-flux")
        with own as cluster, reconciling(cluster, store, folder / CERTIFICATE) as flux:
            for environment in ("tst", "eu"):
                cluster.kubectl("apply", "-f", str(root / f"shop-{environment}/gitops/{environment}.yaml"))
            cluster.apply(far(cluster))
            yield Shop(root, origins, flux)


def conditions(state: dict[str, Any]) -> dict[str, str]:
    """What a HelmRelease says of itself: each condition's status, reason and sentence."""
    return {each["type"]: f"{each['status']} {each['reason']}: {each['message']}" for each in state["conditions"]}


def test_what_is_merged_arrives_in_the_cluster_and_what_fails_there_says_so(shop: Shop) -> None:
    flux, namespace = shop.flux, ("-n", "shop-tst")
    shop.released("1.0.0")
    first = shop.promoted("1.0.0", "tst")
    flux.ask("gitrepository", "shop-tst")
    shop.is_there("tst", first)

    # what a person changes goes back, but for the number of pods
    orders = shop.rendered("tst")["Deployment", "shop-orders"]
    paths: dict[str, object] = {"/spec/template/spec/containers/0/image": "x/other:1", "/spec/replicas": 3}
    change = [{"op": "replace", "path": path, "value": value} for path, value in paths.items()]
    flux.cluster.kubectl(*namespace, "patch", "deployment", "shop-orders", "--type=json", "-p", json.dumps(change))
    flux.ask("helmrelease", "shop-tst")
    image = orders["spec"]["template"]["spec"]["containers"][0]["image"]
    mended = f"jsonpath={{.spec.template.spec.containers[0].image}}={image}"
    flux.cluster.kubectl(*namespace, "wait", "deployment/shop-orders", f"--for={mended}", "--timeout=100s")
    assert flux.cluster.get(*namespace, "deployment", "shop-orders")["spec"]["replicas"] == 3

    # the next one by nothing but the interval that the objects have
    ok("bump", "orders", "--minor", cwd=shop.root)
    shop.released("1.1.0")
    second = shop.promoted("1.1.0", "tst")
    shop.is_there("tst", second)
    assert shop.rendered("tst")["Deployment", "shop-orders"]["metadata"]["labels"]["helm.sh/chart"] == "orders-0.2.0"

    # and values alone, of the same train: the umbrella's version stays what it was
    valued = shop.changed("tst", {"envs/tst/values.yaml": "orders: {replicaCount: 2}\n"})
    flux.ask("gitrepository", "shop-tst")
    shop.is_there("tst", valued)
    wanted = shop.rendered("tst")
    assert wanted["Deployment", "shop-orders"]["spec"]["replicas"] == 2

    # what no check before the cluster can know: the release says so, and the pods are those that ran
    pods = shop.pods("tst")
    values = shop.root / "orders/charts/orders/values.yaml"
    good = values.read_text("utf-8")
    commit_all(shop.root / "orders", {"charts/orders/values.yaml": good + FAILING})
    ok("bump", "orders", "--minor", cwd=shop.root)
    shop.released("1.2.0")
    third = shop.promoted("1.2.0", "tst")
    flux.ask("gitrepository", "shop-tst")
    said = conditions(flux.until("shop-tst", "Stalled", revision=third))
    assert said["Ready"].startswith("False RollbackSucceeded: Helm rollback to previous release shop-tst/shop"), said
    assert said["Released"].startswith("False UpgradeFailed: "), said
    assert "Job/shop-tst/shop-orders-migrate status: 'Failed'" in said["Released"], said
    assert shop.pods("tst") == pods
    assert {image.rpartition("/")[2].partition(":")[0] for image in pods.values()} == {"orders", "web"}
    assert shop.released_objects("tst") == wanted

    # an environment of its stage takes nothing meanwhile
    waiting = shop.promoted("1.0.0", "eu")
    flux.ask("gitrepository", "shop-eu")
    said = conditions(flux.until("shop-eu", status="False", reason="DependencyNotReady"))
    assert "flux-system/shop-tst" in said["Ready"], said
    assert flux.cluster.kubectl("get", "namespace", "shop-eu", "--ignore-not-found") == ""

    # and both are well with the next good one
    commit_all(shop.root / "orders", {"charts/orders/values.yaml": good})
    ok("bump", "orders", "--minor", cwd=shop.root)
    shop.released("1.3.0")
    fourth = shop.promoted("1.3.0", "tst")
    flux.ask("gitrepository", "shop-tst")
    shop.is_there("tst", fourth)
    shop.is_there("eu", waiting)
