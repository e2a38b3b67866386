"""The names of images, as container engines read them."""

from __future__ import annotations

import pytest

from shunter.core.charts.image import Image, parse_image

DIGEST = f"sha256:{'ab' * 32}"


@pytest.mark.parametrize(
    ("text", "image", "host", "path"),
    [
        ("nats", Image("nats"), "docker.io", "library/nats"),
        ("nats:2", Image("nats", "2"), "docker.io", "library/nats"),
        ("docker.io/nats", Image("docker.io/nats"), "docker.io", "library/nats"),
        ("acme/orders:1.0.0_b7", Image("acme/orders", "1.0.0_b7"), "docker.io", "acme/orders"),
        ("ghcr.io/acme/orders", Image("ghcr.io/acme/orders"), "ghcr.io", "acme/orders"),
        (f"ghcr.io/acme/a@{DIGEST}", Image("ghcr.io/acme/a", "", DIGEST), "ghcr.io", "acme/a"),
        (f"localhost:5000/a:1@{DIGEST}", Image("localhost:5000/a", "1", DIGEST), "localhost:5000", "a"),
        ("localhost/a", Image("localhost/a"), "localhost", "a"),
        ("[::1]:5000/a:x", Image("[::1]:5000/a", "x"), "[::1]:5000", "a"),
        ("GHCR.io/acme/a", Image("GHCR.io/acme/a"), "ghcr.io", "acme/a"),
    ],
)
def test_names(text: str, image: Image, host: str, path: str) -> None:
    found = parse_image(text)
    assert found == image
    assert (str(found), image.host, image.path) == (text, host, path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nats",
        "a:",
        "a@",
        "a@sha256:ab",
        f"a@{DIGEST}0",
        "a b",
        "{{ x }}",
        "-a",
        "a//b",
        "a:t:t",
        "ghcr.io/",
        "a" * 600,
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert parse_image(text) is None


def test_what_a_registry_is_asked_for() -> None:
    assert Image("a").reference == "latest"
    assert Image("a", "1").reference == "1"
    assert Image("a", "1", DIGEST).reference == DIGEST


def test_one_repository_has_several_names() -> None:
    assert Image("nats", "1").is_of(Image("docker.io/library/nats"))
    assert not Image("nats").is_of(Image("acme/nats"))
    assert not Image("ghcr.io/a/b").is_of(Image("quay.io/a/b"))


@pytest.mark.parametrize(
    ("repository", "prefix", "expected"),
    [
        ("ghcr.io/acme/orders", "ghcr.io/acme", True),
        ("ghcr.io/acme/orders", "ghcr.io/acme/", True),
        ("ghcr.io/acme/orders", "ghcr.io", True),
        ("ghcr.io/acme2/orders", "ghcr.io/acme", False),
        ("ghcr.io/acme", "ghcr.io/acme", False),
        ("quay.io/acme/orders", "ghcr.io/acme", False),
        ("acme/orders", "docker.io/acme", True),
        ("docker.io/acme/orders", "acme", True),
        ("nats", "acme", False),
        ("docker.io/library/nats", "docker.io/acme", False),
        ("ghcr.io/acme/orders", "", False),
        ("localhost:5000/orders", "localhost:5000", True),
    ],
)
def test_whether_an_image_is_below_a_prefix(repository: str, prefix: str, expected: bool) -> None:
    assert Image(repository).is_below(prefix) is expected
