"""Kills: an apply over three repositories with a hook is killed -9 at random moments; what is left is before or after.

`python bench/kill.py [RUNS] [SEED]`, by default 300 runs. Every third time only the parent dies, and its git goes on.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = """
import sys
from pathlib import Path
from helpers.workspaces.plans import usual
from shunter.adapters.git.apply import apply
home = Path(sys.argv[1])
apply([usual(home / name) for name in "abc"], home / "a")
"""


def make(folder: Path) -> None:
    from helpers.workspaces.gitrepo import make_repo, write
    from helpers.workspaces.plans import START

    for name in "abc":
        root = make_repo(folder / name, dict(START))
        write(
            root, {"keep": "uncommitted\n", "untracked": "mine\n", ".git/hooks/pre-commit": "#!/bin/sh\nsleep 0.05\n"}
        )
        (root / ".git/hooks/pre-commit").chmod(0o755)


def seen(folder: Path) -> list[object]:
    from helpers.workspaces.gitrepo import git, snapshot

    roots = [folder / name for name in "abc"]
    left = [str(lock) for root in roots for lock in root.glob(".git/*.lock*")]
    assert not left, left
    return [(snapshot(root), git(root, "status", "--porcelain"), git(root, "fsck", "--no-dangling")) for root in roots]


def run(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WORK, str(folder)]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)


def main() -> None:
    runs, seed = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 300), (2, 1)))
    sys.path.insert(0, str(ROOT / "tests"))
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    paths = os.pathsep.join((str(ROOT / "generator"), str(ROOT / "tests")))
    os.environ.update(identity, PYTHONPATH=paths, SOURCE_DATE_EPOCH="1700000000")
    from shunter.adapters.git import recovery

    moment, found = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as box:
        make(Path(box, "start"))
        before = seen(Path(box, "start"))
        work = Path(box, "work")
        shutil.copytree(Path(box, "start"), work, symlinks=True)
        started = time.monotonic()
        assert run(work).wait() == 0
        longest, after = time.monotonic() - started, seen(work)
        for number in range(runs):
            shutil.rmtree(work)
            shutil.copytree(Path(box, "start"), work, symlinks=True)
            child = run(work)
            time.sleep(moment.uniform(0, longest))
            kill = os.kill if number % 3 == 2 else os.killpg
            try:
                kill(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                found["ended before"] += 1
            child.wait()
            done = recovery.recover(work / "a")
            state = seen(work)
            assert state in (before, after), f"run {number} of seed {seed} is neither before nor after"
            assert recovery.recover(work / "a") is None
            found[f"{'after' if state == after else 'before'}, {'recovered' if done else 'nothing to recover'}"] += 1
    print(f"{runs} kills, seed {seed}: " + ", ".join(f"{count} x {what}" for what, count in sorted(found.items())))


if __name__ == "__main__":
    main()
