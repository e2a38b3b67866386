"""Logins of registries, where other tools keep them: Docker's and Helm's files, credential helpers, the environment."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shunter.adapters.system.process import run
from shunter.adapters.system.regular import read_regular
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

USER, PASSWORD, HOST = "SHUNTER_REGISTRY_USER", "SHUNTER_REGISTRY_PASSWORD", "SHUNTER_REGISTRY_HOST"
_DOCKER_HUB = "https://index.docker.io/v1/"
_PATIENCE = 60.0
"""Seconds: a helper may have to ask a person."""
_AGAIN = "shunter registry login HOST"
_NOT_FOUND = b"credentials not found"
_TOKEN = "<token>"  # noqa: S105 - what helpers say instead of a user's name


@dataclass(frozen=True, slots=True)
class Login:
    """Who one is at a registry: a user and a password, or the `token` that another login has left (OAuth 2)."""

    user: str = ""
    password: str = ""
    token: str = ""

    @property
    def basic(self) -> str:
        """The header `Authorization` for user and password."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def login_for(
    host: str, repository: str = "", *, own: bool = False, ask: Callable[[str, str], Login | None] | None = None
) -> Login | None:
    """The login that this machine has for a registry, by its host with port; None where there is none.

    The environment's is for the registries of one's `own` workspace, or for the one host that it names. Then come
    GitLab's for a job's own registry, REGISTRY_AUTH_FILE, Helm's file and Docker's; in each, the longest prefix of the
    repository wins. `ask` asks a credential helper, by default `of_helper`. Raises ShunterError for a file that is no
    JSON, and for a credential helper that fails.
    """
    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    meant = _key(os.environ.get(HOST, "").strip())
    if password and (meant == host or (not meant and own)):
        return Login(user, password)
    if os.environ.get("GITLAB_CI") and host == os.environ.get("CI_REGISTRY"):
        return Login(os.environ.get("CI_REGISTRY_USER", ""), os.environ.get("CI_REGISTRY_PASSWORD", ""))
    for file in files():
        if found := _of_file(file, host, repository, ask or of_helper):
            return found
    return None


def files() -> tuple[Path, ...]:
    """The files that may hold logins, the first one wins."""
    named = os.environ.get("REGISTRY_AUTH_FILE")
    docker = Path(os.environ.get("DOCKER_CONFIG") or "~/.docker").expanduser()
    return (*([Path(named)] if named else ()), helm_file(), docker / "config.json")


def helm_file() -> Path:
    """Helm's file of logins, which is where a login is written."""
    if named := os.environ.get("HELM_REGISTRY_CONFIG"):
        return Path(named)
    if home := os.environ.get("HELM_CONFIG_HOME"):
        return Path(home) / "registry/config.json"
    usual = "~/Library/Preferences" if sys.platform == "darwin" else "~/.config"
    return Path(os.environ.get("XDG_CONFIG_HOME") or usual).expanduser() / "helm/registry/config.json"


def store(host: str, login: Login) -> str:
    """Keep a login as `helm registry login` does; where it is now, for a person."""
    file = helm_file()
    data = _read(file)
    if helper := _helper(data, host):
        _ask_helper(helper, "store", json.dumps({"ServerURL": host, "Username": login.user, "Secret": login.password}))
        return f"docker-credential-{helper}"
    auths = dict(_mapping(data.get("auths")))
    auths[host] = {"auth": base64.b64encode(f"{login.user}:{login.password}".encode()).decode()}
    _write(file, {**data, "auths": auths})
    return str(file)


def erase(host: str) -> bool:
    """Forget the login that `store` has kept; whether there was one."""
    file = helm_file()
    data = _read(file)
    if helper := _helper(data, host):
        if of_helper(helper, host) is None:
            return False
        _ask_helper(helper, "erase", host)
        return True
    auths = dict(_mapping(data.get("auths")))
    if auths.pop(host, None) is None:
        return False
    _write(file, {**data, "auths": auths})
    return True


def _of_file(file: Path, host: str, repository: str, ask: Callable[[str, str], Login | None]) -> Login | None:
    data = _read(file)
    if not data:
        return None
    if helper := _mapping(data.get("credHelpers")).get(host):
        return ask(str(helper), host)
    auths = {_key(name): entry for name, entry in _mapping(data.get("auths")).items()}
    for name in _names(host, repository):
        if (found := _of_entry(auths.get(name), file)) is not None:
            return found
    helper = data.get("credsStore")
    return ask(str(helper), _DOCKER_HUB if host == "docker.io" else host) if helper else None


def _names(host: str, repository: str) -> Iterator[str]:
    """The names under which an entry may stand, the longest first."""
    steps = repository.split("/") if repository else []
    for count in range(len(steps), 0, -1):
        yield "/".join((host, *steps[:count]))
    yield host


def _key(name: str) -> str:
    """An entry's name without what Docker has put around it: `https://` and `/v1/`."""
    bare = name.partition("://")[2] if "://" in name else name
    host = bare.rstrip("/").removesuffix("/v1").removesuffix("/v2")
    return "docker.io" if host in ("index.docker.io", "registry-1.docker.io") else host


def _of_entry(entry: Any, file: Path) -> Login | None:
    if not isinstance(entry, Mapping):
        return None
    if token := entry.get("identitytoken"):
        return Login(token=str(token))
    if entry.get("username"):
        return Login(str(entry["username"]), str(entry.get("password", "")))
    if not entry.get("auth"):
        return None
    try:
        user, colon, password = base64.b64decode(str(entry["auth"]), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise ShunterError(f"{file} holds a login that is no base64", hint=_AGAIN) from error
    if not (user and colon):
        # What stands there instead is a secret, perhaps: it is not told.
        raise ShunterError(f"{file} holds a login that is no user and password with a `:` between", hint=_AGAIN)
    return Login(user, password.rstrip("\0"))


def of_helper(helper: str, host: str) -> Login | None:
    """The login that a credential helper has for a host; None where it has none. It is a program, which may fail."""
    done = run([f"docker-credential-{helper}", "get"], "/", host.encode(), seconds=_PATIENCE)
    if done.returncode and (_NOT_FOUND in done.stdout or _NOT_FOUND in done.stderr):
        return None
    try:
        said = json.loads(done.stdout)
        user, secret = said["Username"], said["Secret"]
        if not (isinstance(user, str) and isinstance(secret, str)):
            raise TypeError(helper)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ShunterError(
            f"docker-credential-{helper} gave no login for {host}: {done.complaint}",
            hint="log in with the tool that the helper belongs to, or take it out of the configuration",
        ) from error
    return Login(token=secret) if user == _TOKEN else Login(user, secret)


def _ask_helper(helper: str, verb: str, said: str) -> None:
    done = run([f"docker-credential-{helper}", verb], "/", said.encode(), seconds=_PATIENCE)
    if done.returncode:
        raise ShunterError(f"docker-credential-{helper} {verb} failed: {done.complaint}", hint="run it by hand")


def _helper(data: Mapping[str, Any], host: str) -> str:
    return str(_mapping(data.get("credHelpers")).get(host) or data.get("credsStore") or "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _read(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_regular(str(file)) or b"{}")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise ShunterError(
            f"{file} cannot be read: {said}", hint="it holds logins, as JSON: mend or move it"
        ) from error
    return dict(_mapping(data))


def _write(file: Path, data: Mapping[str, Any]) -> None:
    """Put the file in place as a whole, for its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:  # noqa: PTH123
            json.dump(data, out, indent="\t")
        new.replace(file.resolve())
    finally:
        with contextlib.suppress(OSError):
            new.unlink()
