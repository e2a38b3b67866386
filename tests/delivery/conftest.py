"""Registries that the tests of delivery share: one docker-registry for the session, whatever is pushed to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import served
from helpers.workspaces.registries import Registry, running


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
def directory(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL that it is served at."""
    folder = tmp_path / "served"
    folder.mkdir()
    with served(folder) as url:
        yield folder, url
