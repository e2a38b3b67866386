"""A job for an older commit that comes after one for a newer: it does not turn back what that has deployed."""

from __future__ import annotations

import shutil
from dataclasses import replace

from helpers.clusters.environments import Deployed

LATER = "20990101T000000Z-0a1b2c3d"


def later(env: Deployed) -> Deployed:
    """The environment as a later commit has it: one more entry in its history, which is what it runs."""
    newer = replace(env, root=env.root / "newer")
    shutil.copytree(env.root / "envs", newer.root / "envs")
    place = newer.root / "envs/tst/.shunter"
    [first] = (place / "history").iterdir()
    shutil.copy(first, place / f"history/{LATER}.yaml")
    record = place / "train.yaml"
    record.write_text(record.read_text("utf-8").replace(first.stem, LATER), "utf-8")
    return newer


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
