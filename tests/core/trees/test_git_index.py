"""The index is read as git itself lists it, or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, write
from shunter.core.trees.git_index import Entry, OddIndexError, read_index

FILES = {name: name for name in ("a", "a/b", "deep/er/file", "deep/er/other", "x" * 300, "ü\n", "skipped", "assumed")}
HIDDEN = {"S": "skip-worktree", "h": "assume-unchanged", "s": "skip-worktree"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {name: text for name, text in FILES.items() if name != "a" and len(name) < 256}
    found = make_repo(tmp_path / "home", files | {f"{'d' * 200}/{'e' * 200}/{n}": "1" for n in range(9)})
    (found / "deep/er/file").chmod(0o755)
    git(found, "add", "--all")
    return found


def listed(root: Path) -> dict[bytes, list[Entry]]:
    """What git says."""
    asked = ["git", "ls-files", "--stage", "-v", "-z"]
    found: dict[bytes, list[Entry]] = {}
    for line in subprocess.run(asked, cwd=root, check=True, capture_output=True).stdout.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        letter, mode, object_id, stage = about.decode().split(" ")
        found.setdefault(name, []).append(Entry(mode, object_id, int(stage), HIDDEN.get(letter, "")))
    return found


def read(root: Path, width: int = 20) -> dict[bytes, list[Entry]]:
    return read_index((root / ".git/index").read_bytes(), width, {*listed(root), b"absent"})


@pytest.mark.parametrize("version", ["2", "4"])
def test_every_version_is_read_as_git_lists_it(root: Path, version: str) -> None:
    """A bit for a path to be skipped makes a version 3 of a 2."""
    git(root, "update-index", "--index-version", version)
    assert read(root) == listed(root)
    write(root, {"announced": "1", "x" * 200: "new"})
    git(root, "add", "--intent-to-add", "announced", "x" * 200)
    git(root, "update-index", "--skip-worktree", "skipped")
    git(root, "update-index", "--assume-unchanged", "assumed")
    assert read(root) == listed(root)
    assert [entry.hidden for entry in read(root)[b"skipped"] + read(root)[b"assumed"]] == [*HIDDEN.values()][:2]


def test_stages_of_a_conflict_are_read(root: Path) -> None:
    git(root, "commit", "-qm", "ours")
    for branch, text in (("theirs", "1"), ("main", "2")):
        git(root, "switch", "-qC", branch, *(["main~0"] if branch == "theirs" else []))
        write(root, {"assumed": text})
        git(root, "commit", "-qam", text)
    subprocess.run(["git", "merge", "-q", "theirs"], cwd=root, check=False, capture_output=True)
    assert read(root) == listed(root)
    assert {len(entries) for entries in read(root).values()} >= {1}


def test_ids_of_another_width_are_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256")
    write(tmp_path, {"a": "1", "b": "2"})
    git(tmp_path, "add", "--all")
    assert read(tmp_path, 32) == listed(tmp_path)


def test_what_only_git_can_read_is_left_to_it(root: Path) -> None:
    whole = (root / ".git/index").read_bytes()
    git(root, "commit", "-qm", "all")
    git(root, "update-index", "--split-index")
    git(root, "rm", "-q", "--cached", "skipped")
    with pytest.raises(OddIndexError):
        read(root)
    git(root, "update-index", "--no-split-index")
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "deep")
    with pytest.raises(OddIndexError):
        read(root)
    broken = [b"", b"DIRC", whole[:100], whole[:-30], b"X" + whole[1:], whole[:7] + b"\5" + whole[8:]]
    for data in broken:
        with pytest.raises(OddIndexError):
            read_index(data, 20, {b"skipped"})
