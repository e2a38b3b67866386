"""A yanked train stays as it is; beside it a file says that nobody is to promote it, and why."""

from __future__ import annotations

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git, snapshot
from helpers.workspaces.transcript import error, untouched
from shunter.core.trains.plan import Asked
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.trains.yank import yank
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Status


def test_a_yank_is_a_file_of_its_own_in_one_commit(shop: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    train = (shop.root / "trains/1.1.0.yaml").read_bytes()
    report = yank(shop, "1.1.0", "loses orders", dry_run=False, diff=False)
    assert report.next_step == ""
    assert git(shop.root, "show", "--format=%B", "--name-only").splitlines() == [
        "Yank train 1.1.0",
        "",
        "loses orders",
        "",
        "",
        "trains/yanked/1.1.0.yaml",
    ]
    assert (shop.root / "trains/1.1.0.yaml").read_bytes() == train
    found = trains_of(shop).yanks["1.1.0"]
    assert (found.why, found.at) == ("loses orders", "2026-01-01T00:00:00Z")
    assert [each.version for each in trains_of(shop).all] == ["1.0.0", "1.1.0"]


def test_the_same_again_is_nothing_and_another_reason_is_refused(shop: Context) -> None:
    yank(shop, "1.1.0", "loses orders", dry_run=False, diff=False)
    before = snapshot(shop.root)
    [outcome] = yank(shop, "1.1.0", "loses orders", dry_run=False, diff=False).outcomes
    assert (outcome.status, snapshot(shop.root)) == (Status.NOOP, before)
    with pytest.raises(ShunterError, match=r"train 1\.1\.0 is yanked already: loses orders"):
        yank(shop, "1.1.0", "sends orders twice", dry_run=False, diff=False)
    assert snapshot(shop.root) == before


def test_who_runs_it_is_named_with_the_way_out(shop: Context) -> None:
    promote(shop, Promotion(["tst"], "1.1.0"), dry_run=False, diff=False)
    promote(shop, Promotion(["pre"], source="tst", said=Asked(only=("orders",))), dry_run=False, diff=False)
    report = yank(shop, "1.1.0", "loses orders", dry_run=False, diff=False)
    assert report.notices == ("tst runs train 1.1.0", "pre runs orders of train 1.1.0")
    assert report.next_step == "shunter rollback tst"


def test_a_reason_and_a_train_are_needed(shop: Context) -> None:
    for why in ("", " "):
        with pytest.raises(ShunterError, match="needs a reason"):
            yank(shop, "1.1.0", why, dry_run=False, diff=False)
    with pytest.raises(ShunterError, match=r"there is no train `9\.9\.9`"):
        yank(shop, "9.9.9", "x", dry_run=False, diff=False)


def test_a_broken_yank_is_named_and_not_taken_for_none(shop: Context) -> None:
    commit_all(shop.root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy:\n"})
    for command in ("lint", "validate trains/yanked/1.1.0.yaml", "train list", "train cut 2.0.0"):
        assert "trains/yanked/1.1.0.yaml:2" in untouched(shop.root, *command.split()).err, command


def test_the_command(shop: Context) -> None:
    assert error(untouched(shop.root, "train", "yank", "1.1.0")).message == "a yank needs a reason"
    ok("train", "yank", "1.1.0", "--why", "loses orders", cwd=shop.root)
    lines = ok("train", "list", cwd=shop.root).out.splitlines()
    assert [line.split()[0] for line in lines if "loses orders" in line] == ["1.1.0"]
    assert "yanked: loses orders\n" in ok("train", "show", "1.1.0", cwd=shop.root).out
