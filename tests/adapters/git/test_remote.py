"""URLs come from files that others write: none is an option, and none names a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from shunter.adapters.git import remote
from shunter.adapters.system import process
from shunter.model.errors import ShunterError


@pytest.mark.parametrize("url", ["--upload-pack=touch pwned; git-upload-pack", "-oProxyCommand=touch pwned"])
def test_an_option_is_no_url(url: str, tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="it starts like an option"):
        remote.clone(url, tmp_path / "x")
    with pytest.raises(ShunterError, match="it starts like an option"):
        remote.tags(url)
    with pytest.raises(ShunterError, match="it starts like an option"):
        remote.push(tmp_path, url)


@pytest.mark.parametrize("url", ["ext::sh -c 'touch pwned'", "fd::17/x", "http://127.0.0.1:9/x", "ftp://127.0.0.1/x"])
def test_other_transports_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="uses the transport"):
        remote.clone(url, tmp_path / "x")


def test_git_itself_refuses_them_too_wherever_a_url_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "repo", {"a": ""})
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:ext")
    git(root, "config", "protocol.ext.allow", "always")
    git(root, "remote", "add", "origin", f"ext::sh -c touch% {tmp_path}/pwned")
    done = process.run(["git", "fetch", "origin"], root)
    assert "transport 'ext' not allowed" in done.complaints[0]
    assert not (tmp_path / "pwned").exists()


def test_paths_and_hosts_are_urls(tmp_path: Path) -> None:
    make_repo(tmp_path / "a::b", {"a": ""})
    for url in ("git@host:acme/x.git", "host:x", "ssh://host/x", "https://host/x", "file:///x", "../x", "C:/x"):
        assert remote.checked(url) == url
    assert remote.clone(f"file://{tmp_path}/a::b", tmp_path / "clone").returncode == 0
