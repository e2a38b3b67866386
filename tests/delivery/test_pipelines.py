"""Generated CI runs, twice for the same commit: what it published the first time is what there is after the second."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from helpers.tools import HELM, needs_helm, require
from helpers.workspaces.cli import ok
from helpers.workspaces.pipelines import Runner
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login
from shunter.core.charts.packed import PackedChart

pytestmark = [pytest.mark.registry, needs_helm, pytest.mark.slow]  # a workspace, and what its CI installs and runs

WORKSPACE = """\
name: shop
layout: mono
ci: {ci}
registries: {{images: "{host}/{ci}", charts: {{push: "oci://{host}/{ci}/charts"}}}}
services:
  orders: {{archetype: rest-api}}
  store: {{archetype: database}}
environments:
  tst: {{stage: develop}}
"""


def made(ci: str, registry: Registry, folder: Path) -> Runner:
    """A workspace with that CI, and a machine that runs it."""
    require("skopeo")
    (folder / "values.yaml").write_text(WORKSPACE.format(ci=ci, host=registry.host), "utf-8")
    ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=folder)
    machine = folder / "machine"
    machine.mkdir()
    return Runner(folder / "shop", machine, HELM)


def published(registry: Registry, ci: str) -> dict[str, str]:
    """Each tag of the images and charts that this CI pushed, with its digest."""
    client = Client(registry.host, login=Login(USER, PASSWORD))
    places = (f"{ci}/orders", f"{ci}/charts/orders", f"{ci}/charts/store", f"{ci}/charts/shop-library")
    return {f"{place}:{tag}": client.head(place, tag) or "" for place in places for tag in registry.tags(place)}


def expected(runner: Runner, ci: str, *charts: str) -> set[str]:
    """What is to be published: the image of orders, and these charts."""
    said = json.loads(ok("version", "-o", "json", cwd=runner.root).out)
    image = f"{ci}/orders:{said['orders']['image']['tag']}"
    return {image, *(f"{ci}/charts/{name}:{said[name]['chart']['version']}" for name in charts)}


def pins_image(registry: Registry, ci: str, found: dict[str, str]) -> bool:
    """Whether the chart of orders that was pushed has the digest of the image that was pushed."""
    chart = next(name for name in found if name.startswith(f"{ci}/charts/orders:"))
    place, _, tag = chart.partition(":")
    client = Client(registry.host, login=Login(USER, PASSWORD))
    manifest = client.manifest(place, tag)
    assert manifest is not None
    layer = json.loads(manifest.data)["layers"][0]["digest"]
    archive = PackedChart("orders", archive=client.blob(place, layer, 1_000_000))
    [image] = [digest for name, digest in found.items() if name.startswith(f"{ci}/orders:")]
    return f'digest: "{image}"'.replace('"', "") in archive.files["values.yaml"].data.decode().replace('"', "")


def assert_passed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_github_publishes_a_commit_once(registry: Registry, tmp_path: Path) -> None:
    require("act")
    runner = made("github", registry, tmp_path)
    assert_passed(runner.github("chart", "0" * 40))
    first = published(registry, "github")
    assert first.keys() == expected(runner, "github", "orders", "store", "shop-library")
    assert pins_image(registry, "github", first)
    again = runner.github("chart", "0" * 40)
    assert_passed(again)
    assert published(registry, "github") == first
    assert again.stdout.count("already there") == 3


def test_gitlab_publishes_a_commit_once(registry: Registry, tmp_path: Path) -> None:
    runner = made("gitlab", registry, tmp_path)
    told = {"CI_COMMIT_BRANCH": "main", "REGISTRY_USERNAME": USER, "REGISTRY_PASSWORD": PASSWORD, "SHUNTER": "shunter"}
    jobs = ("checks", "versions", "test-orders", "lint", "image-orders", "chart-shop-library", "chart-orders")
    for name, done in runner.gitlab(jobs, told).items():
        assert done.returncode == 0, (name, done.stdout[-3000:] + done.stderr[-3000:])
    first = published(registry, "gitlab")
    assert first.keys() == expected(runner, "gitlab", "orders", "shop-library")
    assert pins_image(registry, "gitlab", first)
    again = runner.gitlab(("versions", "image-orders", "chart-orders"), told)
    assert [done.returncode for done in again.values()] == [0, 0, 0]
    assert "already there" in again["chart-orders"].stderr
    assert published(registry, "gitlab") == first
