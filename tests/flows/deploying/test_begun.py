"""Apps that are begun together, since one may wait for another: each is waited for, fails and is ended on its own."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import WEB, make_environment
from helpers.workspaces.cli import run_in_background

WAITING = WEB.replace("      containers:", "      serviceAccountName: zz-account\n      containers:")
ACCOUNT = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: NAME-account}\n"


def units(text: str) -> dict[str, str]:
    return {each["unit"]: each["status"] for each in json.loads(text)["outcomes"]}


def test_one_that_waits_for_another_that_comes_later(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    """Without the account no pod is made, as an app does not get ready without its database."""
    env = make_environment(tmp_path, admin, namespace, by_app=True, aa=WAITING, mm=WEB, zz=WEB + ACCOUNT)
    assert units(env.deployed("--timeout", "60s", "-o", "json").out) == {
        f"tst/{app}": "done" for app in ("aa", "mm", "zz")
    }
    env.kubectl("delete", "serviceaccount", "zz-account")
    env.kubectl("delete", "pods", "-l", "app=aa")
    env.kubectl("wait", "deployment/aa", "--for=condition=Available=False", "--timeout=60s")
    env.values({"mm": {"tag": "two"}})
    done = env.deployed("--timeout", "60s", "-o", "json").out
    assert units(done) == {"tst/zz": "done", "tst/aa": "noop", "tst/mm": "done"}  # what it waits for is mended, too


def test_several_that_are_interrupted_are_all_ended(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    env = make_environment(tmp_path, admin, namespace, by_app=True, aa=WEB, bb=WEB, cc=WEB)
    env.values({"aa": {"tag": "broken"}, "cc": {"tag": "broken"}})
    with run_in_background(env.root, "deploy", "tst") as run:
        end = time.monotonic() + 60
        while len(env.history()) < 3 and time.monotonic() < end:
            time.sleep(0.2)
        time.sleep(1)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert [env.history_of(f"shop-{app}") for app in ("aa", "bb", "cc")] == [
        [(1, "failed")],
        [(1, "deployed")],
        [(1, "failed")],
    ]
    assert said.count("revision 1 is failed; what was applied stays: shunter deploy tst") == 2
    env.values({})
    env.deployed()


def test_of_several_that_are_begun_together_each_that_fails_goes_alone(
    admin: Cluster, namespace: str, tmp_path: Path
) -> None:
    env = make_environment(tmp_path, admin, namespace, by_app=True, aa=WEB, bb=WEB, cc=WEB)
    env.values({"aa": {"tag": "broken"}})
    done = env.deploy("--timeout", "8s", "-o", "json")
    assert (done.code, units(done.out)) == (2, {"tst/aa": "failed", "tst/bb": "done", "tst/cc": "done"})
    assert "it was uninstalled, as there is none before it" in done.out
    assert (env.history_of("shop-aa"), env.history_of("shop-bb")) == ([], [(1, "deployed")])
