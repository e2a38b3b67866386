"""Trains and records: what is written reads back. What a hand broke: see tests/core/workspace/test_own_files.py."""

from __future__ import annotations

import pytest

from helpers.charts.tiny_charts import NOW, chart_files, pinned
from helpers.workspaces.own_files import parse, schema
from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import HistoryEntry, TrainRecord
from shunter.core.trains import file
from shunter.core.trains.model import Train, Yank
from shunter.model.errors import ShunterError

CARS = {"web": pinned(chart_files("frontend", "1.10.0", app_version="1.10")), "orders": pinned(chart_files("orders"))}
TRAIN = Train("1.4.0", CARS, NOW)


def test_a_train_reads_back() -> None:
    data = file.render_train(TRAIN)
    assert parse("train", data) == TRAIN
    assert data == file.render_train(Train("1.4.0", dict(reversed(CARS.items())), NOW))
    assert b'appVersion: "1.10"' in data


def test_a_train_that_was_edited_is_told_by_its_hash() -> None:
    data = file.render_train(TRAIN)
    lines = data.splitlines(keepends=True)
    assert parse("train", b"".join(line for line in lines if not line.startswith(b"hash:"))) == TRAIN, "of before"
    assert parse("train", b"# a remark\r\n" + data.replace(b"\n", b"\r\n")) == TRAIN, "only what is said counts"
    for edited in (data.replace(b"cars:", b"drops: [web]\ncars:"), data.replace(b"1.10.0", b"1.11.0", 1)):
        assert edited != data
        with pytest.raises(ShunterError, match="is not as it was cut") as error:
            parse("train", edited)
        assert [finding.rule for finding in error.value.findings] == [file.CHANGED]


def test_a_record_of_the_first_format_is_read() -> None:
    text = f"train: 1.4.0\ncars: {{}}\nhistory: [{{train: 1.4.0, from: cut, at: '{NOW}'}}]\n"
    assert parse("record-1", text.encode()) == TrainRecord("1.4.0", {}, (HistoryEntry("1.4.0", "cut", NOW),))


def test_a_source_is_kept() -> None:
    train = Train("1.0.0", {"db": Pin("postgresql", "16.1.0", source="https://charts.example")}, NOW)
    assert file.parse_train(file.render_train(train), "trains/1.0.0.yaml", schema("train")) == train


def test_what_a_train_says_of_its_base_is_kept() -> None:
    words = {"line": "acme", "base": "1.3.0", "drops": ("old",), "lower": {"web": "1.11.0"}, "replaces": {"a": "b"}}
    train = Train("1.4.0", CARS, NOW, **words)  # type: ignore[arg-type]
    assert parse("train", file.render_train(train)) == train


def test_a_yank_reads_back() -> None:
    yank = Yank("1.4.0", "loses orders: INC-77", NOW, "R One <r1@example.com>")
    path = file.yank_path_of("1.4.0")
    assert file.parse_yank(file.render_yank(yank), path, schema("yank")) == yank
    with pytest.raises(ShunterError, match=r"the file is trains/yanked/1\.5\.0\.yaml"):
        file.parse_yank(file.render_yank(yank), file.yank_path_of("1.5.0"), schema("yank"))


def test_a_train_under_another_name_is_refused() -> None:
    with pytest.raises(ShunterError, match=r"the file is trains/1\.5\.0\.yaml"):
        file.parse_train(file.render_train(TRAIN), "trains/1.5.0.yaml", schema("train"))
