"""What a commit holds, in the repositories that people have: filters, modes, names, index formats, things under way."""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, snapshot, write
from helpers.workspaces.plans import START, depends, edit, plan, usual
from shunter.adapters.git.apply import apply, commit_command, look
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, FileState, RepositoryPlan, Writing
from shunter.model.findings import Outcome, Status


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", dict(START))


def done(wanted: RepositoryPlan, writing: Writing | None = None) -> Outcome:
    """The outcome of a plan; what it says of paths is what git says."""
    root = Path(wanted.root)
    [outcome] = apply([wanted], root, writing).outcomes
    if outcome.commit:
        assert list(outcome.paths) == committed(root)
        assert outcome.commit == git(root, "rev-parse", "HEAD")
    return outcome


def committed(root: Path) -> list[str]:
    shown = git(root, "show", "--format=", "--name-only", "--no-renames", "-z")
    return sorted(name for name in shown.split("\0") if name)


def refused(root: Path, wanted: RepositoryPlan, match: str) -> str:
    """The hint of a refusal that changes nothing; a dry run says the same."""
    before = disk(root), git(root, "status", "--porcelain=v2"), (root / ".git/HEAD").read_text()
    with pytest.raises(ShunterError, match=match):
        look([wanted], Writing())
    with pytest.raises(ShunterError, match=match) as caught:
        apply([wanted], root)
    assert (disk(root), git(root, "status", "--porcelain=v2"), (root / ".git/HEAD").read_text()) == before
    return caught.value.hint


def status(root: Path) -> list[str]:
    return git(root, "status", "--porcelain").splitlines()


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
    with pytest.raises(ShunterError, match="git commit failed") as caught:
        apply([usual(home)], home)
    assert any("auto-detection is disabled" in note for note in caught.value.notes)
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


# What a person has under way


def test_files_that_git_was_told_not_to_look_at_are_not_written(home: Path) -> None:
    for bit in ("skip-worktree", "assume-unchanged"):
        git(home, "update-index", f"--{bit}", "edit")
        write(home, {"edit": "token-123\n"})
        hint = refused(home, plan(home, edit(home, "edit", b"new")), f"edit is marked {bit}")
        assert hint == f"git -C {home} update-index --no-{bit} edit"
        assert done(plan(home, edit(home, "mode", bit.encode()))).paths == ("mode",)
        assert git(home, "show", "HEAD:edit") == "old"
        assert refused(
            home, plan(home, edit(home, "mode", b"x"), inputs=(depends(home, "edit"),)), f"edit is marked {bit}"
        )
        git(home, "update-index", f"--no-{bit}", "edit")
        git(home, "checkout", "--", "edit")


def test_files_outside_of_a_sparse_checkout_stay_outside(home: Path) -> None:
    commit_all(home, {"far/away": "x\n", "near/by": "y\n"})
    git(home, "sparse-checkout", "set", "near")
    assert done(plan(home, edit(home, "near/by", b"z\n"))).paths == ("near/by",)
    assert git(home, "show", "HEAD:far/away") == "x"
    hint = refused(home, plan(home, edit(home, "far/away", b"new")), "outside of the sparse checkout")
    assert hint == f"git -C {home} sparse-checkout add far"


def stop_in(operation: str, root: Path) -> None:
    """Leave something in progress."""
    git(root, "switch", "-q", "-c", "side")
    commit_all(root, {"keep": "theirs\n"}, "theirs")
    git(root, "switch", "-q", "main")
    commit_all(root, {"keep": "ours\n"}, "ours")
    if operation == "bisect":
        git(root, "bisect", "start")
        return
    if operation == "revert":
        commit_all(root, {"keep": "again\n"}, "again")
    command = {"merge": "side", "rebase": "side", "cherry-pick": "side", "revert": "HEAD^"}[operation]
    assert subprocess.run(["git", operation, command], cwd=root, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert", "bisect"])
def test_what_is_in_progress_is_ended_first(home: Path, operation: str) -> None:
    stop_in(operation, home)
    assert f"git {operation} " in refused(home, plan(home, edit(home, "edit", b"new")), f"a {operation} is in progress")


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick"])
def test_locking_in_a_merge_writes_and_stages_and_the_person_goes_on(home: Path, operation: str) -> None:
    stop_in(operation, home)
    head = git(home, "rev-parse", "HEAD")
    wanted = plan(home, edit(home, "keep", b"derived\n"), edit(home, "new", b"derived too\n"))
    [outcome] = apply([wanted], home, during=True).outcomes
    assert (outcome.status, outcome.paths) == (Status.DONE, ("keep", "new"))
    assert git(home, "rev-parse", "HEAD") == head
    assert status(home) == ["M  keep", "A  new"]
    git(home, "-c", "core.editor=true", operation, "--continue")
    assert git(home, "show", "HEAD:keep") == "derived"


def test_a_lock_of_git_is_noticed_before_the_first_write(home: Path, tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other", dict(START))
    write(other, {".git/index.lock": ""})
    before = disk(home), disk(other)
    with pytest.raises(ShunterError, match=r"index.lock exists: another git is at work in .*other"):
        apply([usual(home), usual(other)], home)
    assert (disk(home), disk(other)) == before
    assert git(home, "log", "--format=%s") == "start"


def test_content_that_only_the_index_holds_is_not_lost(home: Path) -> None:
    write(home, {"edit": "staged only\n"})
    git(home, "add", "edit")
    write(home, {"edit": "on disk\n"})
    hint = refused(home, usual(home), "edit is staged with other content than it has on disk")
    assert hint.endswith(f"git -C {home} add edit")


def test_an_unresolved_conflict_is_not_overwritten(home: Path) -> None:
    stop_in("merge", home)
    git(home, "update-ref", "-d", "MERGE_HEAD")
    refused(home, plan(home, edit(home, "keep", b"over it")), "keep has an unresolved merge conflict")


def test_untracked_files_are_neither_overwritten_nor_deleted(home: Path) -> None:
    write(home, {"mine": "mine\n", "hidden.log": "mine\n", ".git/info/exclude": "*.log\n", "announced": "mine\n"})
    git(home, "add", "-N", "announced")
    for name in ("mine", "hidden.log"):
        refused(home, plan(home, edit(home, name, b"new")), f"{name} would be overwritten, and git does not track it")
        before = snapshot(home)
        told = apply([plan(home, edit(home, name, None))], home)
        assert (told.outcomes[0].status, snapshot(home)) == (Status.NOOP, before)
        assert told.notices == (f"home: {name} is not tracked by git, and stays",)
    refused(home, plan(home, edit(home, "announced", b"new")), "announced is changed and not staged")


def test_a_file_that_is_shared_is_not_committed_behind_a_persons_back(home: Path) -> None:
    write(home, {"edit": "mine, unstaged\n"})
    hint = refused(
        home, plan(home, edit(home, "edit", b"mine, unstaged\nand new\n", shared=True)), "changed and not staged"
    )
    assert hint == f"let it travel along: git -C {home} add edit"
    git(home, "add", "edit")
    done(plan(home, edit(home, "edit", b"mine, unstaged\nand new\n", shared=True)))
    assert git(home, "show", "HEAD:edit") == "mine, unstaged\nand new"


def test_what_a_commit_depends_on_travels_when_it_is_staged(home: Path) -> None:
    commit_all(home, {"values": "a: 1\n"})
    derived = edit(home, "edit", b"derived\n")
    inputs = ("values", "missing")

    def wanted() -> RepositoryPlan:
        return plan(home, derived, inputs=tuple(depends(home, name) for name in inputs))

    write(home, {"values": "a: 2\n"})
    assert refused(home, wanted(), "values is changed and not staged, and the commit depends on it").endswith(
        "add values"
    )
    git(home, "add", "values")
    write(home, {"values": "a: 3\n"})
    refused(home, wanted(), "values is staged with other content")
    git(home, "rm", "-q", "-f", "--cached", "values")
    refused(home, wanted(), "values is ")
    git(home, "add", "values")
    write(home, {"values.new": "b: 1\n", "staged-too": "mine\n"})
    git(home, "add", "staged-too")
    inputs = (*inputs, "values.new")
    refused(home, wanted(), "values.new is not tracked by git")
    write(home, {".git/info/exclude": "*.new\n"})
    assert done(wanted()).paths == ("edit", "values")
    assert status(home) == ["A  staged-too"]


def test_an_input_that_changed_after_it_was_judged_stops_everything(home: Path) -> None:
    wanted = plan(home, edit(home, "edit", b"derived\n"), inputs=(depends(home, "keep"),))
    write(home, {"keep": "edited while judged\n"})
    refused(home, wanted, "keep changed while shunter was working")


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
    subprocess.run(shlex.split(commit_command(wanted)), check=True, capture_output=True)
    assert (home / "hook-ran").exists()
    assert git(home, "log", "-1", "--format=%s") == "Change home"
    assert committed(home) == list(outcome.paths)
