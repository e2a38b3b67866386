"""Registries that the tests of the client share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.workspaces.registries import Registry, Tokens, running, token_service


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A docker-registry that wants a password."""
    with running(tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, Tokens]]:
    """A docker-registry that sends who is not known to a token service, and that service."""
    folder = tmp_path_factory.mktemp("tokens")
    with token_service(folder) as service, running(folder, service.auth()) as found:
        yield found, service
