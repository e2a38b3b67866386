import os
import shutil
import socket
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import disk, make_repo, write
from shunter.adapters.system.files import DiskTree, path_below, remove_file, write_file
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState


def test_disk_tree_shows_files_modes_and_links(tmp_path: Path) -> None:
    write(tmp_path, {"a/run.sh": "#!/bin/sh\n", "a/b/data": b"\xff\0", "top": ""})
    (tmp_path / "a/run.sh").chmod(0o755)
    (tmp_path / "a/away").symlink_to("../nowhere")
    (tmp_path / "loop").symlink_to("loop")
    tree = DiskTree(tmp_path)
    assert tree.paths() == ["a/away", "a/b/data", "a/run.sh", "loop", "top"]
    assert tree.paths("a/b") == ["a/b/data"]
    assert tree.paths("a/b/") == ["a/b/data"]
    assert tree.paths("top") == ["top"]
    assert tree.paths("missing") == []
    assert tree.get("a/run.sh") == FileState(b"#!/bin/sh\n", EXECUTABLE)
    assert tree.get("a/b/data") == FileState(b"\xff\0", REGULAR)
    assert tree.get("a/away") == FileState(b"../nowhere", SYMLINK)
    assert tree.get("a") is None
    assert tree.get("top/below") is None


def test_disk_tree_leaves_out_nested_repositories_and_git(tmp_path: Path) -> None:
    make_repo(tmp_path, {"own": "1"})
    make_repo(tmp_path / "sub/nested", {"other": "2"})
    write(tmp_path, {"worktree/.git": "gitdir: elsewhere\n", "worktree/file": "3"})
    tree = DiskTree(tmp_path)
    assert tree.paths() == ["own"]
    assert tree.paths("sub/nested") == []
    assert tree.get(".git/HEAD") is None
    assert DiskTree(tmp_path / "sub/nested").paths() == ["other"]


def test_disk_tree_does_not_follow_folders_that_are_links(tmp_path: Path) -> None:
    write(tmp_path, {"outside/secret": "s", "root/file": "f"})
    (tmp_path / "root/link").symlink_to("../outside")
    tree = DiskTree(tmp_path / "root")
    assert tree.paths() == ["file", "link"]
    assert tree.get("link/secret") is None
    assert tree.paths("link") == ["link"]


def test_disk_tree_skips_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert DiskTree(tmp_path).paths() == []
        assert DiskTree(tmp_path).get("socket") is None


def test_file_names_of_any_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b'caf\xe9 \n"x"')
    write_file(tmp_path / name, FileState(b"1"))
    assert DiskTree(tmp_path).paths() == [name]


def test_a_name_that_is_too_long_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="cannot read xxx"):
        DiskTree(tmp_path).get("x" * 300)


def test_a_folder_that_goes_while_others_are_listed_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, {"a/x": "", "b/x": ""})
    walk = DiskTree(tmp_path)._walk(str(tmp_path), "")
    first, _ = next(walk)
    shutil.rmtree(tmp_path / ("b" if first == "a/x" else "a"))
    assert [path for path, _ in walk] == []
    with pytest.raises(ShunterError, match="cannot read"):
        DiskTree(tmp_path / "gone").paths()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"locked": "x"})
    (tmp_path / "locked").chmod(0)
    with pytest.raises(ShunterError, match="cannot read locked"):
        DiskTree(tmp_path).get("locked")


@pytest.mark.parametrize("path", ["", "/abs", "../up", "a/../b", "a//b", "./a", ".git/config", "a/.GIT/hooks/x"])
def test_place_refuses_what_leaves_the_root(tmp_path: Path, path: str) -> None:
    with pytest.raises(ShunterError, match="not a path of a repository"):
        path_below(tmp_path, path)


def test_place_refuses_links_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path.parent)
    with pytest.raises(ShunterError, match="behind the symbolic link link"):
        path_below(tmp_path, "link/x/y")


def test_write_file_makes_folders_replaces_links_and_keeps_permissions(tmp_path: Path) -> None:
    write(tmp_path, {"keep": "original", "secret": "old"})
    (tmp_path / "link").symlink_to("keep")
    (tmp_path / "secret").chmod(0o600)
    write_file(tmp_path / "a/b/run", FileState(b"run", EXECUTABLE))
    write_file(tmp_path / "link", FileState(b"now a file"))
    write_file(tmp_path / "secret", FileState(b"new"))
    write_file(tmp_path / "points", FileState(b"a/b", SYMLINK))
    assert disk(tmp_path) == {
        "a/b/run": ("x", b"run"),
        "keep": ("-", b"original"),
        "link": ("-", b"now a file"),
        "points": ("l", b"a/b"),
        "secret": ("-", b"new"),
    }
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_write_file_over_a_folder_is_a_clear_error(tmp_path: Path) -> None:
    write(tmp_path, {"folder/file": "x"})
    with pytest.raises(ShunterError, match=r"cannot write .*folder"):
        write_file(tmp_path / "folder", FileState(b""))
    assert (tmp_path / "folder/file").read_text() == "x"


def test_remove_file_takes_emptied_folders_along(tmp_path: Path) -> None:
    write(tmp_path, {"a/b/c/one": "1", "a/two": "2"})
    remove_file(tmp_path / "a/b/c/one", tmp_path)
    assert disk(tmp_path) == {"a/two": ("-", b"2")}
    remove_file(tmp_path / "a/two", tmp_path)
    assert tmp_path.is_dir()
    assert disk(tmp_path) == {}
    remove_file(tmp_path / "a/two", tmp_path)
