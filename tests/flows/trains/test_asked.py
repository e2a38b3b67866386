"""What is asked for on branches counts as what is named: its trains stay, and so do its charts."""

from __future__ import annotations

import json

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.small import WORKSPACE, orders, publish
from shunter.flows.trains.asked import promotions_to, trains_asked
from shunter.flows.workspace.context import Context, open_context


@pytest.mark.parametrize("ref", ["refs/heads/promote/tst", "refs/remotes/origin/promote/tst"])
def test_branches_are_read_wherever_they_are(ref: str, shop: Context) -> None:
    context = open_context(shop.root)
    [tst] = [site for site in context.sites("environment") if site.name == "tst"]
    assert promotions_to(tst) == []
    head = git(shop.root, "rev-parse", "HEAD")
    ok("promote", "1.0.0", "--to", "tst", cwd=shop.root)
    git(shop.root, "update-ref", ref, "HEAD")
    git(shop.root, "reset", "-q", "--hard", head)
    [found] = promotions_to(tst)
    assert found.record is not None
    assert {car.train for car in found.record.cars.values()} == {"1.0.0"}
    # what nobody can read is nothing that could be merged
    commit_all(shop.root, {"envs/tst/.shunter/train.yaml": "[broken"})
    git(shop.root, "update-ref", ref, "HEAD")
    assert promotions_to(tst) == []


def test_a_train_that_is_asked_for_keeps_its_charts(shop: Context) -> None:
    head = git(shop.root, "rev-parse", "HEAD")
    ok("train", "cut", "2.0.0", cwd=shop.root)
    commit_all(shop.root, {"trains/2.1.0.yaml": "[broken"})
    git(shop.root, "update-ref", "refs/remotes/origin/train/2.0.0", "HEAD")
    git(shop.root, "reset", "-q", "--hard", head)
    assert "2.0.0" in [train.version for train in trains_asked(open_context(shop.root))]


def test_keep_and_retention_leave_what_an_open_promotion_names(shop: Context) -> None:
    commit_all(shop.root, {"shunter.yaml": f"{WORKSPACE}trains: {{keep: 1}}\n"})
    publish(shop, orders("1.2.0-main.1.gabc"))
    ok("train", "cut", "--auto", cwd=shop.root)
    head = git(shop.root, "rev-parse", "HEAD")
    ok("promote", "1.2.0-main.1", "--to", "tst", cwd=shop.root)
    git(shop.root, "update-ref", "refs/remotes/origin/promote/tst", "HEAD")
    git(shop.root, "reset", "-q", "--hard", head)
    for number in (2, 3, 4):
        publish(shop, orders(f"1.2.0-main.{number}.gabc"))
        ok("train", "cut", "--auto", cwd=shop.root)
    trains = sorted(file.stem for file in (shop.root / "trains").glob("*main*.yaml"))
    assert trains == ["1.2.0-main.1", "1.2.0-main.4"]
    rows = json.loads(ok("registry", "prune", "--dry-run", "-o", "json", cwd=shop.root).out)
    assert [row["version"] for row in rows] == ["1.2.0-main.2.gabc", "1.2.0-main.3.gabc"]
