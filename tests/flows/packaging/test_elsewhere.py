"""What a registry is asked of the charts that are to be packaged. A real registry: tests/delivery/test_package.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.http import served_by
from helpers.workspaces.registries import answering, free_port
from shunter.adapters.oci import charts
from shunter.adapters.oci.transport import Transport
from shunter.flows.packaging.elsewhere import Elsewhere, published_elsewhere
from shunter.flows.workspace.context import Context, workspace_from

KEYS = [("orders", "1.0.0"), ("cart", "1.0.0")]


def context(charts: str) -> Context:
    text = f"name: shop\nservices: {{orders: {{archetype: rest-api}}}}\nenvironments: {{tst: {{}}}}\nregistries: {{charts: {charts}}}\n"
    return Context(Path(), Path(), workspace_from(text.encode()))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registries are asked at once or not at all."""
    monkeypatch.setattr(charts, "transport", lambda: Transport(timeout=1, pause=0.001))
    charts._client_of.cache_clear()


@pytest.mark.parametrize("place", ["{}", "{url: 'https://127.0.0.1:1/charts'}"])
def test_a_folder_is_the_only_registry(place: str) -> None:
    assert published_elsewhere(context(place), KEYS) == Elsewhere()


def test_nothing_new_asks_nobody() -> None:
    assert published_elsewhere(context("'oci://127.0.0.1:1/charts'"), []) == Elsewhere()


def test_who_cannot_be_reached_is_told_once() -> None:
    host = f"127.0.0.1:{free_port()}"
    found = published_elsewhere(context(f"'oci://{host}/charts'"), KEYS)
    assert found.charts == {}
    [notice] = found.notices
    assert notice.startswith(f"registry {host} cannot be reached")
    assert notice.endswith("is asked by `shunter push`")


def test_one_chart_that_cannot_be_asked_for_hides_no_other() -> None:
    server = answering(lambda self, _: (404 if "orders" in self.path else 403 if "cart" in self.path else 200, {}, b""))
    with served_by(server) as url:
        found = published_elsewhere(context(f"{{push: 'oci://{url.partition('//')[2]}/charts'}}"), KEYS)
    assert found.charts == {}
    [notice] = found.notices
    assert "/charts/cart wants a login" in notice
