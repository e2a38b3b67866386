"""URLs come from files that others write: none is an option, and none names a program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
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


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository that is cloned, and may be pushed to."""
    root = make_repo(tmp_path / "origin", {"a": "0"})
    git(root, "config", "receive.denyCurrentBranch", "ignore")
    return root


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    """Its clone."""
    git(tmp_path, "clone", "-q", str(origin), "clone")
    return tmp_path / "clone"


def test_what_git_says_first_of_what_is_wrong() -> None:
    lines = ("remote: no", " ! [rejected] a -> a (fetch first)", "error: failed to push some refs", "hint: Updates")
    assert remote.Said(False, lines).complaint == "! [rejected] a -> a (fetch first)"
    lines = ("fatal: '/x' does not appear to be a git repository", "fatal: Could not read from remote repository.")
    assert remote.Said(False, lines).complaint == lines[0]
    assert remote.Said(False, ("something else",)).complaint == "something else"
    assert remote.Said(False).complaint == "git said nothing"
    assert remote.Said(
        False, ("fatal: could not read Username for 'https://x': terminal prompts disabled",)
    ).wanted_to_ask
    assert not remote.Said(False, ("fatal: Could not read from remote repository.",)).wanted_to_ask


ASKING = """#!/bin/sh
echo "$GIT_TERMINAL_PROMPT" >> {log}
if [ "$GIT_TERMINAL_PROMPT" = 0 ]; then
  echo "fatal: could not read Username for 'https://x': terminal prompts disabled" >&2
  exit 128
fi
shift
exec sh -c "$*"
"""


@pytest.mark.parametrize("prompts", [False, True])
def test_git_may_ask_only_at_a_terminal_and_one_after_the_other(
    origin: Path, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompts: bool
) -> None:
    """A program in ssh's place says what it was allowed; git itself speaks its protocol through it."""
    ssh, log = tmp_path / "ssh", tmp_path / "log"
    ssh.write_text(ASKING.format(log=log))
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:ssh")
    monkeypatch.setenv("GIT_SSH", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    git(clone, "remote", "set-url", "origin", f"host:{origin}")
    commit_all(origin, {"a": "1"})
    [said] = remote.fetch_all([clone], prompts=prompts).values()
    assert said is not None
    assert said.ok == prompts
    assert log.read_text().split("\n") == (["0", "", ""] if prompts else ["0", ""])
    assert (git(clone, "rev-parse", "origin/main") == git(origin, "rev-parse", "main")) == prompts


def test_what_a_remote_says_moves_no_terminal(origin: Path, clone: Path) -> None:
    hook = origin / ".git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nprintf 'go \\033[2Jaway\\n'\nexit 1\n")
    hook.chmod(0o755)
    commit_all(clone, {"a": "1"})
    said = remote.push_branch(clone, "main", remote.Target("origin", "origin", "main"), prompts=False)
    assert not said.ok
    assert any(line.startswith("remote: go ") and line.rstrip().endswith("away") for line in said.lines)
    assert "\x1b" not in "".join(said.lines)


def test_fetching_from_git_s_own_server(origin: Path, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:git")
    with serving(origin.parent) as port:
        git(clone, "remote", "set-url", "origin", f"git://127.0.0.1:{port}/origin")
        commit_all(origin, {"a": "1"})
        assert remote.fetch_all([clone], prompts=False) == {clone: remote.Said(True)}
        assert remote.fast_forward(clone, "origin/main") == remote.Said(True)
        git(clone, "remote", "set-url", "origin", f"git://127.0.0.1:{port}/absent")
        [said] = remote.fetch_all([clone], prompts=False).values()
    assert (clone / "a").read_text() == "1"
    assert said is not None
    assert not said.ok
    assert said.complaint.startswith("fatal: ")


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """`git daemon` for the repositories in a folder, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ("--listen=127.0.0.1", f"--port={port}", f"--base-path={folder}", "--export-all", "--reuseaddr")
    with subprocess.Popen(
        ["git", "daemon", "--verbose", *where], stderr=subprocess.PIPE, start_new_session=True
    ) as daemon:
        assert daemon.stderr is not None
        assert b"Ready to rumble" in daemon.stderr.readline()
        yield port
        os.killpg(daemon.pid, signal.SIGTERM)


def test_a_transport_that_a_remote_names_is_refused(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:ext")
    git(clone, "config", "protocol.ext.allow", "always")
    git(clone, "remote", "set-url", "origin", f"ext::sh -c touch% {tmp_path}/pwned")
    [said] = remote.fetch_all([clone], prompts=True).values()
    assert said is not None
    assert said.complaint == "fatal: transport 'ext' not allowed"
    target = remote.push_target(clone, "main")
    assert target is not None
    assert remote.push_branch(clone, "main", target, prompts=True).complaint == "fatal: transport 'ext' not allowed"
    assert not (tmp_path / "pwned").exists()


def test_where_a_branch_is_pushed_to(origin: Path, clone: Path) -> None:
    assert remote.push_target(clone, "main") == remote.Target("origin", "origin", "main")
    git(clone, "branch", "-q", "--no-track", "new")
    assert remote.push_target(clone, "new") == remote.Target("origin", "origin")
    git(clone, "remote", "add", "mine", str(origin))
    git(clone, "config", "branch.main.pushRemote", "mine")
    assert remote.push_target(clone, "main") == remote.Target("mine", "origin", "main")
    git(clone, "config", "remote.pushDefault", "mine")
    assert remote.push_target(clone, "new") == remote.Target("mine", "mine")
    git(clone, "config", "--unset", "remote.pushDefault")
    git(clone, "remote", "rename", "origin", "other")
    with pytest.raises(ShunterError, match="has the remotes mine, other, and new follows none"):
        remote.push_target(clone, "new")
    git(clone, "remote", "remove", "mine")
    assert remote.push_target(clone, "new") == remote.Target("other", "other")
    git(clone, "remote", "remove", "other")
    assert remote.push_target(clone, "new") is None


def test_no_setting_makes_it_a_forced_push(origin: Path, clone: Path) -> None:
    commit_all(origin, {"a": "theirs"})
    theirs = git(origin, "rev-parse", "main")
    commit_all(clone, {"a": "ours"})
    git(clone, "config", "push.default", "matching")
    target = remote.Target("origin", "origin", "main")
    for key, value in (("push", "+refs/heads/*:refs/heads/*"), ("mirror", "true")):
        git(clone, "config", f"remote.origin.{key}", value)
        assert not remote.push_branch(clone, "main", target, prompts=False).ok
        assert git(origin, "rev-parse", "main") == theirs


def test_a_branch_goes_where_the_person_s_settings_send_it(origin: Path, clone: Path) -> None:
    commit_all(clone, {"a": "ours"})
    git(clone, "config", "remote.origin.push", "refs/heads/main:refs/heads/review")
    before = git(origin, "rev-parse", "main")
    assert remote.push_branch(clone, "main", remote.Target("origin", "origin", "main"), prompts=False).ok
    assert git(origin, "rev-parse", "main") == before
    assert git(origin, "rev-parse", "review") == git(clone, "rev-parse", "HEAD")


def test_what_the_remote_has_of_head(clone: Path) -> None:
    assert remote.is_pushed(clone)
    git(clone, "update-ref", "-d", "refs/remotes/origin/HEAD")
    assert not remote.is_pushed(clone, besides="origin/main")
    commit_all(clone, {"a": "1"})
    assert not remote.is_pushed(clone)


def test_commits_for_a_pull_request(clone: Path) -> None:
    assert remote.own_commits(clone, "origin", "main") == []
    commit_all(clone, {"a": "1"}, "First\n\nWhy.\n")
    commit_all(clone, {"a": "2"}, "Second")
    assert remote.own_commits(clone, "origin", "main") == [("Second", ""), ("First", "Why.")]
    assert remote.own_commits(clone, "origin", "never-fetched") == [("Second", "")]


def test_the_default_branch_of_a_remote(origin: Path, clone: Path, tmp_path: Path) -> None:
    git(origin, "symbolic-ref", "HEAD", "refs/heads/trunk")
    git(origin, "branch", "-q", "trunk", "main")
    assert remote.default_branch(clone, "origin") == "main"
    git(clone, "remote", "set-head", "origin", "--delete")
    assert remote.default_branch(clone, "origin") == "trunk"
    git(tmp_path, "init", "-q", "--bare", "empty")
    git(clone, "remote", "set-url", "origin", str(tmp_path / "empty"))
    assert remote.default_branch(clone, "origin") == ""


def test_urls_after_and_before_they_are_rewritten(clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "gh:acme/x")
    git(clone, "config", "url.git@github.com:.insteadOf", "gh:")
    assert remote.urls_of(clone, "origin") == ("git@github.com:acme/x", "gh:acme/x")
    assert remote.urls_of(clone, "absent") == ("", "")
    assert remote.remotes(clone) == ("origin",)


def test_a_remote_without_the_branch_is_seen_by_what_was_fetched(origin: Path, clone: Path) -> None:
    assert not remote.upstream_is_gone(clone), "nothing was fetched yet"
    assert remote.fetch(clone, prompts=False).ok
    assert not remote.upstream_is_gone(clone)
    git(origin, "checkout", "-q", "-b", "other")
    git(origin, "branch", "-q", "-D", "main")
    remote.fetch(clone, prompts=False)
    assert remote.upstream_is_gone(clone)
