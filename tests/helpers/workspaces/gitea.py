"""A real forge: Gitea as a process on the loopback interface, with a certificate of its own, and people with tokens."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import ssl
import subprocess
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.workspaces.registries import free_port

ENTERPRISE = "ghe.example.org"
"""The other name in its certificate."""
ADMIN, PASSWORD = "root-of-all", "s3cret-s3cret"
PATIENCE = 300.0
_SETTINGS = """\
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = {folder}
[server]
PROTOCOL = https
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = https://localhost:{port}/
CERT_FILE = {folder}/cert.pem
KEY_FILE = {folder}/key.pem
LOCAL_ROOT_URL = https://127.0.0.1:{port}/
STATIC_ROOT_PATH = {static}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2
[log]
LEVEL = warn
[cron]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[service]
DISABLE_REGISTRATION = true
[repository]
DEFAULT_BRANCH = main
[repository.signing]
SIGNING_FORMAT = ssh
SIGNING_KEY = {folder}/signing.pub
SIGNING_NAME = The Forge
SIGNING_EMAIL = forge@example.org
CRUD_ACTIONS = always
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a login: a `token` that may do all that its owner may, unless it was made for less."""

    name: str
    token: str
    label: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What tells the forge who asks."""
        return {"Authorization": f"token {self.token}"}


@dataclass(frozen=True)
class Gitea:
    """A Gitea that runs on `port` of the loopback interface, with its data in `folder`."""

    program: str
    folder: Path
    port: int
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Where a person finds it."""
        return f"localhost:{self.port}"

    @property
    def certificate(self) -> Path:
        """What its clients have to trust."""
        return self.folder / "cert.pem"

    def fetch(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of an answer."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=context)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": self.host, **headers})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def ask(self, person: str, method: str, path: str, document: object = None) -> Any:
        """The API's answer to somebody, which has to be a success."""
        sent = b"" if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json", **self.people[person].headers}
        status, _, body = self.fetch(method, f"/api/v1/{path}", headers, sent)
        assert status < 300, (status, body)
        return json.loads(body) if body else None

    def page(self, url: str) -> tuple[int, str]:
        """Status and text of a page that was printed, as somebody sees it who is not logged in."""
        address = urllib.parse.urlsplit(url)
        assert (address.scheme, address.netloc) == ("https", self.host)
        path = f"{address.path}?{address.query}" if address.query else address.path
        status, _, body = self.fetch("GET", path, {})
        return status, body.decode()

    def run(self, *arguments: str) -> str:
        """Run one of its own commands."""
        command = [self.program, "--config", str(self.folder / "app.ini"), *arguments]
        return subprocess.run(command, env=_environment(self.folder), capture_output=True, text=True, check=True).stdout

    def token(self, name: str, *scopes: str) -> Person:
        """A login with a token of its own, by default one that may do everything."""
        made = ("admin", "user", "generate-access-token", "--username", name, "--raw")
        label = f"token-{time.monotonic_ns()}"
        printed = self.run(*made, "--token-name", label, "--scopes", ",".join(scopes or ("all",)))
        return Person(name, printed.split()[-1], label)  # before it there may be a warning

    def revoke(self, person: Person) -> None:
        """Make a token worthless."""
        basic = base64.b64encode(f"{person.name}:{PASSWORD}".encode()).decode()
        path = f"/api/v1/users/{person.name}/tokens/{person.label}"
        assert self.fetch("DELETE", path, {"Authorization": f"Basic {basic}"})[0] == 204

    def person(self, name: str, *options: str) -> None:
        """Make somebody an account, and give them a token for everything."""
        account = ("--username", name, "--password", PASSWORD, "--email", f"{name}@example.org")
        self.run("admin", "user", "create", *account, "--must-change-password=false", *options)
        self.people[name] = self.token(name)


def _environment(folder: Path) -> dict[str, str]:
    kept = ("PATH", "TZ")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(folder),
        "GITEA_WORK_DIR": str(folder),
    }


@contextlib.contextmanager
def running(program: str, folder: Path) -> Iterator[Gitea]:
    """A Gitea with an administrator, ended at the end."""
    names = f"subjectAltName=DNS:localhost,DNS:{ENTERPRISE},IP:127.0.0.1"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(
        [*made, "-days", "2", "-subj", "/CN=tests", "-addext", names], cwd=folder, capture_output=True, check=True
    )
    static = subprocess.run([program, "sources"], capture_output=True, text=True, check=True).stdout.strip()
    gitea = Gitea(program, folder, free_port())
    settings = _SETTINGS.format(folder=folder, port=gitea.port, static=static)
    (folder / "app.ini").write_text(settings, "utf-8")
    key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "forge", "-f", str(folder / "signing")]
    subprocess.run(key, capture_output=True, check=True)
    gitea.run("migrate")
    gitea.person(ADMIN, "--admin")
    command = [program, "--config", str(folder / "app.ini"), "web"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=_environment(folder), stdout=log, stderr=log)
        try:
            _wait(process, gitea)
            yield gitea
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(process: subprocess.Popen[bytes], gitea: Gitea) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if gitea.fetch("GET", "/api/v1/version", {})[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Gitea does not start: {(gitea.folder / 'log').read_text('utf-8')}")
