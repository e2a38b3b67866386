"""How far a run is: told by whoever does the work, to one function that shows it or does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Progress = Callable[[str, int, int], None]
"""Hears what is being done, in a few words, how many are done, and of how many. Any thread may call it."""


NOTHING = "nothing was written"


@contextmanager
def when_interrupted(note: str) -> Iterator[None]:
    """Let a Ctrl-C in here say what became of what was begun."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(note)
        raise


def unseen(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def stepwise(progress: Progress, items: Sequence[_Item], what: Callable[[_Item], str]) -> Iterator[_Item]:
    """The items one after the other, each told before it is worked on: `what` names the work."""
    for number, item in enumerate(items):
        progress(what(item), number, len(items))
        yield item


def counted(
    progress: Progress, total: int, what: Callable[[_Item], str], work: Callable[[_Item], _Result]
) -> Callable[[_Item], _Result]:
    """`work` on items in any order, by several threads at once: told when each is begun, with how many are done."""
    done: list[None] = []

    def told(item: _Item) -> _Result:
        progress(what(item), len(done), total)
        result = work(item)
        done.append(None)
        return result

    return told
