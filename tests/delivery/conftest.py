"""Registries that the tests of delivery share: one docker-registry for the session, whatever is pushed to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.workspaces.http import served
from helpers.workspaces.registries import Registry, running
from shunter.adapters.oci import charts
from shunter.adapters.oci.transport import Transport


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
    """Registries are asked by who is logged in, waits little, and has fetched nothing before."""
    monkeypatch.setattr(charts, "transport", lambda: Transport(timeout=2, pause=0.001))
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
