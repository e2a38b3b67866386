"""What stands at a path: no pipe is waited for, no device read."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from shunter.adapters.system.regular import (
    FOLDER,
    LOST_LINK,
    NOTHING,
    exists,
    is_checkout,
    is_file,
    is_folder,
    kind_at,
    read_given,
    read_regular,
    size_of,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, target in (
        ("to-file", "file"),
        ("to-folder", "folder"),
        ("to-pipe", "pipe"),
        ("lost", "gone"),
        ("loop", "loop"),
    ):
        (tmp_path / name).symlink_to(target)
    return tmp_path


KINDS = {
    "file": "",
    "folder": FOLDER,
    "pipe": "a pipe",
    "to-file": "",
    "to-folder": FOLDER,
    "to-pipe": "a pipe",
    "lost": LOST_LINK,
    "loop": LOST_LINK,
    "gone": NOTHING,
    "file/below": NOTHING,
    "nul\0": NOTHING,
}


@pytest.mark.parametrize("name", KINDS, ids=range(len(KINDS)))
def test_what_stands_there(name: str, folder: Path) -> None:
    path = f"{folder}/{name}"
    assert kind_at(path) == KINDS[name]
    there = KINDS[name] not in (NOTHING, LOST_LINK)
    assert (exists(path), is_folder(path), is_file(path)) == (there, KINDS[name] == FOLDER, KINDS[name] == "")


def test_sockets_and_devices_have_their_names(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert kind_at(tmp_path / "s") == "a socket"
    assert kind_at(os.devnull) == "a device"


def test_only_a_regular_file_is_read(folder: Path) -> None:
    assert read_regular(str(folder / "to-file")) == b"12345"
    for name in ("pipe", "to-pipe", "folder"):
        with pytest.raises(OSError, match=f"this is {KINDS[name]}, not a file") as caught:
            read_regular(str(folder / name))
        assert caught.value.errno == errno.EINVAL
    with pytest.raises(FileNotFoundError):
        read_regular(str(folder / "lost"))


def test_a_file_of_the_limit_is_read_and_a_larger_one_is_not(folder: Path) -> None:
    assert read_regular(str(folder / "file"), 5) == b"12345"
    with pytest.raises(OSError, match="5 bytes are more") as caught:
        read_regular(str(folder / "file"), 4)
    assert caught.value.errno == errno.EFBIG
    assert size_of(folder / "to-file") == 5


def test_a_checkout_has_a_folder_or_a_file_of_git(folder: Path) -> None:
    assert not is_checkout(folder)
    (folder / ".git").write_text("gitdir: elsewhere")
    assert is_checkout(folder)


def test_a_pipe_that_a_person_names_is_read_to_its_end(folder: Path) -> None:
    assert read_given(str(folder / "file")) == b"12345"
    for most in (5, 4):
        reading, writing = os.pipe()
        os.write(writing, b"a: 1\n")
        os.close(writing)
        name = f"/dev/fd/{reading}"
        if most == 5:
            assert read_given(name, most) == b"a: 1\n"
        else:
            with pytest.raises(OSError, match="more than shunter reads"):
                read_given(name, most)
        os.close(reading)
    with pytest.raises(OSError, match="a folder, not a file"):
        read_given(str(folder / "folder"))
