from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from shunter.adapters.git import state
from shunter.adapters.git.state import PathState, blob_id, read_repository
from shunter.model.files import EXECUTABLE, FileState


def test_a_path_is_what_git_says_of_it(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "home", {name: name for name in ("same", "edited", "both", "gone", "hidden", "a\nb")})
    write(root, {"edited": "1", "both": "1", "gone": None, "staged": "1", "announced": "1", "untracked": "1"})
    git(root, "add", "both", "staged")
    git(root, "add", "-N", "announced")
    write(root, {"both": "2"})
    git(root, "update-index", "--skip-worktree", "hidden")
    names = ["same", "edited", "both", "gone", "hidden", "a\nb", "staged", "announced", "untracked"]
    found = read_repository(root, names)
    letters = {name: found.of(name).staged + found.of(name).unstaged for name in names}
    assert letters == {
        "same": "..", "edited": ".M", "both": "MM", "gone": ".D", "hidden": "..", "a\nb": "..", "staged": "A.",
        "announced": ".A", "untracked": "..",
    }  # fmt: skip
    assert found.of("untracked") == PathState()
    assert found.of("hidden").hidden == "skip-worktree"
    assert found.staged == {"both", "staged"}
    assert (found.branch, found.head, found.operation, found.locked) == (
        "main",
        git(root, "rev-parse", "HEAD"),
        "",
        False,
    )


def test_an_index_is_read_as_git_lists_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["same", "hidden", "gone", "announced", "untracked"]
    root = make_repo(tmp_path / "home", dict.fromkeys(names[:3], "1"))
    write(root, {"gone": None, "announced": "1", "untracked": "1"})
    git(root, "add", "-N", "announced")
    git(root, "update-index", "--assume-unchanged", "hidden")
    read, ids = read_repository(root, names), state.entry_ids(root, names)
    monkeypatch.setattr(state, "_LARGEST", 0)
    assert (read_repository(root, names), state.entry_ids(root, names)) == (read, ids)
    assert read.of("hidden").hidden == "assume-unchanged"
    assert {*ids} == {"same", "hidden", "gone", "announced"}


def test_a_glance_sees_what_is_under_way_as_git_does(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "home", {"f": "1"})
    for prepare in ((), ("checkout", "-q", "-b", "deep/er"), ("checkout", "-q", "--detach"), ("bisect", "start")):
        if prepare:
            git(root, *prepare)
        seen, found = state.glance(root), read_repository(root, [])
        assert seen is not None
        assert (seen.branch, seen.operation, seen.locked) == (found.branch, found.operation, found.locked), prepare
    (root / ".git/index.lock").touch()
    assert (seen := state.glance(root)) is not None
    assert seen.locked
    assert state.glance(tmp_path) is None
    (root / ".git/HEAD").unlink()
    assert state.glance(root) is None


def test_what_is_ignored_is_told_from_what_is_tracked_or_missing(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "home", {".gitignore": "*.env\n/own\n", "tracked": "1"})
    write(root, {"a.env": "1", "new": "1", "own": "1", "t.env": "1", "deep/b.env": "1"})
    git(root, "add", "--force", "t.env")
    (root / "link.env").symlink_to(tmp_path)
    (root / "folder.env").mkdir()
    names = [
        "a.env",
        "b.env",
        "new",
        "tracked",
        "t.env",
        "deep/b.env",
        "own/x/y",
        "link.env/x",
        "folder.env",
        "no/c.env",
    ]
    assert state.overlooked(root, names) == {
        "a.env": "a.env",
        "deep/b.env": "deep/b.env",
        "own/x/y": "own",
        "link.env/x": "link.env",
        "folder.env": "folder.env",
    }
    assert state.overlooked(root, ["tracked"]) == {}


def test_few_paths_and_many_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "home", {"*": "1", "x": "2"})
    few = read_repository(root, ["*"])
    monkeypatch.setattr(state, "_FEW", 0)
    assert read_repository(root, ["*"]) == few


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_what_git_holds_already_is_no_change(digest: str, tmp_path: Path) -> None:
    root = tmp_path / "home"
    git(tmp_path, "init", "-q", "-b", "main", f"--object-format={digest}", str(root))
    assert read_repository(root, ["x"]).digest == digest
    commit_all(root, {"x": "one\n"})
    found = read_repository(root, ["x"])
    assert blob_id(b"one\n", digest) == git(root, "rev-parse", "HEAD:x")
    assert found.holds("x", None, FileState(b"one\n"))
    assert not found.holds("x", None, FileState(b"one\n", EXECUTABLE))
    assert not found.holds("x", None, FileState(b"two\n"))
    assert not found.holds("x", None, None)
    write(root, {"x": "edited\n"})
    assert not read_repository(root, ["x"]).holds("x", None, FileState(b"one\n"))


def test_what_git_converts_counts_as_git_would_hold_it(tmp_path: Path) -> None:
    lf, crlf, other = FileState(b"one\n"), FileState(b"one\r\n"), FileState(b"two\r\n")
    root = make_repo(tmp_path / "home", {"x": lf.data, ".gitattributes": "x text eol=crlf\n", "y": crlf.data})
    (root / "x").write_bytes(crlf.data)
    git(root, "add", "x")
    found = read_repository(root, ["x", "y"])
    assert [found.holds("x", crlf, each) for each in (lf, crlf, other)] == [True, True, False]
    assert not found.holds("x", lf, crlf), "what is on disk says nothing of a conversion"
    assert [found.holds("y", crlf, each) for each in (lf, crlf)] == [False, True], "git converts nothing there"
