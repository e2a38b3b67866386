"""Packaging into the folder of a workspace whose CI publishes elsewhere, and the way back that the hint names."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.registries import free_port
from helpers.workspaces.small import WORKSPACE, small_workspace
from helpers.workspaces.transcript import refusals
from helpers.workspaces.workspaces import copy, shared
from shunter.adapters.oci import charts
from shunter.adapters.oci.transport import Transport


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(charts, "transport", lambda: Transport(timeout=1, pause=0.001))
    charts._client_of.cache_clear()
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return copy(made, tmp_path.resolve() / "small")


def web(version: str, text: str = "") -> dict[str, str | bytes | None]:
    return {"third/web/Chart.yaml": f"apiVersion: v2\nname: web\nversion: {version}\n", "third/web/values.yaml": text}


def test_who_packages_in_cis_place_is_told_and_may_take_it_back(root: Path) -> None:
    url = f"oci://127.0.0.1:{free_port()}/charts"
    commit_all(root, {"shunter.yaml": f"{WORKSPACE}registries: {{charts: {{push: '{url}'}}}}\n", **web("1.1.0")})
    said = ok("package", "web", cwd=root).err
    assert f"CI publishes to {url} when a tag is pushed; packaged here" in said
    assert "web 1.1.0" in said
    commit_all(root, web("1.1.0", "a: 1\n"))
    ci = ("package", "web", "--to", "../dist")
    [block] = refusals(shunter(*ci, cwd=root))
    assert block.message == "web 1.1.0 is in .shunter/registry already, with other content"
    assert f"CI publishes to {url}" in str(block.hint)
    command = str(block.hint).partition("where no train has it, ")[2].splitlines()[0]
    assert command.startswith("git revert ")
    subprocess.run(["sh", "-c", f"{command} --no-edit"], cwd=root, check=True, capture_output=True)
    ok(*ci, cwd=root)
    assert (root.parent / "dist/web-1.1.0.tgz").exists()


def test_without_ci_nothing_is_told(root: Path) -> None:
    commit_all(root, web("1.1.0"))
    assert "CI" not in ok("package", "web", cwd=root).err
    commit_all(root, web("1.1.0", "a: 1\n"))
    [block] = refusals(shunter("package", "web", cwd=root))
    assert str(block.hint).startswith("raise `version`")
