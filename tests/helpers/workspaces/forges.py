"""A real forge: Gitea as a process on the loopback interface, under names that a person's remotes may have.

`running` starts it, with a certificate of its own. `network` leads `gh` and git to it as `https://ghe.example.org` as well,
through a proxy, with the API where GitHub Enterprise Server has it: the two are near each other, so `gh` runs as it is.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import json
import os
import select
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import free_port

ENTERPRISE = "ghe.example.org"
ADMIN, PASSWORD = "root-of-all", "s3cret-s3cret"
_PATIENCE = 60.0
_OF_A_CONNECTION = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}
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
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=_PATIENCE, context=context)
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
            process.wait(_PATIENCE)


def _wait(process: subprocess.Popen[bytes], gitea: Gitea) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if gitea.fetch("GET", "/api/v1/version", {})[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Gitea does not start: {(gitea.folder / 'log').read_text('utf-8')}")


@dataclass
class Network:
    """A proxy of which every client is told by environment variables: it knows the ports behind the forges' names."""

    port: int
    ports: dict[str, int]

    def environment(self, certificate: Path) -> dict[str, str]:
        """What git and the clients have to be told."""
        proxy = f"http://127.0.0.1:{self.port}"
        trusted = dict.fromkeys(("SSL_CERT_FILE", "GIT_SSL_CAINFO"), str(certificate))
        ways = {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "localhost", "no_proxy": "localhost"}
        return {**ways, **trusted, "GIT_ALLOW_PROTOCOL": "file:https"}


@contextlib.contextmanager
def network(gitea: Gitea) -> Iterator[Network]:
    """The way to the second name of a Gitea; `ports` may be changed while it is there."""
    with _enterprise(gitea) as port:
        found = Network(0, {ENTERPRISE: port})

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                _tunnel(self.request, found.ports)

        with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as found.port:
            yield found


@contextlib.contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _tunnel(client: socket.socket, ports: Mapping[str, int]) -> None:
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += client.recv(65536)
    host = asked.split(b" ")[1].decode().partition(":")[0]
    try:
        server = socket.create_connection(("127.0.0.1", ports[host]))
    except (OSError, KeyError):
        client.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        return
    with server:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        while True:
            for end in select.select([client, server], [], [])[0]:
                try:
                    data = end.recv(65536)
                except OSError:
                    return
                if not data:
                    return
                (server if end is client else client).sendall(data)


@contextlib.contextmanager
def _enterprise(gitea: Gitea) -> Iterator[int]:
    """A Gitea with its API where GitHub Enterprise Server has it, and with the header that `gh` reads scopes from."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self._body()
            path = "/api/v1/user" if self.path == "/api/v3/" else self.path.replace("/api/v3/", "/api/v1/", 1)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_A_CONNECTION}
            status, answered, sent = gitea.fetch(self.command, path, kept, body)
            self.send_response(status)
            for name in ("Content-Type", "Www-Authenticate"):
                if name in answered:
                    self.send_header(name, answered[name])
            self.send_header("X-Oauth-Scopes", "repo, read:org, gist")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_POST = do_PATCH = do_GET  # noqa: N815 - names of the base class

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(gitea.certificate, gitea.folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _served(server) as port:
        yield port


@dataclass(frozen=True)
class Forge:
    """The forge as a person has it: its `host`, an organisation of theirs, and the folder with the clients on PATH."""

    gitea: Gitea
    paths: Network
    host: str
    owner: str
    folder: Path

    @property
    def config(self) -> Path:
        """The folder where clients keep their logins."""
        return self.folder / "config"

    @property
    def credential(self) -> str:
        """The section of git's settings that says who a person is there."""
        return f"credential.https://{self.host}"

    def log_in(self, person: Person) -> None:
        """Tell git, and the client for this host, who the person is."""
        told = f'!f() {{ echo "username={person.name}"; echo "password={person.token}"; }}; f'
        config = ("config", "--file", os.environ["GIT_CONFIG_GLOBAL"])
        git(self.folder, *config, "--replace-all", f"{self.credential}.helper", told)
        self.log_out()
        if self.host != ENTERPRISE:
            login = ["tea", "login", "add", "--name=ours", f"--url=https://{self.host}", f"--token={person.token}"]
            subprocess.run(login, check=True, capture_output=True)
            return
        hosts = {ENTERPRISE: {"user": person.name, "oauth_token": person.token, "git_protocol": "https"}}
        (self.config / "hosts.yml").write_text(json.dumps(hosts), "utf-8")

    def log_out(self) -> None:
        """Let the clients know nobody."""
        shutil.rmtree(self.config, ignore_errors=True)
        self.config.mkdir()

    def repository(self, name: str) -> str:
        """Make a repository; its URL."""
        self.gitea.ask("tess", "POST", f"orgs/{self.owner}/repos", {"name": name})
        return f"https://{self.host}/{self.owner}/{name}.git"

    def settle(self, name: str) -> None:
        """Wait until the forge has noticed the first push: until then it says that nothing is there."""
        end = time.monotonic() + _PATIENCE
        while self.gitea.ask("tess", "GET", f"repos/{self.owner}/{name}")["empty"]:
            assert time.monotonic() < end, name
            time.sleep(0.05)

    def requests(self, name: str, state: str = "open") -> list[Any]:
        """The pull requests of a repository, as the forge has them."""
        found: list[Any] = self.gitea.ask("tess", "GET", f"repos/{self.owner}/{name}/pulls?state={state}")
        return found

    def page(self, url: str) -> tuple[int, str]:
        """Status and text of a page that was printed for a person."""
        return self.gitea.page(url.replace(ENTERPRISE, self.gitea.host))
