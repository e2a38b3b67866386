"""A job for an older commit that comes after one for a newer: it does not turn back what that has deployed."""

from __future__ import annotations

from helpers.clusters.environments import Deployed
from helpers.clusters.runs import LATER, later


def test_what_a_later_commit_has_deployed_stays(tst: Deployed) -> None:
    tst.deployed()
    newer = later(tst)
    newer.values({"web": {"tag": "two"}})
    newer.deployed()
    refused = tst.deploy()
    assert refused.code == 1
    assert f"tst runs {LATER} of its history, which this checkout does not have (git pull, or --older)" in refused.err
    assert tst.deploy("--plan").code == 1
    assert tst.history()[-1] == (2, "deployed")
    newer.values({"web": {"tag": "three"}})
    newer.deployed()
    tst.deployed("--older")
    assert tst.history()[-1] == (4, "deployed")
    newer.deployed()  # what is older is known there: it goes on from it


def test_previews_have_no_order(tst: Deployed) -> None:
    """The branch of a promotion is derived again, and its history then is another one."""
    for env in (later(tst), tst):
        (env.root / "envs/tst/preview.yaml").write_text("{}\n", "utf-8")
        env.deployed("--preview", "12")
    tst.deployed("--preview", "12", "--end")
