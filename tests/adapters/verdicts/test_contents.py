"""The digest of what stands at places: another one for every change that somebody could see, and no reading in vain."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts import contents as module
from shunter.adapters.verdicts.contents import Contents

LONG_AGO = 1_700_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of charts that nobody has touched for long."""
    for path, text in {
        "charts/a/Chart.yaml": "name: a\n",
        "charts/a/templates/a.yaml": "a",
        "trains/1.yaml": "t",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def digest(root: Path, *places: str) -> str | None:
    return Contents(str(root), lambda _: None).of(places)


CHANGES: dict[str, Callable[[Path], object]] = {
    "other bytes": lambda chart: (chart / "Chart.yaml").write_text("name: b\n"),
    "a new file": lambda chart: (chart / "values.yaml").write_text(""),
    "a file less": lambda chart: (chart / "templates/a.yaml").unlink(),
    "another name": lambda chart: (chart / "templates/a.yaml").rename(chart / "templates/b.yaml"),
    "another folder": lambda chart: (chart / "templates").rename(chart / "crds"),
    "an empty folder": lambda chart: (chart / "charts").mkdir(),
    "executable": lambda chart: (chart / "Chart.yaml").chmod(0o755),
    "gone": shutil.rmtree,
    "a file instead": lambda chart: (shutil.rmtree(chart), chart.write_text("")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_gives_another_digest(change: str, root: Path) -> None:
    before = digest(root, "charts/a", "trains")
    assert before == digest(root, "charts/a", "trains")
    assert before != digest(root, "charts/a") != digest(root, "trains")
    CHANGES[change](root / "charts/a")
    assert digest(root, "charts/a", "trains") not in (None, before)


UNFIT: dict[str, Callable[[Path], object]] = {
    "a link": lambda chart: (chart / "link.yaml").symlink_to("Chart.yaml"),
    "a link on the way": lambda chart: (chart.parent.rename(chart.parents[1] / "b"), chart.parent.symlink_to("b")),
    "a pipe": lambda chart: os.mkfifo(chart / "pipe"),
    "a repository": lambda chart: (chart / "templates/.git").mkdir(),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_no_digest_can_stand_for_has_none(what: str, root: Path) -> None:
    UNFIT[what](root / "charts/a")
    assert digest(root, "charts/a") is None
    assert digest(root, "trains") is not None


def test_of_a_repository_counts_that_it_is_there(root: Path) -> None:
    absent = digest(root, ".git")
    (root / ".git").mkdir()
    there = digest(root, ".git")
    (root / ".git/index").write_text("x")
    assert digest(root, ".git") == there != absent
    shutil.rmtree(root / ".git")
    (root / ".git").write_text("gitdir: elsewhere\n")
    assert digest(root, ".git") not in (there, absent)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose bytes are read."""
    seen: list[str] = []

    def counted(path: str) -> bytes:
        seen.append(path)
        return read_regular(path)

    monkeypatch.setattr(module, "read_regular", counted)
    return seen


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes between a change and what counts as long ago."""
    monkeypatch.setattr(module, "_SETTLED", -(10**12))


@pytest.mark.usefixtures("settled")
def test_what_has_not_changed_is_not_read_again(root: Path, reads: list[str]) -> None:
    first = Contents(str(root), lambda _: None)
    found = first.of(("charts/a",))
    assert len(reads) == 2
    assert Contents(str(root), first.fresh.get).of(("charts/a",)) == found
    assert len(reads) == 2
    os.utime(root / "charts/a/Chart.yaml", (LONG_AGO, LONG_AGO))  # the inode's own time tells
    assert Contents(str(root), first.fresh.get).of(("charts/a",)) == found
    assert len(reads) == 4


def test_what_has_changed_a_moment_ago_is_read_each_time(root: Path) -> None:
    first = Contents(str(root), lambda _: None)
    first.of(("charts/a",))
    assert first.fresh == {}


@pytest.mark.usefixtures("settled")
def test_random_changes_that_keep_size_and_time_are_seen(root: Path) -> None:
    random, known, file = Random(14), dict[str, str](), root / "charts/a/Chart.yaml"
    for _ in range(20):
        time.sleep(0.02)  # the clock of a file system may go in steps of some milliseconds
        text = f"name: {random.choice('abc')}\n"
        if random.random() < 0.5:
            file.write_text(text)
        else:
            file.with_name("new").write_text(text)
            file.with_name("new").rename(file)
        os.utime(file, (LONG_AGO, LONG_AGO))
        looked = Contents(str(root), known.get)
        assert looked.of(("charts/a",)) == digest(root, "charts/a")
        known |= looked.fresh
