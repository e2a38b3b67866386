"""What is to come and the gate, asked by promotion and by advice alike: no advice is refused when it is typed."""

from __future__ import annotations

import pytest

from helpers.workspaces.gitrepo import commit_all, write
from helpers.workspaces.small import WORKSPACE
from shunter.core.trains.plan import Asked
from shunter.flows.trains import promote as promoting
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.trains.promote import Promotion
from shunter.flows.trains.rollback import Return, rollback
from shunter.flows.trains.status import status
from shunter.flows.trains.yank import yank
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.records import records
from shunter.model.findings import Report


def promote(context: Context, to: str, train: str = "", source: str = "", *only: str) -> Report:
    return promoting.promote(context, Promotion([to], train, source, Asked(only)), dry_run=False, diff=False)


def rules(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def with_pre(context: Context, says: str) -> Context:
    text = WORKSPACE.replace("pre: {promotes-from: tst}", f"pre: {{promotes-from: tst, {says}}}")
    commit_all(context.root, {"shunter.yaml": text})
    return open_context(context.root)


def test_the_line_is_asked_of_what_comes_along_the_route_and_of_its_advice(shop: Context) -> None:
    found = with_pre(shop, "line: acme")
    assert promote(found, "tst", "1.1.0").next_step == "shunter status", "pre takes another line"
    assert rules(promote(found, "pre", source="tst")) == ["other-line"]
    assert status(found)[1].next_step == ""
    cut(found, Cut("10.0.0", source="1.1.0", line="acme"), dry_run=False, diff=False)
    assert promote(found, "pre", "10.0.0").exit_code() == 0


def test_the_line_is_asked_where_no_car_moves(shop: Context) -> None:
    promote(shop, "tst", "1.1.0")
    cut(shop, Cut("2.5.0", source="tst", line="acme"), dry_run=False, diff=False)
    assert rules(promote(shop, "tst", "2.5.0")) == ["other-line"]
    record = records(shop)["tst"]
    assert record is not None
    assert record.train == "1.1.0"


def test_a_train_of_another_line_that_was_forced_in_does_not_go_on_unasked(shop: Context) -> None:
    cut(shop, Cut("2.5.0", source="1.1.0", line="acme"), dry_run=False, diff=False)
    asked = Promotion(["tst"], "2.5.0", said=Asked(force=True), why="INC-77")
    assert promoting.promote(shop, asked, dry_run=False, diff=False).exit_code() == 0
    assert rules(promote(shop, "pre", source="tst")) == ["other-line"]
    assert status(shop)[1].data["environments"][1]["next"] == ""


def test_what_a_yanked_train_brought_is_no_advice(shop: Context) -> None:
    promote(shop, "tst", "1.1.0")
    yank(shop, "1.1.0", "loses orders", dry_run=False, diff=False)
    assert status(shop)[1].next_step == "shunter promote --from tst --to pre --only web", "1.0.0 has this web"
    assert promote(shop, "pre", "", "tst", "web").exit_code() == 0
    assert status(shop)[1].next_step == ""


def test_what_was_rolled_back_from_is_no_advice(shop: Context) -> None:
    for train in ("1.0.0", "1.1.0"):
        promote(shop, "tst", train)
        promote(shop, "pre", source="tst")
    for name in ("pre", "tst"):
        rollback(shop, Return(name), dry_run=False, diff=False)
        assert status(shop)[1].next_step == ""


def test_what_is_not_declared_any_more_is_removed_by_what_is_advised(shop: Context) -> None:
    promote(shop, "tst", "1.1.0")
    promote(shop, "pre", source="tst")
    found = with_pre(shop, "services: [orders]")
    assert status(found)[1].next_step == "shunter promote --from tst --to pre"
    assert "web 1.0.0 removed (shunter.yaml does not declare it)" in promote(found, "pre", source="tst").product
    assert status(found)[1].next_step == ""


@pytest.mark.parametrize("broken", ["tst", "pre"])
def test_a_history_that_cannot_be_read_gives_no_advice(shop: Context, broken: str) -> None:
    promote(shop, "tst", "1.0.0")
    promote(shop, "pre", source="tst")
    promote(shop, "tst", "1.1.0")
    assert status(shop)[1].next_step
    for entry in (shop.root / f"envs/{broken}/.shunter/history").iterdir():
        write(shop.root, {entry.relative_to(shop.root).as_posix(): "verb: [\n"})
    report = status(shop)[1]
    assert any("is no YAML" in notice for notice in report.notices)
    assert report.next_step.startswith("git -C ")


@pytest.mark.parametrize("missing", ["tst", "pre"])
def test_where_a_record_is_missing_nobody_can_say(shop: Context, missing: str) -> None:
    promote(shop, "tst", "1.1.0")
    write(shop.root, {f"envs/{missing}/.shunter/train.yaml": None})
    assert status(shop)[1].data["environments"][1]["next"] == ""


def test_a_cut_does_not_advise_what_a_broken_history_refuses(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    entry = next((shop.root / "envs/tst/.shunter/history").iterdir())
    commit_all(shop.root, {entry.relative_to(shop.root).as_posix(): "verb: [\n"})
    assert cut(shop, Cut("1.2.0", source="1.1.0"), dry_run=False, diff=False).next_step == "shunter status"
