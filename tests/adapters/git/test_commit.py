"""What a commit holds, in the repositories that people have: filters, modes, names, index formats, things under way."""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, snapshot, write
from helpers.workspaces.plans import START, committed, done, edit, plan, refused, status, usual
from shunter.adapters.git.apply import apply
from shunter.adapters.git.refusals import commit_command
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, FileState, Writing
from shunter.model.findings import Status


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", dict(START))


def objects(root: Path) -> bytes:
    """Every object of a repository, reachable or not."""
    listing = git(root, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return subprocess.run(
        ["git", "cat-file", "--batch"], cwd=root, input=listing.encode() + b"\n", capture_output=True, check=True
    ).stdout


# Filters, line ends, modes


def encrypted(root: Path) -> Path:
    """A repository in which git encodes `secret/*`, as git-crypt and git-lfs do."""
    git(root, "config", "filter.crypt.clean", "base64")
    git(root, "config", "filter.crypt.smudge", "base64 -d")
    git(root, "config", "filter.crypt.required", "true")
    return commit_all(root, {".gitattributes": "secret/** filter=crypt\n", "secret/db": "password: hunter2\n"})


def test_a_clean_filter_encodes_what_is_committed_and_nothing_plain_enters_the_store(home: Path) -> None:
    encrypted(home)
    done(plan(home, edit(home, "secret/db", b"password: correct horse\n"), edit(home, "secret/new", b"battery staple")))
    assert base64.b64decode(git(home, "cat-file", "-p", "HEAD:secret/db")) == b"password: correct horse\n"
    assert (home / "secret/db").read_bytes() == b"password: correct horse\n"
    assert status(home) == []
    stored = objects(home)
    assert b"hunter2" not in stored
    assert b"horse" not in stored
    assert b"staple" not in stored


def test_an_undone_run_leaves_no_plain_object_either(home: Path) -> None:
    encrypted(home)
    write(home, {".git/hooks/pre-commit": "#!/bin/sh\nexit 1\n"})
    (home / ".git/hooks/pre-commit").chmod(0o755)
    before = snapshot(home)
    with pytest.raises(ShunterError, match="git commit failed"):
        apply([plan(home, edit(home, "secret/db", b"password: correct horse\n"))], home)
    assert snapshot(home) == before
    assert status(home) == []
    assert b"horse" not in objects(home)
    assert b"hunter2" not in objects(home)


def test_line_ends_that_git_converts_are_no_change(home: Path) -> None:
    git(home, "config", "core.autocrlf", "true")
    (home / "edit").unlink()
    git(home, "checkout", "--", "edit")
    assert (home / "edit").read_bytes() == b"old\r\n"
    assert done(plan(home, edit(home, "edit", b"old\n"))).status is Status.NOOP
    assert (home / "edit").read_bytes() == b"old\r\n"
    done(plan(home, edit(home, "edit", b"new\n")))
    assert git(home, "cat-file", "-s", "HEAD:edit") == "4"
    assert status(home) == []


def test_carriage_returns_in_the_index_survive_text_auto(home: Path) -> None:
    commit_all(home, {"dos": "one\r\n"})
    write(home, {".gitattributes": "* text=auto\n"})
    git(home, "add", ".gitattributes")
    git(home, "commit", "-q", "-m", "attributes")
    outcome = done(plan(home, edit(home, "dos", b"two\r\n"), edit(home, "fresh", b"three\r\n")))
    assert outcome.paths == ("dos", "fresh")
    assert status(home) == []


def test_modes_that_git_does_not_look_at_do_not_travel(home: Path) -> None:
    git(home, "config", "core.fileMode", "false")
    for name in ("edit", "keep"):
        (home / name).chmod(0o755)
    outcome = done(plan(home, edit(home, "edit", FileState(b"new\n", EXECUTABLE)), edit(home, "keep", b"kept\n")))
    assert outcome.paths == ("edit",)
    assert git(home, "ls-tree", "HEAD", "edit").startswith("100644")


def test_ignoring_case_is_left_to_git(home: Path) -> None:
    git(home, "config", "core.ignoreCase", "true")
    assert done(plan(home, edit(home, "edit", b"new\n"), edit(home, "Another", b"x"))).paths == ("Another", "edit")
    assert status(home) == []


# Names


ODD = [
    "a\nb",
    "*",
    ":(top)x",
    ":!keep",
    "-n",
    'say "hi"\\',
    "tab\t",
    os.fsdecode(b"caf\xe9"),
    "in side ",
    "#c",
    "dir/*/[x]",
]


def test_odd_names_are_names_and_no_patterns(home: Path) -> None:
    write(home, {"untracked": "mine\n", "keep": "mine\n"})
    outcome = done(plan(home, *(edit(home, name, name.encode("utf-8", "surrogateescape")) for name in ODD)))
    assert outcome.paths == tuple(sorted(ODD))
    assert status(home) == ["M keep", "?? untracked"]
    done(plan(home, *(edit(home, name, None if at % 2 else b"again") for at, name in enumerate(ODD))))
    assert status(home) == ["M keep", "?? untracked"]
    apply([plan(home, *(edit(home, name, b"3") for name in ODD[::2]))], home, Writing(commit=False))
    assert git(home, "diff", "--cached", "--name-only", "-z").count("\0") == len(ODD[::2])


def test_pathspec_settings_of_the_person_do_not_reach_our_names(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert done(plan(home, edit(home, "*", b"x"))).paths == ("*",)


def test_a_global_ignore_hides_none_of_our_files(home: Path, tmp_path: Path) -> None:
    write(tmp_path, {"ignore": "*.tgz\n"})
    git(home, "config", "core.excludesFile", str(tmp_path / "ignore"))
    write(home, {"mine.tgz": "mine"})
    assert done(plan(home, edit(home, "charts/a-1.0.0.tgz", b"\x1f\x8b"))).paths == ("charts/a-1.0.0.tgz",)
    assert git(home, "status", "--porcelain", "--ignored") == "!! mine.tgz"


# Kinds of repositories


def test_a_submodule_is_a_repository_like_any_other(home: Path, tmp_path: Path) -> None:
    make_repo(tmp_path / "library", dict(START))
    git(home, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "sub")
    git(home, "commit", "-q", "-m", "submodule")
    apply([usual(home / "sub")], home / "sub")
    assert git(home / "sub", "log", "-1", "--format=%s") == "Change sub"
    assert status(home) == ["M sub"]
    assert done(plan(home, edit(home, "edit", b"new"))).paths == ("edit",)
    assert status(home) == ["M sub"]


def test_a_split_index(home: Path) -> None:
    git(home, "update-index", "--split-index")
    done(usual(home))
    assert status(home) == []
    assert git(home, "fsck", "--no-dangling") == ""


def test_sha256_object_names(tmp_path: Path) -> None:
    root = tmp_path / "home"
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", str(root))
    commit_all(root, dict(START))
    done(usual(root))
    assert status(root) == []
    with pytest.raises(ZeroDivisionError):
        apply([plan(root, edit(root, "edit", b"third\n"), edit(root, "new", b""))], root, on_step=failing("index"))
    assert status(root) == []


def failing(at: str) -> Callable[[str], None]:
    def on_step(step: str) -> None:
        if step.endswith(at):
            raise ZeroDivisionError

    return on_step


def test_the_first_commit_of_a_repository(tmp_path: Path) -> None:
    root = tmp_path / "home"
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    write(root, {"mine": "not yet committed\n"})
    with pytest.raises(ZeroDivisionError):
        apply([plan(root, edit(root, "new", b"x"))], root, on_step=failing("ref"))
    assert status(root) == ["?? mine"]
    assert done(plan(root, edit(root, "new", b"x"))).paths == ("new",)
    assert status(root) == ["?? mine"]


def test_a_shallow_clone_that_is_detached_needs_a_branch(home: Path, tmp_path: Path) -> None:
    commit_all(home, {"second": ""})
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{home}", "clone")
    clone = tmp_path / "clone"
    git(clone, "switch", "-q", "--detach")
    assert "--branch NAME" in refused(clone, plan(clone, edit(clone, "edit", b"new")), "HEAD is detached")
    apply([plan(clone, edit(clone, "edit", b"new"))], clone, Writing(commit=False))
    assert status(clone) == ["M  edit"]
    git(clone, "reset", "-q", "--hard")
    assert done(plan(clone, edit(clone, "edit", b"new")), Writing(branch="ci/topic")).paths == ("edit",)
    assert git(clone, "symbolic-ref", "--short", "HEAD") == "ci/topic"


IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL")


def test_without_an_identity_git_refuses_and_says_how_to_set_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IDENTITY:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(home, "config", "user.useConfigOnly", "true")
    before = snapshot(home)
    with pytest.raises(ShunterError, match="git knows no user here, so it makes no commit") as caught:
        apply([usual(home)], home)
    assert caught.value.notes[0].endswith("auto-detection is disabled")
    assert len(caught.value.notes) == 2  # what it was, and that everything is as it was
    assert caught.value.hint.splitlines() == [
        'git config --global user.name "Your Name"',
        "git config --global user.email you@example.com",
    ]
    assert snapshot(home) == before


def test_commits_are_the_persons(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IDENTITY:
        monkeypatch.delenv(name, raising=False)
    git(home, "config", "user.name", "Åsa Öst")
    git(home, "config", "user.email", "asa@example.org")
    git(home, "config", "author.name", "Bo")
    done(usual(home))
    assert git(home, "log", "-1", "--format=%an <%ae> %cn") == "Bo <asa@example.org> Åsa Öst"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    done(plan(home, edit(home, "edit", b"dated")))
    assert git(home, "log", "-1", "--format=%ad %cd", "--date=raw") == "1700000000 +0000 1700000000 +0000"


def test_the_message_is_kept_whole(home: Path) -> None:
    for name, value in (("commit.cleanup", "strip"), ("commit.verbose", "true"), ("core.editor", "false")):
        git(home, "config", name, value)
    message = "Change it\n\n# not a comment\norders: 1.0 → 1.1\n"
    apply([plan(home, edit(home, "edit", b"new"), message=message)], home)
    assert git(home, "log", "-1", "--format=%B") == message.strip()


# Written and staged only


def test_without_a_commit_files_are_staged_and_the_command_is_told(home: Path) -> None:
    hook = home / ".git/hooks/pre-commit"
    write(home, {".git/hooks/pre-commit": "#!/bin/sh\ntouch hook-ran\n"})
    hook.chmod(0o755)
    wanted = usual(home)
    [outcome] = apply([wanted], home, Writing(commit=False)).outcomes
    assert not (home / "hook-ran").exists()
    assert git(home, "log", "--format=%s") == "start"
    assert git(home, "diff", "--name-only") == ""
    subprocess.run(shlex.split(commit_command(Path(wanted.root))), check=True, capture_output=True)
    assert (home / "hook-ran").exists()
    assert git(home, "log", "-1", "--format=%s") == "Change home"
    assert committed(home) == list(outcome.paths)
