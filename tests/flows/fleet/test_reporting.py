"""The file of a report is true at every moment of a run; test_delivering.py has whole runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from shunter.core.delivery.fleet_report import Row
from shunter.flows.fleet.reporting import Record, read_report
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Status

ROWS = [Row(name, Status.PLANNED, "0.2.0", left=True) for name in ("shop", "orders")]


def test_what_is_known_is_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "new/r.jsonl"
    record = Record(file, ROWS)
    assert read_report(file) == {"shop": ROWS[0], "orders": ROWS[1]}
    done = replace(ROWS[1], status=Status.DONE, left=False)
    record.put(done)
    assert read_report(file) == {"shop": ROWS[0], "orders": done}
    assert len(file.read_text("utf-8").splitlines()) == 3
    record.store()
    assert len(file.read_text("utf-8").splitlines()) == 2
    assert read_report(file) == record.rows


def test_without_a_file_rows_are_kept_alone(tmp_path: Path) -> None:
    record = Record(None, ROWS)
    record.put(replace(ROWS[0], status=Status.DONE))
    assert record.rows["shop"].status is Status.DONE
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ShunterError, match="cannot write"):
        Record(tmp_path / "file/r.jsonl", ROWS)
    record = Record(tmp_path / "r.jsonl", ROWS)
    (tmp_path / "r.jsonl").unlink()
    (tmp_path / "r.jsonl").mkdir()
    with pytest.raises(ShunterError, match="cannot write"):
        record.put(ROWS[0])
