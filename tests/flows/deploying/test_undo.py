"""An upgrade that fails: taken back, or left as it is, and what both say."""

from __future__ import annotations

from helpers.clusters.environments import Deployed

FAILS = {"web": {"tag": "broken", "note": "b"}}
WHY = "not ready: Deployment web: 0 of 1 ready (web: ImagePullBackOff: Back-off pulling image x/web:broken)"


def test_back_to_the_revision_before(tst: Deployed) -> None:
    tst.deployed()
    tst.values(FAILS)
    failed = tst.deploy("--timeout", "6s")
    assert failed.code == 2
    assert "rolled back to revision 1, which is now revision 3" in failed.err
    assert WHY in failed.err
    assert tst.history() == [(1, "superseded"), (2, "failed"), (3, "deployed")]
    assert tst.get("configmap", "web")["data"]["note"] == "a"


def test_stop_leaves_it_and_the_next_one_mends_it(tst: Deployed) -> None:
    tst.deployed()
    tst.values(FAILS)
    failed = tst.deploy("--timeout", "6s", "--on-failure", "stop")
    assert (failed.code, "what was applied stays (--on-failure stop)" in failed.err) == (2, True)
    assert WHY in failed.err
    assert tst.history() == [(1, "deployed"), (2, "failed")]
    tst.values({"web": {"tag": "two"}})
    tst.deployed()
    assert tst.history()[-1] == (3, "deployed")


def test_a_first_installation_goes(tst: Deployed) -> None:
    tst.values(FAILS)
    failed = tst.deploy("--timeout", "6s")
    assert (failed.code, "it was uninstalled, as there is none before it" in failed.err) == (2, True)
    assert (tst.history(), tst.kubectl("get", "deployments", "-o", "name")) == ([], "")
