import os
import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from shunter.adapters.git.repository import IndexEntry, PlannedRepository, Repository, git_dir
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState

NAMES = [os.fsdecode(b"caf\xe9"), 'say "hi"\\n', "tab\tand\nline", "plain/deep/er"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    make_repo(tmp_path / "repo", {"a/one": "1", "two": b"\xff\0\r\n"})
    return Repository(tmp_path / "repo")


def test_a_commits_tree_equals_what_was_written(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "new", {name: name.encode("utf-8", "surrogateescape") + b"\xff" for name in NAMES})
    (root / "link").symlink_to("run")
    write(root, {"run": ""})
    (root / "run").chmod(0o755)
    commit_all(root, {})
    repository = Repository(root)
    tree = repository.tree(repository.head() or "")
    files = {name: FileState(name.encode("utf-8", "surrogateescape") + b"\xff") for name in NAMES}
    files |= {"run": FileState(b"", EXECUTABLE), "link": FileState(b"run", SYMLINK)}
    assert {path: tree.get(path) for path in tree.paths()} == files
    assert tree.paths("plain") == ["plain/deep/er"]
    assert tree.get("plain") is None


def test_stage_replaces_only_the_named_entries(repository: Repository) -> None:
    write(repository.root, {"a/one": "staged by a person"})
    git(repository.root, "add", "a/one")
    kept = git(repository.root, "ls-files", "-s", "a/one")
    blob = git(repository.root, "hash-object", "-w", "--stdin", stdin=b"new")
    repository.stage({"two": (), "x/y": tuple(IndexEntry(REGULAR, blob, stage) for stage in (1, 2, 3))})
    assert git(repository.root, "ls-files", "-s", "a/one", "two") == kept
    assert [line.split()[2] for line in git(repository.root, "ls-files", "-s", "x/y").splitlines()] == ["1", "2", "3"]
    repository.stage({"x/y": (IndexEntry(EXECUTABLE, blob),)})
    assert git(repository.root, "ls-files", "-s", "x/y") == f"100755 {blob} 0\tx/y"


def test_changed_and_tracked_are_what_git_says(repository: Repository) -> None:
    commit_all(repository.root, {".gitignore": "*.log\n"})
    write(repository.root, {"a/one": "edited", "a/new": "", "a/x.log": "", "two": "outside of the folder"})
    assert repository.changed("a") == ["a/new", "a/one"]
    assert repository.tracked("a") == ["a/one"]


def test_conflicted_is_what_a_merge_has_left(repository: Repository) -> None:
    root = repository.root
    commit_all(root, {"both": "one\n", "other": "x\n"})
    git(root, "switch", "-q", "-c", "side")
    commit_all(root, {"both": "two\n"})
    git(root, "switch", "-q", "-")
    commit_all(root, {"both": "three\n", "other": "y\n"})
    assert repository.conflicted() == []
    subprocess.run(["git", "merge", "-q", "side"], cwd=root, check=False, capture_output=True)
    write(root, {"other": "not staged\n"})
    assert repository.conflicted() == ["both"]


def test_update_ref_moves_only_what_stands_where_it_is_thought_to(repository: Repository) -> None:
    head = repository.head() or ""
    commit_all(repository.root, {"x": ""})
    assert not repository.update_ref(head, head)
    assert repository.update_ref(head, repository.head() or "")
    assert repository.head() == head
    assert repository.update_ref(None, head)
    assert repository.head() is None


def test_gits_whole_message_is_in_the_error(repository: Repository) -> None:
    with pytest.raises(ShunterError, match="git merge-base failed") as caught:
        repository.git("merge-base", "--what")
    assert len(caught.value.notes) > 1


def test_visible_paths_leave_out_ignored_deleted_and_nested(repository: Repository) -> None:
    make_repo(repository.root / "nested", {"inside": "x"})
    commit_all(repository.root, {".gitignore": "/nested/\n*.log\n"})
    write(repository.root, {"x.log": "", "new": "", "two": None})
    assert repository.visible_paths() == [".gitignore", "a/one", "new"]


def test_a_person_is_who_git_was_told_of_and_nobody_else(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert repository.person() == ""
    git(repository.root, "config", "user.name", "Åsa <x> Öst")
    git(repository.root, "config", "user.email", "asa@example.org")
    assert repository.person() == "Åsa x Öst <asa@example.org>"


def test_log_is_newest_first_and_narrows_to_paths(repository: Repository) -> None:
    commit_all(repository.root, {"two": "2"}, "second: ünï")


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
    assert repository.changed(".") == []
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


@pytest.mark.parametrize("how", ["branch", "packed", "detached", "worktree", "unborn"])
def test_a_planned_repository_knows_its_head(how: str, tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": "1\n"})
    if how == "packed":
        git(root, "pack-refs", "--all")
    elif how == "detached":
        git(root, "checkout", "--quiet", "--detach")
    elif how == "worktree":
        git(root, "worktree", "add", "--quiet", str(tmp_path / "other"))
        root = tmp_path / "other"
    elif how == "unborn":
        root = Repository.init(tmp_path / "new").root
    expected = None if how == "unborn" else git(root, "rev-parse", "HEAD").strip()
    assert PlannedRepository(root).head() == expected
