"""Commits: seconds and git processes of one apply, for one repository with 46 files and for 100 repositories with three.

With the path of another checkout as argument, both are measured in turn: `python bench/commits.py ../main`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASES = {"1 repository, 46 files": (1, 46), "100 repositories, 3 files each": (100, 3)}
WORK = """
import sys, time
from pathlib import Path
from shunter.adapters.git.apply import apply
from shunter.adapters.git.repository import Repository
from shunter.model.files import Edit, FileState, RepositoryPlan
home, count, files = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
roots = [home / str(number) for number in range(count)]
plans = [
    RepositoryPlan(root.name, str(root), Repository(root).head(), tuple(
        Edit(f"charts/{n}.yaml", None, FileState(f"new: {n}\\n".encode())) for n in range(files)
    ), message="Promote")
    for root in roots
]
started = time.perf_counter()
apply(plans, roots[0])
print(time.perf_counter() - started)
"""


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True)


def make(folder: Path, count: int) -> None:
    for number in range(count):
        root = folder / str(number)
        root.mkdir(parents=True)
        (root / "README").write_text("hello\n")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "start")


def measured(checkout: Path, count: int, files: int) -> tuple[float, int]:
    """Seconds of one apply by that checkout's code, and the git processes that it started."""
    with tempfile.TemporaryDirectory() as box:
        make(Path(box, "work"), count)
        trace = Path(box, "trace")
        identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        env = os.environ | identity | {"PYTHONPATH": str(checkout / "generator"), "GIT_TRACE2_EVENT": str(trace)}
        command = [sys.executable, "-c", WORK, str(Path(box, "work")), str(count), str(files)]
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        started = sum('"event":"start"' in line for line in trace.read_text().splitlines()) - count  # HEAD of each
        return float(done.stdout), started


def main() -> None:
    checkouts = [ROOT, *(Path(name).resolve() for name in sys.argv[1:])]
    for name, (count, files) in CASES.items():
        runs = 7 if count == 1 else 3
        found: dict[Path, list[tuple[float, int]]] = {checkout: [] for checkout in checkouts}
        for _ in range(runs):
            for checkout in checkouts:
                found[checkout].append(measured(checkout, count, files))
        for checkout, seen in found.items():
            seconds = statistics.median(second for second, _ in seen)
            print(
                f"{name}: {seconds * 1000:8.0f} ms  {seen[0][1]:5} git processes  ({checkout.name}, median of {runs})"
            )


if __name__ == "__main__":
    main()
