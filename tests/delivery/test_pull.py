"""`shunter pull` from docker-registry: by tag, by digest, by name, what others pushed, and what Helm pulls."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from helpers.tools import HELM, needs_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.registries import PASSWORD, USER, Registry, dropping
from shunter.adapters.oci.charts import OciCharts
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login
from shunter.core.charts import archive
from shunter.core.charts.archive import digest
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


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("../../pwn", "1.0.0", "`../../pwn` is no name for a chart"),
        ("/abs/pwn", "1.0.0", "`/abs/pwn` is no name for a chart"),
        ("..", "1.0.0", "`..` is no name for a chart"),
        ("good", "1.0.0/../../x", "`1.0.0/../../x` is no version that Helm accepts"),
        ("good", "1.0.0\x1b[31m", "`1.0.0[31m` is no version that Helm accepts"),
        ("evil", "1.0.0", "good:1.0.0 is the chart evil 1.0.0"),
        ("good", "9.9.9", "good:1.0.0 is the chart good 9.9.9"),
    ],
)
def test_a_chart_that_is_another_one_than_its_place_says(
    name: str, version: str, message: str, registry: Registry, tmp_path: Path
) -> None:
    """Its name and version become those of a file."""
    good = chart(chart_files("good"))
    evil = archive.write(chart_files(name, version), "good")
    repository = f"evil/{digest(evil)[7:20]}/good"
    client = Client(registry.host, login=Login(USER, PASSWORD))
    made = artifact_of(good)
    client.upload(repository, made.config)
    client.upload(repository, evil)
    manifest = json.loads(made.manifest)
    manifest["layers"][0] |= {"digest": digest(evil), "size": len(evil)}
    client.put_manifest(repository, "1.0.0", json.dumps(manifest).encode())
    (tmp_path / "a/b").mkdir(parents=True)
    said = shunter("pull", f"oci://{registry.host}/{repository}:1.0.0", "-d", "a/b", cwd=tmp_path)
    assert said.code == 2
    assert message in said.err
    assert "\x1b" not in said.err
    (tmp_path / "a/b/evil.tgz").write_bytes(evil)
    pushing = shunter("push", "evil.tgz", "--to", "pushed", cwd=tmp_path / "a/b")
    assert pushing.code == (2 if name != "evil" and version != "9.9.9" else 0)
    written = {str(path.relative_to(tmp_path)) for path in (tmp_path / "a").rglob("*.tgz")}
    assert all(path.startswith("a/b/pushed/") for path in written - {"a/b/evil.tgz"})


def test_a_tag_that_leads_nowhere(registry: Registry, tmp_path: Path) -> None:
    lost = chart(chart_files("lost"))
    shelf = OciCharts(lambda _: f"oci://{registry.host}/nowhere")
    shelf.upload(lost)
    shelf.publish(lost)
    place = registry.data / "docker/registry/v2/repositories/nowhere/lost/_manifests/revisions/sha256"
    shutil.rmtree(place / artifact_of(lost).digest.removeprefix("sha256:"))
    said = shunter("pull", f"oci://{registry.host}/nowhere/lost:1.0.0", cwd=tmp_path)
    assert said.code == 2
    assert (
        f"oci://{registry.host}/nowhere/lost:1.0.0 is listed, and its manifest is gone\nhint: push the same" in said.err
    )
    (tmp_path / "lost.tgz").write_bytes(lost.archive)
    ok("push", "lost.tgz", "--to", f"oci://{registry.host}/nowhere", cwd=tmp_path)
    ok("pull", f"oci://{registry.host}/nowhere/lost:1.0.0", "-d", "out", cwd=tmp_path)
