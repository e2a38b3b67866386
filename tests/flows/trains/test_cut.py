"""A train is what the registry holds, cut once; what is not there as it is in the workspace is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from helpers.charts.tiny_charts import pinned
from helpers.workspaces.gitrepo import git, snapshot, write
from helpers.workspaces.small import orders, publish
from shunter.flows.trains import cut as cutting
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Report, Status


def cut(context: Context, version: str, only: Sequence[str] = (), chosen: Mapping[str, str] | None = None) -> Report:
    return cutting.cut(context, version, only=only, chosen=chosen or {}, dry_run=False, diff=False)


def test_a_train_pins_what_the_registry_holds(small: Context) -> None:
    report = cut(small, "1.0.0")
    assert report.next_step == "shunter promote 1.0.0 --to tst"
    train = trains_of(small).find("1.0.0")
    assert list(train.cars) == ["orders", "web"]
    assert train.cars["orders"] == pinned(orders())
    assert git(small.root, "show", "--format=%s", "--name-only").split("\n\n") == [
        "Cut train 1.0.0",
        "trains/1.0.0.yaml",
    ]


def test_the_same_again_is_nothing_and_other_cars_are_refused(small: Context) -> None:
    cut(small, "1.0.0")
    before = snapshot(small.root)
    assert [outcome.status for outcome in cut(small, "1.0.0").outcomes] == [Status.NOOP]
    assert [finding.rule for finding in cut(small, "1.0.0", only=["web"]).findings] == ["train-exists"]
    assert snapshot(small.root) == before


def test_a_chart_that_changed_after_it_was_packaged_is_refused(small: Context) -> None:
    write(small.root, {"third/orders/values.yaml": "size: 2\n"})
    (finding,) = cut(small, "1.0.0").findings
    assert (finding.rule, finding.span.path) == ("not-packaged", "third/orders/Chart.yaml")
    assert trains_of(small).all == ()


def test_only_limits_the_cars(small: Context) -> None:
    cut(small, "1.0.0", only=["web"])
    assert list(trains_of(small).find("1.0.0").cars) == ["web"]


def test_a_newer_chart_makes_another_train(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    assert [train.cars["orders"].version for train in trains_of(small).all] == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize(
    ("version", "only", "chosen", "message"),
    [
        ("1.0", (), {}, "1.0"),
        ("1.0.0", ("gone",), {}, "there is no service `gone`"),
        ("1.0.0", (), {"gone": "1.0.0"}, "there is no service `gone`"),
    ],
)
def test_what_is_not_there_is_named(
    version: str, only: Sequence[str], chosen: Mapping[str, str], message: str, small: Context
) -> None:
    with pytest.raises(ShunterError, match=message):
        cut(small, version, only, chosen)
    assert trains_of(small).all == ()


def test_a_version_can_be_chosen_for_a_chart_in_a_folder(small: Context) -> None:
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.0.0", chosen={"orders": "1.0.0"})
    assert trains_of(small).find("1.0.0").cars["orders"] == pinned(orders())
