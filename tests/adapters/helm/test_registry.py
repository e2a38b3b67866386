"""Registries: a folder and the same folder over HTTP; Helm reads the index too."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path
from typing import Any

import helm_python
import pytest

from helpers.charts.tiny_charts import archived, chart_files, loose, packed, write_files
from helpers.workspaces.http import served
from shunter.adapters.helm.registry import DirectoryRegistry, HttpRegistry
from shunter.core.charts import index
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

ORDERS = [packed(chart_files("orders", version, app_version="1.10")) for version in ("1.0.0", "1.10.0", "1.9.0")]
CART = packed(chart_files("cart", "0.1.0-main.3.g0123456"))


def published(folder: Path, archives: list[bytes]) -> DirectoryRegistry:
    publication = DirectoryRegistry(folder).plan_publish(map(archived, archives))
    write_files(folder, publication.edits)
    return DirectoryRegistry(folder)


def test_publish_and_fetch(tmp_path: Path) -> None:
    registry = published(tmp_path, [*ORDERS, CART])
    assert registry.has("orders", "1.9.0")
    assert not registry.has("orders", "1.9.1")
    assert registry.fetch("orders", "1.10.0").archive == ORDERS[1]
    assert registry.index.versions("orders") == ["1.10.0", "1.9.0", "1.0.0"]


def test_the_same_content_is_published_once(tmp_path: Path) -> None:
    registry = published(tmp_path, ORDERS)
    again = registry.plan_publish(map(archived, ORDERS))
    assert (again.edits, again.findings) == ({}, ())
    assert again.noop == (("orders", "1.0.0"), ("orders", "1.10.0"), ("orders", "1.9.0"))
    assert again.pins["orders", "1.0.0"] == archived(ORDERS[0]).pin


def test_the_same_content_in_other_bytes_keeps_the_published_pin(tmp_path: Path) -> None:
    files = chart_files("orders", app_version="1.10")
    registry = published(tmp_path, [packed(files)])
    other = loose(files).packed(mtime=5).archive
    publication = registry.plan_publish([archived(other)])
    assert publication.edits == {}
    assert publication.findings == ()
    assert publication.pins["orders", "1.0.0"].digest != archived(other).pin.digest


def test_other_content_at_a_published_version_is_refused(tmp_path: Path) -> None:
    registry = published(tmp_path, ORDERS)
    changed = packed(chart_files("orders", "1.0.0", app_version="2.0"))
    publication = registry.plan_publish(map(archived, [changed, CART]))
    assert [finding.rule for finding in publication.findings] == ["version-taken"]
    assert "orders 1.0.0" in publication.findings[0].message
    assert publication.findings[0].hint


def test_one_plan_refuses_two_contents_of_one_version(tmp_path: Path) -> None:
    changed = packed(chart_files("orders", "1.0.0", app_version="2.0"))
    publication = DirectoryRegistry(tmp_path).plan_publish(map(archived, [ORDERS[0], changed, ORDERS[0]]))
    assert [finding.rule for finding in publication.findings] == ["version-taken"]
    assert publication.edits["orders-1.0.0.tgz"].data == ORDERS[0]


def test_the_index_is_the_same_in_any_order(tmp_path: Path) -> None:
    first = published(tmp_path / "a", ORDERS)
    second = published(tmp_path / "a", [*ORDERS, CART])
    entry = second.index.get("orders", "1.0.0")
    assert entry == first.index.get("orders", "1.0.0")
    one = (published(tmp_path / "b", ORDERS).root / "index.yaml").read_bytes()
    assert one == (published(tmp_path / "c", ORDERS[::-1]).root / "index.yaml").read_bytes()


def test_helm_reads_our_index_as_its_own(tmp_path: Path) -> None:
    write_files(tmp_path, {f"{number}.tgz": FileState(data) for number, data in enumerate([*ORDERS, CART])})
    theirs = helm_python.repo_index_generate(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    published(tmp_path, [*ORDERS, CART])
    with served(tmp_path) as url:
        ours = helm_python.repo_index(url)

    def comparable(found: Any) -> dict[str, Any]:
        records = [record for records in found["entries"].values() for record in records]
        kept = [{key: value for key, value in record.items() if key not in ("created", "urls")} for record in records]
        return {(record["name"], record["version"]): record for record in kept}

    assert comparable(ours) == comparable(theirs)
    assert [record["version"] for record in ours["entries"]["orders"]] == ["1.10.0", "1.9.0", "1.0.0"]


def test_pending_files_count_as_published(tmp_path: Path) -> None:
    publication = DirectoryRegistry(tmp_path).plan_publish(map(archived, ORDERS))
    registry = DirectoryRegistry(tmp_path, publication.edits)
    assert registry.fetch("orders", "1.9.0").archive == ORDERS[2]
    assert list(tmp_path.iterdir()) == []


def test_an_absent_version_names_those_that_there_are(tmp_path: Path) -> None:
    registry = published(tmp_path, ORDERS)
    with pytest.raises(ShunterError, match=r"^chart orders 1\.5\.0 is not in the registry$") as caught:
        registry.fetch("orders", "1.5.0")
    assert caught.value.hint == "it has 1.10.0, 1.9.0, 1.0.0"
    with pytest.raises(ShunterError) as caught:
        DirectoryRegistry(tmp_path / "none").fetch("orders", "1.5.0")
    assert "shunter package" in caught.value.hint


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    registry = published(tmp_path, ORDERS)
    (tmp_path / "orders-1.0.0.tgz").write_bytes(CART)
    with pytest.raises(ShunterError, match="is not the archive that the index names") as caught:
        registry.fetch("orders", "1.0.0")
    assert caught.value.exit_code == 1
    (tmp_path / "orders-1.0.0.tgz").unlink()
    with pytest.raises(ShunterError, match=r"names orders-1\.0\.0\.tgz, but the file is gone"):
        registry.fetch("orders", "1.0.0")
    with served(tmp_path) as url, pytest.raises(ShunterError, match="answered 404"):
        HttpRegistry(url).fetch("orders", "1.0.0")


@pytest.mark.parametrize("suffix", ["", "/"])
def test_over_http(tmp_path: Path, suffix: str) -> None:
    published(tmp_path / "charts", ORDERS)
    with served(tmp_path) as url:
        registry = HttpRegistry(f"{url}/charts{suffix}")
        assert registry.has("orders", "1.0.0")
        assert registry.fetch("orders", "1.9.0").archive == ORDERS[2]
        with pytest.raises(ShunterError, match=r"chart orders 3\.0\.0 is not in the registry"):
            registry.fetch("orders", "3.0.0")
        assert registry.versions("orders") == ["1.10.0", "1.9.0", "1.0.0"]


def test_absolute_urls_and_a_wrong_digest_over_http(tmp_path: Path) -> None:
    write_files(tmp_path, {"files/o.tgz": FileState(ORDERS[0])})
    pin = archived(ORDERS[0]).pin
    with served(tmp_path) as url:
        entry = index.IndexEntry("orders", "1.0.0", pin.digest, (f"{url}/files/o.tgz",), {"apiVersion": "v2"})
        bad = replace(entry, version="1.0.1", digest="sha256:" + "0" * 64)
        write_files(tmp_path, {"index.yaml": FileState(index.render_index(index.Index((entry, bad))))})
        assert HttpRegistry(url).fetch("orders", "1.0.0").archive == ORDERS[0]
        with pytest.raises(ShunterError, match="is not the archive that the index names"):
            HttpRegistry(url).fetch("orders", "1.0.1")


def test_errors_of_the_network_are_clear(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        with pytest.raises(ShunterError, match=r"index\.yaml answered 404"):
            HttpRegistry(url).has("orders", "1.0.0")
        write_files(tmp_path, {"index.yaml": FileState(b"<html>login</html>")})
        with pytest.raises(ShunterError, match="is not the index of a chart repository"):
            HttpRegistry(url).has("orders", "1.0.0")
    with pytest.raises(ShunterError, match="cannot be reached") as caught:
        HttpRegistry(url, timeout=2).has("orders", "1.0.0")
    assert caught.value.hint
    with pytest.raises(ShunterError, match="is not an http or https URL"):
        HttpRegistry("file:///etc").has("orders", "1.0.0")


class _Silent(http.server.BaseHTTPRequestHandler):
    release = threading.Event()

    def do_GET(self) -> None:
        self.release.wait(5)


def test_a_server_that_never_answers_does_not_hang() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(ShunterError, match=r"cannot be reached: .*timed out"):
                HttpRegistry(f"http://127.0.0.1:{server.server_address[1]}", timeout=0.2).has("a", "1.0.0")
        finally:
            _Silent.release.set()
            server.shutdown()
            thread.join()


class _CutOff(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\napiVersion")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        pass


def test_an_answer_that_is_cut_off_is_an_error() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _CutOff) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(ShunterError, match=r"index\.yaml"):
                HttpRegistry(f"http://127.0.0.1:{server.server_address[1]}").has("a", "1.0.0")
        finally:
            server.shutdown()
            thread.join()


def test_a_login_in_a_url_is_refused_and_not_shown() -> None:
    for ask in (
        HttpRegistry("http://bob:s3cret@127.0.0.1:1/x").has,
        HttpRegistry("http://bob:s3cret@127.0.0.1:1/x").fetch,
    ):
        with pytest.raises(
            ShunterError, match=r"`http://127\.0\.0\.1:1/x/index\.yaml` was given with a login"
        ) as caught:
            ask("redis", "1.0.0")
        assert "s3cret" not in caught.value.message + caught.value.hint
