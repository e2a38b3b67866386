"""A forge that vouches for its jobs, on this machine: an issuer of tokens over HTTPS (OpenID Connect), with openssl alone."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Issuer:
    """An issuer that runs at `url`; `authority` is the certificate (PEM) that it is known by."""

    url: str
    folder: Path
    jobs: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is said of whom, by the keys with which jobs ask for a token, as GitHub's do, at `url`/job."""

    @property
    def authority(self) -> str:
        return (self.folder / "tls.crt").read_text("utf-8")

    def token(self, audience: str, **claims: str) -> str:
        """A token that says this, good for ten minutes."""
        now = int(time.time())
        said = {"iss": self.url, "aud": audience, "iat": now, "nbf": now, "exp": now + 600, "sub": "job", **claims}
        head = _text(json.dumps({"alg": "RS256", "kid": "one", "typ": "JWT"}).encode())
        signed = f"{head}.{_text(json.dumps(said).encode())}"
        command = ["openssl", "dgst", "-sha256", "-sign", str(self.folder / "sign.key")]
        return (
            f"{signed}.{_text(subprocess.run(command, input=signed.encode(), capture_output=True, check=True).stdout)}"
        )


@contextmanager
def issuing(folder: Path) -> Iterator[Issuer]:
    """An issuer with keys of its own in `folder`."""
    folder.mkdir()
    _openssl(folder, "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
             "-keyout tls.key -out tls.crt")  # fmt: skip
    _openssl(folder, "genrsa -out sign.key 2048")
    modulus = _openssl(folder, "rsa -in sign.key -noout -modulus").strip().partition("=")[2]
    key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", "e": "AQAB", "n": _text(bytes.fromhex(modulus))}
    pages: dict[str, object] = {"/keys": {"keys": [key]}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            said = found.jobs.get(self.headers.get("Authorization", "").removeprefix("bearer "))
            page = pages.get(path)
            if path == "/job" and said is not None:
                page = {"value": found.token(parse_qs(query)["audience"][0], **said)}
            value = json.dumps(page or {}).encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(value)))
            self.end_headers()
            self.wfile.write(value)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "tls.crt", folder / "tls.key")
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        url = f"https://127.0.0.1:{server.server_address[1]}"
        pages["/.well-known/openid-configuration"] = {
            "issuer": url,
            "jwks_uri": f"{url}/keys",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        found = Issuer(url, folder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def _openssl(folder: Path, arguments: str) -> str:
    command = ["openssl", *arguments.split()]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
