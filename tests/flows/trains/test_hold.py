"""A car that is held, and let go: the record and its history say so, and nothing else changes."""

from __future__ import annotations

import pytest

from helpers.workspaces.gitrepo import commit_all, git
from shunter.core.trains.state import Hold
from shunter.flows.trains.hold import hold, unhold
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.trains.status import history, status
from shunter.flows.workspace.context import Context, open_context
from shunter.model.errors import ShunterError
from shunter.model.findings import Status


def test_a_hold_is_one_commit_of_two_files(shop: Context) -> None:
    promote(shop, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    (shop.root / "envs/tst/values.yaml").write_text("orders: {size: 7}\n", "utf-8")
    hold(shop, "tst", "orders", Hold("INC-77", "2099-12-24"), dry_run=False, diff=False)
    files = git(shop.root, "show", "--format=%s", "--name-only").split("\n")
    assert (files[0], len(files)) == ("Hold orders in tst", 4)
    assert git(shop.root, "status", "--porcelain") == "M envs/tst/values.yaml", (
        "a person's work is not judged, nor taken"
    )
    assert "orders is held in tst until 2099-12-24: INC-77" in status(shop)[1].notices
    again = hold(shop, "tst", "orders", Hold("INC-77", "2099-12-24"), dry_run=False, diff=False)
    assert [outcome.status for outcome in again.outcomes] == [Status.NOOP]
    unhold(shop, "tst", "orders", "mended", dry_run=False, diff=False)
    assert [row["changes"] for row in history(shop, "tst", "orders").data] == [
        ["orders 1.0.0 new"],
        ["orders held until 2099-12-24: INC-77"],
        ["orders held no more"],
    ]
    with pytest.raises(ShunterError, match="`orders` is not held"):
        unhold(shop, "tst", "orders", "", dry_run=False, diff=False)


def test_a_hold_of_an_app_that_is_no_service_any_more_is_told(shop: Context) -> None:
    promote(shop, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    hold(shop, "tst", "web", Hold("INC-78"), dry_run=False, diff=False)
    text = (shop.root / "shunter.yaml").read_text("utf-8").replace("  web: {chart: {path: third/web}}\n", "")
    commit_all(shop.root, {"shunter.yaml": text})
    notices = status(open_context(shop.root))[1].notices
    assert "web is held in tst: INC-78 (no service any more, and no train takes it away: unhold it)" in notices
