"""`shunter pull` from docker-registry: by tag, by digest, by name, what others pushed, and what Helm pulls."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from helpers.tools import HELM, needs_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.registries import Registry, dropping
from shunter.adapters.oci.charts import OciCharts
from shunter.core.charts.artifact import artifact_of
from shunter.core.charts.packed import PackedChart

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]

CHARTS = {version: chart(chart_files("search", version)) for version in ("1.0.0", "1.1.0+b2", "1.2.0-rc.1")}


@pytest.fixture
def place(registry: Registry) -> str:
    """Where a chart is, in several versions."""
    shelf = OciCharts(lambda _: f"oci://{registry.host}/pulled")
    for each in CHARTS.values():
        shelf.upload(each)
        shelf.publish(each)
    return f"oci://{registry.host}/pulled/search"


def pulled(folder: Path, each: PackedChart) -> bool:
    return (folder / f"search-{each.version}.tgz").read_bytes() == each.archive


def test_by_tag_by_digest_and_the_newest_release(place: str, tmp_path: Path) -> None:
    newest = CHARTS["1.1.0+b2"]
    [row] = json.loads(ok("pull", place, "-o", "json", cwd=tmp_path).out)["data"]
    assert pulled(tmp_path, newest)
    assert row["reference"] == f"{place}:1.1.0_b2@{artifact_of(newest).digest}"
    assert (row["manifest"], row["archive"]) == (artifact_of(newest).digest, newest.digest)
    ok("pull", f"{place}:1.2.0-rc.1", f"{place}@{artifact_of(CHARTS['1.0.0']).digest}", "-d", "two", cwd=tmp_path)
    assert all(pulled(tmp_path / "two", CHARTS[version]) for version in ("1.2.0-rc.1", "1.0.0"))
    ok("pull", place, "--version", "1.0.0", "-d", "one", cwd=tmp_path)
    assert pulled(tmp_path / "one", CHARTS["1.0.0"])


@needs_helm
def test_helm_pulls_the_same(place: str, tmp_path: Path) -> None:
    for version, each in CHARTS.items():
        command = [HELM, "pull", place, "--version", version, "--plain-http", "-d", str(tmp_path)]
        subprocess.run(command, capture_output=True, check=True)
        assert pulled(tmp_path, each)
        assert "already there" in ok("pull", place, "--version", version, cwd=tmp_path).err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("PLACE:9.9.9", "there is no PLACE:9.9.9"),
        ("PLACE:1.0.0 --version 1.1.0", "PLACE:1.0.0 is 1.0.0"),
        ("PLACE PLACE-gone", "there is no PLACE-gone:latest"),
    ],
)
def test_one_error_with_a_hint_and_nothing_is_written(arguments: str, message: str, place: str, tmp_path: Path) -> None:
    said = shunter("pull", *arguments.replace("PLACE", place).split(), "-d", "there", cwd=tmp_path)
    assert said.code == 2
    assert message.replace("PLACE", place) in said.err
    assert said.err.count("error: ") == said.err.count("hint: ") == 1
    assert not (tmp_path / "there").exists()


def test_a_registry_that_is_down(registry: Registry, place: str, tmp_path: Path) -> None:
    with dropping(registry.host, lambda _: 0) as host:
        said = shunter("pull", f"oci://{host}/pulled/search:1.0.0", cwd=tmp_path)
    assert (said.code, said.err.count("error: ")) == (2, 1)
    assert f"registry {host} cannot be reached" in said.err
