"""Whether images are there: a real docker-registry, and servers that count or say nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.http import served_by
from helpers.workspaces.registries import Registry, Server, answering, free_port, push_image
from shunter.adapters.oci import charts
from shunter.adapters.oci.images import OciImages
from shunter.adapters.oci.transport import Transport
from shunter.core.charts.image import Image
from shunter.model.errors import ShunterError

DIGEST = f"sha256:{'ab' * 32}"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "transport", lambda: Transport(timeout=60, pause=0.001, attempts=2))


@pytest.mark.registry
def test_by_digest_and_by_tag(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "login.json").write_text(json.dumps(registry.login()), "utf-8")
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "login.json"))
    first = push_image(registry.host, "images/orders", "1.0.0", "first")
    several = push_image(registry.host, "images/cart", "2", index=True)
    second = push_image(registry.host, "images/orders", "1.0.0", "second")
    orders, cart = (f"{registry.host}/images/{name}" for name in ("orders", "cart"))
    expected = {
        Image(orders, "1.0.0"): second,
        Image(orders, "1.0.0", first): first,
        Image(orders, "", first): first,
        Image(orders, "2.0.0"): None,
        Image(orders): None,
        Image(orders, "1.0.0", DIGEST): None,
        Image(cart, "2"): several,
        Image(cart, "", several): several,
        Image(f"{registry.host}/images/nobody", "1"): None,
    }
    assert OciImages().digests(expected) == expected


def test_each_image_is_asked_for_once_and_the_first_of_a_registry_alone() -> None:
    kind = answering(lambda _, __: (200, {"Docker-Content-Digest": DIGEST}, b""))
    with served_by(kind) as url:
        host = url.removeprefix("http://")
        wanted = [Image(f"{host}/a/{number}", "1") for number in range(5)]
        images = OciImages()
        for _ in range(2):
            assert set(images.digests([*wanted, *wanted]).values()) == {DIGEST}
    asked = [(method, path) for method, path, _ in kind.asked]
    assert asked[0] == ("HEAD", "/v2/a/0/manifests/1")
    assert sorted(asked) == sorted(("HEAD", f"/v2/a/{number}/manifests/1") for number in range(5))


def test_a_registry_that_is_not_there_is_waited_for_once() -> None:
    def silent(_: Server, __: int) -> tuple[int, dict[str, str], bytes]:
        return 0, {}, b""

    kind = answering(silent)
    with served_by(kind) as url:
        host = url.removeprefix("http://")
        with pytest.raises(ShunterError, match=f"registry {host} cannot be reached"):
            OciImages().digests([Image(f"{host}/a/{number}", "1") for number in range(20)])
    assert {path for _, path, _ in kind.asked} == {"/v2/a/0/manifests/1"}
    with pytest.raises(ShunterError, match="cannot be reached"):
        OciImages().digests([Image(f"127.0.0.1:{free_port()}/a", "1")])


def test_the_environments_login_is_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_REGISTRY_USER", "ci")
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", "secret")

    def closed(server: Server, _: int) -> tuple[int, dict[str, str], bytes]:
        if server.headers.get("Authorization"):
            return 200, {"Docker-Content-Digest": DIGEST}, b""
        return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""

    with served_by(answering(closed)) as url:
        image = Image(f"{url.removeprefix('http://')}/a", "1")
        assert OciImages(own=True).digests([image]) == {image: DIGEST}
        with pytest.raises(ShunterError, match="wants a login"):
            OciImages().digests([image])
        monkeypatch.delenv("SHUNTER_REGISTRY_PASSWORD")
        with pytest.raises(ShunterError, match="wants a login") as error:
            OciImages(own=True).digests([image])
    assert "registry login" in error.value.hint
