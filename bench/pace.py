"""How fast this machine is just now, beside the one on which limits in seconds were set: `python bench/pace.py`.

A limit in seconds says something of a machine. Where no peer does the same work, a loop of bash is timed before and behind
each figure, the one by which `.ci/sections` knows a machine for its budgets: what takes twice as long here may take twice
as many seconds. A machine that is faster gains nothing.
"""

from __future__ import annotations

import resource
import subprocess
from types import TracebackType

TURNS = 600_000
REFERENCE = 0.70
"""Seconds of processor of the loop where the limits were set: worked out from benchmarks that ran there and elsewhere."""


class Pace:
    """A stretch of a benchmark. Behind it, `factor` is how many times as long this machine takes, 1 or more."""

    def __enter__(self) -> Pace:
        self._before = _loop()
        self.factor = 1.0
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.factor = max(1.0, (self._before + _loop()) / 2 / REFERENCE)


def main() -> None:
    seconds = _loop()
    print(f"the loop takes {seconds:.2f} s here, {seconds / REFERENCE:.2f} x of {REFERENCE:.2f} s")


def _loop() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["bash", "-c", f"for ((turn = 0; turn < {TURNS}; turn++)); do :; done"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
