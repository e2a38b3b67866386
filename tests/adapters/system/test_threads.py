"""Waits that run at once."""

from __future__ import annotations

import threading

import pytest

from shunter.adapters.system.threads import at_once
from shunter.model.errors import ShunterError


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_order(count: int) -> None:
    assert at_once(lambda item: item * 2, range(count)) == [2 * item for item in range(count)]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")]


def test_they_run_at_once() -> None:
    meeting = threading.Barrier(8)
    at_once(lambda _: meeting.wait(5), range(8))


def test_an_error_stands_in_its_place() -> None:
    def work(item: int) -> int:
        if item == 1:
            raise ShunterError("no")
        return item

    assert [str(each) for each in at_once(work, range(3))] == ["0", "no", "2"]
    with pytest.raises(ZeroDivisionError):
        at_once(lambda item: 1 // item, range(3))
