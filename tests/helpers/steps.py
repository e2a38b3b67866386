"""How the work of a function grows, counted in the interpreter's instructions: the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from shunter.core.charts.contents import forget

LINEAR = 2.02
"""What `growth` is at most where the work is linear; it is 4 where each thing is compared with each other one."""


def growth(work: Callable[[int], Callable[[], object]], things: int = 8) -> float:
    """How many times as many steps the second doubling adds as the first one does; `work(n)` is the work on n things.

    What C does inside of one instruction, such as a scan of a list by `in`, is one step.
    """
    steps(work(2))  # imports, and what is worked out once for all
    few, some, many = (_fresh(work(things * times)) for times in (1, 2, 4))
    return (many - some) / (some - few)


def _fresh(work: Callable[[], object]) -> int:
    forget()
    return steps(work)


def steps(work: Callable[[], object]) -> int:
    """The instructions that the interpreter carries out for `work`."""
    found = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal found
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        found += event == "opcode"
        return trace

    before = sys.gettrace()
    for each in (lambda: None, work):  # some versions of Python count nothing the first time
        found = 0
        sys.settrace(trace)
        try:
            each()
        finally:
            sys.settrace(before)
    return found


class Compared(str):
    """A text that counts how often it is compared with another one."""

    __slots__ = ()
    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__
