"""A small workspace, made once per session and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.workspace.context import Context, open_context


def _with_trains(folder: Path) -> None:
    context = small_workspace(folder / "small")
    cut(context, Cut("1.0.0"), dry_run=False, diff=False)
    publish(context, orders("1.1.0", app_version="7"), "third/orders")
    cut(context, Cut("1.1.0"), dry_run=False, diff=False)


@pytest.fixture
def small(tmp_path: Path) -> Context:
    """Two services, environments tst and pre, no train yet."""
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


@pytest.fixture
def shop(tmp_path: Path) -> Context:
    """The same with trains 1.0.0, and 1.1.0 with a newer orders; they run nowhere."""
    return open_context(copy(shared("small-trains", _with_trains) / "small", tmp_path.resolve() / "small"))
