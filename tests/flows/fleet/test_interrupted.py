"""An update of twenty repositories that dies, or fails, anywhere: none half done, nothing lost, the next run completes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from helpers.workspaces.cli import Result, shunter
from helpers.workspaces.gitrepo import disk, git
from helpers.workspaces.twenty import State, half_done, repositories, states
from helpers.workspaces.workspaces import copy

KILLS = int(os.environ.get("SHUNTER_TEST_KILLS", "40"))
SEED = 14


pytestmark = pytest.mark.usefixtures("one_moment")


def update(root: Path) -> Result:
    return shunter("update", cwd=root)


def completes(root: Path, after: Mapping[str, State]) -> None:
    """The next run does what is left to do."""
    result = update(root)
    assert result.code == 1, result.err
    assert half_done(states(root), after) == []
    assert "no run was interrupted" in shunter("recover", cwd=root).err


def started(root: Path) -> int:
    """An update in a process of its own, and of its own group."""
    child = os.fork()
    if not child:
        os.setsid()
        with suppress(BaseException):
            update(root)
        os._exit(0)
    return child


def killed(root: Path, random: Random, seconds: float, *, alone: bool) -> None:
    """Start an update and kill it -9: at any moment, or as it writes or commits some repository; now and then alone."""
    place = random.choice(repositories(root))
    head = place / ".git/refs/heads/main"
    was, moment = head.read_text(), random.choice(("any", "written", "committed", "committed"))
    until = time.monotonic() + (random.uniform(0, seconds) if moment == "any" else 60)
    child = started(root)
    while time.monotonic() < until and not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if moment == "written" and (place / ".gitlab-ci.yml").exists():
            break
        if moment == "committed" and head.read_text() != was:
            break
        time.sleep(0.001)
    time.sleep(0 if moment == "any" else random.uniform(0, 0.03))
    with suppress(ProcessLookupError):
        (os.kill if alone else os.killpg)(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.slow  # forty updates are killed, and each is done again
def test_a_killed_update_leaves_each_repository_before_or_after(
    fleet: Path, before: Mapping[str, State], after: Mapping[str, State], tmp_path: Path
) -> None:
    random, begun = Random(SEED), time.monotonic()
    os.waitpid(started(copy(fleet, tmp_path / "measured/shop")), 0)
    seconds, interrupted = time.monotonic() - begun, 0
    for number in range(KILLS):
        root = copy(fleet, tmp_path / str(number) / "shop")
        killed(root, random, seconds, alone=number % 4 == 3)
        interrupted += (root / ".git/shunter/journal.json").exists()
        if number % 2:
            assert shunter("recover", "--undo", cwd=root).code == 0
            assert half_done(states(root), before, after) == [], f"kill {number}, seed {SEED}"
        completes(root, after)
        subprocess.run(["rm", "-rf", root], check=True)
    assert interrupted > KILLS / 5, "kills come while files are written"


@contextmanager
def mounted(folder: Path, *options: str | Path) -> Iterator[None]:
    """A mount at a folder or file, where this machine lets us."""
    done = subprocess.run(["mount", *options, folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("needs a root that may mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.slow  # five updates of twenty repositories
def test_a_disk_that_is_full_changes_nothing(
    fleet: Path, before: Mapping[str, State], after: Mapping[str, State], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "-t", "tmpfs", "-o", "size=512m", "tmpfs"):
        root = copy(fleet, disk / "shop")
        used = os.statvfs(disk)
        pages = used.f_blocks - used.f_bfree
        for free in (0, 20, 90, 250):
            size = (pages + free) * used.f_frsize
            subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)
            result = update(root)
            assert result.code == 2, result.err
            assert re.search("No space left|Out of diskspace|couldn't write|git: exit status 128", result.err), (
                result.err
            )
            assert half_done(states(root), before) == [], f"{free} pages are free: {result.err}"
        subprocess.run(["mount", "-o", "remount,size=512m", disk], check=True)
        completes(root, after)


@pytest.mark.slow  # two updates of twenty repositories
@pytest.mark.parametrize("path", ["README.md", ".github/workflows", ".git"])
def test_what_cannot_be_written_changes_nothing(
    path: str, fleet: Path, before: Mapping[str, State], after: Mapping[str, State], tmp_path: Path
) -> None:
    """A file, a folder and what git keeps, each mounted so that root cannot write there either."""
    root = copy(fleet, tmp_path / "shop")
    place = root / "shop-e07" / path
    with mounted(place, "--bind", place):
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        result = update(root)
        assert result.code == 2, result.err
        assert "Traceback" not in result.err
        assert half_done(states(root), before) == [], result.err
    completes(root, after)


def others(states: Mapping[str, State], *names: str) -> Mapping[str, State]:
    return {name: state for name, state in states.items() if name not in names}


def put_hook(root: Path, text: str) -> Path:
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{text}\n")
    hook.chmod(0o755)
    return hook


@pytest.mark.slow  # two updates of twenty repositories
def test_a_failing_hook_refuses_its_repository_alone(
    fleet: Path, before: Mapping[str, State], after: Mapping[str, State], tmp_path: Path
) -> None:
    root = copy(fleet, tmp_path / "shop")
    hook = put_hook(root / "shop-e11", "echo not in the freeze >&2; exit 1")
    result = update(root)
    assert result.code == 1, result.err
    assert "refused  shop-e11  git commit failed" in result.err
    assert "shop-e11: git: not in the freeze" in result.err
    assert half_done(others(states(root), "."), others(before, "."), others(after, ".")) == []
    assert states(root)["shop-e11"] == before["shop-e11"]
    assert half_done(others(states(root), ".", "shop-e11"), others(after, ".", "shop-e11")) == []
    assert (root / ".shunter/applied.yaml").read_bytes() == (fleet / ".shunter/applied.yaml").read_bytes()
    assert "no run was interrupted" in shunter("recover", cwd=root).err
    hook.unlink()
    completes(root, after)


@pytest.mark.slow  # two updates of twenty repositories
def test_a_failing_hook_of_the_workspace_changes_nothing(
    fleet: Path, before: Mapping[str, State], after: Mapping[str, State], tmp_path: Path
) -> None:
    """What all follow from is written last, and all go back with it."""
    root = copy(fleet, tmp_path / "shop")
    hook = put_hook(root, "exit 1")
    result = update(root)
    assert result.code == 2, result.err
    assert half_done(states(root), before) == []
    hook.unlink()
    completes(root, after)


@pytest.mark.slow  # three updates of twenty repositories
@pytest.mark.parametrize("how", [(), ("--dry-run",)])
def test_dirty_repositories_are_refused_one_by_one(
    how: tuple[str, ...], fleet: Path, before: Mapping[str, State], after: Mapping[str, State], tmp_path: Path
) -> None:
    """A rebase, a lock of git, a detached HEAD, work in a file that the update changes: each named, and left alone."""
    root = copy(fleet, tmp_path / "shop")
    (root / "shop-e07/.git/rebase-merge").mkdir()
    (root / "shop-e08/.git/index.lock").touch()
    git(root / "shop-e10", "checkout", "-q", "--detach")
    text = (root / "shop-e12/README.md").read_text("utf-8")
    (root / "shop-e12/README.md").write_text(f"{text}\nNot committed.\n", "utf-8")
    dirty = {"shop-e07", "shop-e08", "shop-e10", "shop-e12"}
    were = {name: disk(root / name) for name in dirty}
    result = shunter("update", *how, "--report", str(tmp_path / "r.jsonl"), cwd=root)
    assert result.code == 1, result.err
    rows = {row["repository"]: row for row in map(json.loads, (tmp_path / "r.jsonl").read_text().splitlines())}
    assert {name for name, row in rows.items() if row["status"] == "refused"} == dirty
    for name, why in zip(
        sorted(dirty), ("rebase is in progress", "index.lock exists", "HEAD is detached", "git -C"), strict=True
    ):
        assert why in rows[name]["detail"], rows[name]
        assert f"refused  {name}  " in result.err
        assert rows[name]["left"]
    assert {name: disk(root / name) for name in dirty} == were
    if how:
        assert half_done(others(_unlocked(root), *dirty), others(before, *dirty)) == []
        return
    (root / "shop-e08/.git/index.lock").unlink()
    assert half_done(others(states(root), ".", *dirty), others(after, ".", *dirty)) == []
    (root / "shop-e07/.git/rebase-merge").rmdir()
    git(root / "shop-e10", "checkout", "-q", "main")
    (root / "shop-e12/README.md").write_text(text, "utf-8")
    result = shunter("update", "--resume", str(tmp_path / "r.jsonl"), cwd=root)
    assert result.code == 1, "two are in conflict"
    assert half_done(states(root), after) == [], result.err


def _unlocked(root: Path) -> Mapping[str, State]:
    (root / "shop-e08/.git/index.lock").unlink()
    return states(root)
