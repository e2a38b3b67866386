"""kill -9 at any moment: what was under way is done or undone, never anything between, and never later."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from helpers.charts.charts import ROOT
from helpers.workspaces.cli import ok
from helpers.workspaces.workspaces import copy, digest

COMMANDS = {
    "add": ("add", "service", "payment", "--archetype", "rest-api"),
    "promote": ("promote", "--from", "tst", "--to", "pre"),
}


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of one command write the same bytes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")


MOMENTS = ("any", "ready", "ready", "ready", "parent", "parent")


def killed(root: Path, command: tuple[str, ...], random: Random, moment: str) -> bool:
    """Start the command and kill it -9, whether it was still alive.

    It dies with all that it has started at any moment, or soon after its journal was `ready`, when files change; or it
    dies alone, and its git goes on (`parent`).
    """
    env = os.environ | {"PYTHONPATH": str(ROOT / "generator")}
    with subprocess.Popen(
        [sys.executable, "-m", "shunter", *command],
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        journal = root / ".git/shunter/journal.json"
        deadline = time.monotonic() + (random.uniform(0, 1.5) if moment == "any" else 60)
        while time.monotonic() < deadline and child.poll() is None and (moment == "any" or not is_ready(journal)):
            time.sleep(0.001)
        time.sleep(0 if moment == "any" else random.uniform(0, 0.3))
        alive = child.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL) if moment == "parent" else os.killpg(child.pid, signal.SIGKILL)
    return alive


def is_ready(journal: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads(journal.read_bytes())["ready"])
    return False


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def state(root: Path) -> tuple[str, dict[str, tuple[str, str]]]:
    """Every file, and for every repository the tree of its last commit and what differs from it."""
    repositories = [root, *sorted(path.parent for path in root.glob("*/.git"))]
    return digest(root), {
        path.name: (git(path, "rev-parse", "HEAD^{tree}"), git(path, "status", "--porcelain")) for path in repositories
    }


@pytest.mark.slow  # the steps one by one are killed in tests/adapters/git/test_recovery.py
@pytest.mark.parametrize("name", COMMANDS)
def test_a_killed_command_is_done_or_undone(name: str, example_on_rails: Path, tmp_path: Path) -> None:
    command, random = COMMANDS[name], Random(20260101)
    done = copy(example_on_rails, tmp_path / "done/shop")
    before = state(done)
    ok(*command, cwd=done)
    after = state(done)
    assert before != after
    interrupted = 0
    for number, moment in enumerate(MOMENTS):
        root = copy(example_on_rails, tmp_path / str(number) / "shop")
        interrupted += killed(root, command, random, moment)
        left = digest(root)
        ok("status", cwd=root)
        assert moment == "parent" or digest(root) == left, "reading writes nothing"
        ok("lock", cwd=root)  # whatever is written next takes back what was not done
        found = state(root)
        assert found in (before, after), f"kill {number}, {moment}"
        for repository in (path.parent for path in root.rglob(".git")):
            git(repository, "fsck", "--no-dangling")
            assert not list((repository / ".git").glob("*.lock*"))
        assert not list((root / ".git/shunter").glob("journal*"))
        if found == before:
            ok(*command, cwd=root)
        assert state(root) == after
        ok("validate", cwd=root)
        ok("lock", "--check", cwd=root)
    assert interrupted, "no kill came in time"


@pytest.mark.slow  # a workspace is made anew for each kill
@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_new_leaves_nothing_or_everything(seed: int, tmp_path: Path) -> None:
    command = ("new", "shop", "--defaults", "-d", "services.orders.archetype=rest-api")
    killed(tmp_path, command, Random(seed), "any")
    if (tmp_path / "shop").exists():
        ok("validate", cwd=tmp_path / "shop")
    else:
        ok(*command, cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]
