"""That a reconciliation which cannot be carried out touches nothing.

What it renders, merges and removes: see test_add_remove.py, test_update.py and test_layouts.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces import own_files
from helpers.workspaces.gitrepo import make_repo, snapshot, write
from shunter.core.workspace.layout import plan_repositories
from shunter.flows.fleet.drafting import Request
from shunter.flows.fleet.reconcile import reconcile
from shunter.flows.workspace.archives import archives_at
from shunter.model.errors import ShunterError

SHOP = own_files.workspace("""\
name: shop
layout: multi
services:
  orders: {archetype: database}
environments:
  tst: {}
""")
SPECS = plan_repositories(SHOP)


def request(root: Path) -> Request:
    archives = archives_at(root / ".shunter/registry", "")
    return Request(root, SHOP, "1.0.0", archives, "Change", None, applied=SHOP)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve()
    write(root, {"shunter.yaml": "", "orders/charts/orders/Chart.yaml": "", "shop-tst/envs/tst/values.yaml": ""})
    return root


def test_a_checkout_that_was_there_and_is_gone_stops_everything(root: Path) -> None:
    make_repo(root, {"x": ""})
    before = snapshot(root)
    with pytest.raises(ShunterError, match="repository orders is not checked out"):
        reconcile(request(root))
    assert snapshot(root) == before
