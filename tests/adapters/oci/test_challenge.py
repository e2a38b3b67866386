"""`WWW-Authenticate` headers as registries send them."""

from __future__ import annotations

import pytest

from shunter.adapters.oci.challenge import Challenge, parse


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('Basic realm="test"', Challenge(True, "test")),
        (
            'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
            Challenge(False, "https://auth.docker.io/token", "registry.docker.io", "repository:a/b:pull,push"),
        ),
        ('bearer realm=https://x/t , service = "a \\"b\\""', Challenge(False, "https://x/t", 'a "b"')),
        ('Basic realm="r", Bearer realm="https://x",service="s"', Challenge(False, "https://x", "s")),
        ('Bearer realm="https://x",error="invalid_token", Basic realm="r"', Challenge(False, "https://x")),
        ("Negotiate", None),
        ("", None),
    ],
)
def test_what_registries_say(header: str, found: Challenge | None) -> None:
    assert parse(header) == found
