"""Trains and records: what is written reads back, and what a hand broke is shown with its place."""

from __future__ import annotations

import pytest

from helpers.charts.tiny_charts import NOW, chart_files, environment, library_files, pinned
from shunter.core.charts.pins import Pin
from shunter.core.packaging.record import PATH, Passage, TrainRecord, parse_train_record, train_record
from shunter.core.trains import file
from shunter.core.trains.model import Train
from shunter.model.errors import ShunterError

CARS = {"web": pinned(chart_files("frontend", "1.10.0", app_version="1.10")), "orders": pinned(chart_files("orders"))}
TRAIN = Train("1.4.0", pinned(library_files()), CARS, NOW)
HISTORY = (Passage("1.3.0", "tst", NOW), Passage("1.4.0", "trains", NOW, True))


def test_a_train_reads_back() -> None:
    data = file.render_train(TRAIN)
    assert file.parse_train(data, file.path_of("1.4.0")) == TRAIN
    assert data == file.render_train(Train("1.4.0", TRAIN.library, dict(reversed(CARS.items())), NOW))
    assert b'appVersion: "1.10"' in data


@pytest.mark.parametrize("train", ["1.4.0", None])
def test_a_record_reads_back(train: str | None) -> None:
    record = TrainRecord(train, TRAIN.library, CARS, HISTORY)
    assert parse_train_record(train_record(record)) == record


def test_an_environments_record_reads_back() -> None:
    files, _, record = environment({"orders": chart_files("orders")})
    assert parse_train_record(files[PATH].data) == record


def test_a_source_is_kept() -> None:
    train = Train("1.0.0", TRAIN.library, {"db": Pin("postgresql", "16.1.0", source="https://charts.example")}, NOW)
    assert file.parse_train(file.render_train(train), "trains/1.0.0.yaml") == train


BREAKAGES = [
    ("version: 1.4.0", "version: 1.5.0", "version `1.5.0`", 2),
    ("version: 1.4.0", "version: 1.4", "must be text in quotes", 2),
    ("library:", "libary:", "unknown key `libary`", 4),
    ("    version: 1.0.0", '    version: "^1.0.0"', "which is a range", 12),
    ("    version: 1.10.0", "    version: 1.10.0-rc.01", "no SemVer version", 17),
    ("    name: frontend\n", "", "`cars.web` has no `name`", 16),
    ("  web:", "  Web_1:", "`Web_1` is no DNS label", 15),
    ("    digest: sha256", "    digset: sha256", "unknown key `digset`", 13),
    ("  web:", "  web: x\n  y:", "`cars.web` must be a mapping", 15),
]


@pytest.mark.parametrize(("old", "new", "message", "line"), BREAKAGES)
def test_a_broken_train_is_shown_with_its_place(old: str, new: str, message: str, line: int) -> None:
    text = file.render_train(TRAIN).decode()
    assert old in text
    with pytest.raises(ShunterError, match=message) as caught:
        file.parse_train(text.replace(old, new, 1).encode(), "trains/1.4.0.yaml")
    assert caught.value.span is not None
    assert (caught.value.span.path, caught.value.span.line) == ("trains/1.4.0.yaml", line)


def test_a_train_under_another_name_is_refused() -> None:
    with pytest.raises(ShunterError, match=r"the file is trains/1\.5\.0\.yaml"):
        file.parse_train(file.render_train(TRAIN), "trains/1.5.0.yaml")


@pytest.mark.parametrize("data", [b"", b"[]", b"text", b"cars: {}\n", b"library: 1\ncars: {}\n", b"history: {a: 1}\n"])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(ShunterError):
        parse_train_record(data)


def test_a_broken_history_is_refused() -> None:
    text = train_record(TrainRecord(None, TRAIN.library, CARS, HISTORY)).decode()
    for old, new in [("history:\n", "history: {}\nx:\n"), ('at: "', 'when: "')]:
        with pytest.raises(ShunterError):
            parse_train_record(text.replace(old, new, 1).encode())
