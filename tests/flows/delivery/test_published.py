"""`shunter push --published`: what the version map publishes of the commit at hand."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git


def packaged(root: Path) -> str:
    """The archive of the library, of the commit at hand."""
    ok("package", "shop-library", "--build", "--to", "dist", cwd=root)
    [file] = (root / "dist").glob("*.tgz")
    return f"dist/{file.name}"


def test_what_is_published_is_pushed(mono: Path) -> None:
    file = packaged(mono)
    assert "pushed to" in ok("push", file, "--published", "--to", "./served", cwd=mono).err
    assert len([*(mono / "served").glob("*.tgz")]) == 1


def test_what_is_not_published_is_told_and_left(mono: Path) -> None:
    git(mono, "checkout", "-q", "-b", "wip/x")
    done = ok("push", packaged(mono), "--published", "--to", "./served", cwd=mono)
    assert "not pushed: branch wip/x is not published" in done.err
    assert not (mono / "served").exists()


def test_an_archive_of_another_commit_is_refused(mono: Path) -> None:
    file = packaged(mono)
    commit_all(mono, {"README.md": "more"})
    assert "the version of this commit" in shunter("push", file, "--published", "--to", "./served", cwd=mono).err
    assert "--published is about archives" in shunter("push", "--published", cwd=mono).err
