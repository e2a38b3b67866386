"""The board: what lags behind, what waits, and which command comes next."""

from __future__ import annotations

from helpers.workspaces import own_files
from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import TrainRecord
from shunter.core.trains.board import Board, Cell, make_board, next_promotion
from shunter.core.trains.model import Train

SHOP = own_files.workspace("""\
name: shop
layout: mono
services:
  orders: {archetype: rest-api}
  site: {archetype: frontend}
environments:
  pre: {promotes-from: tst}
  tst: {}
""")
LIBRARY = Pin(SHOP.library, "1.0.0")
TRAINS = [Train(version, {"orders": Pin("orders", version)}) for version in ("1.0.0", "1.10.0")]
EMPTY = TrainRecord(None, {})


def running(version: str, *, mixed: bool = False) -> TrainRecord:
    return TrainRecord(None if mixed else version, {"orders": Pin("orders", version)})


def board(tst: TrainRecord | None, pre: TrainRecord | None) -> Board:
    return make_board(SHOP, {"tst": tst, "pre": pre}, TRAINS)


def test_columns_stand_in_the_order_of_promotion() -> None:
    found = board(running("1.10.0"), running("1.0.0"))
    assert [(c.environment, c.promotes_from, c.train, c.waiting) for c in found.columns] == [
        ("tst", "", "1.10.0", ""),
        ("pre", "tst", "1.0.0", "1.10.0"),
    ]
    assert list(found.rows) == ["orders", "site"]
    assert found.rows["orders"] == (Cell("1.10.0", behind=False), Cell("1.0.0", behind=True))
    assert found.rows["site"] == (Cell("", behind=False), Cell("", behind=False))
    assert found.newest == "1.10.0"


def test_the_newest_train_waits_at_the_start_of_a_route() -> None:
    found = board(running("1.0.0"), running("1.0.0"))
    assert [column.waiting for column in found.columns] == ["1.10.0", ""]
    assert next_promotion(found) == "shunter promote 1.10.0 --to tst"


def test_else_what_the_environment_before_runs_waits() -> None:
    found = board(running("1.10.0"), EMPTY)
    assert next_promotion(found) == "shunter promote --from tst --to pre"
    assert found.rows["orders"][1] == Cell("", behind=True)


def test_where_everything_arrived_nothing_is_next() -> None:
    assert next_promotion(board(running("1.10.0"), running("1.10.0"))) == ""


def test_a_mixture_is_called_so_and_waits_for_the_next_environment() -> None:
    columns = board(running("1.0.0", mixed=True), running("1.0.0")).columns
    assert [(column.train, column.waiting) for column in columns] == [("mixed", "1.10.0"), ("1.0.0", "mixed")]


def test_of_what_is_not_checked_out_nothing_is_known_and_nothing_is_behind_it() -> None:
    found = board(None, running("1.0.0"))
    assert found.rows["orders"] == (Cell("?", behind=False), Cell("1.0.0", behind=False))
    assert [column.waiting for column in found.columns] == ["1.10.0", ""]


def test_before_the_first_train_nothing_waits() -> None:
    found = make_board(SHOP, {"tst": EMPTY, "pre": EMPTY}, [])
    assert (found.newest, next_promotion(found)) == ("", "")
