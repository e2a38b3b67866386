"""A real cluster without machines, shared by all workers of a run: what it is asked, and a namespace for each test."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.tools import CLUSTER

_KEEPER = Path(__file__).with_name("keeper.py")
_PATIENCE = 150.0
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs; `folder` has its files: logs, and a kubeconfig of each user."""

    folder: Path

    def kubeconfig(self, user: str = "admin") -> Path:
        """That of a user: `admin` may do everything, `deployer` nothing that no Role grants."""
        return self.folder / f"{user}.kubeconfig"

    def kubectl(self, *arguments: str, stdin: str = "", user: str = "admin") -> str:
        """What `kubectl ARGUMENTS` prints; it has to succeed."""
        command = [CLUSTER, "kubectl", "--kubeconfig", str(self.kubeconfig(user)), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def get(self, *arguments: str) -> Any:
        """The object that `kubectl get ARGUMENTS` finds, with its managedFields."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json", "--show-managed-fields"))

    def apply(self, value: Mapping[str, Any], manager: str = "tests") -> None:
        """Apply an object on the server's side, as this field manager."""
        self.kubectl("apply", "--server-side", f"--field-manager={manager}", "-f", "-", stdin=json.dumps(value))

    def namespace(self) -> str:
        """A new namespace."""
        name = f"t{os.getpid()}-{next(_NUMBERS)}"
        self.kubectl("create", "namespace", name)
        return name

    def drop(self, name: str) -> None:
        """Take a namespace away; nobody waits for it."""
        self.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """The cluster in `folder`, started where nobody uses it yet, and ended when nobody does any more."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users").open("ab") as users, (folder / "start").open("ab") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not (folder / "ready").exists():
            _start(folder)
        fcntl.flock(start, fcntl.LOCK_UN)
        yield Cluster(folder)


def _start(folder: Path) -> None:
    with (folder / "keeper.log").open("wb") as log:
        command = [sys.executable, str(_KEEPER), str(folder)]
        # Of no session of ours: what a test sends to the processes of this one does not end it.
        keeper = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + _PATIENCE
    while not (folder / "ready").exists():
        if keeper.poll() is not None or time.monotonic() > end:
            keeper.terminate()
            logs = "\n".join(f"{log.name}: {log.read_text('utf-8')[-2000:]}" for log in sorted(folder.glob("*.log")))
            raise RuntimeError(f"the cluster does not start:\n{logs}")
        time.sleep(0.05)
    _KEEPERS.append(keeper)


_KEEPERS: list[subprocess.Popen[bytes]] = []
"""Nobody waits for them: they live until the last user has gone, and a warning about that would be an error."""
