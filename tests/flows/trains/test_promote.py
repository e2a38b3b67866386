"""What arrives in an environment, by which way, and what is refused before anything is written."""

from __future__ import annotations

import shutil

import pytest

from helpers.charts.tiny_charts import chart_files, library_files
from helpers.workspaces.gitrepo import commit_all, git, snapshot
from helpers.workspaces.small import orders, publish
from shunter.core.packaging.record import TrainRecord
from shunter.flows.trains import promote as promotion
from shunter.flows.trains.promote import Promotion
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.records import records
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Report, Status


def promote(context: Context, asked: Promotion, *, dry_run: bool = False) -> Report:
    return promotion.promote(context, asked, dry_run=dry_run, diff=False)


def rollback(context: Context, train: str = "") -> Report:
    return promotion.rollback(context, "tst", train, dry_run=False, diff=False)


def runs(context: Context, name: str) -> TrainRecord:
    record = records(context)[name]
    assert record is not None
    return record


def passages(context: Context, name: str) -> list[tuple[str, str, bool]]:
    return [(item.train, item.source, item.forced) for item in runs(context, name).history]


def test_a_train_arrives_once(shop: Context) -> None:
    report = promote(shop, Promotion("tst", "1.0.0"))
    assert [(outcome.unit, outcome.status) for outcome in report.outcomes] == [("tst", Status.DONE)]
    assert report.next_step == "shunter promote --from tst --to pre"
    assert runs(shop, "tst").train == "1.0.0"
    assert git(shop.root, "log", "-1", "--format=%B").splitlines() == [
        "Promote 1.0.0 to tst",
        "",
        "orders: - → 1.0.0",
        "web: - → 1.0.0",
    ]
    again = promote(shop, Promotion("tst", "1.0.0"))
    assert [(outcome.status, outcome.detail) for outcome in again.outcomes] == [(Status.NOOP, "tst runs 1.0.0 already")]
    assert passages(shop, "tst") == [("1.0.0", "cut", False)]


def test_a_dry_run_writes_nothing(shop: Context) -> None:
    before = snapshot(shop.root)
    assert [o.status for o in promote(shop, Promotion("tst", "1.0.0"), dry_run=True).outcomes] == [Status.PLANNED]
    assert snapshot(shop.root) == before


def test_a_stage_is_skipped_by_force_alone_and_that_is_recorded(shop: Context) -> None:
    assert [finding.rule for finding in promote(shop, Promotion("pre", "1.0.0")).findings] == ["stage-skipped"]
    assert passages(shop, "pre") == []
    promote(shop, Promotion("pre", "1.0.0", force=True))
    assert passages(shop, "pre") == [("1.0.0", "tst", True)]


def test_a_train_that_was_at_the_stage_before_skips_nothing(shop: Context) -> None:
    promote(shop, Promotion("tst", "1.0.0"))
    promote(shop, Promotion("tst", "1.1.0"))
    promote(shop, Promotion("pre", "1.0.0"))
    assert passages(shop, "pre") == [("1.0.0", "tst", False)]
    promote(shop, Promotion("pre", source="tst"))
    assert runs(shop, "pre").train == "1.1.0"


def test_a_part_makes_a_mixture_and_the_last_part_a_train(shop: Context) -> None:
    promote(shop, Promotion("tst", "1.0.0"))
    promote(shop, Promotion("pre", source="tst"))
    promote(shop, Promotion("tst", "1.1.0", only=["web"]))
    assert runs(shop, "tst").train is None
    promote(shop, Promotion("tst", "1.1.0", only=["orders"]))
    assert runs(shop, "tst").train == "1.1.0"


def test_a_mixture_says_so_in_its_history(shop: Context) -> None:
    promote(shop, Promotion("tst", "1.0.0", only=["web"]))
    found = runs(shop, "tst")
    assert (found.train, list(found.cars)) == (None, ["web"])
    assert passages(shop, "tst") == [("0.0.0+mixed", "cut", False)]


def test_values_that_do_not_fit_are_refused(shop: Context) -> None:
    commit_all(shop.root, {"envs/tst/values.yaml": "orders:\n  size: many\n"})
    before = snapshot(shop.root)
    report = promote(shop, Promotion("tst", "1.0.0"))
    assert (report.answer, report.outcomes) == (False, ())
    assert [finding.span.path for finding in report.findings] == ["envs/tst/values.yaml"]
    assert snapshot(shop.root) == before


def test_another_chart_under_the_same_version_is_refused(shop: Context) -> None:
    shutil.rmtree(shop.root / ".shunter/registry")
    for files in (library_files(), chart_files("web"), {**orders(), "values.yaml": FileState(b"size: 2\n")}):
        publish(shop, files)
    (finding,) = promote(shop, Promotion("tst", "1.0.0")).findings
    assert (finding.rule, finding.message.split()[:2]) == ("digest-mismatch", ["orders", "1.0.0"])
    assert passages(shop, "tst") == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Promotion("tst", "9.0.0"), "there is no train `9.0.0`"),
        (Promotion("pro", "1.0.0"), "there is no environment `pro`"),
        (Promotion("pre", source="tst"), "tst runs no train yet"),
        (Promotion("tst", "1.0.0", only=["gone"]), "there is no car `gone`"),
    ],
)
def test_what_is_not_there_is_named(asked: Promotion, message: str, shop: Context) -> None:
    with pytest.raises(ShunterError, match=message):
        promote(shop, asked)


def test_a_rollback_goes_to_a_train_of_the_history(shop: Context) -> None:
    promote(shop, Promotion("tst", "1.0.0"))
    with pytest.raises(ShunterError, match="tst has no earlier train") as error:
        rollback(shop)
    assert error.value.hint == "it ran: none"
    promote(shop, Promotion("tst", "1.1.0"))
    with pytest.raises(ShunterError, match=r"no earlier train `1\.1\.0`"):
        rollback(shop, "1.1.0")
    rollback(shop)
    assert passages(shop, "tst")[2:] == [("1.0.0", "rollback of 1.1.0", False)]
    assert runs(shop, "tst").cars["orders"].version == "1.0.0"
