"""Registries as processes on the loopback interface: docker-registry with a password file, and with signed tokens."""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import itertools
import json
import select
import socket
import socketserver
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.tools import require
from helpers.workspaces.http import served_by
from shunter.adapters.oci.client import MANIFEST, Client
from shunter.adapters.oci.credentials import Login
from shunter.core.charts.archive import digest

USER, PASSWORD = "ci", "s3cret"
_PATIENCE = 300.0
_PORTS = 5
"""A port that was free may be taken until a registry listens on it: so many are tried."""


@dataclass(frozen=True)
class Registry:
    """A registry that runs; `host` has its port, `data` is the folder that it keeps everything in, `pid` its process."""

    host: str
    data: Path
    pid: int = 0

    @property
    def url(self) -> str:
        """Where charts go."""
        return f"oci://{self.host}/charts"

    def login(self) -> dict[str, dict[str, dict[str, str]]]:
        """What docker's config.json says of who may write here."""
        return {"auths": {self.host: {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}}}

    def tags(self, repository: str) -> list[str]:
        """The tags that its folder holds: no request, so nobody's client is asked."""
        folder = self.data / "docker/registry/v2/repositories" / repository / "_manifests/tags"
        found = folder.iterdir() if folder.is_dir() else ()
        # A push that was killed may go on in the registry: a tag that leads nowhere yet is none.
        return sorted(path.name for path in found if (path / "current/link").is_file())


INDEX = "application/vnd.oci.image.index.v1+json"


def push_image(host: str, repository: str, tag: str, said: str = "", *, index: bool = False) -> str:
    """Push a small image that differs by what is `said`; its digest, or that of a list with it in it, as `index`."""
    client = Client(host, login=Login(USER, PASSWORD))
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
    data = config.encode()
    client.upload(repository, data)
    described = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(data), "size": len(data)}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": []}
    text = json.dumps(manifest | {"annotations": {"said": said}}).encode()
    found = client.put_manifest(repository, f"{tag}-amd64" if index else tag, text)
    if not index:
        return found
    part = {"mediaType": MANIFEST, "digest": found, "size": len(text)}
    listed = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [part]}).encode()
    headers = {"Content-Type": INDEX, "Authorization": Login(USER, PASSWORD).basic}
    url = f"http://{host}/v2/{repository}/manifests/{tag}"
    urllib.request.urlopen(urllib.request.Request(url, listed, headers, method="PUT")).close()
    return digest(listed)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@contextmanager
def running(folder: Path, auth: Mapping[str, Any] | None = None, *, memory: bool = False) -> Iterator[Registry]:
    """docker-registry with its data in `folder`, ended at the end; `auth` is that part of its configuration.

    Without, it wants USER and PASSWORD; where it is empty, no login. `memory`: it keeps nothing in files. A skip where it is not installed: apt-get install docker-registry apache2-utils.
    """
    binary, htpasswd = require("docker-registry"), require("htpasswd")
    passwords = folder / "htpasswd"
    hashed = subprocess.run([htpasswd, "-Bbn", USER, PASSWORD], capture_output=True, check=True).stdout
    passwords.write_bytes(hashed)
    kept = {"filesystem": {"rootdirectory": str(folder / "data")}}
    settings = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {**(kept if not memory else {"inmemory": {}}), "delete": {"enabled": True}},
        "auth": {"htpasswd": {"realm": "test", "path": str(passwords)}} if auth is None else auth,
    }
    for _ in range(_PORTS):
        host = f"127.0.0.1:{free_port()}"
        (folder / "config.yml").write_text(json.dumps({**settings, "http": {"addr": host}}), "utf-8")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([binary, "serve", str(folder / "config.yml")], stdout=log, stderr=log)
        if _listens(process, host):
            break
        process.kill()
        process.wait()
    else:
        raise RuntimeError(f"docker-registry does not start: {(folder / 'log').read_text('utf-8')}")
    try:
        yield Registry(host, folder / "data", process.pid)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _listens(process: subprocess.Popen[bytes], host: str) -> bool:
    """Whether the registry is there in the end, and has not ended."""
    name, _, port = host.partition(":")
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((name, int(port)), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process.poll() is None  # and it is not somebody else who listens
    return False


@dataclass
class Tokens:
    """A token service: it hands out what a docker-registry takes, to USER or to nobody in particular, and notes whom."""

    folder: Path
    url: str = ""
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def auth(self) -> dict[str, dict[str, str]]:
        """The part of docker-registry's configuration that sends clients here."""
        bundle = str(self.folder / "cert.pem")
        said = {"realm": f"{self.url}/token", "service": "registry", "issuer": "tests", "rootcertbundle": bundle}
        return {"token": said}

    def sign(self, user: str, scopes: list[str]) -> str:
        """A token for these scopes: whoever is not known may only read."""
        access = []
        for scope in scopes:
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            allowed = [each for each in actions.split(",") if each == "pull" or user == USER]
            access.append({"type": kind, "name": name, "actions": allowed})
        certificate = subprocess.run(
            ["openssl", "x509", "-in", "cert.pem", "-outform", "DER"], cwd=self.folder, capture_output=True, check=True
        ).stdout
        now = int(time.time())
        head = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(certificate).decode()]}
        body = {"iss": "tests", "sub": user, "aud": "registry", "exp": now + 300, "nbf": now - 30, "iat": now}
        text = ".".join(_coded(json.dumps(part).encode()) for part in (head, {**body, "jti": "1", "access": access}))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", "key.pem"],
            cwd=self.folder,
            input=text.encode(),
            capture_output=True,
            check=True,
        ).stdout
        return f"{text}.{_coded(signature)}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@contextmanager
def token_service(folder: Path) -> Iterator[Tokens]:
    """A `Tokens` that answers on the loopback interface."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made, "-days", "2", "-subj", "/CN=tests"], cwd=folder, capture_output=True, check=True)
    tokens = Tokens(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            given = self.headers.get("Authorization", "").removeprefix("Basic ")
            user, _, password = base64.b64decode(given).decode().partition(":")
            tokens.asked.append((user, {name: " ".join(values) for name, values in asked.items()}))
            if user and (user, password) != (USER, PASSWORD):
                self.send_response(401)
                self.end_headers()
                return
            answer = json.dumps({"token": tokens.sign(user, asked.get("scope", []))}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    with served_by(Handler) as tokens.url:
        yield tokens


class Server(http.server.BaseHTTPRequestHandler):
    """Answers by the table that a test gives."""

    def __init_subclass__(cls) -> None:
        cls.asked: list[tuple[str, str, str]] = []

    asked: list[tuple[str, str, str]]

    @abstractmethod
    def answer(self, number: int) -> tuple[int, dict[str, str], bytes]: ...

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        self.rfile.read(length)
        status, headers, data = self.answer(len(self.asked))
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        pass


def answering(answer: Callable[[Server, int], tuple[int, dict[str, str], bytes]]) -> type[Server]:
    """A server whose `answer` has status, headers and body for its Nth request; status 0 hangs up."""
    return type("Answering", (Server,), {"answer": answer})


Refusal = tuple[int, Mapping[str, str]]
"""A status, and headers beside it."""


class _Between(http.server.BaseHTTPRequestHandler):
    """Passes requests on to `host`, and refuses writes as `refuses` says; `late`: after they were done all the same."""

    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
    host: str
    refuses: Callable[[int], Refusal | None]
    late: bool
    writes: Iterator[int]

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Whatever the method: the base class looks for `do_GET` and the like."""
        if not name.startswith("do_"):
            raise AttributeError(name)
        return self._answer

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        writes = self.command not in ("GET", "HEAD")
        refusal = type(self).refuses(next(self.writes)) if writes else None
        if refusal is None or self.late:
            answer = self._passed_on(body)
        if refusal is not None:
            data = json.dumps({"errors": [{"code": "UNAVAILABLE", "message": "not now"}]}).encode()
            answer = (refusal[0], {"Content-Length": str(len(data)), **refusal[1]}, data)
        self.send_response_only(answer[0])
        for name, value in answer[1].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer[2])

    def _passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host)
        connection.request(self.command, self.path, body, dict(self.headers))
        with contextlib.closing(connection), connection.getresponse() as found:
            return found.status, dict(found.getheaders()), found.read()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def refusing(host: str, refuses: Callable[[int], Refusal | None], *, late: bool = False) -> Iterator[str]:
    """A proxy before a registry: write number N gets what `refuses(N)` says in place of an answer; None lets it be.

    `late`: the registry has done it, and only its answer is lost.
    """
    kind = {"host": host, "refuses": staticmethod(refuses), "late": late, "writes": itertools.count()}
    with served_by(type("Between", (_Between,), kind)) as url:
        yield url.removeprefix("http://")


@contextmanager
def dropping(host: str, drops: Callable[[int], int | None]) -> Iterator[str]:
    """A proxy before a server: connection number N is cut after `drops(N)` bytes either way; None lets it be."""
    numbers = itertools.count()
    name, _, port = host.partition(":")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            left = drops(next(numbers))
            with socket.create_connection((name, int(port))) as server:
                both = [self.request, server]
                while True:
                    for end in select.select(both, [], [], 10)[0]:
                        data = end.recv(65536)
                        other = server if end is self.request else self.request
                        if not data or (left is not None and len(data) > left):
                            other.sendall(data[:left])
                            return
                        left = None if left is None else left - len(data)
                        other.sendall(data)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, block_on_close, request_queue_size = True, False, 128

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{proxy.server_address[1]}"
        finally:
            proxy.shutdown()
            thread.join()
