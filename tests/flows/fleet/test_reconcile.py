"""That a reconciliation which cannot be carried out touches nothing.

What it renders, merges and removes: see test_add_remove.py, test_update.py and test_layouts.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.drafting import FILES, request
from helpers.workspaces.gitrepo import make_repo, snapshot, write
from shunter.flows.fleet.reconcile import reconcile
from shunter.model.errors import ShunterError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve()
    write(root, FILES)
    return root


def test_a_checkout_that_was_there_and_is_gone_stops_everything(root: Path) -> None:
    make_repo(root, {"x": ""})
    before = snapshot(root)
    with pytest.raises(ShunterError, match="repository orders is not checked out"):
        reconcile(request(root))
    assert snapshot(root) == before
