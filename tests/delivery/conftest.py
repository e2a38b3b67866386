"""What the tests of delivery share: one docker-registry and one Gitea for the session, whatever is pushed to them."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.tools import GITEA, TEA, require
from helpers.workspaces import gitea as server
from helpers.workspaces.forges import Forge, Network, network
from helpers.workspaces.gitea import ENTERPRISE, Gitea
from helpers.workspaces.http import served
from helpers.workspaces.registries import Registry, running
from shunter.adapters.oci import charts
from shunter.adapters.oci.transport import Transport

_NUMBERS = itertools.count(1)
_TESTS = Path(__file__).parents[1]
_STAND_IN = f'#!/bin/sh\nPYTHONPATH={_TESTS} exec {sys.executable} -m helpers.workspaces.tea "$@"\n'


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A docker-registry that wants a password."""
    with running(tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture
def login(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the login, which helm and shunter are told about."""
    file = tmp_path / "registry.json"
    file.write_text(json.dumps(registry.login()), "utf-8")
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(file))
    return file


@pytest.fixture
def impatient(login: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Registries are asked by who is logged in, waits little between two tries, and has fetched nothing before."""
    monkeypatch.setattr(charts, "transport", lambda: Transport(timeout=60, pause=0.001))
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    charts._client_of.cache_clear()
    yield
    charts._client_of.cache_clear()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL that it is served at."""
    folder = tmp_path / "served"
    folder.mkdir()
    with served(folder) as url:
        yield folder, url


@pytest.fixture(scope="session")
def gitea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gitea]:
    """One for the session: each test has an organisation of its own."""
    with server.running(GITEA, tmp_path_factory.mktemp("gitea")) as found:
        found.person("tess")
        yield found


@pytest.fixture(scope="session")
def paths(gitea: Gitea) -> Iterator[Network]:
    """The way to it, for the session."""
    with network(gitea) as found:
        yield found


@pytest.fixture(params=["tea", "gh"])
def forge(
    request: pytest.FixtureRequest, gitea: Gitea, paths: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Forge]:
    """A forge with an organisation for this test, and nobody logged in."""
    folder = tmp_path / "clients"
    folder.mkdir()
    (folder / "gh").symlink_to(require("gh"))
    if TEA:
        (folder / "tea").symlink_to(TEA)
    else:
        (folder / "tea").write_text(_STAND_IN, "utf-8")
        (folder / "tea").chmod(0o755)
    variables = {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "GH_CONFIG_DIR": str(folder / "config"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        **paths.environment(gitea.certificate),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (folder / "gitconfig").write_text("[user]\nname = Tess Ter\nemail = tess@example.org\n", "utf-8")
    owner = f"acme-{os.getpid()}-{next(_NUMBERS)}"
    gitea.ask("tess", "POST", "orgs", {"username": owner})
    ports = dict(paths.ports)
    yield Forge(gitea, paths, gitea.host if request.param == "tea" else ENTERPRISE, owner, folder)
    paths.ports.update(ports)
