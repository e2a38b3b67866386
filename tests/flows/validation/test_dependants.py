"""A named schema, Chart.yaml or file of defaults stands for everything that depends on it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from helpers.workspaces import shop as umbrella
from helpers.workspaces.cli import ok, shunter

REFUSING = json.dumps({"required": ["owner"]})


@pytest.fixture
def workspace(mono: Path) -> Path:
    """The example in one repository: environment tst has values for the service orders, which it does not pin."""
    for stage in ("tst", "pre", "pro"):
        (mono / "envs" / stage / "values.yaml").write_text("orders: {replicaCount: 1}\n" if stage == "tst" else "{}\n")
    return mono


def charts(*names: str, cwd: Path) -> int:
    """How many charts are judged, and found valid."""
    line = ok("validate", *names, cwd=cwd).err.splitlines()[-1]
    assert line.endswith("checked: valid")
    return int(line.split()[0])


def test_a_changed_chart_is_judged_with_the_environments_that_have_values_for_it(workspace: Path) -> None:
    for name in ("Chart.yaml", "values.schema.json", "values.yaml"):
        assert charts(f"charts/orders/{name}", cwd=workspace) == 2
        assert charts(f"charts/frontend/{name}", cwd=workspace) == 1
    assert charts("charts/orders/values.yaml", "envs/tst/values.yaml", "envs/pre/values.yaml", cwd=workspace) == 3
    assert charts("charts/orders", cwd=workspace) == 1
    (workspace / "charts" / "orders" / "values.schema.json").write_text(REFUSING)
    found = shunter("validate", "charts/orders/values.schema.json", cwd=workspace)
    assert found.code == 1
    assert "--> charts/orders/values.yaml" in found.err
    assert "--> envs/tst/values.yaml" in found.err
    assert "2 charts checked" in found.err


def test_it_works_from_the_folder_of_the_chart(workspace: Path) -> None:
    assert charts("values.schema.json", cwd=workspace / "charts" / "orders") == 2


def test_the_environments_are_found_in_other_repositories_too(shop: Path) -> None:
    chart = shop / "orders" / "charts" / "orders"
    assert charts("values.schema.json", cwd=chart) == 4
    shutil.rmtree(shop / "shop-tst")
    assert charts("values.schema.json", cwd=chart) == 3


def test_a_chart_that_stands_alone_has_other_values_files(tmp_path: Path) -> None:
    chart = tmp_path / "svc"
    for path, text in umbrella.files().items():
        if path.startswith("charts/svc/"):
            (chart / path.removeprefix("charts/svc/")).parent.mkdir(parents=True, exist_ok=True)
            (chart / path.removeprefix("charts/svc/")).write_text(text)
    (chart / "ci").mkdir()
    for name in ("values-pro.yaml", "ci/small-values.yaml", "notes.yaml", "ci/other.yaml"):
        (chart / name).write_text("replicaCount: many\n")
    found = shunter("validate", "values.schema.json", cwd=chart)
    places = [line.split()[1] for line in found.err.splitlines() if line.startswith("  -->")]
    assert places == ["ci/small-values.yaml:1:15", "values-pro.yaml:1:15"]
    assert shunter("validate", "values.yaml", "notes.yaml", cwd=chart).err.count("-->") == 3
    again = shunter("validate", ".", cwd=chart)
    assert [line.split()[1] for line in again.err.splitlines() if line.startswith("  -->")] == places


def test_a_file_of_a_vendored_chart_stands_for_the_chart_around_it(tmp_path: Path) -> None:
    for path, text in umbrella.files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "charts" / "svc" / "values.schema.json").write_text(REFUSING)
    found = shunter("validate", "charts/svc/values.schema.json", cwd=tmp_path)
    assert found.code == 1
    assert found.err.count("missing-key") == 2  # for each of its aliases
    assert shunter("validate", "charts/svc", cwd=tmp_path).err.count("missing-key") == 1
