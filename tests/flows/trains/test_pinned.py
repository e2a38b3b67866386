"""The digests of a new train's cars: asked of whom they come from, and what nobody can say is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.shelf import MANIFEST, Shelf
from helpers.charts.tiny_charts import chart, chart_files, write_files
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.trains.model import Train
from shunter.flows.trains.pinned import pinned, same_cars
from shunter.flows.workspace.archives import Archives, archives_at
from shunter.model.data import replace
from shunter.model.errors import ShunterError


def made(name: str, app_version: str = "1.0") -> PackedChart:
    return chart(chart_files(name, app_version=app_version))


@pytest.fixture
def directory(tmp_path: Path) -> Archives:
    """A folder with orders and cart."""
    write_files(tmp_path, archives_at(tmp_path, "").directory.plan_publish([made("orders"), made("cart")]).edits)
    return archives_at(tmp_path, "")


def cars(*names: str) -> dict[str, Pin]:
    return {name: Pin(name, "1.0.0") for name in names}


def test_the_manifest_is_pinned_wherever_the_archive_comes_from(directory: Archives) -> None:
    server = Shelf(made("orders"), made("auth"))
    found = pinned(replace(directory, server=server), {**cars("orders", "auth"), "cart": made("cart").pin})
    assert found.cars == {
        "orders": replace(made("orders").pin, manifest=MANIFEST),
        "auth": replace(made("auth").pin, manifest=MANIFEST),
        "cart": made("cart").pin,
    }
    assert (found.findings, found.notices) == ((), ())


def test_without_a_registry_nothing_is_told(directory: Archives) -> None:
    found = pinned(directory, cars("orders"))
    assert (found.cars, found.findings, found.notices) == ({"orders": made("orders").pin}, (), ())


def test_what_is_not_pushed_or_cannot_be_asked_is_told(directory: Archives) -> None:
    found = pinned(replace(directory, server=Shelf(down={"cart": "registry x is down"})), cars("orders", "cart"))
    assert found.cars == {"orders": made("orders").pin, "cart": made("cart").pin}
    assert found.notices == (
        "registry x is down: cart 1.0.0 is pinned by its archive alone",
        "not in the registry yet, and pinned by the archive alone: orders 1.0.0 (shunter push)",
    )


def test_two_archives_of_one_version_are_refused(directory: Archives) -> None:
    [finding] = pinned(replace(directory, server=Shelf(made("orders", "2.0"))), cars("orders")).findings
    assert finding.rule == "version-rewritten"
    assert finding.notes == (f"directory: {made('orders').digest}", f"registry: {made('orders', '2.0').digest}")


def test_a_url_with_a_place_for_each_is_said_in_the_pin(directory: Archives) -> None:
    url, there = "oci://x/{service}", Shelf(made("orders"))
    known = replace(directory, opens={"oci://x/orders": there}.__getitem__)
    [pin] = pinned(known, cars("orders"), url).cars.values()
    assert (pin.source, pin.manifest) == ("oci://x/orders", MANIFEST)
    with pytest.raises(ShunterError, match=r"nothing says where orders 1\.0\.0 is") as caught:
        pinned(known, cars("orders"), "oci://x/{repository}")
    assert "shunter lock" in caught.value.hint


def test_a_train_is_the_same_whoever_had_pushed_by_then() -> None:
    train = Train("1.0.0", {"orders": made("orders").pin}, "2026-11-29T09:00:00Z")
    later = replace(train, cut="", cars={"orders": replace(train.cars["orders"], manifest=MANIFEST)})
    assert same_cars(train, later)
    assert not same_cars(train, replace(later, cars={"orders": made("orders", "2.0").pin}))
    assert not same_cars(train, replace(later, line="a"))
