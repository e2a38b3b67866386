"""Tags that are asked for their digests when a chart is packaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.http import served_by
from helpers.workspaces.registries import Server, answering
from helpers.workspaces.small import WORKSPACE
from shunter.core.packaging.images import ImagePin, parse_pin
from shunter.flows.packaging.images import own_prefix, with_digests
from shunter.flows.workspace.context import Context, open_context
from shunter.model.errors import ShunterError

DIGEST = f"sha256:{'ab' * 32}"


def context(root: Path, images: str) -> Context:
    (root / "shunter.yaml").write_text(f"{WORKSPACE}registries: {{images: '{images}'}}\n", "utf-8")
    return open_context(root)


def test_what_has_a_digest_is_asked_for_nowhere(tmp_path: Path) -> None:
    here = context(tmp_path, "ghcr.io/acme")
    pins = [parse_pin(f"ghcr.io/acme/orders@{DIGEST}"), parse_pin(f"image=nats:2@{DIGEST}")]
    assert with_digests(here, pins) == tuple(pins)
    assert own_prefix(here) == "ghcr.io/acme"
    assert own_prefix(Context(tmp_path, tmp_path, None)) == ""


@pytest.mark.parametrize("own", [True, False])
def test_a_tag_gets_its_digest_and_only_ones_own_registry_the_login(
    own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNTER_REGISTRY_USER", "ci")
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", "secret")

    def answer(server: Server, _: int) -> tuple[int, dict[str, str], bytes]:
        if own and not server.headers.get("Authorization"):
            return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""
        there = server.path.endswith("/1")
        return (200, {"Docker-Content-Digest": DIGEST}, b"") if there else (404, {}, b"")

    kind = answering(answer)
    with served_by(kind) as url:
        host = url.removeprefix("http://")
        here = context(tmp_path, f"{host}/acme" if own else "ghcr.io/acme")
        pins: list[ImagePin] = [parse_pin(f"{host}/acme/orders:1"), parse_pin(f"image={host}/acme/orders:1")]
        assert [str(pin) for pin in with_digests(here, pins)] == [f"{pin}@{DIGEST}" for pin in pins]
        with pytest.raises(ShunterError, match="there is no image") as error:
            with_digests(here, [parse_pin(f"{host}/acme/orders:2")])
    assert (error.value.exit_code, error.value.rule) == (1, "image-missing")
    assert any(login for _, _, login in kind.asked) is own
