"""A pin pins what runs: in random umbrellas every app renders what it renders alone, and one pin changes one app."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import helm_python
import pytest

from helpers.charts.random_apps import app
from helpers.charts.tiny_charts import chart, environment, loose, packed, write_files
from shunter.core.packaging import vendoring
from shunter.model.files import FileState


def rendered(files: Mapping[str, FileState], folder: Path, values: Any = None) -> dict[str, str]:
    """What Helm makes of a chart, by the app's folder or alias."""
    with helm_python.Chart.load(write_files(folder, files)) as loaded:
        manifests = loaded.render(values or {}, name="r")
    return {path.split("/")[-3]: text for path, text in manifests.items() if path.endswith("/all.yaml")}


@pytest.mark.parametrize("seed", range(12))
def test_an_app_renders_what_it_renders_alone_and_a_pin_changes_one_app(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    cars = {name: app(random, name, "1.0.0") for name in ("auth", "cart", "orders", "web", "zeta")}
    alone = {name: rendered(files, tmp_path / name / name)[name] for name, files in cars.items()}
    files, _, record = environment(cars)
    assert vendoring.verify_vendored(loose(files), record) == ()
    assert rendered(files, tmp_path / "open") == alone, seed
    served, _, _ = environment(cars, repository="https://charts.example")
    assert rendered(served, tmp_path / "archives") == alone, seed
    moved = random.choice(list(cars))
    others = {**cars, moved: app(random, moved, "1.1.0")}
    expected = {**alone, moved: rendered(others[moved], tmp_path / "moved" / moved)[moved]}
    assert rendered(environment(others)[0], tmp_path / "after") == expected, seed
    assert packed(files)


def test_two_versions_of_an_app_stand_side_by_side(tmp_path: Path) -> None:
    """An alias is the chart's name there, so alone means an umbrella of that one car."""
    random = Random(5)
    cars = {"old": app(random, "orders", "1.0.0"), "new": app(random, "orders", "1.1.0")}
    files, _, _ = environment(cars)
    alone = {
        alias: rendered(environment({alias: car})[0], tmp_path / alias)[alias] for alias, car in cars.items()
    }  # fmt: skip
    assert rendered(files, tmp_path / "both") == alone
    assert alone["old"] != alone["new"]
    assert chart(files).archive
