"""Telling how far a run is."""

from __future__ import annotations

import pytest

from shunter.adapters.system.threads import mapped
from shunter.model.progress import counted, stepwise, unseen, when_interrupted


def test_each_item_is_told_before_it_is_worked_on() -> None:
    told: list[tuple[str, int, int]] = []
    done = [(item, len(told)) for item in stepwise(lambda *said: told.append(said), "ab", "lint {}".format)]
    assert told == [("lint a", 0, 2), ("lint b", 1, 2)]
    assert done == [("a", 1), ("b", 2)]
    assert list(stepwise(unseen, [], str)) == []


def test_threads_count_what_is_done() -> None:
    told: list[tuple[str, int, int]] = []

    def double(item: int) -> int:
        return item * 2

    work = counted(lambda *said: told.append(said), 50, str, double)
    assert mapped(work, range(50)) == [item * 2 for item in range(50)]
    assert sorted(what for what, _, _ in told) == sorted(map(str, range(50)))
    assert all(0 <= done < 50 and total == 50 for _, done, total in told)


def test_only_an_interrupt_says_what_became_of_it() -> None:
    with pytest.raises(KeyboardInterrupt) as caught, when_interrupted("nothing"):
        raise KeyboardInterrupt
    assert caught.value.__notes__ == ["nothing"]
    with pytest.raises(ValueError) as other, when_interrupted("nothing"):
        raise ValueError
    assert not hasattr(other.value, "__notes__")
