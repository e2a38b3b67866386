"""`shunter push` into a folder, and what it refuses before it asks anybody. Registries: tests/delivery/test_push.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, packed
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.workspaces import copy
from shunter.adapters.system.files import write_file


@pytest.fixture(scope="module")
def shop(example_on_rails: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example workspace with its charts packaged. Not to be changed."""
    return copy(example_on_rails, tmp_path_factory.mktemp("push") / "shop")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_folder_holds_exactly_the_same(shop: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert "pushed to" in ok("push", "--to", str(there), cwd=shop).err
    assert contents(there) == contents(shop / ".shunter/registry")
    assert "nothing to do (6 of 6: already there)" in ok("push", "--to", str(there), cwd=shop).err


def test_one_chart_and_what_programs_read(shop: Path, tmp_path: Path) -> None:
    assert "planned" in ok("push", "orders", "--to", "../there", "--dry-run", cwd=shop).err
    assert not (shop.parent / "there").exists()
    [row] = json.loads(ok("push", "orders", "--to", str(tmp_path), "-o", "json", cwd=shop).out)["data"]
    assert (row["chart"], row["state"], row["reference"]) == ("orders", "pushed", f"{tmp_path}/orders-0.1.0.tgz")
    assert sorted(contents(tmp_path)) == ["index.yaml", "orders-0.1.0.tgz"]


def test_a_file_outside_of_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "one.tgz").write_bytes(packed(chart_files("one")))
    ok("push", "one.tgz", "--to", "there", cwd=tmp_path)
    (tmp_path / "one.tgz").write_bytes(packed(chart_files("one", app_version="2")))
    said = shunter("push", "one.tgz", "--to", "there", cwd=tmp_path)
    assert said.code == 1
    assert "error[version-taken]: one 1.0.0 is in the registry already" in said.err
    assert contents(tmp_path / "there")["one-1.0.0.tgz"] == packed(chart_files("one"))


def test_an_interrupted_push_is_seen_by_nobody_and_goes_on(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = write_file, [0]

    def failing(*arguments: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", "there")
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("shunter.flows.packaging.folder.write_file", failing)
    for writes in range(7):
        left[0] = writes
        assert shunter("push", "--to", str(tmp_path), cwd=shop).code == 2
        assert not (tmp_path / "index.yaml").exists()
    left[0] = 7
    ok("push", "--to", str(tmp_path), cwd=shop)
    assert contents(tmp_path) == contents(shop / ".shunter/registry")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there is no place to push charts to"),
        (("nope", "--to", "there"), "no archive of a chart `nope` is in the registry directory"),
        (("nope.tgz", "--to", "there"), "there is no file"),
        (("--to", "shunter.yaml"), "is a file"),
        (("--to", "oci://UPPER/Case"), "`oci://UPPER/Case` is no place in a registry"),
        (("--to", "https://ghcr.io/acme/charts"), "a registry: --to oci://ghcr.io/acme/charts\n"),
        (("--to", "ghcr.io/acme"), "a registry: --to oci://ghcr.io/acme; a folder: --to ./ghcr.io/acme\n"),
        (("--to", "https://bob:s3cret@ghcr.io/acme"), "`https://ghcr.io/acme` is no place to push charts to"),
        (("--to", "localhost:5000/acme"), "`localhost:5000/acme` is no place"),
    ],
)
def test_one_error_with_a_hint(shop: Path, arguments: tuple[str, ...], message: str) -> None:
    said = shunter("push", *arguments, cwd=shop)
    assert said.code == 2
    assert message in said.err
    assert said.err.count("error: ") == said.err.count("hint: ") == 1
    assert "s3cret" not in said.err


def test_what_no_commit_holds_stays_here(tmp_path: Path) -> None:
    (tmp_path / "one.tgz").write_bytes(packed(chart_files("one", "1.0.0+dirty")))
    said = shunter("push", "one.tgz", "--to", "there", cwd=tmp_path)
    assert (said.code, (tmp_path / "there").exists()) == (1, False)
    assert "error[dirty-chart]: one 1.0.0+dirty was packaged from files that no commit holds" in said.err


def test_nothing_to_push(tmp_path: Path) -> None:
    for arguments in (("push", "--to", "there"), ("push",)):
        said = shunter(*arguments, cwd=tmp_path)
        assert (said.code, said.err.count("hint: ")) == (2, 1)
        assert "there is no archive to push" in said.err


def test_a_folder_that_is_named_like_a_host(tmp_path: Path) -> None:
    (tmp_path / "one.tgz").write_bytes(packed(chart_files("one")))
    for to in ("./ghcr.io/acme", "ghcr.io/acme", "ghcr.io/other", "out.d"):
        ok("push", "one.tgz", "--to", to, cwd=tmp_path)
        assert (tmp_path / to / "one-1.0.0.tgz").is_file()
