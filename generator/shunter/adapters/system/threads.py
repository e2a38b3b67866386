"""Many waits for servers at once: threads, since a thread that waits needs no processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from shunter.model.errors import ShunterError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST = 8


def mapped(work: Callable[[_Item], _Result], items: Sequence[_Item], most: int = _MOST) -> list[_Result]:
    """`work` done on every item, at `most` at once, results in the items' order; what one raises ends it all.

    No thread is left when this returns.
    """
    if len(items) < 2:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # 5 ms, and many runs have one repository

    pool = ThreadPoolExecutor(min(most, len(items)))
    try:
        return list(pool.map(work, items))
    finally:
        pool.shutdown(cancel_futures=True)


def at_once(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result | ShunterError]:
    """What `mapped` does, and a `ShunterError` stands where one was raised. Whatever else is raised ends it all."""

    def guarded(item: _Item) -> _Result | ShunterError:
        try:
            return work(item)
        except ShunterError as error:
            return error

    return mapped(guarded, items)
