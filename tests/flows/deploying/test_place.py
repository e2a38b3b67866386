"""A place that cannot be reached, or in which somebody may not do what is needed: one error each, with a hint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.clusters.accounts import account_of
from helpers.clusters.environments import Deployed
from helpers.workspaces.registries import free_port


def test_a_cluster_that_does_not_answer(tst: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = json.loads(tst.cluster.kubeconfig().read_text("utf-8"))
    value["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{free_port()}"
    (tmp_path / "config").write_text(json.dumps(value), "utf-8")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    found = tst.deploy("--plan")
    assert (found.code, found.err.startswith("error: here cannot be reached at https://127.0.0.1:")) == (2, True)
    assert "hint: check the network" in found.err


def test_who_is_not_known(tst: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = json.loads(tst.cluster.kubeconfig().read_text("utf-8"))
    value["users"][0]["user"]["token"] = "nobodys"
    (tmp_path / "config").write_text(json.dumps(value), "utf-8")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    found = tst.deploy()
    assert (found.code, "error: here does not know who you are" in found.err) == (2, True)


def test_what_somebody_may_not_do_is_named(tst: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tst.cluster.kubeconfig("deployer")))
    found = tst.deploy()
    assert found.code == 2
    assert f'cannot list resource "secrets" in API group "" in the namespace "{tst.namespace}"' in found.err
    assert "hint: ask who runs the cluster" in found.err


def test_a_context_that_is_not_there(tst: Deployed) -> None:
    found = tst.deploy("--context", "there")
    assert (found.code, "error: the kubeconfig has no context `there`\nhint: contexts: here\n") == (2, found.err)


def test_a_helm_that_could_not_write_down_its_end_has_not_deployed(
    tst: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Helm 4 ends with 0 where it may not update its Secret: all runs, and the next upgrade is refused."""
    admin = str(tst.cluster.kubeconfig())
    monkeypatch.setenv("KUBECONFIG", str(account_of(tst, without=("secrets", "update"))))
    found = tst.deploy()
    assert (found.code, "failed  tst  helm has ended well, and revision 1 is pending-install" in found.err) == (2, True)
    assert "helm may not update Secrets: shunter rights check tst" in found.err
    monkeypatch.setenv("KUBECONFIG", admin)
    tst.deployed("--recover")
    assert tst.history()[-1] == (2, "deployed")


def test_what_could_not_begin_names_nothing_as_not_ready(tst: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(account_of(tst, without=("secrets", "create"))))
    found = tst.deploy()
    assert (found.code, "nothing was changed: create: failed to create: secrets is forbidden" in found.err) == (2, True)
    assert "not ready" not in found.err
