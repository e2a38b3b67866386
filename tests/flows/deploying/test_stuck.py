"""Runs that were killed: the next one says what is left, and mends it."""

from __future__ import annotations

import os
import random
import time

import pytest

from helpers.clusters.environments import Deployed
from helpers.clusters.runs import killed

KILLS = int(os.environ.get("SHUNTER_TEST_KILLS", "8"))


@pytest.mark.parametrize("before", [0, 1])
def test_a_release_that_is_locked_is_named_and_mended(tst: Deployed, before: int) -> None:
    if before:
        tst.deployed()
    tst.values({"web": {"tag": "broken"}})
    killed(tst)
    word = "pending-upgrade" if before else "pending-install"
    assert tst.history()[-1] == (before + 1, word)
    tst.values({"web": {"tag": "two"}})
    refused = tst.deploy()
    assert refused.code == 1
    assert f"release shop in namespace {tst.namespace} is {word} since 20" in refused.err
    assert "shunter deploy tst --recover" in refused.err
    mended = tst.deployed("--recover")
    known = "revision 1 is the deployed one" if before else "none was ever deployed"
    assert f"revision {before + 1} was {word} since 20" in mended.err
    assert known in mended.err
    assert tst.history()[before:] == [(before + 1, "failed" if before else "superseded"), (before + 2, "deployed")]
    assert tst.get("deployment", "web")["status"]["readyReplicas"] == 1


@pytest.mark.slow  # eight runs are killed, and mended
def test_killed_at_any_moment_the_next_run_says_and_mends(tst: Deployed) -> None:
    """8 kills, or as many as SHUNTER_TEST_KILLS says: `make delivery`."""
    chance, said = random.Random(17), 0
    began = time.monotonic()
    tst.deployed()
    took = time.monotonic() - began
    for number in range(KILLS):
        last = number == KILLS - 1  # while helm waits, for certain
        tst.values({"web": {"tag": "broken" if last else f"t{number}"}})
        killed(tst, 0.0 if last else chance.uniform(0.2, took))
        tst.values({"web": {"tag": f"t{number}", "note": str(number)}})
        state = tst.history()[-1][1]
        again = tst.deploy()
        if state.startswith("pending"):
            said += 1
            assert (again.code, "was killed there" in again.err) == (1, True)
            again = tst.deploy("--recover")
        assert again.code == 0, again.err
        assert tst.history()[-1][1] == "deployed"
        assert tst.get("configmap", "web")["data"]["note"] == str(number)
        assert [status for _, status in tst.history()].count("deployed") == 1
    assert said
