"""Where things live: the package's data, the cache, and what a killed run leaves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from shunter.adapters.system import process
from shunter.adapters.system.paths import cache_path, cache_root, data_root, data_text, may_be_unfinished


def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "shunter"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_root().is_relative_to(Path.home())


def test_paths_are_known_without_loading_git_or_yaml() -> None:
    code = "import sys, shunter.adapters.system.paths; print([m for m in ('yaml', 'subprocess', 'jinja2') if m in sys.modules])"
    done = process.run([sys.executable, "-c", code], Path.cwd())
    assert done.text == "[]", done.stderr


def test_a_chosen_cache_folder_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "own"))
    assert cache_path() == str(tmp_path / "own")
    monkeypatch.setenv("SHUNTER_CACHE_DIR", "")
    assert cache_path() == str(tmp_path / "shunter")


def test_the_data_of_the_package_is_there_and_nothing_else_is() -> None:
    assert {"copier.yml", "templates", "schemas", "history"} <= {path.name for path in data_root().iterdir()}
    assert data_text("schemas/workspace.schema.json").startswith("{")
    assert data_text("schemas/none.json") == ""


def test_a_journal_is_seen_in_a_repository_and_in_a_worktree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "r", {"a": "1"})
    git(root, "worktree", "add", "-q", str(tmp_path / "side"))
    assert [may_be_unfinished(str(folder)) for folder in (root, tmp_path / "side", tmp_path)] == [False] * 3
    (root / ".git/worktrees/side/shunter").mkdir()
    (root / ".git/worktrees/side/shunter/journal.json").write_text("{}")
    assert [may_be_unfinished(str(folder)) for folder in (root, tmp_path / "side")] == [False, True]
    (root / ".git/shunter").mkdir()
    (root / ".git/shunter/journal.json").write_text("{}")
    assert may_be_unfinished(str(root))
    monkeypatch.setenv("SHUNTER_RUN", "1")  # a hook of the run that is at work
    assert not may_be_unfinished(str(root))


@pytest.mark.parametrize("pointer", [b"", b"gitdir:", b"gitdir: /no/such\0", b"\xff" * 9])
def test_a_pointer_that_leads_nowhere_is_no_journal(pointer: bytes, tmp_path: Path) -> None:
    (tmp_path / ".git").write_bytes(pointer)
    assert not may_be_unfinished(str(tmp_path))
