"""The trains of a workspace, as its files have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import NOW, library_files, pinned
from helpers.workspaces.gitrepo import write
from shunter.core.trains.file import path_of, render_train
from shunter.core.trains.model import Train
from shunter.flows.workspace.trains import Trains
from shunter.model.errors import ShunterError


def train(version: str) -> Train:
    return Train(version, {"orders": pinned(library_files(version))}, NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {path_of(version): render_train(train(version)) for version in ("1.10.0", "1.9.0", "1.0.0-rc.1")}
    write(tmp_path, {**files, "trains/README.md": "", "trains/old/0.1.0.yaml": "not read\n"})
    return tmp_path


def test_trains_come_in_the_order_of_versions(root: Path) -> None:
    assert [found.version for found in Trains(root).all] == ["1.0.0-rc.1", "1.9.0", "1.10.0"]
    assert Trains(root / "none").all == ()


def test_a_train_is_found_by_its_exact_version(root: Path) -> None:
    trains = Trains(root)
    assert trains.find("1.9.0") == train("1.9.0")
    for version in ("1.9", "v1.9.0", "old/0.1.0", "2.0.0", ""):
        with pytest.raises(ShunterError, match="there is no train") as error:
            trains.find(version)
        assert error.value.hint == "known: 1.0.0-rc.1, 1.9.0, 1.10.0"


def test_the_newest_five_are_named_and_before_the_first_how_to_cut_one(root: Path, tmp_path: Path) -> None:
    write(root, {path_of(f"2.{number}.0"): render_train(train(f"2.{number}.0")) for number in range(6)})
    with pytest.raises(ShunterError) as error:
        Trains(root).find("9.0.0")
    assert error.value.hint == "known: 2.1.0, 2.2.0, 2.3.0, 2.4.0, 2.5.0"
    with pytest.raises(ShunterError) as error:
        Trains(tmp_path / "none").find("9.0.0")
    assert error.value.hint == "shunter train cut VERSION makes one"


def test_a_file_is_read_once(root: Path) -> None:
    trains = Trains(root)
    first = trains.find("1.9.0")
    (root / path_of("1.9.0")).unlink()
    assert trains.find("1.9.0") is first
