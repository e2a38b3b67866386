"""Verbs that write: seconds of processor and git processes of promote, package and add service, for many services.

`python bench/verbs.py [SERVICES] [CHECKOUT ...]`, by default 100 services, each with a repository of its own. With other
checkouts, all are measured in turn, each in a workspace that it has made itself: `python bench/verbs.py 100 ../main`.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
VERBS = ("promote 1.0.0 --to tst", "package service-1 --version 0.2.0", "add service extra --archetype rest-api")
WORKSPACE = """\
name: shop
layout: multi
services: {{{services}}}
environments: {{tst: {{stage: develop}}, pre: {{stage: staging, promotes-from: tst}}}}
"""


def shunter(checkout: Path, arguments: str, cwd: Path, trace: Path | None = None) -> float:
    """Seconds of processor of one command and of all that it starts."""
    traced = {"GIT_TRACE2_EVENT": str(trace)} if trace else {}
    env = os.environ | {"PYTHONPATH": str(checkout / "generator")} | traced
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "shunter", *arguments.split()]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{checkout.name}: shunter {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make(checkout: Path, folder: Path, services: int) -> Path:
    """A workspace with that many services, packaged, and train 1.0.0 cut."""
    folder.mkdir(parents=True)
    names = ", ".join(f"service-{number}: {{archetype: rest-api}}" for number in range(services))
    (folder / "data.yaml").write_text(WORKSPACE.format(services=names), "utf-8")
    shunter(checkout, "new shop --defaults --layout multi --data-file data.yaml", folder)
    for command in ("package", "train cut 1.0.0"):
        shunter(checkout, command, folder / "shop")
    return folder / "shop"


def main() -> None:
    services = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    checkouts = [ROOT, *(Path(name).resolve() for name in sys.argv[2:])]
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    with tempfile.TemporaryDirectory() as box:
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache")
        made = [make(checkout, Path(box, str(n)), services) for n, checkout in enumerate(checkouts)]
        for verb in VERBS:
            seconds: list[list[float]] = [[] for _ in checkouts]
            processes = [0] * len(checkouts)
            for run in range(RUNS):
                for n, checkout in enumerate(checkouts):
                    work, trace = Path(box, "work"), Path(box, f"trace-{n}-{run}-{VERBS.index(verb)}")
                    shutil.copytree(made[n], work, symlinks=True)
                    seconds[n].append(shunter(checkout, verb, work, trace))
                    processes[n] = sum('"event":"start"' in line for line in trace.read_text("utf-8").splitlines())
                    shutil.rmtree(work)
            for n, checkout in enumerate(checkouts):
                taken = f"{statistics.median(seconds[n]):7.2f} s  {processes[n]:5} git processes"
                print(f"{services} services: {verb:40} {taken}  ({checkout.name}, median of {RUNS})", flush=True)


if __name__ == "__main__":
    main()
