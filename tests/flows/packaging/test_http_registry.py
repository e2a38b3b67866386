"""A registry over HTTP: archives are vendored, Chart.yaml names the URL, and Helm agrees byte for byte."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.http import served
from helpers.workspaces.transcript import error, everything, refusals, untouched
from helpers.workspaces.workspaces import ONE_SERVICE, copy

ARCHIVES = ["orders-0.1.0.tgz", "shop-library-1.0.0.tgz"]


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """What the server was asked for."""
    return []


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, asked: list[str]) -> Iterator[tuple[Path, str]]:
    """What is served, a copy of the workspace's registry, and its URL."""
    folder = tmp_path_factory.mktemp("registry")
    with served(folder, asked) as url:
        yield folder, url


@pytest.fixture(scope="module")
def made(registry: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of one service whose registry is served, train 1.0.0 in tst. Not to be changed."""
    folder, url = registry
    root = tmp_path_factory.mktemp("http")
    (root / "values.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "multi"), "utf-8")
    data = ("--data-file", "values.yaml", "-d", f"registries.charts.url={url}")
    ok("new", "shop", "--defaults", *data, cwd=root)
    ok("package", cwd=root / "shop")
    publish(root / "shop", folder)
    ok("train", "cut", "1.0.0", cwd=root / "shop")
    ok("promote", "1.0.0", "--to", "tst", cwd=root / "shop")
    return root / "shop"


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """A copy of that workspace."""
    return copy(made, tmp_path / "shop")


def publish(root: Path, folder: Path) -> None:
    shutil.copytree(root / ".shunter/registry", folder, dirs_exist_ok=True)


def environment(root: Path, name: str) -> Path:
    return root / f"shop-{name}/envs/{name}"


def test_archives_are_vendored_and_the_url_is_named(made: Path, registry: tuple[Path, str]) -> None:
    for folder in (environment(made, "tst"), made / "orders/charts/orders"):
        vendored = sorted(path.name for path in (folder / "charts").iterdir())
        assert vendored == (ARCHIVES[:1] if folder.name == "tst" else ARCHIVES[1:])
        for name in vendored:
            assert (folder / "charts" / name).read_bytes() == (registry[0] / name).read_bytes()
        chart = yaml.safe_load((folder / "Chart.yaml").read_text("utf-8"))
        assert {item["repository"] for item in chart["dependencies"]} == {registry[1]}
    for command in ("validate --strict", "lint --strict", "lock --check", "update --check", "schema build --check"):
        ok(*command.split(), cwd=made)


def test_helm_makes_the_same_lock_and_the_same_charts(made: Path, tmp_path: Path) -> None:
    need_helm()
    import helm_python

    helm_python.disable_logging()
    for source in (environment(made, "tst"), made / "orders/charts/orders"):
        folder = copy(source, tmp_path / source.name)
        before = everything(folder)
        helm_python.dependency_build(str(folder))
        assert everything(folder) == before
        (folder / "Chart.lock").unlink()
        shutil.rmtree(folder / "charts")
        helm_python.dependency_update(str(folder))
        theirs, ours = (
            re.sub(r"(?m)^generated: .*", "", (at / "Chart.lock").read_text("utf-8")) for at in (folder, source)
        )
        assert theirs == ours
        (folder / "Chart.lock").write_bytes((source / "Chart.lock").read_bytes())
        assert everything(folder) == before


def test_a_fresh_clone_asks_nobody(made: Path, asked: list[str], tmp_path: Path) -> None:
    need_helm()
    for name in ("shop-tst", "orders"):
        subprocess.run(["git", "clone", "--quiet", made / name, tmp_path / name], check=True)
    asked.clear()
    for command in ("validate", "lint --strict", "lock --check", "lock", "schema build --check"):
        ok(*command.split(), cwd=tmp_path / "shop-tst")
        ok(*command.split(), cwd=tmp_path / "orders")
    manifests = ok("render", "tst", cwd=tmp_path / "shop-tst").out
    assert asked == []
    assert manifests == ok("render", "tst", cwd=made).out != ""


def test_a_promotion_takes_from_the_server_what_the_folder_lacks(shop: Path) -> None:
    shutil.rmtree(shop / ".shunter/registry")
    ok("promote", "--from", "tst", "--to", "pre", cwd=shop)
    charts = sorted(path.name for path in (environment(shop, "pre") / "charts").iterdir())
    assert charts == ARCHIVES[:1]
    ok("validate", cwd=shop)
    ok("lock", "--check", cwd=shop)
    ok("train", "cut", "1.1.0", cwd=shop)
    ok("add", "environment", "prf", "--after", "tst", cwd=shop)
    ok("promote", "1.1.0", "--to", "tst", cwd=shop)
    ok("promote", "--from", "tst", "--to", "prf", cwd=shop)


def test_a_version_that_neither_has_is_named(shop: Path) -> None:
    [refused] = refusals(untouched(shop, "train", "cut", "1.1.0", "--car", "orders=0.2.0"))
    assert (refused.message, refused.hint) == ("orders 0.2.0 is not published (known: 0.1.0)", "shunter package orders")
    text = (shop / "shunter.yaml").read_text("utf-8")
    (shop / "shunter.yaml").write_text(re.sub(r"http://127.0.0.1:\d+", "http://127.0.0.1:9", text), "utf-8")
    shutil.rmtree(shop / ".shunter/registry")
    block = error(untouched(shop, "promote", "--from", "tst", "--to", "pre"))
    assert "http://127.0.0.1:9/index.yaml cannot be reached" in block.message


def test_a_forged_archive_is_refused_wherever_it_lies(shop: Path, registry: tuple[Path, str]) -> None:
    folder = environment(shop, "tst") / "charts"
    honest = (folder / ARCHIVES[0]).read_bytes()
    (folder / ARCHIVES[0]).write_bytes((registry[0] / ARCHIVES[1]).read_bytes())
    assert shunter("validate", cwd=shop).code != 0
    assert untouched(shop, "render", "tst").code != 0
    (folder / ARCHIVES[0]).write_bytes(honest)
    ok("validate", cwd=shop)
    shutil.rmtree(shop / ".shunter/registry")
    (registry[0] / ARCHIVES[0]).write_bytes(honest + b"\0")
    try:
        found = refusals(untouched(shop, "promote", "--from", "tst", "--to", "pre"))
    finally:
        (registry[0] / ARCHIVES[0]).write_bytes(honest)
    assert [block.rule for block in found] == ["digest-mismatch"]
    assert ARCHIVES[0] in found[0].message


def test_bump_asks_the_server_for_libraries_and_for_what_is_published(
    shop: Path, registry: tuple[Path, str], asked: list[str]
) -> None:
    shutil.rmtree(shop / ".shunter/registry")
    git(shop, "commit", "-qam", "the registry is elsewhere")
    asked.clear()
    block = error(untouched(shop, "bump", "orders", "--library", "1.1.0"))
    assert (block.hint, asked) == ("known: 1.0.0", ["/index.yaml"])
    chart = shop / "orders/charts/orders/values.yaml"
    chart.write_text(chart.read_text("utf-8") + "# changed\n", "utf-8")
    git(shop / "orders", "commit", "-qam", "values")
    ok("bump", "orders", "--to", "0.0.9", cwd=shop)
    [taken] = refusals(untouched(shop, "bump", "orders", "--to", "0.1.0"))
    assert (taken.rule, taken.place) == ("version-taken", "orders/charts/orders/Chart.yaml")
