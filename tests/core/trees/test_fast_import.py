"""Streams for git fast-import: git itself reads them, whatever files are called and hold."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

from helpers.workspaces.gitrepo import git
from shunter.core.trees.fast_import import Signature, blob, commit, data, quoted, tag
from shunter.model.files import EXECUTABLE, SYMLINK, FileState, Mode

WHO = Signature("Tess <Ter>\n", "tess@example.org", 86400, "+0100")


def imported(root: Path, stream: bytes) -> Path:
    root.mkdir()
    git(root, "init", "-q", "--bare")
    git(root, "fast-import", "--quiet", "--date-format=raw", stdin=stream)
    return root


def listed(root: Path, ref: str) -> dict[str, tuple[str, str]]:
    """Path to mode and object id."""
    found = {}
    for entry in git(root, "ls-tree", "-r", "-z", ref).split("\0"):
        if entry:
            about, _, path = entry.partition("\t")
            found[path] = (about.split()[0], about.split()[2])
    return found


def name(random: Random) -> str:
    letters = ['"', "\\", "\n", " ", "\t", "\u00e9", "a", "b", os.fsdecode(b"\xff"), "'", "#", "\r"]
    return "".join(random.choice(letters) for _ in range(random.randint(1, 6)))


def test_what_is_written_is_what_git_has(tmp_path: Path) -> None:
    random = Random(114)
    modes: tuple[Mode, ...] = ("100644", EXECUTABLE, SYMLINK)
    files: dict[str, FileState | None] = {
        f"d{random.randrange(4)}/{name(random)}": FileState(
            random.randbytes(random.randrange(40)), random.choice(modes)
        )
        for _ in range(60)
    }
    root = imported(tmp_path / "r", commit("refs/heads/main", WHO, "one\n\n\u00e9", files))
    wanted = {path: (state.mode, state.object_id()) for path, state in files.items() if state}
    assert listed(root, "main") == wanted, "seed 114"
    assert (
        git(root, "log", "-1", "main", "--format=%an|%ae|%ad|%B", "--date=raw")
        == "Tess Ter|tess@example.org|86400 +0100|one\n\n\u00e9"
    )


def test_a_file_takes_the_place_of_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    one = commit("refs/heads/main", WHO, "1", {"a/b": FileState(b"1"), "c": FileState(b"2"), "keep": FileState(b"3")})
    two = {"a/b": None, "a": FileState(b"4"), "c": None, "c/d": FileState(b"5")}
    root = imported(
        tmp_path / "r", one + commit("refs/heads/main", WHO, "2", two, parent=":1", mark=2) + tag("v1", ":1")
    )
    assert sorted(listed(root, "main")) == ["a", "c/d", "keep"]
    assert sorted(listed(root, "v1")) == ["a/b", "c", "keep"]
    assert git(root, "rev-parse", "main^") == git(root, "rev-parse", "v1")


def test_a_commit_without_a_parent_starts_anew(tmp_path: Path) -> None:
    first = commit("refs/heads/main", WHO, "1", {"a": FileState(b"1")})
    root = imported(tmp_path / "r", first + commit("refs/heads/main", WHO, "2", {"b": FileState(b"2")}, mark=2))
    assert (list(listed(root, "main")), git(root, "rev-list", "--count", "main")) == (["b"], "1")


def test_a_blob_needs_no_commit(tmp_path: Path) -> None:
    root = imported(tmp_path / "r", blob(b"text\n"))
    assert git(root, "cat-file", "-t", FileState(b"text\n").object_id()) == "blob"


def test_the_parts_of_a_stream() -> None:
    assert data("\u00e9".encode()) == b"data 2\n\xc3\xa9\n"
    assert quoted('a"b\\c\nd') == b'"a\\"b\\\\c\\nd"'
    assert Signature("a\0b", "<x>", 1).line() == b"ab <x> 1 +0000"
