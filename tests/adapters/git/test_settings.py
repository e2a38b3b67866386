"""What git's configuration may hold: a wrong no would leave out a hook, or what git makes of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from shunter.adapters.git.settings import Settings, is_tidy, may_convert, may_have_hooks, settings_around

NOTHING = Settings(hooks=False, tidying=False, converting=False)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    return make_repo(tmp_path / "repo", {"a": "1\n"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", NOTHING),
        ("[core]\nhooksPath = /hooks", Settings(hooks=True, tidying=False, converting=False)),
        ("[GC]\nauto = 1", Settings(hooks=False, tidying=True, converting=False)),
        ("[core]\nautocrlf = TRUE", Settings(hooks=False, tidying=False, converting=True)),
        ("[core]\nautocrlf", Settings(hooks=False, tidying=False, converting=True)),
        ("[core]\nautocrlf = input\neol = lf", NOTHING),
        ("[core]\neol = crlf", Settings(hooks=False, tidying=False, converting=True)),
        ("[core]\nattributesFile = /attributes", Settings(hooks=False, tidying=False, converting=True)),
        ('[includeIf "gitdir:/x"]\npath = y', Settings()),
        ("[", Settings()),
    ],
)
def test_what_is_configured_for_all_repositories(text: str, found: Settings, root: Path, tmp_path: Path) -> None:
    (tmp_path / "global").write_text(text)
    assert settings_around(root) == found


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf", "core.attributesFile=x"])
def test_what_a_repository_configures_itself(setting: str, root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"))
    places = (root, tmp_path / "linked")
    assert [may_convert(place, NOTHING) for place in places] == [False, False]
    assert [may_convert(place, Settings()) for place in places] == [False, False], "each is asked"
    git(root, "config", *setting.split("="))
    assert [may_convert(place, NOTHING) for place in places] == [True, True]
    assert settings_around(root) == NOTHING, "that is of this repository alone"


def test_what_a_repository_includes(root: Path, tmp_path: Path) -> None:
    git(root, "config", "include.path", str(tmp_path / "more"))
    (tmp_path / "more").write_text("[core]\nautocrlf = false\n")
    assert not may_convert(root, NOTHING)
    (tmp_path / "more").write_text("[core]\nautocrlf = true\n")
    assert may_convert(root, NOTHING)


def test_what_is_included_for_some_repositories(root: Path, tmp_path: Path) -> None:
    (tmp_path / "global").write_text(f'[includeIf "gitdir:{root}/"]\npath = {tmp_path / "more"}\n')
    (tmp_path / "more").write_text("[core]\nautocrlf = true\n")
    other = make_repo(tmp_path / "other", {"a": "1\n"})
    around = settings_around(other)
    assert (may_convert(root, around), may_convert(other, around)) == (True, False)


def test_hooks_and_tidying(root: Path) -> None:
    assert not may_have_hooks(root, NOTHING)
    assert is_tidy(root, NOTHING)
    (root / ".git/hooks").mkdir(exist_ok=True)
    (root / ".git/hooks/pre-commit").write_text("")
    assert may_have_hooks(root, NOTHING)
    git(root, "config", "gc.auto", "1")
    assert not is_tidy(root, NOTHING)
