"""`shunter package --to DIR`: the archives of a workspace or of one of its repositories, without a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git, write
from helpers.workspaces.small import small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.charts.packed import PackedChart

STAMP = ("--version", "1.3.0-main.4.gabcdef0", "--app-version", "main-4-gabcdef0")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small workspace, its charts in the registry."""
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return copy(made, tmp_path.resolve() / "small")


def test_a_chart_gets_its_version_and_nothing_is_committed(root: Path, tmp_path: Path) -> None:
    before = git(root, "rev-parse", "HEAD")
    planned = ok("package", "web", *STAMP, "--to", "../dist", "--dry-run", cwd=root)
    assert ("to be packaged" in planned.err, (tmp_path / "dist").exists()) == (True, False)
    said = [ok("package", "web", *STAMP, "--to", "../dist", cwd=root).err for _ in range(2)]
    assert ["already in the registry" in text for text in said] == [False, True]
    file = tmp_path / "dist/web-1.3.0-main.4.gabcdef0.tgz"
    metadata = PackedChart("web", archive=file.read_bytes()).metadata
    assert (metadata["version"], metadata["appVersion"]) == ("1.3.0-main.4.gabcdef0", "main-4-gabcdef0")
    assert (git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain")) == (before, "")


def test_other_bytes_under_a_version_of_the_registry_are_refused(root: Path, tmp_path: Path) -> None:
    said = shunter("package", "web", "--app-version", "other", "--to", str(tmp_path / "dist"), cwd=root)
    assert said.code == 1
    assert "error[version-taken]: web 1.0.0 is in .shunter/registry already" in said.err
    assert not (tmp_path / "dist").exists()


def test_what_the_folder_holds_is_not_written_over(root: Path, tmp_path: Path) -> None:
    ok("package", "web", *STAMP, "--to", "../dist", cwd=root)
    file = tmp_path / "dist/web-1.3.0-main.4.gabcdef0.tgz"
    held = file.read_bytes()
    said = shunter("package", "web", *STAMP[:-1], "other", "--to", "../dist", cwd=root)
    assert (said.code, "version-taken" in said.err, file.read_bytes()) == (1, True, held)


def test_what_makes_no_sense_is_one_error(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    for words, expected in (
        (("--to", "../file"), "file is a file"),
        (("--to", "../dist", "--branch", "x"), "--to commits nothing"),
        (("--to", "../dist", "--version", "1.0.0"), "stamp one chart"),
    ):
        said = shunter("package", *words, cwd=root)
        assert (said.code, expected in said.err, said.err.count("hint: ")) == (2, True, 1), words
    write(root, {"third/web/notes.txt": "new"})
    assert "has changes that no commit holds" in shunter("package", "web", *STAMP, "--to", "../dist", cwd=root).err
