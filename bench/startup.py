"""What `shunter --version` costs beside an empty Python: `python bench/startup.py [RUNS]`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT = 4.0
COMMAND = Path(sys.executable).parent / "shunter"


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    ours = [str(COMMAND)] if COMMAND.exists() else [sys.executable, "-m", "shunter"]
    commands = {"python -c pass": [sys.executable, "-c", "pass"], "shunter --version": [*ours, "--version"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 2):  # interleaved, so that both see the same machine; the first two rounds only warm up
        for name, command in commands.items():
            times[name].append(seconds(command))
    rows = {name: (statistics.median(found[2:]), min(found[2:])) for name, found in times.items()}
    (empty, empty_min), (version, version_min) = rows.values()
    ratio = version / empty
    print(f"{'command':<20} {'median':>10} {'min':>10}    ({runs} runs each, interleaved)")
    for name, (median, least) in rows.items():
        print(f"{name:<20} {median * 1000:>7.1f} ms {least * 1000:>7.1f} ms")
    print(f"{'ratio':<20} {ratio:>8.2f} x {version_min / empty_min:>8.2f} x    (limit {LIMIT:g} x)")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
