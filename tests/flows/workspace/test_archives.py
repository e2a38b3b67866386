"""Where a chart comes from: what was just packaged wins, then the folder, then what stands alone carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.shelf import MANIFEST, Shelf
from helpers.charts.tiny_charts import LIBRARY, chart, chart_files, library_files, write_files
from helpers.workspaces.http import served
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging.images import parse_pin
from shunter.core.packaging.stamp import Stamped
from shunter.flows.workspace.archives import (
    Archives,
    archives_at,
    open_archives,
    packed_as_held,
    packed_for_publishing,
    require_file,
)
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree


def orders(version: str, text: str = "") -> PackedChart:
    return chart(chart_files("orders", version, extra={"values.yaml": f"text: {text}\n"}))


@pytest.fixture
def archives(tmp_path: Path) -> Archives:
    """A folder with orders 1.0.0 and 1.10.0."""
    made = archives_at(tmp_path, "")
    published = made.directory.plan_publish([orders("1.0.0"), orders("1.10.0")])
    write_files(tmp_path, published.edits)
    return archives_at(tmp_path, "")


def test_what_was_just_packaged_wins(archives: Archives) -> None:
    new = orders("1.0.0", "new")
    archives.pending[new.key] = new
    assert archives.fetch("orders", "1.0.0") is new
    assert archives.pin("orders", "1.0.0") == new.pin


def test_what_is_carried_is_asked_only_where_the_folder_has_none(archives: Archives) -> None:
    carried = {item.key: item for item in (orders("1.0.0", "carried"), orders("2.0.0", "carried"))}
    alone = replace(archives, fallback=lambda: carried)
    assert alone.fetch("orders", "1.0.0").content == orders("1.0.0").content
    assert alone.fetch("orders", "2.0.0") is carried["orders", "2.0.0"]
    assert not alone.has("orders", "2.0.0")


def test_a_chart_is_fetched_once(archives: Archives) -> None:
    assert archives.fetch("orders", "1.0.0") is archives.fetch("orders", "1.0.0")


def test_a_server_is_asked_last(archives: Archives, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with served(tmp_path) as url:
        found = archives_at(empty, url)
        assert found.fetch("orders", "1.10.0").content == orders("1.10.0").content
        assert not found.has("orders", "1.10.0")


def test_pins_are_gathered_by_their_digests_and_once(archives: Archives) -> None:
    server = Shelf(orders("2.0.0"), orders("3.0.0"))
    found = replace(archives, server=server, fallback=lambda: {("orders", "4.0.0"): orders("4.0.0")})
    pins = [orders(version).pin for version in ("1.0.0", "2.0.0", "4.0.0")]
    found.gather([*pins, Pin("orders", "3.0.0")])
    wanted = [("orders", "2.0.0", orders("2.0.0").digest), ("orders", "3.0.0", "")]
    assert sorted(server.fetched) == wanted
    found.gather(pins)
    assert found.fetch("orders", "2.0.0") is server.charts["orders", "2.0.0"]
    assert sorted(server.fetched) == wanted
    manifests = [found.pin("orders", version).manifest for version in ("1.0.0", "2.0.0", "3.0.0", "4.0.0")]
    assert manifests == ["", "", MANIFEST, ""], "the tag was asked for the one whose digest nobody knew"
    with pytest.raises(ShunterError, match=r"no orders 9\.0\.0"):
        found.gather([Pin("orders", "9.0.0")])


def test_a_third_partys_chart_comes_from_there_or_from_the_workspaces_registry(archives: Archives) -> None:
    theirs, own, there = Shelf(orders("2.0.0")), Shelf(orders("2.0.0"), orders("3.0.0")), "oci://their/charts"
    found = replace(archives, server=own, opens={there: theirs}.__getitem__)
    pins = [replace(orders(version).pin, source=there, manifest=MANIFEST) for version in ("2.0.0", "3.0.0")]
    found.gather(pins)
    assert [found.fetch("orders", version).digest for version in ("2.0.0", "3.0.0")] == [pin.digest for pin in pins]
    assert len(theirs.fetched) == 2
    assert own.fetched == [("orders", "3.0.0", pins[1].digest)]
    with pytest.raises(ShunterError, match=r"no orders 4\.0\.0"):
        found.gather([Pin("orders", "4.0.0", source=there)])


def test_a_place_for_each_chart_is_known_to_a_pin_a_workspace_or_whoever_was_told(archives: Archives) -> None:
    url, bare = "oci://r/{repository}/{service}", Pin("orders", "1.0.0")
    in_workspace = replace(archives, place=lambda url, name: url.replace("{repository}/{service}", f"theirs/{name}"))
    assert archives.placed(bare, "oci://r/charts") == bare
    assert in_workspace.placed(bare, url).source == "oci://r/theirs/orders"
    assert in_workspace.placed(replace(bare, source="https://x"), url).source == "https://x"
    assert archives.placed(bare, url, "oci://r/before").source == "oci://r/before"
    with pytest.raises(ShunterError, match=r"nothing says where orders 1\.0\.0 is"):
        archives.placed(bare, url)


def test_versions_are_those_of_both_where_others_publish(archives: Archives) -> None:
    server = Shelf(orders("2.0.0"), orders("1.0.0"))
    assert replace(archives, server=server).versions("orders") == ["2.0.0", "1.10.0", "1.0.0"]
    assert archives.versions("orders") == ["1.10.0", "1.0.0"]
    server.shared = False
    assert replace(archives, server=server).versions("orders") == ["1.10.0", "1.0.0"]
    assert replace(archives, server=server).versions("absent") == []


def test_the_newest_is_that_of_versions_and_not_of_texts(archives: Archives) -> None:
    archives.pending["orders", "1.9.0"] = orders("1.9.0")
    assert archives.newest("orders") == "1.10.0"
    archives.pending["orders", "1.11.0"] = orders("1.11.0")
    archives.pending["other", "9.0.0"] = orders("9.0.0")
    assert archives.newest("orders") == "1.11.0"
    with pytest.raises(ShunterError, match=r"absent.*of any version"):
        archives.newest("absent")


def test_no_workspace_has_the_usual_folder(tmp_path: Path) -> None:
    found = open_archives(Context(tmp_path, tmp_path, None))
    assert (found.directory.root, found.server) == (tmp_path / ".shunter/registry", None)


def test_an_app_is_published_whole_or_not_at_all() -> None:
    answers = FileState(
        f"_src_path: x\n_commit: v1\nkind: app\nname: orders\nlibrary: {LIBRARY}\narchetype: worker\n".encode()
    )
    whole = {**chart_files("orders", library=library_files()), ".copier-answers.yml": answers}
    lacking = {path: state for path, state in whole.items() if not path.startswith("charts/")}
    assert packed_for_publishing(ProjectFiles(MemoryTree(whole), "orders")).archive
    with pytest.raises(ShunterError, match=LIBRARY):
        packed_for_publishing(ProjectFiles(MemoryTree(lacking), "orders"))
    metadata = FileState(whole["Chart.yaml"].data + b"- {name: db, version: 1.0.0}\n")
    with pytest.raises(ShunterError, match="db"):
        packed_for_publishing(ProjectFiles(MemoryTree({**whole, "Chart.yaml": metadata}), "orders"))


def test_a_file_that_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert require_file(tmp_path / "a", "h") == b"x"
    with pytest.raises(ShunterError, match="there is no file") as error:
        require_file(tmp_path / "b", "what to do")
    assert error.value.hint == "what to do"


def test_a_published_chart_is_compared_with_its_own_images() -> None:
    template = "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n"
    files = chart_files("orders", template=template, extra={"values.yaml": "image: {repository: nats}\n"})
    one, two = (Stamped(images=(parse_pin(f"image=nats@sha256:{digit * 64}"),)) for digit in "12")
    plain = ProjectFiles(MemoryTree(files), "charts/orders")
    held = packed_for_publishing(plain.with_stamped(one))
    assert held.content != packed_for_publishing(plain).content
    assert packed_as_held(plain, held.metadata).archive == held.archive
    assert packed_as_held(plain.with_stamped(one), held.metadata).archive == held.archive
    assert packed_as_held(plain.with_stamped(two), held.metadata).content != held.content


def test_a_published_chart_is_compared_without_the_app_version_that_was_stamped() -> None:
    plain = ProjectFiles(MemoryTree(chart_files("orders", app_version="0.1.0")), "charts/orders")
    held = packed_for_publishing(plain.with_stamped(Stamped("0.2.0")))
    assert held.metadata["appVersion"] == "0.2.0"
    assert packed_as_held(plain, held.metadata).archive == held.archive
    other = ProjectFiles(MemoryTree(chart_files("orders", app_version="0.3.0")), "charts/orders")
    assert packed_as_held(other, held.metadata).content != held.content, "the chart itself says another one"
    assert packed_as_held(plain.with_stamped(Stamped("0.2.1")), held.metadata).content != held.content
