"""Where every environment stands, as data, with the next command; and how it came there."""

from __future__ import annotations

import pytest

from helpers.workspaces.gitrepo import write
from shunter.flows.trains.cut import cut
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.trains.status import board_of, history, status
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError


def test_before_the_first_train_nothing_is_next(small: Context) -> None:
    board, report = status(small)
    assert report.data["environments"] == [
        {"name": "tst", "promotes-from": "", "train": "", "waiting": ""},
        {"name": "pre", "promotes-from": "tst", "train": "", "waiting": ""},
    ]
    assert (report.data["workspace"], report.data["newest"], report.next_step) == ("shop", "", "")
    assert board == board_of(small)


def test_the_data_is_the_boards(small: Context) -> None:
    cut(small, "1.0.0", only=(), chosen={}, dry_run=False, diff=False)
    assert status(small)[1].next_step == "shunter promote 1.0.0 --to tst"
    promote(small, Promotion("tst", "1.0.0"), dry_run=False, diff=False)
    _, report = status(small)
    assert report.data["apps"]["orders"] == {
        "tst": {"version": "1.0.0", "behind": False},
        "pre": {"version": "", "behind": True},
    }
    assert report.next_step == "shunter promote --from tst --to pre"


def test_what_drifts_is_a_notice(small: Context) -> None:
    assert any(line.startswith("drift: shop/envs/tst ") for line in status(small)[1].notices)


def test_history_is_what_happened(small: Context) -> None:
    assert (history(small, "tst").data, history(small, "tst").next_step) == ([], "shunter promote TRAIN --to tst")
    cut(small, "1.0.0", only=(), chosen={}, dry_run=False, diff=False)
    promote(small, Promotion("tst", "1.0.0"), dry_run=False, diff=False)
    (row,) = history(small, "tst").data
    assert (row["train"], row["from"], row["forced"]) == ("1.0.0", "cut", False)


def test_an_environment_without_a_record(small: Context) -> None:
    write(small.root, {"envs/tst/.shunter/train.yaml": None})
    with pytest.raises(ShunterError, match="tst has no train record") as error:
        history(small, "tst")
    assert error.value.hint == "shunter lock tst"
    assert board_of(small).rows["orders"][0].version == "?"
