"""Conflicts on disk and in the index, as git itself leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from helpers.workspaces.plans import plan
from shunter.adapters.git.apply import apply
from shunter.adapters.git.conflicts import conflict_state, stage_conflicts
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, FileState

BASE, OURS, THEIRS = (FileState(f"1\n{word}\n3\n".encode()) for word in ("base", "ours", "theirs"))


def test_text_has_gits_markers() -> None:
    found = conflict_state(Conflict("a", "content", BASE, OURS, THEIRS))
    assert found is not None
    lines = found.data.decode().splitlines()
    assert lines[0] == "1"
    assert lines[-1] == "3"
    assert [line[:7] for line in lines if line[:1] in "<=>"] == ["<<<<<<<", "=======", ">>>>>>>"]


def test_a_persons_bytes_win_where_no_marker_can_stand() -> None:
    binary = FileState(b"\0ours")
    assert conflict_state(Conflict("a", "content", FileState(b"\0base"), binary, FileState(b"\0theirs"))) == binary
    link = FileState(b"target", SYMLINK)
    assert conflict_state(Conflict("a", "content", BASE, link, THEIRS)) == link
    assert conflict_state(Conflict("a", "modify/delete", BASE, None, THEIRS)) == THEIRS
    assert conflict_state(Conflict("a", "delete/delete", BASE, None, None)) is None


def test_the_mode_follows_who_changed_it() -> None:
    found = conflict_state(Conflict("a", "content", BASE, OURS, FileState(THEIRS.data, EXECUTABLE)))
    assert found is not None
    assert found.mode == EXECUTABLE


def test_the_index_has_all_three_sides_through_the_filters(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", {"a": "1\nours\n3\n", ".gitattributes": "a text eol=crlf\n"})
    crlf = FileState(THEIRS.data.replace(b"\n", b"\r\n"))
    stage_conflicts(root, [Conflict("a", "content", BASE, OURS, crlf)], "sha1")
    assert [git(root, "show", f":{stage}:a") for stage in (1, 2, 3)] == [
        state.data.decode().rstrip("\n") for state in (BASE, OURS, THEIRS)
    ]
    assert git(root, "status", "--porcelain") == "UU a"


@pytest.mark.parametrize(
    ("attributes", "ours", "settings"),
    [
        ("", OURS.data.replace(b"\n", b"\r\n"), {"core.autocrlf": "true", "core.safecrlf": "true"}),
        ("a text working-tree-encoding=UTF-16LE-BOM\n", "1\nours\n3\n".encode("utf-16"), {}),
    ],
)
def test_the_index_has_what_git_holds_of_all_sides(
    attributes: str, ours: bytes, settings: Mapping[str, str], tmp_path: Path
) -> None:
    root = make_repo(tmp_path / "repo", {".gitattributes": attributes})
    for name, value in settings.items():
        git(root, "config", name, value)
    commit_all(root, {"a": ours})
    apply([plan(root, conflicts=(Conflict("a", "content", BASE, OURS, THEIRS),))], root)
    assert [git(root, "show", f":{stage}:a") for stage in (1, 2, 3)] == [
        state.data.decode().rstrip("\n") for state in (BASE, OURS, THEIRS)
    ]
    found = (root / "a").read_bytes()
    assert b"\r\n=======\r\n" in found or "\n=======\n".encode("utf-16-le") in found
