"""Workspaces of real repositories, one per layout and style, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.delivered import make_delivered
from helpers.workspaces.workspaces import copy


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The workspace of that layout and development style. Not to be changed: see `mono` and `multi`."""
    folder, known = tmp_path_factory.mktemp("delivered"), {}

    def make(layout: str, development: str = "trunk") -> Path:
        name = f"{layout}-{development}"
        if name not in known:
            known[name] = make_delivered(folder / name, layout, development)
        return known[name]

    return make


@pytest.fixture
def mono(made: Callable[[str], Path], tmp_path: Path) -> Path:
    """A workspace of one repository, to change."""
    return copy(made("mono"), tmp_path / "mono")


@pytest.fixture
def multi(made: Callable[[str], Path], tmp_path: Path) -> Path:
    """A workspace of many repositories, to change."""
    return copy(made("multi"), tmp_path / "multi")
