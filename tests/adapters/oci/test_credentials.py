"""Logins as Docker, Helm, Podman and credential helpers keep them; Helm reads what is written here."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

import pytest

from helpers.tools import need_helm
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci import credentials
from shunter.adapters.oci.credentials import Login, erase, login_for, store
from shunter.model.errors import ShunterError

HOST = "registry.example:5000"
LOGIN = Login("ann", "pa:ss")
ENTRY = {"auth": base64.b64encode(b"ann:pa:ss").decode()}


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every file that may hold a login is in a folder of the test."""
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "helm/config.json"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
    return tmp_path


def put(file: Path, value: object) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")


@pytest.mark.parametrize("file", ["helm/config.json", "docker/config.json", "auth.json"])
@pytest.mark.parametrize("name", [HOST, f"https://{HOST}", f"https://{HOST}/v1/", f"http://{HOST}/v2/"])
def test_a_file_and_the_names_in_it(places: Path, file: str, name: str) -> None:
    put(places / file, {"auths": {name: ENTRY, "other": {"auth": "x"}}})
    assert login_for(HOST, "charts/orders") == LOGIN
    assert login_for("other.example") is None


def test_the_longest_prefix_of_a_repository_wins(places: Path) -> None:
    both = {HOST: ENTRY, f"{HOST}/team": {"username": "team", "password": "p"}}
    put(places / "auth.json", {"auths": both})
    assert login_for(HOST, "team/charts") == Login("team", "p")
    assert login_for(HOST, "teams/charts") == LOGIN


def test_docker_hub_has_a_name_of_its_own(places: Path) -> None:
    put(places / "docker/config.json", {"auths": {"https://index.docker.io/v1/": {**ENTRY, "identitytoken": "t"}}})
    assert login_for("docker.io", "acme/charts") == Login(token="t")


def test_the_environment_is_for_the_workspace_or_the_host_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_REGISTRY_USER", "ci")
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", "p")
    assert login_for(HOST, own=True) == Login("ci", "p")
    assert login_for(HOST) is None
    monkeypatch.setenv("SHUNTER_REGISTRY_HOST", HOST)
    assert login_for(HOST) == Login("ci", "p")
    assert login_for("other.example", own=True) is None


HELPER = f"""#!{sys.executable}
import json, pathlib, sys
kept = pathlib.Path(__file__).with_name("kept.json")
known = json.loads(kept.read_text()) if kept.exists() else {{}}
said = sys.stdin.read().strip()
if sys.argv[1] == "store":
    entry = json.loads(said)
    known[entry["ServerURL"]] = entry
elif sys.argv[1] == "erase":
    known.pop(said)
elif said == "broken.example":
    sys.exit("the keychain is locked")
elif said not in known:
    print("credentials not found in native keychain")
    sys.exit(1)
else:
    print(json.dumps(known[said]))
kept.write_text(json.dumps(known))
"""


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A credential helper on PATH."""
    program = tmp_path / "bin/docker-credential-tests"
    put(program, HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return "tests"


def test_a_credential_helper_is_asked(places: Path, helper: str) -> None:
    put(places / "helm/config.json", {"credsStore": helper})
    assert login_for(HOST) is None
    assert store(HOST, LOGIN) == "docker-credential-tests"
    assert login_for(HOST) == LOGIN
    assert "pa:ss" not in (places / "helm/config.json").read_text("utf-8")
    assert erase(HOST)
    assert login_for(HOST) is None
    assert not erase(HOST)
    store("token.example", Login("<token>", "secret"))
    assert login_for("token.example") == Login(token="secret")
    with pytest.raises(ShunterError, match=r"gave no login for broken\.example: the keychain is locked") as caught:
        login_for("broken.example")
    assert caught.value.hint


def test_a_helper_for_one_host_and_one_that_is_missing(places: Path, helper: str) -> None:
    put(places / "docker/config.json", {"credHelpers": {HOST: helper, "gone.example": "gone"}})
    (places / "bin/kept.json").write_text(json.dumps({HOST: {"Username": "ann", "Secret": "pa:ss"}}), "utf-8")
    assert login_for(HOST) == LOGIN
    with pytest.raises(ShunterError, match="`docker-credential-gone` is not installed"):
        login_for("gone.example")


def test_a_login_is_for_its_owner_alone_and_the_rest_of_the_file_stays(places: Path) -> None:
    file = places / "helm/config.json"
    put(file, {"auths": {"other.example": {"auth": "eA=="}}, "more": 1})
    assert store(HOST, LOGIN) == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_bytes()) == {"auths": {"other.example": {"auth": "eA=="}, HOST: ENTRY}, "more": 1}
    assert [path.name for path in file.parent.iterdir()] == ["config.json"]
    assert erase(HOST)
    assert not erase(HOST)
    assert json.loads(file.read_bytes()) == {"auths": {"other.example": {"auth": "eA=="}}, "more": 1}


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": 1}', '{"auths": {"registry.example:5000": 1}}'])
def test_a_broken_file_is_named_or_holds_nothing(places: Path, text: str) -> None:
    put(places / "helm/config.json", text)
    if text == "{":
        with pytest.raises(ShunterError, match=r"config\.json cannot be read"):
            login_for(HOST)
    else:
        assert login_for(HOST) is None


def test_a_login_that_is_no_base64(places: Path) -> None:
    put(places / "helm/config.json", {"auths": {HOST: {"auth": "%%"}}})
    with pytest.raises(ShunterError, match="no base64") as caught:
        login_for(HOST)
    assert "shunter registry login" in caught.value.hint


@pytest.mark.registry
def test_helm_reads_what_is_written_and_the_other_way_round(registry: Registry, places: Path) -> None:
    need_helm()
    import helm_python

    file = places / "helm/config.json"
    store(registry.host, Login(USER, PASSWORD))
    with helm_python.RegistryClient(plain_http=True, credentials_file=file) as client:
        with pytest.raises(helm_python.HelmError, match="not found"):
            client.resolve(f"oci://{registry.host}/charts/nothing:1.0.0")
        client.logout(registry.host)
        assert login_for(registry.host) is None
        client.login(registry.host, USER, PASSWORD, plain_http=True)
    assert login_for(registry.host) == Login(USER, PASSWORD)


@pytest.mark.parametrize("said", ["ghp_TOKEN", "", ":ghp_TOKEN"])
def test_what_is_no_user_and_password_is_not_shown(places: Path, said: str) -> None:
    put(places / "auth.json", {"auths": {HOST: {"auth": base64.b64encode(said.encode()).decode() or "="}}})
    with pytest.raises(ShunterError) as caught:
        login_for(HOST)
    assert "TOKEN" not in caught.value.message + caught.value.hint
    assert caught.value.hint == "shunter registry login HOST"


def test_a_file_of_logins_is_a_file(places: Path) -> None:
    os.mkfifo(places / "auth.json")
    with pytest.raises(ShunterError, match=r"auth.json cannot be read: this is a pipe"):
        login_for(HOST)
    (places / "auth.json").unlink()
    (places / "auth.json").symlink_to("/dev/zero")
    with pytest.raises(ShunterError, match=r"auth.json cannot be read: this is a device"):
        login_for(HOST)


@pytest.mark.parametrize("said", ["null", '{"Username": null, "Secret": "x"}', '{"Username": "u"}', "[" * 100_000])
def test_a_helper_that_says_something_else(places: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    program = places / "docker-credential-odd"
    (places / "said").write_text(said, "utf-8")
    program.write_text(f"#!/bin/sh\ncat {places}/said\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(places), prepend=":")
    put(places / "helm/config.json", {"credsStore": "odd"})
    with pytest.raises(ShunterError, match=r"docker-credential-odd gave no login for registry\.example:5000"):
        login_for(HOST)


def test_a_helper_that_waits_for_ever(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = places / "docker-credential-slow"
    program.write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(places), prepend=":")
    monkeypatch.setattr(credentials, "_PATIENCE", 0.2)
    put(places / "helm/config.json", {"credsStore": "slow"})
    with pytest.raises(ShunterError, match="`docker-credential-slow` has given no answer for") as caught:
        login_for(HOST)
    assert caught.value.hint
