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
class Plugin:
    """A program that gives credentials: what to run, with `env` on top, and how it wants to be asked.

    `hint` says how it is installed.
    """

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    api_version: str = ""
    with_cluster: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A cluster, and who asks. `context` is the name in the kubeconfig; empty for the account of a pod.

    `ca` and what `certificate` holds (certificate, key) are PEM; a `plugin` gives credentials.
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
    plugin: Plugin | None = None


def access_of(context: str = "") -> Access:
    """The cluster of this context, else of the current one of KUBECONFIG_CONTENT, KUBECONFIG or ~/.kube/config, else
    that of this pod.

    Raises ShunterError where there is none, or a job should have got one, or where it says something else than
    kubeconfigs do.
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
    token = str(user.get("token") or "") or _bytes(user, "tokenFile", home).decode("utf-8", "replace").strip()
    return Access(
        server=_server(cluster, name),
        context=name,
        ca=_bytes(cluster, "certificate-authority", near),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        tls_name=str(cluster.get("tls-server-name") or ""),
        proxy=str(cluster.get("proxy-url") or ""),
        token=fit(token),
        user=(str(user["username"]), str(user.get("password", ""))) if user.get("username") else None,
        certificate=(certificate[0], certificate[1]) if all(certificate) else None,
        plugin=_plugin(_map(user["exec"], "exec")) if user.get("exec") else None,
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
    with private_file(content.encode()) as name:
        yield name


@contextmanager
def private_file(data: bytes) -> Iterator[str]:
    """A file with these bytes that nobody else may read, for as long as this lasts."""
    handle, name = tempfile.mkstemp(prefix="shunter-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        yield name
    finally:
        Path(name).unlink()


def fit(token: str) -> str:
    """A token, if it can stand in a request's head. Raises ShunterError else, and does not show it."""
    if not (token.isascii() and token.isprintable()):
        raise ShunterError("a token has characters that no token has", hint="look where it comes from: a line break?")
    return token


def _server(cluster: Mapping[str, Any], context: str) -> str:
    server = str(cluster.get("server") or "").rstrip("/")
    if not server.startswith(("https://", "http://")):
        raise _broken(f"the cluster of `{context}` has {f'the server `{server}`' if server else 'no server'}")
    return server


def _plugin(said: Mapping[str, Any]) -> Plugin:
    variables = [_map(each, "env") for each in _items(said.get("env"), "env")]
    return Plugin(
        (str(said.get("command") or ""), *map(str, _items(said.get("args"), "args"))),
        {str(each.get("name")): str(each.get("value") or "") for each in variables},
        str(said.get("apiVersion") or ""),
        bool(said.get("provideClusterInfo")),
        str(said.get("installHint") or ""),
    )


def _map(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value or {}, Mapping):
        raise _broken(f"`{what}` holds no keys")
    return value or {}


def _items(value: Any, what: str) -> list[Any]:
    if not isinstance(value or [], list):
        raise _broken(f"`{what}` is no list")
    return value or []


def _broken(why: str) -> ShunterError:
    return ShunterError(f"the kubeconfig is broken: {why}", hint="see what kubectl reads: kubectl config view")


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
        for item in _entries(each, kind):
            if item.get("name") == name:
                return _map(item.get(key), key), folder
    if missing_ok and not name:
        return {}, files[0][0]
    raise ShunterError(f"the kubeconfig has no {key} `{name}`", hint=f"contexts: {_known(files)}")


def _known(files: list[tuple[Path, Mapping[str, Any]]]) -> str:
    names = dict.fromkeys(str(item.get("name")) for _, each in files for item in _entries(each, "contexts"))
    return ", ".join(names) or "none"


def _entries(file: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [_map(item, kind) for item in _items(file.get(kind), kind)]


def _bytes(value: Mapping[str, Any], key: str, folder: Path) -> bytes:
    """What is given in the file itself, or in another one."""
    if value.get(f"{key}-data"):
        try:
            return base64.b64decode("".join(str(value[f"{key}-data"]).split()), validate=True)
        except ValueError as error:
            raise _broken(f"`{key}-data` is no base64") from error
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
