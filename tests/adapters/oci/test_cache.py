"""Archives that were fetched before: found by digest, never believed, and no more than fit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shunter.adapters.oci import cache
from shunter.adapters.oci.cache import keep, kept
from shunter.adapters.system import bounded
from shunter.adapters.system.bounded import make_room
from shunter.core.charts.archive import digest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are kept."""
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path))
    make_room.cache_clear()
    return tmp_path / "charts"


def filled(number: int) -> list[str]:
    """Keep that many archives, the first of which are the oldest; their digests."""
    found = []
    for each in range(number):
        data = b"archive %4d" % each
        keep(digest(data), data)
        os.utime(cache._place_of(digest(data)), (each, each))
        found.append(digest(data))
    return found


def test_what_is_damaged_is_not_there(folder: Path) -> None:
    assert kept(digest(b"a")) is None
    keep(digest(b"a"), b"a")
    assert kept(digest(b"a")) == b"a"
    [file] = folder.iterdir()
    file.write_bytes(b"b")
    assert kept(digest(b"a")) is None


def test_a_cache_that_cannot_be_written_is_none(folder: Path) -> None:
    folder.write_bytes(b"a file")
    keep(digest(b"a"), b"a")
    assert kept(digest(b"a")) is None


@pytest.mark.parametrize(("limit", "most"), [("MOST_FILES", 10), ("MOST_BYTES", 10 * len(b"archive    0"))])
def test_of_too_many_those_go_that_were_used_least_lately(
    limit: str, most: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, limit, most)
    found = filled(10)
    make_room.cache_clear()
    make_room(folder, os.getpid())
    assert len([*folder.iterdir()]) == 10
    assert kept(found[0]) is not None, "it is used now"
    make_room.cache_clear()
    keep(digest(b"one more"), b"one more")
    left = [each for each in found if kept(each) is not None]
    assert left == [found[0], *found[-3:]]
    assert kept(digest(b"one more")) is not None


def test_a_process_looks_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MOST_FILES", 3)
    filled(6)
    assert len([*folder.iterdir()]) == 6
