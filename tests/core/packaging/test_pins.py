"""A pin pins what runs: in random umbrellas every app renders what it renders alone, and one pin changes one app."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import helm_python
import pytest

from helpers.charts.charts import ARCHETYPES, LIBRARY, app_chart
from helpers.charts.random_apps import app, random_texts, source
from helpers.charts.tiny_charts import chart, environment, loose, packed, write_files
from shunter.core.packaging import publish, vendoring
from shunter.model.files import FileState


def rendered(files: Mapping[str, FileState], folder: Path, values: Any = None) -> dict[str, str]:
    """What Helm makes of a chart, by the app's folder or alias."""
    with helm_python.Chart.load(write_files(folder, files)) as loaded:
        manifests = loaded.render(values or {}, name="r")
    return {path.split("/")[-3]: text for path, text in manifests.items() if path.endswith(("/all.yaml", "/app.yaml"))}


def app_of(archetype: str, minor: int) -> dict[str, FileState]:
    """An app of that archetype as it stands in its repository; a label tells its library's minor version."""
    files = {}
    for path, text in app_chart(archetype).items():
        if path == "Chart.yaml" or path.startswith(f"charts/{LIBRARY}/"):
            text = text.replace("version: 1.0.0", f"version: 1.{minor}.0")
            text = text.replace("app.kubernetes.io/managed-by:", f"minor: x{minor}\napp.kubernetes.io/managed-by:")
        files[path] = FileState(text.encode())
    return files


@pytest.mark.parametrize("seed", range(12))
def test_an_app_renders_what_it_renders_alone_and_a_pin_changes_one_app(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    cars = {name: app(random, name, "1.0.0") for name in ("auth", "cart", "orders", "web", "zeta")}
    alone = {name: rendered(files, tmp_path / name / name)[name] for name, files in cars.items()}
    files, _, pins = environment(cars)
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()
    assert rendered(files, tmp_path / "open") == alone, seed
    served, _, _ = environment(cars, repository="https://charts.example")
    assert rendered(served, tmp_path / "archives") == alone, seed
    moved = random.choice(list(cars))
    others = {**cars, moved: app(random, moved, "1.1.0")}
    expected = {**alone, moved: rendered(others[moved], tmp_path / "moved" / moved)[moved]}
    assert rendered(environment(others)[0], tmp_path / "after") == expected, seed
    assert packed(files)


@pytest.mark.parametrize("seed", range(12))
def test_a_published_app_renders_what_its_repository_does(seed: int, tmp_path: Path) -> None:
    here = source(Random(seed), "orders", "1.0.0")
    values = {"texts": random_texts(Random(seed), 6)}
    published = app(Random(seed), "orders", "1.0.0")
    for given in ({}, values):
        alone = rendered(here, tmp_path / f"{len(given)}" / "orders", given)
        assert rendered(published, tmp_path / f"published-{len(given)}" / "orders", given) == alone, seed
        in_tst = rendered(environment({"orders": published})[0], tmp_path / f"tst-{len(given)}", {"orders": given})
        assert in_tst == alone, seed


@pytest.mark.parametrize(
    "libraries", [pytest.param(1, marks=pytest.mark.slow), 3, pytest.param(5, marks=pytest.mark.slow)]
)
def test_every_archetype_renders_what_it_renders_alone(libraries: int, tmp_path: Path) -> None:
    """In its repository, published, and in an umbrella: unpacked, as archives, and under another name."""
    sources = {name: app_of(name, number % libraries) for number, name in enumerate(ARCHETYPES)}
    alone = {name: rendered(files, tmp_path / "source" / name)[name] for name, files in sources.items()}
    assert len({text for text in alone.values() for text in re.findall("minor: x.", text)}) == libraries
    cars = {name: dict(publish.published(loose(files), LIBRARY).files) for name, files in sources.items()}
    for name, files in cars.items():
        assert rendered(files, tmp_path / "published" / name) == {name: alone[name]}
    files, _, record = environment(cars)
    assert vendoring.verify_vendored(loose(files), record, LIBRARY) == ()
    assert len({path.split("/")[4] for path in files if path.startswith(f"charts/{LIBRARY}/templates/")}) == libraries
    assert rendered(files, tmp_path / "open") == alone
    assert rendered(environment(cars, repository="https://charts.example")[0], tmp_path / "archives") == alone
    aliased = {**cars, "second": cars["worker"]}
    second = rendered(environment({"second": cars["worker"]})[0], tmp_path / "second")
    assert rendered(environment(aliased)[0], tmp_path / "aliased") == alone | second


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
