"""A forge's tokens at a real API server, without a cloud: a job that runs for tst deploys to tst, and not to pro."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clusters.accounts import kubeconfig_with
from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import Deployed, make_environment
from helpers.clusters.issuer import Issuer, issuing
from helpers.tools import need_helm
from helpers.workspaces.cli import ok
from shunter.adapters.cluster.kubeconfig import access_of
from shunter.adapters.cluster.server import Server
from shunter.core.deployment.identity import authentication, user_of
from shunter.core.deployment.rights import Granting, objects_of_rights
from shunter.flows.access.identity import kubeconfig_of
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError

AUDIENCE = "shunter"
CLAIMS = {"github": "repository", "gitlab": "project_path"}


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def issuer(cluster: Cluster, tmp_path: Path, forge: str) -> Iterator[Issuer]:
    """An issuer that the API server believes, as `rights issuer` would have it."""
    file = cluster.folder / "authentication.json"
    before = file.read_text("utf-8")
    with issuing(tmp_path / "issuer") as found:
        configured(file, json.dumps(authentication(forge, found.url, AUDIENCE, found.authority)))
        yield found
    configured(file, before)


def configured(file: Path, text: str) -> None:
    """Whole at once: the server looks at it when it changes."""
    new = file.with_name("authentication.new")
    new.write_text(text, "utf-8")
    new.replace(file)


def believed(file: Path) -> None:
    """Wait until the server has taken the issuer up."""
    end = time.monotonic() + 90
    while True:
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("KUBECONFIG", str(file))
                Server(access_of()).ask("GET", "/version")
        except ShunterError:
            assert time.monotonic() < end
            time.sleep(0.5)
        else:
            return


def in_job(issuer: Issuer, forge: str, monkeypatch: pytest.MonkeyPatch, **said: str) -> None:
    """Be a job of which the forge says this."""
    if forge == "gitlab":
        monkeypatch.setenv("SHUNTER_ID_TOKEN", issuer.token(AUDIENCE, **said))
        return
    issuer.jobs["key"] = said
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{issuer.url}/job?api-version=2.0")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "key")
    monkeypatch.setenv("SSL_CERT_FILE", str(issuer.folder / "tls.crt"))


def without_password(admin: Cluster, env: Deployed) -> Path:
    """The kubeconfig that `rights kubeconfig` prints for the jobs of an environment."""
    server = json.loads(admin.kubeconfig().read_text("utf-8"))["clusters"][0]["cluster"]
    where = ["--server", server["server"], "--authority", server["certificate-authority"], "--audience", AUDIENCE]
    file = env.root / "job.yaml"
    file.write_text(ok("rights", "kubeconfig", env.name, *where, cwd=env.root).out, "utf-8")
    return file


@pytest.mark.slow  # the server takes up to a minute to see the issuer
def test_a_token_for_tst_is_refused_in_pro(
    admin: Cluster,
    namespace: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    issuer: Issuer,
    forge: str,
) -> None:
    need_helm()
    other = admin.namespace()
    envs = [make_environment(tmp_path, admin, place, name) for name, place in (("tst", namespace), ("pro", other))]
    for env in envs:
        shown = json.loads(ok("rights", "show", env.name, "-o", "json", cwd=env.root).out)["objects"]
        rules = next(each["rules"] for each in shown if each["kind"] == "Role")
        user = user_of(forge, "acme/shop", env.name)
        for each in objects_of_rights(Granting(env.namespace, "shop-deployer", env.namespace, (user,)), rules):
            admin.apply(each)
    said = {CLAIMS[forge]: "acme/shop"}
    good = kubeconfig_with(admin, issuer.token(AUDIENCE, environment="tst", **said), tmp_path / "tst.json")
    believed(good)
    monkeypatch.setenv("KUBECONFIG", str(without_password(admin, envs[0])))
    in_job(issuer, forge, monkeypatch, environment="tst", **said)
    envs[0].deployed()
    assert envs[0].history() == [(1, "deployed")]
    refused = envs[1].deploy()
    assert (refused.code, f'User "{user_of(forge, "acme/shop", "tst")}" cannot' in refused.err) == (2, True)
    assert envs[1].history() == []

    foreign = {**said, CLAIMS[forge]: "acme/other"}
    for token in (
        issuer.token(AUDIENCE, environment="tst", **foreign),  # another repository's job
        issuer.token(AUDIENCE, **said),  # one that runs for no environment
        issuer.token("others", environment="tst", **said),
    ):
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig_with(admin, token, tmp_path / "bad.json")))
        assert envs[0].deploy().code == 2
    assert envs[0].history() == [(1, "deployed")]
    admin.drop(other)


@pytest.mark.parametrize(
    ("server", "text"), [("k:6443", "is no API server's address"), ("https://k", "no certificate")]
)
def test_a_kubeconfig_is_made_of_an_address_and_a_certificate(tmp_path: Path, server: str, text: str) -> None:
    make_environment(tmp_path, Cluster(tmp_path), "shop-tst")
    (tmp_path / "ca.crt").write_text("none", "utf-8")
    with pytest.raises(ShunterError, match=text):
        kubeconfig_of(open_context(tmp_path), ("tst",), server, "ca.crt", "shunter")
