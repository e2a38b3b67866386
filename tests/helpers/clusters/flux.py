"""Flux' source-controller and helm-controller as processes of this machine, which keep a cluster as git says."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.clusters.cluster import Cluster
from helpers.tools import FLUX
from helpers.workspaces.registries import free_port

NAMESPACE = "flux-system"
PATIENCE = 180.0


@dataclass(frozen=True)
class Flux:
    """The controllers of `cluster`; their logs and what they have fetched are in `folder`."""

    cluster: Cluster
    folder: Path

    def get(self, kind: str, name: str) -> Any:
        """One of their objects."""
        return self.cluster.get("-n", NAMESPACE, kind, name)

    def ask(self, kind: str, name: str) -> None:
        """Let it be looked at now instead of when its interval is over, as `flux reconcile` does."""
        said = f"reconcile.fluxcd.io/requestedAt={time.monotonic_ns()}"
        self.cluster.kubectl("-n", NAMESPACE, "annotate", "--overwrite", kind, name, said)

    def until(
        self, name: str, kind: str = "Ready", status: str = "True", *, revision: str = "", reason: str = ""
    ) -> Any:
        """Wait until a HelmRelease has a condition, for its newest generation and that commit; its status."""
        end = time.monotonic() + PATIENCE
        while True:
            found = self.get("helmrelease", name)
            state = found.get("status", {})
            generation = found["metadata"]["generation"]
            if revision[:12] in state.get("lastAttemptedRevision", "") and any(
                (each["type"], each["status"], each["observedGeneration"]) == (kind, status, generation)
                and reason in each["reason"]
                for each in state.get("conditions", ())
            ):
                return state
            assert time.monotonic() < end, f"{json.dumps(state, indent=1)}\n{self.said()}"
            time.sleep(0.2)

    def said(self) -> str:
        """The end of what the controllers log."""
        return "\n".join(log.read_text("utf-8")[-3000:] for log in sorted(self.folder.glob("*.log")))


@contextmanager
def reconciling(cluster: Cluster, folder: Path, certificate: Path) -> Iterator[Flux]:
    """The controllers at work, with their kinds in the cluster; they trust who has that certificate."""
    cluster.kubectl("create", "namespace", NAMESPACE)
    cluster.kubectl("apply", "--server-side", *(f"--filename={each}" for each in sorted(Path(FLUX).glob("*.yaml"))))
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    storage = f"127.0.0.1:{free_port()}"
    own = {
        "source-controller": [f"--storage-path={folder}", f"--storage-addr={storage}", f"--storage-adv-addr={storage}"],
        "helm-controller": [],
    }
    children = []
    try:
        for name, options in own.items():
            health = f"127.0.0.1:{free_port()}"
            command = [str(Path(FLUX) / name), f"--health-addr={health}", "--metrics-addr=0", *options]
            command += ["--requeue-dependency=2s", "--log-level=debug"]
            told = {"RUNTIME_NAMESPACE": NAMESPACE, "KUBECONFIG": str(cluster.kubeconfig())}
            with (folder / f"{name}.log").open("wb") as log:
                env = os.environ | told | {"SSL_CERT_FILE": str(certificate)}
                children.append(subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log))
            _wait(children[-1], f"http://{health}/readyz", folder / f"{name}.log")
        yield Flux(cluster, folder)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and child.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{log.stem} does not start: {log.read_text('utf-8')[-3000:]}")
