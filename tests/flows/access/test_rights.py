"""Rights by experiment: with those of `rights show` all works, without any one of them something does not; and nowhere else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.clusters.accounts import account_of, lock
from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import HOOK, WEB, Deployed, make_environment
from helpers.tools import HELM, need_helm
from helpers.workspaces.cli import Result, ok, shunter
from shunter.core.deployment.rights import rights_of

SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec: {selector: {app: NAME}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: NAME, labels: {tag: "{{ .Values.tag }}"}}
"""
SMALL = [("apps", "deployments"), ("", "configmaps")]
LARGE = [*SMALL, ("", "services"), ("", "serviceaccounts")]
HOOKS = [("batch", "jobs")]
OLDER = ("jobs", "list")
"""Servers that stream lists to who watches, as this one does, need no right to list."""
EVERY = os.environ.get("SHUNTER_TEST_RIGHTS") == "all"
"""Each verb on each of more kinds: `make delivery`."""
RIGHTS = rights_of(LARGE, HOOKS) if EVERY else rights_of(SMALL)
REMOVED = [removed for each in RIGHTS if (removed := (each.resource, each.verb)) != OLDER]


def environment(root: Path, cluster: Cluster, namespace: str, name: str = "tst") -> Deployed:
    web = f"{WEB}{SERVICE}---\n{HOOK}" if EVERY else WEB
    return make_environment(root, cluster, namespace, name, web=web, other=web)


def upgraded(env: Deployed) -> None:
    """The image of one app and the settings of both change, and the other app goes."""
    env.values({"web": {"tag": "two", "note": "b"}, "other": {"note": "b", "tag": "two"}})


def without_other(env: Deployed) -> Deployed:
    return make_environment(env.root / "later", env.cluster, env.namespace, env.name, web=WEB)


def what_breaks(env: Deployed, before: Callable[[], None]) -> str:
    """The first step of a release's life that does not succeed; empty where all do. `before` is done by an administrator."""
    options = ("--timeout", "8s", "--on-failure", "stop", "--older")  # the two environments have a history each
    if said := failed(env.deploy(*options)):
        return f"install: {said}"
    upgraded(env)
    if said := failed(env.deploy(*options)):
        return f"upgrade: {said}"
    if said := failed(without_other(env).deploy(*options)):
        return f"upgrade that takes away: {said}"
    before()
    if said := failed(env.deploy("--recover", *options)):
        return f"recover: {said}"
    for verb in (("status", "--cluster"), ("diff", env.name, "--cluster"), ("deploy", env.name, "--plan")):
        if said := failed(shunter(*verb, cwd=env.root)):
            return f"{verb[0]}: {said}"
    command = [HELM, "uninstall", "shop", "-n", env.namespace, "--wait", "--timeout", "8s"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"uninstall: {done.stderr}" if done.returncode else ""


def failed(done: Result) -> str:
    return done.out + done.err if done.code or "unknown" in done.out else ""


@pytest.fixture
def as_deployer(admin: Cluster, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    need_helm()
    return lambda file: monkeypatch.setenv("KUBECONFIG", str(file))


@pytest.mark.slow  # a release's whole life
def test_with_these_rights_all_verbs_succeed(
    admin: Cluster, namespace: str, tmp_path: Path, as_deployer: Callable[[Path], None]
) -> None:
    env = environment(tmp_path, admin, namespace)
    as_deployer(account_of(env))
    assert "all " in ok("rights", "check", env.name, cwd=env.root).err
    assert what_breaks(env, lambda: lock(env)) == ""


@pytest.mark.slow  # the same without one right after the other
@pytest.mark.parametrize(("resource", "verb"), REMOVED)
def test_without_any_one_of_them_something_breaks(
    admin: Cluster,
    namespace: str,
    tmp_path: Path,
    as_deployer: Callable[[Path], None],
    resource: str,
    verb: str,
) -> None:
    env = environment(tmp_path, admin, namespace)
    as_deployer(account_of(env, without=(resource, verb)))
    checked = shunter("rights", "check", env.name, cwd=env.root)
    assert (checked.code, f": {verb} {resource}" in checked.err) == (1, True), checked.err
    assert "1 of " in checked.err
    assert what_breaks(env, lambda: lock(env))


def test_one_account_has_no_rights_in_another_namespace(
    admin: Cluster, namespace: str, tmp_path: Path, as_deployer: Callable[[Path], None]
) -> None:
    other = admin.namespace()
    mine = make_environment(tmp_path, admin, namespace, "a")
    theirs = make_environment(tmp_path, admin, other, "b")
    theirs.deployed()
    account_of(theirs)
    as_deployer(account_of(mine))
    mine.deployed()
    refused = theirs.deploy()
    who = f"system:serviceaccount:{namespace}:shop-deployer"
    assert (refused.code, f'User "{who}" cannot list resource "secrets"' in refused.err) == (2, True), refused.err
    checked = shunter("rights", "check", "a", "b", cwd=tmp_path)
    assert checked.code == 1
    assert f"all 20 rights are there in {namespace}" in checked.err
    assert f"20 of 20 rights are missing in {other}" in checked.err
    admin.drop(other)


def test_what_charts_grant_is_granted_and_what_no_role_reaches_is_told(
    admin: Cluster, namespace: str, tmp_path: Path, as_deployer: Callable[[Path], None]
) -> None:
    """Who makes a Role must hold what it grants."""
    rbac = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {}\nmetadata: {{name: NAME}}\nrules: [{{apiGroups: [events.k8s.io], resources: [events], verbs: [watch]}}]\n"
    env = make_environment(tmp_path, admin, namespace, web=f"{WEB}{rbac.format('Role')}")
    as_deployer(account_of(env))
    env.deployed()
    assert env.get("role", "web")["rules"][0]["verbs"] == ["watch"]
    more = make_environment(tmp_path / "more", admin, namespace, web=f"{WEB}{rbac.format('ClusterRole')}")
    told = ok("rights", "show", "tst", cwd=more.root)
    assert "tst: no Role of its namespace reaches ClusterRole web" in told.err
    assert "kind: ClusterRole\n" not in told.out
