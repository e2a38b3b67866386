"""Container images built for real: a store of their own for each test, and what a build needs on this machine."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
[storage.options]
additionalimagestores = [{base}]
"""
CONTAINERS = '[containers]\nvolumes = ["{certificates}:{certificates}:ro", "{pip}:/etc/pip.conf:ro"]\n'


def base_image(dockerfile: str) -> tuple[str, str]:
    """The image that a Dockerfile begins with, and its digest: it must be pinned there."""
    [found] = re.findall(r"^ARG BASE=(\S+:\S+)(@sha256:[0-9a-f]{64})$", dockerfile, re.MULTILINE)
    name, digest = found
    return name, digest


def released(folder: Path) -> None:
    """Take away what the engines have mounted onto their store in `folder`, so that it can be deleted."""
    for mount in Path("/proc/mounts").read_text("utf-8").splitlines()[::-1]:
        place = mount.split()[1]
        if place.startswith(f"{folder}/graph/"):
            subprocess.run(["umount", place], check=True)


def containers(folder: Path, base: str = "") -> dict[str, str]:
    """The variables that let buildah keep everything in `folder`; `base` is a store that it reads images from, too.

    A build trusts what this machine trusts. Isolation by chroot needs no runtime, but root: a skip for others.
    """
    if os.geteuid():
        pytest.skip("needs `buildah` as root")
    folder.mkdir(parents=True, exist_ok=True)
    storage, settings, pip = (folder / name for name in ("storage.conf", "containers.conf", "pip.conf"))
    storage.write_text(STORAGE.format(folder=folder, base=f'"{base}"' if base else ""), "utf-8")
    pip.write_text(f"[global]\ncert = {CERTIFICATES}\n", "utf-8")
    settings.write_text(CONTAINERS.format(certificates=CERTIFICATES, pip=pip), "utf-8")
    return {
        "CONTAINERS_STORAGE_CONF": str(storage),
        "CONTAINERS_CONF": str(settings),
        "BUILDAH_ISOLATION": "chroot",
    }
