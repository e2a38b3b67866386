"""A client of the application, with the database that DATABASE_URL names, or one that is away."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from orders_service import database
from orders_service.app import observed
from orders_service.settings import Settings


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client where no database answers."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with TestClient(observed(Settings()), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client with a database."""
    if not os.environ.get("DATABASE_URL"):
        pytest.skip("no PostgreSQL: install it, or set DATABASE_URL")
    database.migrate()
    with TestClient(observed(Settings())) as client:
        yield client
