"""Two majors of one library in one umbrella: each app is rendered, and explained, by the library it was built with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from helpers.charts.charts import LIBRARY, app_chart, as_bytes, library_chart, objects, render, umbrella, write
from shunter.core.charts.load import load_chart
from shunter.core.values.coalesce import coalesce
from shunter.core.values.provenance import explain
from shunter.model.files import FileState, MemoryTree

helm_python.disable_logging()
ALIAS = f"{LIBRARY}-v2"
LIMIT = '"revisionHistoryLimit": {}'


def second_major(text: str) -> str:
    """A line of the library, or of an app chart built on it, as its second major has it."""
    return text.replace(f"{LIBRARY}.v1.", f"{LIBRARY}.v2.").replace("version: 1.0.0", "version: 2.0.0")


def library(limit: int) -> dict[str, str]:
    """The library's second major: other names of defines, another default."""
    files = {path.replace(".v1.tpl", ".v2.tpl"): second_major(text) for path, text in library_chart().items()}
    template = "templates/_defaults.v2.tpl"
    assert LIMIT.format(5) in files[template]
    return {**files, template: files[template].replace(LIMIT.format(5), LIMIT.format(limit))}


def below(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


def built_on_second(name: str, limit: int) -> dict[str, str]:
    vendored = f"charts/{LIBRARY}"
    own = {path: text for path, text in app_chart("rest-api", name).items() if not path.startswith(f"{vendored}/")}
    return {**{path: second_major(text) for path, text in own.items()}, **below(vendored, library(limit))}


def both(*, shared: bool) -> dict[str, str]:
    """An umbrella of an app on each major; with `shared`, it depends on another library of the second one besides."""
    files = umbrella({"orders": app_chart("rest-api", "orders"), "cart": built_on_second("cart", 7)})
    if not shared:
        return files
    definition = yaml.safe_load(files["Chart.yaml"])
    place = f"charts/{LIBRARY}-2.0.0"
    entry = {"name": LIBRARY, "version": "2.0.0", "repository": f"file://{place}", "alias": ALIAS}
    definition["dependencies"].append(entry)
    return {**files, "Chart.yaml": yaml.safe_dump(definition), **below(place, library(9))}


def deployments(folder: Path, files: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    found = objects(render(write(files, folder), values))
    return {item["metadata"]["name"]: item for item in found if item["kind"] == "Deployment"}


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "beside another"])
def test_each_app_is_rendered_by_its_own_major(shared: bool, tmp_path: Path) -> None:
    values = {"orders": {"replicaCount": 2}, "cart": {"replicaCount": 3}}
    found = deployments(tmp_path, both(shared=shared), values)
    assert {name: item["spec"]["revisionHistoryLimit"] for name, item in found.items()} == {
        "tst-orders": 5, "tst-cart": 7,
    }  # fmt: skip
    assert {name: item["spec"]["replicas"] for name, item in found.items()} == {"tst-orders": 2, "tst-cart": 3}
    assert helm_python.lint(str(tmp_path), strict=True)["errors"] == []


def test_the_second_major_changes_nothing_for_the_first(tmp_path: Path) -> None:
    alone = deployments(tmp_path / "one", umbrella({"orders": app_chart("rest-api", "orders")}), {})
    assert deployments(tmp_path / "two", both(shared=True), {})["tst-orders"] == alone["tst-orders"]


def test_strict_schemas_hold_for_both(tmp_path: Path) -> None:
    folder = write(both(shared=True), tmp_path)
    for app in ("orders", "cart"):
        with pytest.raises(helm_python.HelmError, match="additional properties 'replicas' not allowed"):
            render(folder, {app: {"replicas": 2}})


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "beside another"])
def test_values_are_explained_by_the_right_major(shared: bool) -> None:
    files = both(shared=shared)
    chart = load_chart(MemoryTree({path: FileState(as_bytes(text)) for path, text in files.items()}))
    coalesced = coalesce(chart, [])
    found = {part.name: explain(coalesced, part) for part in coalesced.slices if part.name in ("orders", "cart")}
    limits = {name: explanation.values["revisionHistoryLimit"] for name, explanation in found.items()}
    assert limits == {"orders": 5, "cart": 7}
    (place,) = {document.path for document in found["cart"].library}
    assert place.startswith(f"charts/{LIBRARY}/templates/{LIBRARY}/2.0.0-")
