"""Undo copies: the very file is put back, and never over what somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import write
from shunter.adapters.git.copies import keep, on_disk, put, put_back, same, stored
from shunter.adapters.git.journal import FileChange
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, SYMLINK, FileState

OLD, NEW = FileState(b"old\n"), FileState(b"new\n")


@pytest.fixture
def change(tmp_path: Path) -> FileChange:
    write(tmp_path / "root", {"a": "old\n"})
    keep(tmp_path / "root", "a", tmp_path / "undo" / "0")
    return FileChange("a", stored(OLD), stored(NEW), copy="0")


def test_the_very_file_comes_back(change: FileChange, tmp_path: Path) -> None:
    root, undo = tmp_path / "root", tmp_path / "undo"
    about = (root / "a").stat()
    put(root, change, NEW)
    assert (root / "a").read_bytes() == b"new\n"
    assert put_back(root, change, undo)
    again = (root / "a").stat()
    assert (again.st_ino, again.st_mtime_ns) == (about.st_ino, about.st_mtime_ns)
    assert put_back(root, change, undo), "what is back already stays"


def test_what_somebody_wrote_meanwhile_stays(change: FileChange, tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"a": "theirs\n"})
    with pytest.raises(ShunterError, match="a changed while shunter was working"):
        put(root, change, NEW)
    assert not put_back(root, change, tmp_path / "undo")
    assert (root / "a").read_bytes() == b"theirs\n"


def test_a_link_is_kept_as_a_link(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("nowhere")
    keep(root, "link", tmp_path / "undo" / "1")
    assert str((tmp_path / "undo" / "1").readlink()) == "nowhere"
    assert on_disk(root, "link") == stored(FileState(b"nowhere", SYMLINK))


def test_a_file_that_was_not_there_goes_with_its_folder(tmp_path: Path) -> None:
    change = FileChange("new/a", None, stored(NEW))
    put(tmp_path, change, NEW)
    assert put_back(tmp_path, change, tmp_path / "undo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("made", ["a/deep", "a/deep/er"])
def test_a_folder_that_came_no_further_makes_way(made: str, change: FileChange, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").unlink()
    (root / made).mkdir(parents=True)
    removed = FileChange("a", stored(OLD), None, copy="0")
    inside = FileChange("a/deep/er/file", None, stored(NEW))
    assert put_back(root, inside, tmp_path / "undo")
    assert put_back(root, removed, tmp_path / "undo")
    assert (root / "a").read_bytes() == b"old\n"


def test_a_folder_with_somebodys_file_stays(change: FileChange, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").unlink()
    write(root, {"a/theirs": "mine\n"})
    removed = FileChange("a", stored(OLD), None, copy="0")
    with pytest.raises(ShunterError, match=r"cannot put .* back"):
        put_back(root, removed, tmp_path / "undo")
    assert (root / "a/theirs").read_bytes() == b"mine\n"


def test_the_executable_bit_makes_no_other_file() -> None:
    assert same(stored(OLD), stored(FileState(b"old\n", EXECUTABLE)))
    assert not same(stored(OLD), None)
