"""Validation beside its peers: `python bench/validate.py [--quick]`.

A chart with a schema of 87 KB, and 1,000 values files of 4 KB that it accepts. The peers: `python -c pass`,
check-jsonschema (which reads YAML 1.2), PyYAML's CSafeLoader (which only reads) and the embedded Helm. Commands are run
in turns, each with a cache of its own; the least wall time of each counts, and the least CPU time stands beside it.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from helpers.charts import large_chart  # noqa: E402
from shunter.adapters.system.files import DiskTree  # noqa: E402
from shunter.core.charts.load import load_chart  # noqa: E402
from shunter.core.goyaml.document import read  # noqa: E402
from shunter.core.rules.verdict import judge  # noqa: E402

FOLDER = Path(sys.executable).parent
INSTALLED = (FOLDER / "shunter").exists()
OURS = [str(FOLDER / "shunter")] if INSTALLED else [sys.executable, "-m", "shunter"]
PEER = str(FOLDER / "check-jsonschema")
AGAINST_PEER = {1: (3.0, 9), 10: (3.0, 7), 100: (6.0, 3), 1000: (8.0, 2)}
"""Number of files: the goal, and the rounds."""
MEGABYTE = 1024  # of the kilobytes that Linux counts


class Run:
    """The least that several runs of a command took: wall and CPU seconds, and the most memory, in MB."""

    def __init__(self, command: Sequence[str], *, fresh: bool = False) -> None:
        self.command = command
        self.fresh = fresh
        self.wall = self.cpu = float("inf")
        self.memory = 0.0

    def once(self, cwd: Path, cache: Path) -> None:
        if self.fresh:
            shutil.rmtree(cache, ignore_errors=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment = kept | {"SHUNTER_CACHE_DIR": str(cache)}
        if not INSTALLED:
            environment["PYTHONPATH"] = str(ROOT / "generator")
        start = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            cwd=cwd,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
        )
        _, status, used = os.wait4(process.pid, 0)
        self.wall = min(self.wall, time.perf_counter() - start)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"exit code {process.returncode}: {' '.join(self.command[:4])} ...")
        self.cpu = min(self.cpu, used.ru_utime + used.ru_stime)
        self.memory = max(self.memory, used.ru_maxrss / MEGABYTE)


class Table:
    """Rows printed as they come; remembers whether a goal was missed."""

    def __init__(self) -> None:
        self.missed = False
        print(f"{'':<46}{'ours':>10}{'peer':>11}{'wall':>9}{'CPU':>9}   goal")

    def row(
        self,
        name: str,
        ours: str,
        peer: str = "",
        wall: float = 0,
        cpu: float = 0,
        goal: str = "",
        *,
        holds: bool = True,
    ) -> None:
        self.missed = self.missed or not holds
        ratios = "".join(f"{f'{ratio:.2f} x' if ratio else '':>9}" for ratio in (wall, cpu))
        verdict = f"{goal:<10}{'holds' if holds else 'MISSED'}" if goal else ""
        print(f"{name:<46}{ours:>10}{peer:>11}{ratios}   {verdict}".rstrip(), flush=True)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds * 1000:,.0f} ms"


def in_turns(runs: Sequence[Run], rounds: int, cwd: Path) -> None:
    for run in runs:
        run.once(cwd, cwd.parent / f"cache-{id(run)}")  # the first round fills disk and verdict caches
        run.wall = run.cpu = float("inf")
    for _ in range(rounds):
        for run in runs:
            run.once(cwd, cwd.parent / f"cache-{id(run)}")


def start_up(table: Table, folder: Path, names: list[str]) -> None:
    nothing = Run([sys.executable, "-c", "pass"])
    cold = Run([*OURS, "validate", names[0]], fresh=True)
    again = Run([*OURS, "validate", names[0]])
    in_turns([nothing, cold, again], 15, folder)
    for name, run, goal in (("cold", cold, 9.0), ("judged before", again, 2.5)):
        wall, cpu = run.wall / nothing.wall, run.cpu / nothing.cpu
        title = f"1 file, {name} / python -c pass"
        table.row(title, ms(run.wall), ms(nothing.wall), wall, cpu, f"<= {goal:g} x", holds=wall <= goal)


def against_peer(table: Table, folder: Path, names: list[str]) -> None:
    for count, (goal, rounds) in AGAINST_PEER.items():
        if count > len(names):
            continue
        ours = Run([*OURS, "validate", *names[:count]], fresh=True)
        peer = Run([PEER, "--schemafile", "values.schema.json", *names[:count]])
        in_turns([ours, peer], rounds, folder)
        wall, cpu = peer.wall / ours.wall, peer.cpu / ours.cpu
        title = f"check-jsonschema / shunter, {count:,} file{'s' if count > 1 else ''}, cold"
        table.row(title, ms(ours.wall), ms(peer.wall), wall, cpu, f">= {goal:g} x", holds=wall >= goal)
    table.row(
        "most memory of that",
        f"{ours.memory:.0f} MB",
        f"{peer.memory:.0f} MB",
        0,
        0,
        "< 200 MB",
        holds=ours.memory < 200,
    )


def seconds(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def one_core(table: Table, folder: Path, names: list[str]) -> None:
    """Reading and judging in this process, with nothing kept but the compiled schema."""
    chart = load_chart(DiskTree(folder))
    paths = [folder / name for name in names]

    def ours(chosen: Sequence[Path]) -> None:
        for path in chosen:
            assert judge(chart, [read(path.read_bytes(), path.name)]) == ()

    def loader() -> None:
        for path in paths:
            yaml.load(path.read_bytes(), yaml.CSafeLoader)

    ours(paths[:1])
    few = paths[: len(paths) // 4]
    times = [(seconds(lambda: ours(paths)), seconds(loader), seconds(lambda: ours(few))) for _ in range(5)]
    mine, theirs, part = (min(found) for found in zip(*times, strict=True))
    ratio = statistics.median(one / other for one, other, _ in times)
    title = f"read and judge {len(paths):,} files / CSafeLoader"
    table.row(title, ms(mine), ms(theirs), 0, ratio, "<= 0.8 x", holds=ratio <= 0.8)
    table.row("4 times as many files", ms(mine), ms(part), 0, mine / part, "<= 4.8 x", holds=mine / part <= 4.8)
    helm(table, folder, names, mine / len(paths))


def helm(table: Table, folder: Path, names: list[str], ours: float) -> None:
    title = "embedded Helm / shunter, one file"
    try:
        import helm_python
    except ImportError:
        table.row(title, ms(ours), "none here")
        return
    bare = folder.parent / "bare"
    large_chart.write(bare, 0)
    parsed = [yaml.load((folder / name).read_bytes(), yaml.CSafeLoader) for name in names[:20]]
    with helm_python.Chart.load(bare) as chart:
        theirs = min(seconds(lambda: [chart.render(found) for found in parsed]) for _ in range(3)) / len(parsed)
    table.row(title, ms(ours), ms(theirs), 0, theirs / ours)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 files")
    count = 100 if parser.parse_args().quick else 1000
    with tempfile.TemporaryDirectory(prefix="shunter-bench-") as place:
        folder = Path(place) / "chart"
        names = [file.relative_to(folder).as_posix() for file in large_chart.write(folder, count)]
        table = Table()
        start_up(table, folder, names)
        against_peer(table, folder, names)
        one_core(table, folder, names)
    return int(table.missed)


if __name__ == "__main__":
    sys.exit(main())
