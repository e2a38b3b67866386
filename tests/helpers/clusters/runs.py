"""Runs of `shunter deploy` that do not end, and those of a later commit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from helpers.clusters.environments import Deployed

LATER = "20990101T000000Z-0a1b2c3d"
_GENERATOR = Path(__file__).resolve().parents[3] / "generator"


def killed(env: Deployed, seconds: float = 0.0) -> None:
    """Begin to deploy, and kill that with all its children: after so many seconds, or else while helm waits."""
    command = [sys.executable, "-m", "shunter", "deploy", env.name]
    variables = os.environ | {"PYTHONPATH": str(_GENERATOR)}
    with subprocess.Popen(
        command,
        cwd=env.root,
        env=variables,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        end = time.monotonic() + (seconds or 60)
        while run.poll() is None and time.monotonic() < end:
            if not seconds and any(status.startswith("pending") for _, status in env.history()):
                time.sleep(1)
                break
            time.sleep(0.05)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)


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
