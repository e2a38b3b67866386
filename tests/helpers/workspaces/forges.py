"""A forge as a person has it: the names that a Gitea is known by, and the clients that are told of a login there.

`network` leads `gh` and git to it as `https://ghe.example.org` as well, through a proxy, with the API where GitHub Enterprise
Server has it: the two are near each other, so `gh` runs as it is.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.workspaces.gitea import ENTERPRISE, PATIENCE, Gitea, Person
from helpers.workspaces.gitrepo import git

_LIMITED = b'{"message": "You have exceeded a secondary rate limit"}'
_PULL = re.compile(r"/pulls/[0-9]+$")
_PASSED = ("Content-Type", "Www-Authenticate")
_OF_A_CONNECTION = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}


@dataclass
class Network:
    """A proxy of which every client is told by environment variables: it knows the ports behind the forges' names."""

    port: int
    ports: dict[str, int]
    limits: list[dict[str, str]]
    """Headers of refusals that the next changes get, as GitHub refuses who asks too often."""

    def environment(self, certificate: Path) -> dict[str, str]:
        """What git and the clients have to be told."""
        proxy = f"http://127.0.0.1:{self.port}"
        trusted = dict.fromkeys(("SSL_CERT_FILE", "GIT_SSL_CAINFO"), str(certificate))
        ways = {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "localhost", "no_proxy": "localhost"}
        return {**ways, **trusted, "GIT_ALLOW_PROTOCOL": "file:https"}


@contextlib.contextmanager
def network(gitea: Gitea) -> Iterator[Network]:
    """The way to the second name of a Gitea; `ports` may be changed while it is there."""
    limits: list[dict[str, str]] = []
    with _enterprise(gitea, limits) as port:
        found = Network(0, {ENTERPRISE: port}, limits)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                _tunnel(self.request, found.ports)

        with _served(_Tunnels(("127.0.0.1", 0), Handler)) as found.port:
            yield found


class _Tunnels(socketserver.ThreadingTCPServer):
    request_queue_size = 128  # whoever comes beside many others is not turned away on a busy machine


class _Tls(http.server.ThreadingHTTPServer):
    """Each connection shakes hands in its own thread, and keeps nobody else waiting."""

    request_queue_size = 128


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
        if not (more := client.recv(65536)):
            return
        asked += more
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
def _enterprise(gitea: Gitea, limits: list[dict[str, str]]) -> Iterator[int]:
    """A Gitea with its API where GitHub Enterprise Server has it, and with the header that `gh` reads scopes from."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self._body()
            if self.path == "/api/graphql":
                self._sent(*_graphql(gitea, self.headers["Authorization"], json.loads(body)))
                return
            path = "/api/v1/user" if self.path == "/api/v3/" else self.path.replace("/api/v3/", "/api/v1/", 1)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_A_CONNECTION}
            if limits and path.startswith("/api/") and self.command != "GET":
                self._sent(403, _LIMITED, limits.pop(0))
                return
            status, answered, sent = _as_github(gitea, self.command, path, kept, body)
            self._sent(status, sent, {name: answered[name] for name in _PASSED if name in answered})

        def _sent(self, status: int, sent: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
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

    server = _Tls(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(gitea.certificate, gitea.folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with _served(server) as port:
        yield port


def _as_github(
    gitea: Gitea, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, Mapping[str, str], bytes]:
    """Gitea's answer; a pull request has GitHub's word for one that has to wait for the newest commit of its base."""
    status, answered, sent = gitea.fetch(method, path, headers, body)
    if method != "GET" or status != 200 or not _PULL.search(path):
        return status, answered, sent
    request = json.loads(sent)
    base = request["base"]
    at = f"{path.partition('/pulls/')[0]}/branch_protections/{urllib.parse.quote(base['ref'], '')}"
    known, _, found = gitea.fetch("GET", at, headers)
    demanded = known == 200 and json.loads(found)["block_on_outdated_branch"]
    state = "behind" if demanded and request["merge_base"] != base["sha"] else "clean"
    return status, answered, json.dumps(request | {"mergeable_state": state}).encode()


def _graphql(gitea: Gitea, who: str, asked: Any) -> tuple[int, bytes]:
    """GitHub's `createCommitOnBranch`, done by Gitea's API: it wants to know each file's blob, and answers otherwise."""
    assert "createCommitOnBranch(" in asked["query"]
    wanted = asked["variables"]["input"]
    headers = {"Authorization": who, "Content-Type": "application/json"}
    at, branch = f"/api/v1/repos/{wanted['branch']['repositoryNameWithOwner']}", wanted["branch"]["branchName"]
    _, _, found = gitea.fetch("GET", f"{at}/branches/{urllib.parse.quote(branch, '')}", headers)
    if json.loads(found).get("commit", {}).get("id") != wanted["expectedHeadOid"]:
        return 200, json.dumps(
            {"data": None, "errors": [{"message": "Expected branch to point to another commit"}]}
        ).encode()
    files = []
    for each in (*wanted["fileChanges"]["additions"], *wanted["fileChanges"]["deletions"]):
        path = urllib.parse.quote(each["path"])
        status, _, there = gitea.fetch("GET", f"{at}/contents/{path}?ref={urllib.parse.quote(branch, '')}", headers)
        sha = {"sha": json.loads(there)["sha"]} if status == 200 else {}
        operation = ("update" if sha else "create") if "contents" in each else "delete"
        content = {"content": each["contents"]} if "contents" in each else {}
        files.append({"operation": operation, "path": each["path"], **content, **sha})
    said = wanted["message"]
    document = {"branch": branch, "message": f"{said['headline']}\n\n{said['body']}", "files": files}
    status, _, made = gitea.fetch("POST", f"{at}/contents", headers, json.dumps(document).encode())
    if status >= 300:
        return 200, json.dumps({"data": None, "errors": [json.loads(made)]}).encode()
    commit = {"oid": json.loads(made)["commit"]["sha"]}
    return 200, json.dumps({"data": {"createCommitOnBranch": {"commit": commit}}}).encode()


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
        end = time.monotonic() + PATIENCE
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
