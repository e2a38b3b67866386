"""What a request is sent with: a token, a certificate, or what a program gives that the kubeconfig names."""

from __future__ import annotations

import base64
import json
import os
import ssl
import tempfile
from pathlib import Path
from typing import Any

from shunter.adapters.cluster.kubeconfig import Access
from shunter.adapters.system import process
from shunter.model.data import replace
from shunter.model.errors import ShunterError

_PATIENCE = 60.0


def with_credentials(access: Access) -> Access:
    """The same with what its program gives, if it names one. Raises ShunterError where that fails."""
    if not access.plugin:
        return access
    said = access.plugin
    command = [str(said.get("command", "")), *map(str, said.get("args") or ())]
    asked: dict[str, Any] = {
        "apiVersion": said.get("apiVersion"),
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    if said.get("provideClusterInfo"):
        asked["spec"]["cluster"] = {
            "server": access.server,
            "certificate-authority-data": base64.b64encode(access.ca).decode(),
        }
    extra = {str(each["name"]): str(each["value"]) for each in said.get("env") or ()}
    extra["KUBERNETES_EXEC_INFO"] = json.dumps(asked)
    done = process.run(command, Path.cwd(), env=extra, seconds=_PATIENCE)
    if done.returncode:
        notes = tuple(f"{command[0]}: {line}" for line in done.complaints[-5:])
        raise ShunterError(f"`{command[0]}` gives no credentials", hint="log in there, as kubectl asks", notes=notes)
    try:
        status = json.loads(done.stdout)["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise ShunterError(f"`{command[0]}` gives no ExecCredential", hint=str(said.get("installHint", ""))) from error
    pair = str(status.get("clientCertificateData") or ""), str(status.get("clientKeyData") or "")
    certificate = (pair[0].encode(), pair[1].encode()) if all(pair) else access.certificate
    return replace(access, token=str(status.get("token") or ""), certificate=certificate)


def tls_of(access: Access) -> ssl.SSLContext:
    """Whom to trust, and the certificate to show."""
    trusted = ssl.create_default_context(cadata=access.ca.decode() if access.ca else None)
    if access.insecure:
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
    if access.certificate:
        _show(trusted, *access.certificate)
    return trusted


def _show(trusted: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Python takes a key from a file only: one that nobody else may read, for the moment."""
    handle, name = tempfile.mkstemp(prefix="shunter-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate.rstrip(b"\n") + b"\n" + key)
        trusted.load_cert_chain(name)
    finally:
        Path(name).unlink()
