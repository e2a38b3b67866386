"""Retention may have what nothing names, and never what a train, an environment or a history does."""

from __future__ import annotations

import json

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.small import orders, publish
from shunter.flows.workspace.context import Context


def listed(context: Context) -> list[tuple[str, str]]:
    found = json.loads(ok("registry", "prune", "--dry-run", "-o", "json", cwd=context.root).out)
    return [(row["chart"], row["version"]) for row in found]


def test_what_is_pinned_anywhere_is_never_listed(shop: Context) -> None:
    assert listed(shop) == []
    for version in ("1.2.0-main.1.gabc", "1.2.0-main.2.gabc", "1.2.0", "1.3.0-main.1.gabc"):
        publish(shop, orders(version))
    assert listed(shop) == [("orders", "1.2.0-main.1.gabc"), ("orders", "1.2.0-main.2.gabc")]
    ok("train", "cut", "2.0.0", "--car", "orders=1.2.0-main.2.gabc", cwd=shop.root)
    ok("promote", "2.0.0", "--to", "tst", cwd=shop.root)
    assert listed(shop) == [("orders", "1.2.0-main.1.gabc")]
    # the train is gone, and the history of an environment still names it
    (shop.root / "trains/2.0.0.yaml").unlink()
    assert listed(shop) == [("orders", "1.2.0-main.1.gabc")]


def test_nothing_is_deleted(shop: Context) -> None:
    refused = shunter("registry", "prune", cwd=shop.root)
    assert (refused.code, "shunter deletes nothing in a registry" in refused.err) == (2, True)
