import os
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, snapshot, write
from shunter.adapters.git.repository import FALLBACK, IndexEntry, Repository, git_dir
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState

NAMES = [os.fsdecode(b"caf\xe9"), 'say "hi"\\n', "tab\tand\nline", "plain/deep/er"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    make_repo(tmp_path / "repo", {"a/one": "1", "two": b"\xff\0\r\n"})
    return Repository(tmp_path / "repo")


def test_a_commits_tree_equals_what_was_written(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "new", "trunk")
    files = {name: FileState(name.encode("utf-8", "surrogateescape") + b"\xff") for name in NAMES}
    files |= {"run": FileState(b"", EXECUTABLE), "link": FileState(b"run", SYMLINK)}
    commit = repository.commit("refs/heads/trunk", files, "Add everything\n\nwith a body")
    assert repository.head() == commit
    assert repository.branch() == "trunk"
    tree = repository.tree(commit)
    assert {path: tree.get(path) for path in tree.paths()} == files
    assert tree.paths("plain") == ["plain/deep/er"]
    assert tree.get("plain") is None
    assert git(repository.root, "fsck", "--strict") == ""
    assert git(repository.root, "log", "-1", "--format=%B") == "Add everything\n\nwith a body"


def test_commit_touches_neither_index_nor_work_tree(repository: Repository) -> None:
    write(repository.root, {"two": "edited", "three": "new"})
    before = snapshot(repository.root)
    head = repository.head()
    commit = repository.commit("refs/shunter/x", {"two": None, "a": FileState(b"now a file")}, "m", parent=head)
    repository.delete_refs("refs/shunter/x", "refs/shunter/never-was")
    assert snapshot(repository.root) == before
    assert repository.tree(commit).paths() == ["a"]
    assert git(repository.root, "rev-parse", f"{commit}^") == head


def test_clean_looks_only_at_the_named_paths(repository: Repository) -> None:
    assert repository.is_clean()
    write(repository.root, {"a/new": "x"})
    assert not repository.is_clean()
    assert not repository.is_clean(["a"])
    assert repository.is_clean(["two", "a/one"])


def test_stage_replaces_only_the_named_entries(repository: Repository) -> None:
    write(repository.root, {"a/one": "staged by a person"})
    git(repository.root, "add", "a/one")
    kept = repository.index(["a/one"])
    blob = git(repository.root, "hash-object", "-w", "--stdin", stdin=b"new")
    repository.stage({"two": (), "x/y": tuple(IndexEntry(REGULAR, blob, stage) for stage in (1, 2, 3))})
    assert repository.index(["a/one", "two"]) == kept
    assert [entry.stage for entry in repository.index(["x/y"])["x/y"]] == [1, 2, 3]
    repository.stage({"x/y": (IndexEntry(EXECUTABLE, blob),)})
    assert repository.index(["x/y"]) == {"x/y": (IndexEntry(EXECUTABLE, blob),)}


def test_visible_paths_leave_out_ignored_deleted_and_nested(repository: Repository) -> None:
    make_repo(repository.root / "nested", {"inside": "x"})
    commit_all(repository.root, {".gitignore": "/nested/\n*.log\n"})
    write(repository.root, {"x.log": "", "new": "", "two": None})
    assert repository.visible_paths() == [".gitignore", "a/one", "new"]


def test_identity_is_the_users_or_says_that_it_is_not(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert repository.identity() == (*FALLBACK, True)
    git(repository.root, "config", "user.name", "Åsa <x> Öst")
    git(repository.root, "config", "user.email", "asa@example.org")
    assert repository.identity() == ("Åsa x Öst", "asa@example.org", False)


def test_commits_are_dated_by_source_date_epoch(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    repository.commit("refs/heads/main", {"x": FileState(b"")}, "dated", parent=repository.head())
    assert git(repository.root, "log", "-1", "--format=%ad %cd", "--date=raw") == "1700000000 +0000 1700000000 +0000"
    assert [(entry.seconds, entry.subject) for entry in repository.log(limit=1)] == [(1700000000, "dated")]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ShunterError, match="no number of seconds: 'yesterday'"):
        repository.signature()


def test_log_is_newest_first_and_narrows_to_paths(repository: Repository) -> None:
    commit_all(repository.root, {"two": "2"}, "second: ünï")
    assert [entry.subject for entry in repository.log()] == ["second: ünï", "start"]
    assert [entry.subject for entry in repository.log(paths=["a"])] == ["start"]
    assert Repository.init(repository.root / "empty").log() == []


def test_update_ref_refuses_when_the_branch_moved(repository: Repository) -> None:
    head = repository.head()
    assert head is not None
    commit_all(repository.root, {"x": ""})
    with pytest.raises(ShunterError, match="git update-ref failed"):
        repository.update_ref(head, head)


def test_a_linked_worktree_is_a_repository_of_its_own(repository: Repository, tmp_path: Path) -> None:
    git(repository.root, "worktree", "add", "-q", "-b", "side", "../side")
    side = Repository(tmp_path / "side")
    assert side.branch() == "side"
    assert side.git_dir.resolve() == (repository.root / ".git/worktrees/side").resolve()
    assert git_dir(tmp_path) is None


def test_git_variables_of_a_hook_do_not_reach_our_git(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert repository.is_clean()
    assert not (tmp_path / "index").exists()


def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="not a git repository"):
        Repository(tmp_path).head()


def test_a_repository_without_git_says_that_it_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ShunterError, match="`git` is not installed"):
        Repository(tmp_path).blob("0" * 40, REGULAR)
