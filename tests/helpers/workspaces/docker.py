"""Stands in for `docker` where generated CI calls it: there is no daemon here, but the registry is a real one.

`python -m helpers.workspaces.docker login|build|tag|push|manifest …`. An image holds nothing but the time of its building,
so that another build of the same sources has another digest. Images wait in the folder STAND_INS; skopeo pushes them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def main(arguments: list[str]) -> int:
    """Do what one of the commands does, and give its exit code."""
    command, *rest = arguments
    return _COMMANDS[command](rest)


def _option(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def _logins() -> Path:
    return Path(os.environ["DOCKER_CONFIG"]) / "config.json"


def _image(name: str) -> Path:
    return Path(os.environ["STAND_INS"]) / hashlib.sha256(name.encode()).hexdigest()


def login(arguments: list[str]) -> int:
    auth = base64.b64encode(f"{_option(arguments, '--username')}:{sys.stdin.read()}".encode()).decode()
    _logins().parent.mkdir(parents=True, exist_ok=True)
    _logins().write_text(json.dumps({"auths": {arguments[-1]: {"auth": auth}}}), "utf-8")
    return 0


def build(arguments: list[str]) -> int:
    folder = _image(_option(arguments, "--tag"))
    folder.mkdir(parents=True, exist_ok=True)
    rootfs = {"type": "layers", "diff_ids": []}
    about = {"Labels": {"context": arguments[0], "built": str(time.time_ns())}}
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs, "config": about}).encode()
    digest = hashlib.sha256(config).hexdigest()
    (folder / digest).write_bytes(config)
    descriptor = {"mediaType": CONFIG, "digest": f"sha256:{digest}", "size": len(config)}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor, "layers": []}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "version").write_text("Directory Transport Version: 1.1\n", "utf-8")
    return 0


def tag(arguments: list[str]) -> int:
    shutil.copytree(_image(arguments[0]), _image(arguments[1]), dirs_exist_ok=True)
    return 0


def push(arguments: list[str]) -> int:
    return _skopeo("copy", "--dest-tls-verify=false", f"dir:{_image(arguments[0])}", f"docker://{arguments[0]}")


def manifest(arguments: list[str]) -> int:
    return _skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{arguments[-1]}")


def _skopeo(*arguments: str) -> int:
    return subprocess.run(["skopeo", *arguments, "--authfile", str(_logins())], check=False).returncode


_COMMANDS = {"login": login, "build": build, "tag": tag, "push": push, "manifest": manifest}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
