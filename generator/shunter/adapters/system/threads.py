"""Many waits for servers at once: threads, since a thread that waits needs no processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from shunter.model.errors import ShunterError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST = 8


def at_once(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result | ShunterError]:
    """`work` done on every item, results in the items' order; a `ShunterError` stands where one was raised.

    Whatever else is raised ends it all. No thread is left when this returns.
    """

    def guarded(item: _Item) -> _Result | ShunterError:
        try:
            return work(item)
        except ShunterError as error:
            return error

    if len(items) < 2:
        return [guarded(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(min(_MOST, len(items)))
    try:
        return list(pool.map(guarded, items))
    finally:
        pool.shutdown(cancel_futures=True)
