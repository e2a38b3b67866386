"""How a cluster is reached: kubeconfig files as kubectl and helm read them, or the account of a pod."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from shunter.core.goyaml import document
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

CONTENT: Final = "KUBECONFIG_CONTENT"
"""The variable with a kubeconfig itself, as jobs get it from a secret; it comes before KUBECONFIG."""
_IN_POD = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Access:
    """A cluster, and who asks. `context` is the name in the kubeconfig; empty for the account of a pod.

    `ca` and what `certificate` holds (certificate, key) are PEM; `plugin` is what `exec` says of a program that gives
    credentials.
    """

    server: str
    context: str = ""
    ca: bytes = b""
    insecure: bool = False
    tls_name: str = ""
    proxy: str = ""
    token: str = field(default="", repr=False)
    user: tuple[str, str] | None = field(default=None, repr=False)
    certificate: tuple[bytes, bytes] | None = field(default=None, repr=False)
    plugin: Mapping[str, Any] = field(default_factory=dict)


def access_of(context: str = "") -> Access:
    """The cluster of this context, else of the current one of KUBECONFIG_CONTENT, KUBECONFIG or ~/.kube/config, else
    that of this pod.

    Raises ShunterError where there is none, or a job should have got one.
    """
    if is_withheld():
        hint = "set the secret KUBECONFIG of this environment, or the variable: the repository's README says which"
        raise ShunterError(f"{CONTENT} is empty, and KUBECONFIG names no file", hint=hint)
    files = list(_files())
    if not files and not context and (_IN_POD / "token").is_file():
        return _of_pod()
    if not files:
        raise ShunterError("there is no kubeconfig", hint="name one in KUBECONFIG, or put it at ~/.kube/config")
    name = context or next((text for _, each in files if (text := str(each.get("current-context") or ""))), "")
    if not name:
        raise ShunterError("the kubeconfig has no current context", hint=f"--context NAME: {_known(files)}")
    chosen, _ = _named(files, "contexts", "context", name)
    cluster, near = _named(files, "clusters", "cluster", str(chosen.get("cluster", "")))
    user, home = _named(files, "users", "user", str(chosen.get("user", "")), missing_ok=True)
    certificate = _bytes(user, "client-certificate", home), _bytes(user, "client-key", home)
    token = str(user.get("token") or "") or _bytes(user, "tokenFile", home).decode().strip()
    return Access(
        server=str(cluster.get("server", "")).rstrip("/"),
        context=name,
        ca=_bytes(cluster, "certificate-authority", near),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        tls_name=str(cluster.get("tls-server-name") or ""),
        proxy=str(cluster.get("proxy-url") or ""),
        token=token,
        user=(str(user["username"]), str(user.get("password", ""))) if user.get("username") else None,
        certificate=(certificate[0], certificate[1]) if all(certificate) else None,
        plugin=user.get("exec") or {},
    )


def is_withheld() -> bool:
    """Whether this is a job that was to get a kubeconfig and got none: the variable for it is there, and empty.

    Such a job takes neither what is in its home nor the account of its pod: these are the runner's.
    """
    return os.environ.get(CONTENT) == "" and not os.environ.get("KUBECONFIG")


@contextmanager
def kubeconfig_file() -> Iterator[str]:
    """The file that another program has to read instead of what KUBECONFIG says, for as long as this lasts; else "".

    Nobody else may read it.
    """
    if not (content := os.environ.get(CONTENT, "")):
        yield ""
        return
    handle, name = tempfile.mkstemp(prefix="shunter-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        yield name
    finally:
        Path(name).unlink()


def _files() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if content := os.environ.get(CONTENT, ""):
        yield Path.cwd(), _read(content.encode(), CONTENT)
        return
    named = os.environ.get("KUBECONFIG", "")
    paths = [Path(name) for name in named.split(os.pathsep) if name] or [Path.home() / ".kube/config"]
    for path in paths:
        if path.is_file():
            yield path.parent, _read(path.read_bytes(), str(path))


def _read(data: bytes, name: str) -> Mapping[str, Any]:
    """What a kubeconfig says. An error quotes nothing of what came as a variable, which is a secret."""
    found = document.read(data, name)
    for finding in found.findings:
        span = None if name == CONTENT else finding.span
        raise ShunterError(f"{name} is no kubeconfig: {finding.message}", span=span)
    if not isinstance(found.value or {}, Mapping):
        raise ShunterError(f"{name} is no kubeconfig", hint="it is a map, as `kubectl config view --raw` prints it")
    return found.value or {}


def _named(
    files: list[tuple[Path, Mapping[str, Any]]], kind: str, key: str, name: str, *, missing_ok: bool = False
) -> tuple[Mapping[str, Any], Path]:
    """What is called so, and the folder that its paths are relative to: the first file that has it counts."""
    for folder, each in files:
        for item in each.get(kind) or ():
            if item.get("name") == name:
                return item.get(key) or {}, folder
    if missing_ok and not name:
        return {}, files[0][0]
    raise ShunterError(f"the kubeconfig has no {key} `{name}`", hint=f"contexts: {_known(files)}")


def _known(files: list[tuple[Path, Mapping[str, Any]]]) -> str:
    names = dict.fromkeys(str(item.get("name")) for _, each in files for item in each.get("contexts") or ())
    return ", ".join(names) or "none"


def _bytes(value: Mapping[str, Any], key: str, folder: Path) -> bytes:
    """What is given in the file itself, or in another one."""
    if value.get(f"{key}-data"):
        return base64.b64decode(value[f"{key}-data"])
    name = value.get(key)
    if not name:
        return b""
    try:
        return (folder / str(name)).read_bytes()
    except OSError as error:
        raise ShunterError(f"the kubeconfig names {name}: {error.strerror}", hint=f"correct {key}") from error


def _of_pod() -> Access:
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    token = (_IN_POD / "token").read_text("utf-8").strip()
    return Access(f"https://{host}:{port}", ca=(_IN_POD / "ca.crt").read_bytes(), token=token)
