"""Changes keep their distance, and what a forge says of its limits is done: headers as GitHub, GitLab and Gitea send them."""

from __future__ import annotations

import pytest

from shunter.adapters.forge.pace import LONGEST, Pace, rest

NOW = 1_800_000_000.0


class Clock:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_changes_have_a_pause_between_them_and_questions_have_none() -> None:
    clock = Clock()
    pace = Pace(2.0, clock=lambda: clock.now, sleep=clock.sleep)
    for method in ("POST", "GET", "PATCH", "GET"):
        pace.before(method)
    assert clock.slept == [2.0]
    clock.now += 1.5
    pace.before("PUT")
    assert clock.slept == [2.0, 0.5]
    clock.now += 10
    pace.before("PUT")
    assert clock.slept == [2.0, 0.5]


def test_there_is_an_end_of_asking_again() -> None:
    clock, told = Clock(), list[str]()
    pace = Pace(tell=told.append, clock=lambda: clock.now, sleep=clock.sleep)
    assert pace.again(0, 3.0, "x.org")
    assert (clock.slept, told) == ([3.0], ["x.org takes no requests for 3 s: waiting"])
    assert not pace.again(0, None, "x.org")
    assert not pace.again(0, LONGEST + 1, "x.org")
    assert not pace.again(5, 3.0, "x.org")


@pytest.mark.parametrize(
    ("status", "headers", "said", "wait"),
    [
        (403, {"retry-after": "30"}, "", 31),
        (429, {"retry-after": "Fri, 15 Jan 2027 08:01:00 GMT"}, "", 61),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 90:.0f}"}, "", 91),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": f"{NOW + 90:.0f}"}, "", 91),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "90"}, "", 91),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW - 90:.0f}"}, "", 1),
        (403, {}, "You have exceeded a secondary rate limit", 61),
        (429, {}, "", 61),
        (429, {"retry-after": "soon"}, "", 61),
        (403, {"x-ratelimit-remaining": "4000"}, "Resource not accessible", None),
        (404, {"retry-after": "30"}, "", None),
        (200, {"x-ratelimit-remaining": "0"}, "", None),
    ],
)
def test_an_answer_says_how_long_to_rest(status: int, headers: dict[str, str], said: str, wait: float | None) -> None:
    assert rest(status, headers, said, NOW) == wait
