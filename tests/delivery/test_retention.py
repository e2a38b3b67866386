"""Automatic trains and retention against a docker-registry: what may be deleted there is deleted, and all pins still hold."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import pytest
import yaml

from helpers.charts.tiny_charts import chart, chart_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.registries import PASSWORD, USER, Registry
from helpers.workspaces.small import small_workspace
from helpers.workspaces.workspaces import copy
from shunter.adapters.oci import charts
from shunter.adapters.oci.charts import OciCharts
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]


class Shop:
    """A small workspace whose charts are in a registry, and nowhere else; `place` is theirs there."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry, self.place = registry, f"retention-{folder.name}"
        self.root = small_workspace(folder / "shop").root
        with (self.root / "shunter.yaml").open("a", encoding="utf-8") as file:
            file.write(f"registries: {{charts: 'oci://{registry.host}/{self.place}'}}\n")
        git(self.root, "commit", "-qam", "a registry")
        ok("push", cwd=self.root)
        shutil.rmtree(self.root / ".shunter/registry")
        git(self.root, "commit", "-qam", "the registry is elsewhere")

    def publish(self, *versions: str) -> None:
        """Push these versions of orders, as a pipeline does."""
        shelf = OciCharts(lambda _: f"oci://{self.registry.host}/{self.place}")
        for version in versions:
            made = chart(chart_files("orders", version, app_version=version))
            shelf.upload(made)
            shelf.publish(made)

    def cut(self) -> list[str]:
        """Cut automatically; the trains that there are."""
        ok("train", "cut", "--auto", cwd=self.root)
        return sorted(file.stem for file in (self.root / "trains").glob("*.yaml"))

    def prunable(self) -> list[str]:
        """The tags that retention may delete."""
        rows = json.loads(ok("registry", "prune", "--dry-run", "-o", "json", cwd=self.root).out)
        assert {row["chart"] for row in rows} <= {"orders"}
        return [row["version"] for row in rows]

    def delete(self, version: str) -> None:
        """Delete a chart in the registry, manifest and all tags of it, as registries do it."""
        repository = f"{self.place}/orders"
        client = Client(self.registry.host, login=Login(USER, PASSWORD))
        digest = client.head(repository, version)
        assert digest is not None
        url = f"http://{self.registry.host}/v2/{repository}/manifests/{digest}"
        headers = {"Authorization": Login(USER, PASSWORD).basic}
        urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="DELETE")).close()


@pytest.fixture
def shop(registry: Registry, login: Path, tmp_path: Path) -> Shop:
    return Shop(registry, tmp_path)


def test_what_the_registry_has_becomes_a_train_once(shop: Shop) -> None:
    assert shop.cut() == ["1.0.0-main.1"]
    before = git(shop.root, "rev-parse", "HEAD")
    assert shop.cut() == ["1.0.0-main.1"]
    assert git(shop.root, "rev-parse", "HEAD") == before
    shop.publish("1.0.1-feature-x.5.g1234567", "1.0.1-main.4.gabcdef0")
    assert len(shop.cut()) == 2
    newest = max((shop.root / "trains").glob("*.yaml"), key=lambda file: int(file.stem.rpartition(".")[2]))
    car = yaml.safe_load(newest.read_text("utf-8"))["cars"]["orders"]
    client = Client(shop.registry.host, login=Login(USER, PASSWORD))
    assert car["version"] == "1.0.1-main.4.gabcdef0", "builds of the branch on which work comes together, and no others"
    assert car["manifest"] == client.head(f"{shop.place}/orders", "1.0.1-main.4.gabcdef0")


def test_what_may_be_deleted_is_deleted_and_all_that_is_pinned_holds(shop: Shop, tmp_path: Path) -> None:
    shop.cut()
    for number in range(1, 6):
        shop.publish(f"1.0.1-main.{number}.g000000{number}")
        if number in (2, 4):
            shop.cut()
    trains = sorted((shop.root / "trains").glob("*.yaml"))
    ok("promote", trains[1].stem, "--to", "tst", cwd=shop.root)
    assert shop.prunable() == ["1.0.1-main.1.g0000001", "1.0.1-main.3.g0000003"], "and not the newest, which comes next"
    for version in shop.prunable():
        shop.delete(version)
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    charts._client_of.cache_clear()
    assert shop.prunable() == []
    ok("promote", "--from", "tst", "--to", "pre", cwd=shop.root)
    for train in trains:
        ok("train", "show", train.stem, cwd=shop.root)
        ok("promote", train.stem, "--to", "tst", "--dry-run", "--allow-downgrade", "all", cwd=shop.root)
    for command in ("validate", "lock --check", "status"):
        ok(*command.split(), cwd=shop.root)
    assert shop.cut()[-1].endswith("main.4")


def test_in_ci_a_checkout_that_is_behind_lists_nothing(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A train that it does not know may pin what it would list."""
    git(tmp_path, "clone", "-q", "--bare", str(shop.root), str(tmp_path / "origin.git"))
    behind = Path(copy(shop.root, tmp_path / "behind"))
    git(behind, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(behind, "fetch", "-q")
    git(behind, "branch", "-q", "--set-upstream-to", "origin/main")
    git(behind, "reset", "-q", "--hard", "HEAD~1")
    monkeypatch.setenv("CI", "true")
    refused = shunter("registry", "prune", "--dry-run", cwd=behind)
    assert (refused.code, refused.out) == (2, "")
    assert "is 1 commit behind origin/main" in refused.err
