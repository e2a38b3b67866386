"""`shunter pull` from the registry directory and from a folder that is served. OCI: tests/delivery/test_pull.py."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git, write
from helpers.workspaces.http import served
from helpers.workspaces.workspaces import copy
from shunter.adapters.system.files import write_file
from shunter.core.charts.archive import digest


@pytest.fixture(scope="module")
def shop(example_on_rails: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example workspace with its charts packaged. Not to be changed."""
    return copy(example_on_rails, tmp_path_factory.mktemp("pull") / "shop")


def test_archives_as_they_were_published(shop: Path, tmp_path: Path) -> None:
    published = shop / ".shunter/registry/orders-0.1.0.tgz"
    said = json.loads(ok("pull", "orders", "-d", str(tmp_path / "new"), "-o", "json", cwd=shop).out)
    [row] = said["data"]
    file = tmp_path / "new/orders-0.1.0.tgz"
    assert row == {
        "chart": "orders",
        "version": "0.1.0",
        "reference": str(published),
        "manifest": "",
        "archive": digest(published.read_bytes()),
        "file": str(file),
    }
    assert file.read_bytes() == published.read_bytes()
    assert "already there" in ok("pull", "orders", "-d", str(tmp_path / "new"), cwd=shop).err
    assert (
        shunter("pull", "catalog", "shop-library", "--version", "0.1.0", "-d", str(tmp_path / "x"), cwd=shop).code == 2
    )
    assert not (tmp_path / "x").exists(), "the library has no such version, so nothing is written"


def test_an_interrupted_pull_leaves_whole_files_and_goes_on(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = write_file, [1]

    def failing(*arguments: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", "there")
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("shunter.flows.packaging.pull.write_file", failing)
    assert shunter("pull", "orders", "catalog", "-d", str(tmp_path), cwd=shop).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["orders-0.1.0.tgz"]
    monkeypatch.undo()
    ok("pull", "orders", "catalog", "-d", str(tmp_path), cwd=shop)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (shop / ".shunter/registry" / path.name).read_bytes()


def test_what_is_there_with_other_bytes_stays(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "orders-0.1.0.tgz").write_bytes(b"mine")
    said = shunter("pull", "catalog", "orders", "-d", str(tmp_path), cwd=shop)
    assert (said.code, said.err.count("error: "), said.err.count("hint: ")) == (2, 1, 1)
    assert "orders-0.1.0.tgz is there already, with other bytes" in said.err
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("orders-0.1.0.tgz", b"mine")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "which chart?"),
        (("orders", "--version", "^1"), "--version"),
        (("orders", "--version", "9.9.9"), "chart orders 9.9.9 is not in the registry"),
        (("absent",), "chart absent of any version is not in the registry"),
    ],
)
def test_one_error_with_a_hint(arguments: tuple[str, ...], message: str, shop: Path) -> None:
    said = shunter("pull", *arguments, cwd=shop)
    assert said.code == 2
    assert message in said.err
    assert said.err.count("error: ") == said.err.count("hint: ") == 1


def test_outside_of_a_workspace_a_name_means_nothing(tmp_path: Path) -> None:
    assert "no shunter.yaml" in shunter("pull", "orders", cwd=tmp_path).err


def test_a_third_partys_chart_comes_from_there(shop: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(shop / ".shunter/registry", theirs)
    with served(theirs) as url:
        root = copy(shop, tmp_path / "shop")
        chart = f"{{repository: '{url}', name: catalog, version: 0.1.0}}"
        text = (
            (root / "shunter.yaml")
            .read_text("utf-8")
            .replace("services:\n", f"services:\n  bank: {{chart: {chart}}}\n")
        )
        write(root, {"shunter.yaml": text})
        git(root, "commit", "-qam", "a chart of somebody else")
        [row] = json.loads(ok("pull", "bank", "-d", str(tmp_path), "-o", "json", cwd=root).out)["data"]
    assert row["reference"].startswith(url)
    assert (tmp_path / "catalog-0.1.0.tgz").read_bytes() == (theirs / "catalog-0.1.0.tgz").read_bytes()
