"""What is not ready while helm waits, told as it goes."""

from __future__ import annotations

import time

from helpers.clusters.environments import Deployed
from shunter.adapters.cluster.kubeconfig import access_of
from shunter.adapters.cluster.server import Server
from shunter.core.kube.objects import RenderedObject
from shunter.flows.deploying.place import Place
from shunter.flows.deploying.targets import targets_of
from shunter.flows.deploying.watch import Look, Trouble, Watch, troubles
from shunter.flows.workspace.context import open_context


def place(env: Deployed) -> Place:
    (target,) = targets_of(open_context(env.root), (env.name,))
    return Place(target, Server(access_of()))


def test_what_is_not_ready_is_told_with_its_pods(tst: Deployed) -> None:
    tst.values({"web": {"tag": "broken"}})
    tst.deploy("--timeout", "3s", "--on-failure", "stop")
    web = RenderedObject("", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}})
    none = RenderedObject("", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "none"}})
    told: list[tuple[str, int, int]] = []
    with Watch(place(tst), [web, none], lambda *said: told.append(said)) as watch:
        end = time.monotonic() + 30
        while not told and time.monotonic() < end:
            time.sleep(0.1)
    why = Trouble("Deployment web", "0 of 1 ready", ("web: ImagePullBackOff: Back-off pulling image x/web:broken",))
    assert watch.last == (why, Trouble("Deployment none", "it is not there"))
    assert told[0] == (f"tst: {why}", 0, 2)
    assert troubles(Look(place(tst)), []) == ()
