"""Templates of others, fetched once with every release, and what Copier calls a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.git.repository import Repository
from shunter.adapters.templates.source import commit_of, fetched, git_url
from shunter.model.errors import ShunterError


@pytest.mark.parametrize(
    "source",
    [
        "gh:acme/templates",
        "gl:acme/templates.git",
        "git+https://git.example.com/t",
        "https://github.com/acme/t",
        "git@host:acme/t.git",
    ],
)
def test_a_source_is_asked_for_as_copier_asks(source: str) -> None:
    from copier._vcs import get_repo  # the only place that can be asked

    assert git_url(source) == get_repo(source)


def test_nobody_has_to_be_known_here() -> None:
    assert git_url("~nobody-here/templates") == "~nobody-here/templates"
    assert git_url("~/templates") == str(Path.home() / "templates")


def test_every_release_is_there_and_has_copiers_name(tmp_path: Path) -> None:
    source = make_repo(tmp_path / "t", {"x": "1"})
    git(source, "tag", "v1.0.0")
    commit_all(source, {"x": "2"})
    later = git(source, "rev-parse", "--short=7", "HEAD").strip()
    with fetched(str(source)) as bare:
        repository = Repository(bare)
        first = commit_of(repository, "1.0.0")
        assert first
        assert first[1] == "v1.0.0"
        second = commit_of(repository, f"1.0.0-1-g{later}")
        assert second
        assert second[1] == f"v1.0.0-1-g{later}"
        for wrong in ("2.0.0", "1.0.0^{tree}", "1.0.0..1.0.0", "--help", ""):
            assert commit_of(repository, wrong) is None
    assert not bare.exists()


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="cannot read the templates at"), fetched(f"{tmp_path}/gone"):
        pass
    with pytest.raises(ShunterError, match="transport"), fetched("ext::sh -c true"):
        pass
