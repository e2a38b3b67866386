"""Files that change are seen, whatever becomes of them, and once they stay as they are."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shunter.adapters.system.watching import stamps, until_changed

PAUSE = 0.02


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.yaml").write_text("a: 1\n")
    (tmp_path / "below" / "b.yaml").write_text("b: 1\n")
    return tmp_path


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda folder: (folder / "a.yaml").write_text("a: 2, longer\n"),
    "touched": lambda folder: os.utime(folder / "a.yaml", (1, 1)),
    "made": lambda folder: (folder / "below" / "c.yaml").write_text(""),
    "removed": lambda folder: (folder / "below" / "b.yaml").unlink(),
    "renamed": lambda folder: (folder / "a.yaml").rename(folder / "z.yaml"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change: str, folder: Path) -> None:
    known = stamps([str(folder)])
    assert stamps([str(folder)]) == known
    timer = threading.Timer(0.05, CHANGES[change], (folder,))
    timer.start()
    assert until_changed([str(folder)], known, PAUSE) == stamps([str(folder)]) != known
    timer.join()


def test_it_waits_until_writing_has_ended(folder: Path) -> None:
    known, ended = stamps([str(folder)]), []

    def write() -> None:
        for number in range(40):
            (folder / "a.yaml").write_text("a" * (10 + number))
            ended.append(time.monotonic())
            time.sleep(PAUSE / 20)

    writer = threading.Thread(target=write)
    writer.start()
    until_changed([str(folder)], known, PAUSE)
    seen = time.monotonic()
    writer.join()
    assert ended[-1] <= seen


def test_what_is_no_concern_of_anybody_is_left_out(folder: Path) -> None:
    known = stamps([str(folder), str(folder / "nothing")])
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_text("")
    (folder / "link").symlink_to(folder)
    assert stamps([str(folder)]) == known
    assert sorted(Path(path).name for path in known) == ["a.yaml", "b.yaml"]
