"""Charts in a real registry, one by one; the command is tested in tests/delivery."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci import charts
from shunter.adapters.oci.charts import OciCharts
from shunter.core.charts.artifact import artifact_of
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Digests
from shunter.model.data import replace
from shunter.model.errors import ShunterError

pytestmark = pytest.mark.registry


def orders(app_version: str = "1.0", version: str = "1.0.0+b1") -> PackedChart:
    return chart(chart_files("orders", version, app_version=app_version))


@pytest.fixture
def shelf(registry: Registry, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[OciCharts]:
    """A place of a registry for the test alone; the login is in the environment."""
    monkeypatch.setenv("SHUNTER_REGISTRY_USER", USER)
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", PASSWORD)
    name = request.node.name.partition("[")[0]
    yield OciCharts(lambda _: f"oci://{registry.host}/shelf/{name}", own=True)
    charts._client_of.cache_clear()


def pushed(shelf: OciCharts, chart: PackedChart) -> None:
    shelf.upload(chart)
    shelf.publish(chart)


def test_from_absent_to_there(shelf: OciCharts) -> None:
    one = orders()
    assert shelf.held(*one.key) is None
    before = shelf.standing(one)
    shelf.upload(one)
    assert shelf.standing(one) == before
    assert before.state == "absent"
    shelf.publish(one)
    after = shelf.standing(one)
    assert after == replace(before, state="there")
    assert after.reference == f"{shelf.place('orders').url}:1.0.0_b1@{artifact_of(one).digest}"


def test_other_bytes_of_one_version(shelf: OciCharts) -> None:
    pushed(shelf, orders())
    found = shelf.standing(orders("2.0"))
    assert (found.state, found.archive) == ("taken", orders().digest)
    with pytest.raises(ShunterError, match=r"orders 1\.0\.0\+b1 is in .* with other content") as caught:
        pushed(shelf, orders("2.0"))
    assert caught.value.notes[0] == "somebody else has pushed it at the same time"
    assert (caught.value.rule, caught.value.exit_code) == ("version-taken", 1)
    assert shelf.standing(orders()).state == "there"


def test_the_same_bytes_that_somebody_else_pushed_in_another_way_are_there(shelf: OciCharts) -> None:
    one, made = orders(), artifact_of(orders())
    place, client = shelf.place("orders"), shelf._client(shelf.place("orders"))
    shelf.upload(one)
    dated = made.manifest.replace(b"1970-01-01", b"2026-11-29")
    digest = client.put_manifest(place.repository, "1.0.0_b1", dated)
    found = shelf.standing(one)
    assert (found.state, found.manifest) == ("there", digest)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has fetched nothing."""
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path))


def moved(shelf: OciCharts, to: PackedChart, data: bytes = b"") -> str:
    """Make the tag of 1.0.0+b1 lead to another chart, or to the manifest in `data`; the digest of the manifest."""
    shelf.upload(to)
    place = shelf.place("orders")
    return shelf._client(place).put_manifest(place.repository, "1.0.0_b1", data or artifact_of(to).manifest)


def gone(registry: Registry, shelf: OciCharts, digest: str) -> None:
    """Delete a manifest, as a registry's cleaning of what has no tag does."""
    folder = registry.data / "docker/registry/v2/repositories" / shelf.place("orders").repository
    shutil.rmtree(folder / "_manifests/revisions/sha256" / digest.removeprefix("sha256:"))


@pytest.mark.usefixtures("empty")
def test_a_pinned_manifest_is_fetched_wherever_its_tag_leads(shelf: OciCharts, registry: Registry) -> None:
    one = orders()
    pushed(shelf, one)
    pinned = shelf.digests(*one.key)
    assert pinned == Digests(one.digest, artifact_of(one).digest)
    moved(shelf, orders("2.0"))
    fresh = OciCharts(shelf.at, own=True)
    assert fresh.fetch(*one.key, pinned).archive == one.archive
    gone(registry, shelf, pinned.manifest)
    assert fresh.fetch(*one.key, pinned).archive == one.archive, "what was fetched once is kept"
    kept_in(Path(os.environ["SHUNTER_CACHE_DIR"])).unlink()
    with pytest.raises(ShunterError, match=r"the manifest that was pinned of oci://.*:1\.0\.0_b1 is gone") as caught:
        OciCharts(shelf.at, own=True).fetch(*one.key, pinned)
    assert (caught.value.rule, caught.value.exit_code) == ("digest-mismatch", 1)


def kept_in(folder: Path) -> Path:
    """The one archive that was fetched."""
    [file] = (folder / "charts").iterdir()
    return file


@pytest.mark.usefixtures("empty")
def test_the_same_archive_in_another_manifest_is_as_good(shelf: OciCharts, registry: Registry) -> None:
    one, made = orders(), artifact_of(orders())
    pushed(shelf, one)
    moved(shelf, one, made.manifest.replace(b"1970-01-01", b"2026-11-29"))
    gone(registry, shelf, made.digest)
    assert OciCharts(shelf.at, own=True).fetch(*one.key, Digests(one.digest, made.digest)).archive == one.archive


@pytest.mark.usefixtures("empty")
def test_manifest_and_archive_of_two_charts_are_no_pin(shelf: OciCharts) -> None:
    one, other = orders(), orders("2.0", "1.1.0")
    pushed(shelf, one)
    pushed(shelf, other)
    with pytest.raises(ShunterError, match="of another archive than the pinned one") as caught:
        shelf.fetch(*one.key, Digests(one.digest, artifact_of(other).digest))
    assert caught.value.notes == (f"pinned: {one.digest}", f"in the registry: {other.digest}")


def test_a_registry_that_knows_nobody(shelf: OciCharts, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.require_reachable(["orders", "cart"])
    charts._client_of.cache_clear()
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", "wrong")
    with pytest.raises(ShunterError, match="refuses the login of ci"):
        shelf.require_reachable(["orders", "cart"])


def test_what_is_no_chart_is_told(shelf: OciCharts) -> None:
    place = shelf.place("orders")
    client = shelf._client(place)
    client.upload(place.repository, b"{}")
    image = artifact_of(orders()).manifest.replace(b"vnd.cncf.helm.config", b"vnd.oci.image.config")
    for data in (artifact_of(orders()).config, orders().archive):
        client.upload(place.repository, data)
    client.put_manifest(place.repository, "1.0.0_b1", image)
    with pytest.raises(ShunterError, match=r"orders:1\.0\.0_b1 is no chart"):
        shelf.held("orders", "1.0.0+b1")
