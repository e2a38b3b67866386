"""What is said to a registry of who asks: nothing before it wants it, and then at once, of every repository."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from helpers.workspaces.http import served_by
from helpers.workspaces.registries import Registry as Running
from helpers.workspaces.registries import Server, Tokens, answering
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login
from shunter.adapters.oci.transport import Transport
from shunter.model.errors import ShunterError

Reply = tuple[int, dict[str, str], bytes]
NAMES = ("a/one", "a/two", "b/three")


def client(url: str, *, pushes: bool = False, login: Login | None = None) -> Client:
    return Client(url.removeprefix("http://"), pushes=pushes, login=login, transport=Transport(timeout=60, pause=0.001))


def wants_password(server: Server, _: int) -> Reply:
    if "Authorization" in server.headers:
        return 404, {}, b""
    return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""


def auth(user: str) -> str:
    return base64.b64encode(f"{user}:p".encode()).decode()


@pytest.fixture
def logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Writes the only file that holds logins."""
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "helm.json"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    def write(value: object) -> None:
        (tmp_path / "helm.json").write_text(json.dumps(value), "utf-8")

    return write


def test_a_password_is_asked_for_once_and_each_repository_gets_its_own(logins: Callable[[object], None]) -> None:
    server = answering(wants_password)
    with served_by(server) as url:
        host = url.removeprefix("http://")
        logins({"auths": {host: {"auth": auth("all")}, f"{host}/b": {"auth": auth("team")}}})
        here = client(url)
        for name in NAMES:
            assert here.head(name, "1.0.0") is None
            assert here.manifest(name, "1.0.0") is None
    said = [base64.b64decode(header.removeprefix("Basic ")).decode() for _, _, header in server.asked]
    assert said == ["", *["all:p"] * 4, *["team:p"] * 2]


def test_who_has_no_login_says_nothing(logins: Callable[[object], None]) -> None:
    logins({})
    server = answering(wants_password)
    with served_by(server) as url:
        here = client(url)
        for name in NAMES:
            with pytest.raises(ShunterError, match=f"{name} wants a login"):
                here.head(name, "1.0.0")
    assert [header for _, _, header in server.asked] == [""] * 3


def test_a_helper_is_started_once(
    logins: Callable[[object], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, log = tmp_path / "bin/docker-credential-counted", tmp_path / "log"
    program.parent.mkdir()
    lines = (
        f"#!{sys.executable}",
        f"open({str(log)!r}, 'a').write('x')",
        'print(\'{"Username": "u", "Secret": "p"}\')',
    )
    program.write_text("\n".join(lines), "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    logins({"credsStore": "counted"})
    server = answering(wants_password)
    with served_by(server) as url:
        here = client(url)
        for name in NAMES:
            assert here.head(name, "1.0.0") is None
    assert log.read_text("utf-8") == "x"
    assert len(server.asked) == 1 + len(NAMES)


class Gate:
    """A registry that wants tokens, and hands them out itself: `valid` are those that it takes."""

    def __init__(self) -> None:
        self.url = ""
        self.scopes: list[str] = []
        self.valid: set[str] = set()

    def __call__(self, server: Server, _: int) -> Reply:
        asked = urlsplit(server.path)
        if asked.path == "/token":
            self.scopes += parse_qs(asked.query).get("scope", [""])
            token = f"t{len(self.scopes)}"
            self.valid.add(token)
            return 200, {}, json.dumps({"token": token}).encode()
        if server.headers.get("Authorization", "").removeprefix("Bearer ") in self.valid:
            return 404, {}, b""
        name = asked.path.removeprefix("/v2/").partition("/manifests")[0]
        scope = f',scope="repository:{name}:pull"' if name else ""
        return 401, {"WWW-Authenticate": f'Bearer realm="{self.url}/token",service="x"{scope}'}, b""


@pytest.mark.parametrize("pushes", [False, True])
def test_a_token_for_each_repository_and_no_question_before_it(pushes: bool) -> None:
    gate = Gate()
    server = answering(lambda server, number: gate(server, number))
    with served_by(server) as gate.url:
        here = client(gate.url, pushes=pushes, login=Login("u", "p"))
        with pytest.raises(ShunterError, match="answered 404"):
            here.ping()
        for name in NAMES:
            assert here.head(name, "1.0.0") is None
            assert here.manifest(name, "1.0.0") is None
    may = "pull,push" if pushes else "pull"
    assert gate.scopes == ["", *(f"repository:{name}:{may}" for name in NAMES)]
    unknown = [path for _, path, header in server.asked if not header]
    assert unknown == ["/v2/"], "only the first request was not known to come from anybody"


def test_a_token_that_has_run_out_is_replaced() -> None:
    gate = Gate()
    with served_by(answering(lambda server, number: gate(server, number))) as gate.url:
        here = client(gate.url)
        assert here.head("a/one", "1.0.0") is None
        gate.valid.clear()
        assert here.head("a/one", "1.0.0") is None
        assert here.head("a/two", "1.0.0") is None
    assert gate.scopes == ["repository:a/one:pull", "repository:a/one:pull", "repository:a/two:pull"]


@pytest.mark.parametrize("token", ["s3cret\r\nX: y", "s3cr\u00e9t", "s3cret x", "", 5, None, ["s3cret"]])
def test_what_is_no_token_is_no_login(token: object) -> None:
    gate = Gate()

    def answer(server: Server, number: int) -> Reply:
        found = gate(server, number)
        return (200, {}, json.dumps({"token": token}).encode()) if server.path.startswith("/token") else found

    with (
        served_by(answering(answer)) as gate.url,
        pytest.raises(ShunterError, match="a/one refuses the login") as caught,
    ):
        client(gate.url, login=Login("u", "p")).head("a/one", "1.0.0")
    assert "s3cr" not in caught.value.message


@pytest.mark.parametrize("realm", ["http://[::1/token", "", "gopher://x/"])
def test_a_token_service_at_no_place(realm: str) -> None:
    server = answering(lambda *_: (401, {"WWW-Authenticate": f'Bearer realm="{realm}"'}, b""))
    with served_by(server) as url, pytest.raises(ShunterError, match=r"is no URL|which is not encrypted"):
        client(url).head("a/one", "1.0.0")


@pytest.mark.registry
def test_a_real_registry_gives_one_token_for_each_chart(tokens: tuple[Running, Tokens]) -> None:
    registry, service = tokens
    before = len(service.asked)
    here = client(f"http://{registry.host}", pushes=True, login=Login("ci", "s3cret"))
    here.ping()
    for name in NAMES:
        assert here.head(f"who/{name}", "1.0.0") is None
        here.upload(f"who/{name}", b"{}")
    scopes = [asked.get("scope", "") for _, asked in service.asked[before:]]
    assert scopes == ["", *(f"repository:who/{name}:pull,push" for name in NAMES)]
