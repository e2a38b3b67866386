"""What stands for a chart in a registry. That Helm makes the same is shown in tests/delivery/test_artifact.py."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from shunter.core.charts.archive import digest
from shunter.core.charts.artifact import (
    Place,
    artifact_of,
    parse_manifest,
    parse_place,
    tag_of,
    version_of,
    without_login,
)
from shunter.model.errors import ShunterError

ORDERS = chart(chart_files("orders", "1.2.3+b7", app_version="2.0"))


def test_a_manifest_names_config_and_archive() -> None:
    made = artifact_of(ORDERS)
    found = json.loads(made.manifest)
    assert made.digest == digest(made.manifest)
    assert found["config"]["digest"] == digest(made.config)
    assert json.loads(made.config) == {
        "name": "orders",
        "version": "1.2.3+b7",
        "apiVersion": "v2",
        "appVersion": "2.0",
        "type": "application",
    }
    assert found["annotations"]["org.opencontainers.image.created"] == "1970-01-01T00:00:00Z"
    layer = parse_manifest(made.manifest, "here")
    assert (layer.digest, layer.size) == (ORDERS.digest, len(ORDERS.archive))


def changed(**changes: Any) -> bytes:
    value = json.loads(artifact_of(ORDERS).manifest)
    return json.dumps(value | changes).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        changed(layers=[]),
        changed(layers=[{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:0", "size": 1}]),
        changed(layers=[{"mediaType": "application/tar+gzip", "digest": "sha512:0", "size": 1}]),
        changed(config={"mediaType": "application/vnd.oci.image.config.v1+json"}),
        changed(config=None),
    ],
)
def test_what_is_no_chart_is_refused(data: bytes) -> None:
    with pytest.raises(ShunterError, match=r"^here is no chart$"):
        parse_manifest(data, "here")


@pytest.mark.parametrize(
    ("size", "message"),
    [(0, "an archive of 0 bytes"), (-1, "an archive of -1 bytes"), (200 << 20, "larger than Helm loads")],
)
def test_a_size_that_cannot_be_is_refused(size: int, message: str) -> None:
    layers = [{"mediaType": "application/tar+gzip", "digest": "sha256:" + "0" * 64, "size": size}]
    with pytest.raises(ShunterError, match=message):
        parse_manifest(changed(layers=layers), "here")


def test_tags_have_no_plus() -> None:
    assert tag_of("1.2.3-rc.1+b7") == "1.2.3-rc.1_b7"
    assert version_of("1.2.3-rc.1_b7") == "1.2.3-rc.1+b7"
    with pytest.raises(ShunterError, match="is too long for a tag"):
        artifact_of(chart(chart_files("orders", "1.0.0-" + "a" * 130)))
    with pytest.raises(ShunterError, match=r"`1\.0/0\[31m` is no tag"):
        tag_of("1.0/0\x1b[31m")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("oci://ghcr.io/acme/charts", Place("ghcr.io", "acme/charts")),
        ("oci://ghcr.io/acme/charts/", Place("ghcr.io", "acme/charts")),
        ("oci://localhost:5000", Place("localhost:5000", "")),
        ("oci://[::1]:5000/a", Place("[::1]:5000", "a")),
        ("oci://GHCR.io/a__b/c-d:1.0.0+b", Place("ghcr.io", "a__b/c-d", "1.0.0_b")),
        ("oci://r/a@sha256:" + "0" * 64, Place("r", "a", digest="sha256:" + "0" * 64)),
        ("oci://r/a:1@sha256:" + "0" * 64, Place("r", "a", "1", "sha256:" + "0" * 64)),
    ],
)
def test_places(url: str, place: Place) -> None:
    assert parse_place(url) == place


@pytest.mark.parametrize(
    "url",
    [
        *("", "oci://", "ghcr.io/acme", "https://ghcr.io/acme", "oci://r/A", "oci://r/a//b"),
        *("oci://r/a:", "oci://r/a@sha256:0", "oci://r/../a", "oci://r/a?x=1", "oci://r/a b", "oci://r:port/a"),
        *("oci://r/:1", "oci://r@sha256:" + "0" * 64),
    ],
)
def test_what_is_no_place(url: str) -> None:
    with pytest.raises(ShunterError, match="is no place in a registry") as caught:
        parse_place(url)
    assert caught.value.hint


def test_a_chart_stands_below() -> None:
    assert parse_place("oci://r/a").below("orders") == Place("r", "a/orders")
    assert parse_place("oci://r/a:1.0.0+b").named == "oci://r/a:1.0.0_b"
    assert parse_place(f"oci://r/a:1@sha256:{'0' * 64}").named == f"oci://r/a@sha256:{'0' * 64}"
    assert parse_place("oci://r").below("orders").url == "oci://r/orders"
    assert parse_place("oci://r/a/orders:1").name == "orders"


@pytest.mark.parametrize("name", ["../x", "a/b", "Orders", "a b", "", "-x"])
def test_a_name_that_no_repository_can_have(name: str) -> None:
    with pytest.raises(ShunterError, match="is no name for a chart in a registry"):
        parse_place("oci://r/a").below(name)


@pytest.mark.parametrize("user", ["bob:S3cretPW", "S3cretPW", ":S3cretPW", "a@b:S3cretPW"])
def test_a_login_in_a_place_is_refused_and_not_shown(user: str) -> None:
    for rest in ("host.example/x", "host.example:5000/x/y:1.0.0", f"host.example/x@sha256:{'0' * 64}", "host.example"):
        with pytest.raises(ShunterError, match="was given with a login in it") as caught:
            parse_place(f"oci://{user}@{rest}")
        assert f"`oci://{rest}`" in caught.value.message
        assert "S3cret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://bob:p@host/x", "https://host/x"),
        ("bob:p@host:1/x:1", "host:1/x:1"),
        ("oci://a@b:p@host", "oci://host"),
        ("orders@sha256:ab", "orders@sha256:ab"),
        ("host/x@sha256:ab", "host/x@sha256:ab"),
        ("./folder", "./folder"),
    ],
)
def test_what_is_shown_of_a_url(text: str, shown: str) -> None:
    assert without_login(text) == shown
