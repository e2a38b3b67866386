"""A folder of the cache: nothing goes while it is small, and then the older half does; what is no folder is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shunter.adapters.system import bounded
from shunter.adapters.system.bounded import make_room


@pytest.mark.parametrize(("limit", "most"), [("MOST_FILES", 4), ("MOST_BYTES", 40)])
def test_the_older_half_goes(limit: str, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, limit, most)
    for number in range(5):
        (tmp_path / str(number)).write_bytes(b"ten bytes.")
        os.utime(tmp_path / str(number), (number, number))
        make_room.cache_clear()
        make_room(tmp_path, 1)
        assert len([*tmp_path.iterdir()]) == (number + 1 if number < 4 else 2)
    assert {path.name for path in tmp_path.iterdir()} == {"3", "4"}


def test_what_is_no_folder_is_no_error(tmp_path: Path) -> None:
    make_room.cache_clear()
    make_room(tmp_path / "none", 1)
    (tmp_path / "file").write_bytes(b"x")
    make_room(tmp_path / "file", 1)
    assert (tmp_path / "file").read_bytes() == b"x"
