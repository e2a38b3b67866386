"""Processor time of `shunter deploy`, and of `helm upgrade` of the same chart with the same values into the same cluster.

`python bench/deploy.py [SERVICES ...]`, by default 20 services in one environment, made by the commands. Each round gives
all apps other values, in a namespace for each of the two, and upgrades both in turn: helm with `--wait` alone, as one would write
it by hand, and `shunter deploy`. What counts is the processor of the command and of all that it starts, not that of
the cluster, which needs the programs of tests/cluster and kwok (tests/cluster/README.md); and wall time stands beside it.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from helpers.tools import CLUSTER, HELM, KWOK, NO_CLUSTER  # noqa: E402

ROUNDS = 3
LIMIT = 1.15
WORKSPACE = """\
name: shop
layout: mono
services: {{{services}}}
environments:
  tst: {{stage: develop, namespace: bench-shunter}}
  dev: {{stage: develop, namespace: bench-helm}}
"""


@dataclass(frozen=True)
class Taken:
    """Seconds of a processor, and of the wall clock."""

    processor: float
    wall: float


def run(*command: str, cwd: Path) -> Taken:
    """What one command takes with all that it starts; it has to succeed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(used, ended - began)


def shunter(*arguments: str, cwd: Path) -> Taken:
    return run(sys.executable, "-m", "shunter", *arguments, cwd=cwd)


def make(folder: Path, services: int) -> Path:
    """A workspace of that many services, its train in both environments."""
    folder.mkdir()
    apps = ", ".join(f"service-{number}: {{archetype: rest-api}}" for number in range(services))
    (folder / "data.yaml").write_text(WORKSPACE.format(services=apps), "utf-8")
    shunter("new", "shop", "--defaults", "--layout", "mono", "--data-file", "data.yaml", cwd=folder)
    root = folder / "shop"
    shunter("package", cwd=root)
    shunter("train", "cut", "1.0.0", cwd=root)
    shunter("promote", "1.0.0", "--to", "tst", cwd=root)
    shunter("promote", "1.0.0", "--to", "dev", cwd=root)
    return root


def changed(root: Path, services: int, number: int) -> None:
    """Give every app of both environments another image."""
    text = "".join(f"service-{each}: {{image: {{tag: build-{number}}}}}\n" for each in range(services))
    for name in ("tst", "dev"):
        (root / f"envs/{name}/values.yaml").write_text(text, "utf-8")


def measured(root: Path, services: int) -> tuple[list[Taken], list[Taken]]:
    """Each round's upgrade by helm, and by `deploy`; the installation before them does not count."""
    chart = ["envs/dev", "--namespace", "bench-helm", "--values", "envs/dev/values.yaml"]
    by_helm, by_us = [], []
    for number in range(ROUNDS + 1):
        changed(root, services, number)
        one = run(HELM, "upgrade", "--install", "shop", *chart, "--create-namespace", "--wait", cwd=root)
        other = shunter("deploy", "tst", "--helm", HELM, cwd=root)
        if number:
            by_helm.append(one)
            by_us.append(other)
            print(f"    {one.processor:6.2f} {other.processor:6.2f}   {one.wall:6.1f} {other.wall:6.1f}", flush=True)
    run(HELM, "uninstall", "shop", "--namespace", "bench-helm", "--wait", cwd=root)
    run(HELM, "uninstall", "shop", "--namespace", "bench-shunter", "--wait", cwd=root)
    return by_helm, by_us


def main() -> int:
    if not (HELM and CLUSTER and KWOK):
        print(NO_CLUSTER if HELM else "no helm binary: put one on PATH, or name it in SHUNTER_TEST_HELM")
        return 77
    from helpers.clusters.cluster import running

    sizes = [int(text) for text in sys.argv[1:]] or [20]
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    missed = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would compile all modules each time
    with tempfile.TemporaryDirectory() as box, running(Path(box, "cluster")) as cluster:
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache", PYTHONPATH=str(ROOT / "generator"))
        os.environ["KUBECONFIG"] = str(cluster.kubeconfig())
        for services in sizes:
            root = make(Path(box, str(services)), services)
            print(
                f"{services} services: seconds of processor, and of the wall clock, of helm and of deploy", flush=True
            )
            by_helm, by_us = measured(root, services)
            ratio = statistics.median(b.processor / a.processor for a, b in zip(by_helm, by_us, strict=True))
            walls = statistics.median(b.wall / a.wall for a, b in zip(by_helm, by_us, strict=True))
            print(
                f"{services:>4} services: processor {ratio:.2f} x of helm upgrade (limit {LIMIT}), wall {walls:.2f} x"
            )
            missed |= ratio > LIMIT
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
