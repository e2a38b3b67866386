"""Every single thing that a run does outside of its own memory may fail, once, anywhere: before or after, and no third."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot, write
from helpers.workspaces.plans import START, clash, fresh, usual
from helpers.workspaces.workspaces import copy
from shunter.adapters.git.apply import apply
from shunter.adapters.git.recovery import recover
from shunter.model.errors import ShunterError
from shunter.model.files import RepositoryPlan

_CHANGES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "subprocess.Popen"}


@dataclass
class _Fault:
    """Which of the changes to come fails; none if it is negative."""

    left: int = -1
    reached: bool = False


_FAULT = _Fault()


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _FAULT.left < 0 or not (event in _CHANGES or (event == "open" and _writes(arguments[2]))):
        return
    _FAULT.left -= 1
    if _FAULT.left < 0:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


@pytest.fixture(scope="module")
def _ears() -> None:
    """Python tells of each such call before it is made, wherever it is made; it goes on telling as long as it runs."""
    sys.addaudithook(_hear)


@contextmanager
def failing(at: int) -> Iterator[None]:
    """The change number `at` from here on fails as on a full disk."""
    _FAULT.left = at
    try:
        yield
    finally:
        _FAULT.reached, _FAULT.left = _FAULT.left < 0, -1


def plans_for(home: Path) -> list[RepositoryPlan]:
    return [usual(home), fresh(home / "fresh"), clash(home / "other")]


def seen(home: Path) -> list[object]:
    roots = [home, home / "other", home / "fresh"]
    return [(snapshot(root), git(root, "status", "--porcelain") if root.exists() else "") for root in roots]


@pytest.mark.slow  # 190 runs over three repositories; the suite fails each step instead of each call
@pytest.mark.usefixtures("_ears")
def test_a_failure_anywhere_leaves_before_or_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    start = make_repo(tmp_path / "start", {**START, ".gitignore": "/fresh/\n/other/\n"})
    make_repo(start / "other", dict(START))
    write(start, {"keep": "uncommitted\n", "untracked": "mine\n"})
    home = tmp_path / "home"
    copy(start, home)
    before = seen(home)
    apply(plans_for(home), home)
    after = seen(home)
    for at in range(1000):
        shutil.rmtree(home)
        copy(start, home)
        plans = plans_for(home)
        with suppress(ShunterError, OSError), failing(at):
            apply(plans, home)
        recover(home)
        assert seen(home) in (before, after), f"change {at} failed"
        assert not list(home.rglob(".git/shunter/journal*.json")), f"change {at} failed"
        assert not list(home.rglob(".git/*.lock")), f"change {at} failed"
        if not _FAULT.reached:
            break
    assert at > 150
