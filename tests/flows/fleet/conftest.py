"""A fleet of twenty repositories before and after an update."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter
from helpers.workspaces.twenty import State, make_fleet, repositories, states
from helpers.workspaces.workspaces import copy, shared


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of one command write the same bytes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")


@pytest.fixture(scope="session")
def fleet() -> Path:
    """The workspace before the update. Not to be changed: see `copy`."""
    return shared("twenty", make_fleet) / "shop"


@pytest.fixture(scope="session")
def before(fleet: Path) -> Mapping[str, State]:
    return states(fleet)


@pytest.fixture(scope="session")
def after(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, State]:
    """What an update makes of it that nothing disturbs: two repositories are left in conflict, the others committed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767225600")
        root = copy(fleet, tmp_path_factory.mktemp("after") / "shop")
        assert len(repositories(root)) == 20
        assert shunter("update", cwd=root).code == 1
    found = states(root)
    assert not [name for name, state in states(fleet).items() if found[name] == state], "each is changed"
    return found


@pytest.fixture(scope="session")
def unclosed(fleet: Path, after: Mapping[str, State], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, State]:
    """The workspace's own repository where another one was refused: it does not say that all have followed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767225600")
        root = copy(fleet, tmp_path_factory.mktemp("unclosed") / "shop")
        hook = root / "shop-e11/.git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        assert shunter("update", cwd=root).code == 1
    return {**after, ".": states(root)["."]}
