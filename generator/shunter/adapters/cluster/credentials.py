"""What a request is sent with: a token, a certificate, or what a program gives that the kubeconfig names."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shunter.adapters.cluster.kubeconfig import Access, fit, private_file
from shunter.adapters.system import process
from shunter.model.data import replace
from shunter.model.errors import ShunterError

_PATIENCE = 60.0


def with_credentials(access: Access) -> Access:
    """The same with what its program gives, if it names one. Raises ShunterError where that fails."""
    said = access.plugin
    if said is None:
        return access
    asked: dict[str, Any] = {"apiVersion": said.api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
    if said.with_cluster:
        asked["spec"]["cluster"] = {
            "server": access.server,
            "certificate-authority-data": base64.b64encode(access.ca).decode(),
        }
    name, extra = said.command[0], {**said.env, "KUBERNETES_EXEC_INFO": json.dumps(asked)}
    done = process.run(said.command, Path.cwd(), env=extra, seconds=_PATIENCE)
    if done.returncode:
        notes = tuple(f"{name}: {line}" for line in done.complaints[-5:])
        raise ShunterError(f"`{name}` gives no credentials", hint="log in there, as kubectl asks", notes=notes)
    try:
        status = {**json.loads(done.stdout)["status"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ShunterError(f"`{name}` gives no ExecCredential", hint=said.hint) from error
    pair = str(status.get("clientCertificateData") or ""), str(status.get("clientKeyData") or "")
    certificate = (pair[0].encode(), pair[1].encode()) if all(pair) else access.certificate
    return replace(access, token=fit(str(status.get("token") or "")), certificate=certificate)


def tls_of(access: Access) -> ssl.SSLContext:
    """Whom to trust, and the certificate to show. Raises ShunterError where one of them is no certificate."""
    with _certificate("certificate-authority"):
        trusted = ssl.create_default_context(cadata=access.ca.decode() if access.ca else None)
    if access.insecure:
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
    if access.certificate:
        with _certificate("client-certificate"):
            _show(trusted, *access.certificate)
    return trusted


@contextmanager
def _certificate(key: str) -> Iterator[None]:
    try:
        yield
    except (ssl.SSLError, UnicodeDecodeError) as error:
        hint = "it has to be in PEM, and a client's needs the key that fits"
        raise ShunterError(f"the kubeconfig's `{key}` is no certificate", hint=hint) from error


def _show(trusted: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Python takes a key from a file only."""
    with private_file(certificate.rstrip(b"\n") + b"\n" + key) as name:
        trusted.load_cert_chain(name)
