"""Much work of one kind, shared between forked processes: they start with all that is loaded, and send back results."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST = 8


def spread(work: Callable[[_Item], _Result], items: Sequence[_Item], *, at_least: int) -> list[_Result]:
    """`work` done on every item, results in the items' order; by several processes where CPUs and items allow.

    `at_least` is the number of items that is worth a process. What a process raises, or dies of, happens again here, so
    errors are the same as without processes. Results must be picklable.
    """
    count = min(_cpus(), len(items) // at_least, _MOST)
    if count < 2 or not _may_fork():
        return [work(item) for item in items]
    size = -(-len(items) // count)
    shares = [items[start : start + size] for start in range(0, len(items), size)]
    started = [_start(work, share) for share in shares[1:]]
    try:
        results = [work(item) for item in shares[0]]
        for share in shares[1:]:
            found: list[_Result] | None = _collect(*started.pop(0))
            results += [work(item) for item in share] if found is None else found
    finally:
        for process, pipe in started:
            os.close(pipe)
            os.kill(process, signal.SIGTERM)
            os.waitpid(process, 0)
    return results


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _may_fork() -> bool:
    """A fork copies no threads, so what they hold stays held: it needs a process without any."""
    threading = sys.modules.get("threading")
    return hasattr(os, "fork") and (threading is None or threading.active_count() == 1)


def _start(work: Callable[[_Item], _Result], share: Sequence[_Item]) -> tuple[int, int]:
    """A process that works on `share`; its id, and the end of the pipe where its results come out."""
    out, into = os.pipe()
    process = os.fork()
    if process:
        os.close(into)
        return process, out
    try:
        os.close(out)
        data = pickle.dumps([work(item) for item in share])
        with open(into, "wb") as pipe:  # noqa: PTH123 - a pipe has no path
            pipe.write(data)
        os._exit(0)
    finally:
        os._exit(1)


def _collect(process: int, pipe: int) -> Any:
    """The list of what a process found; None if it failed."""
    with open(pipe, "rb") as source:
        data = source.read()
    _, status = os.waitpid(process, 0)
    return pickle.loads(data) if status == 0 else None  # noqa: S301 - our own process wrote it
