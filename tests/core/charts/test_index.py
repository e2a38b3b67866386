"""index.yaml: read and written as Helm does, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import helm_python
import pytest
import yaml

from helpers.charts.tiny_charts import archived, chart_files, packed, write_files
from helpers.steps import LINEAR, growth
from shunter.core.charts import index
from shunter.core.charts.index import Index, IndexEntry
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

CART = packed(chart_files("cart"))


def test_we_read_helms_index_and_write_it_back(tmp_path: Path) -> None:
    write_files(tmp_path, {"cart.tgz": FileState(CART)})
    helm_python.repo_index_generate(tmp_path, base_url="https://charts.example/x")
    parsed = index.parse_index((tmp_path / "index.yaml").read_bytes())
    (entry,) = parsed.entries
    assert entry.urls == ("https://charts.example/x/cart.tgz",)
    assert entry.digest == archived(CART).pin.digest
    assert index.parse_index(index.render_index(parsed)) == parsed


@pytest.mark.parametrize("data", [b"", b"[]", b"entries: {}\n", b"apiVersion: v1\nentries: []\n"])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(ShunterError, match="is not the index"):
        index.parse_index(data)


def test_entries_that_helm_skips_are_skipped() -> None:
    broken = "[null, {name: a, version: x, urls: [a]}, {name: a, version: 1.0.0}]"
    data = f"apiVersion: v1\nentries:\n  a: {broken}\n  b: null\n".encode()
    assert index.parse_index(data) == index.Index()


def entry(version: str, digest: str = "sha256:" + "0" * 64) -> IndexEntry:
    return IndexEntry("orders", version, digest, (f"orders-{version}.tgz",), {"apiVersion": "v2"})


def test_a_version_takes_the_place_of_the_same() -> None:
    old = Index((entry("1.0.0"), entry("1.1.0")))
    other = entry("1.1.0", "sha256:" + "1" * 64)
    assert index.add(old, [other, entry("2.0.0")]).entries == (entry("1.0.0"), other, entry("2.0.0"))


def test_versions_come_newest_first_and_only_exact_ones_are_found() -> None:
    found = Index((entry("1.9.0"), entry("1.10.0"), entry("1.10.0-rc.1")))
    assert found.versions("orders") == ["1.10.0", "1.10.0-rc.1", "1.9.0"]
    assert found.get("orders", "1.10.0-rc.1") == entry("1.10.0-rc.1")
    assert (found.get("orders", "1.10"), found.get("other", "1.9.0"), found.versions("other")) == (None, None, [])


def test_the_text_depends_on_nothing_but_its_entries() -> None:
    entries = [entry("1.0.0"), entry("1.1.0"), IndexEntry("a", "1.0.0", "", ("a.tgz",))]
    text = index.render_index(Index(tuple(entries)))
    assert text == index.render_index(Index(tuple(entries[::-1])))
    value = yaml.load(text, yaml.BaseLoader)
    assert (list(value["entries"]), value["generated"]) == (["a", "orders"], "1970-01-01T00:00:00Z")
    assert "created" not in value["entries"]["a"][0]
    assert value["entries"]["orders"][0]["digest"] == "0" * 64
    assert index.parse_index(text).get("orders", "1.0.0") == IndexEntry(
        "orders",
        "1.0.0",
        "sha256:" + "0" * 64,
        ("orders-1.0.0.tgz",),
        {"apiVersion": "v2", "name": "orders", "version": "1.0.0"},
    )


def test_dates_stay_text() -> None:
    data = b"apiVersion: v1\nentries:\n  a:\n  - {name: a, version: 1.0.0, urls: [a], appVersion: 2026-01-02}\n"
    assert index.parse_index(data).entries[0].metadata["appVersion"] == "2026-01-02"


def test_each_archive_is_found_without_a_look_at_all_others() -> None:
    def asked(charts: int) -> Callable[[], object]:
        found = Index(tuple(IndexEntry(f"app-{number}", "1.0.0", "", ("x",)) for number in range(charts)))
        return lambda: [(found.get(item.name, item.version), found.versions(item.name)) for item in found.entries]

    assert growth(asked) < LINEAR


def test_of_two_archives_that_are_called_the_same_the_first_counts() -> None:
    first, second = (IndexEntry("app", "1.0.0", "", (name,)) for name in "ab")
    assert Index((first, second)).get("app", "1.0.0") == first
