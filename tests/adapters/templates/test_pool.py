"""Processes that are kept: one answers many questions, sees the environment of the question, and its end is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shunter.adapters.templates.pool import Pool
from shunter.model.errors import ShunterError

ECHO = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    time.sleep(asked.get("wait", 0))
    if "fail" in asked:
        print("what went before", file=sys.stderr)
        sys.exit(asked["fail"])
    print(json.dumps([os.getpid(), os.environ.get("COLOUR")]), flush=True)
"""


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(sys.executable, "-c", ECHO)
    yield made
    made.close()


def test_one_process_answers_what_is_asked_in_one_environment(pool: Pool) -> None:
    first, second = (pool.ask({}, {"COLOUR": "red"}) for _ in range(2))
    assert first == second and first[1] == "red"
    other = pool.ask({}, {"COLOUR": "blue"})
    assert other[0] != first[0] and other[1] == "blue"
    assert pool.ask({}, {"COLOUR": "red"}) == first


def test_processes_of_the_last_four_environments_wait(pool: Pool) -> None:
    gone, stays, *_ = (pool.ask({}, {"COLOUR": str(number)})[0] for number in range(5))
    with pytest.raises(ProcessLookupError):
        os.kill(gone, 0)
    assert pool.ask({}, {"COLOUR": "1"})[0] == stays


def test_two_questions_at_once_have_a_process_each(pool: Pool) -> None:
    with ThreadPoolExecutor(2) as threads:
        pids = {pid for pid, _ in threads.map(lambda _: pool.ask({"wait": 0.3}, {}), range(2))}
    assert len(pids) == 2
    assert pool.ask({}, {})[0] in pids


def test_an_end_before_the_answer_is_told_in_its_last_words(pool: Pool) -> None:
    with pytest.raises(ShunterError, match="Copier could not be run") as told:
        pool.ask({"fail": "no such module"}, {})
    assert told.value.notes == ("python: no such module",)
    assert pool.ask({}, {})[1] is None


def test_nothing_stays_when_it_is_closed(pool: Pool) -> None:
    pid, _ = pool.ask({}, {})
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
