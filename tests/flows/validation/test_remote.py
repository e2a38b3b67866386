"""Charts in a registry are judged like those on disk; tests/delivery/test_existing.py asks a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter
from helpers.workspaces.http import served_by
from helpers.workspaces.registries import answering


@pytest.mark.parametrize("status", [404, 403])
def test_a_registry_that_has_nothing_for_us(status: int, tmp_path: Path) -> None:
    with served_by(answering(lambda *_: (status, {}, b"{}"))) as url:
        place = f"oci://{url.removeprefix('http://')}/charts/orders"
        said = shunter("validate", f"{place}:1.0.0", cwd=tmp_path)
    assert said.code == 2
    assert {404: f"there is no {place}:1.0.0", 403: "wants a login (403)"}[status] in said.err
    assert said.err.count("hint: ") == 1
