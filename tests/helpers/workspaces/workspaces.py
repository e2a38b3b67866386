"""Workspaces made by the real commands, each layout once per session, copied where a test changes them."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from helpers.workspaces.cli import ok

TRIPLES = [*itertools.product(("mono", "multi"), repeat=3)]
LAYOUTS = ["mono", "multi", *("{{code: {}, charts: {}, envs: {}}}".format(*triple) for triple in TRIPLES)]
# `multi` is the shorthand of the last triple.
NINE = [layout for layout in LAYOUTS if layout != "multi"]
MONOLITHS = [
    f"{{code: monolith, charts: {charts}, envs: {envs}}}"
    for charts, envs in itertools.product(("mono", "multi"), repeat=2)
]

ONE_SERVICE = """\
name: shop
layout: LAYOUT
services:
  orders: {archetype: rest-api, team: alice}
environments:
  tst: {stage: develop}
  pre: {stage: staging, promotes-from: tst}
"""


def make_example(folder: Path, layout: str = "multi") -> Path:
    """The example workspace `shop` in that layout, below `folder`."""
    ok("new", "shop", "--example", "--defaults", "-d", f"layout={layout}", cwd=folder)
    return folder / "shop"


def shared(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills, once for all workers of a run. Not to be changed: see `copy`."""
    folder = Path(os.environ["SHUNTER_TEST_FOLDER"]) / "shared" / name
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


def digest(root: Path) -> str:
    """A digest of every file below `root` outside git's own folders."""
    found = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(root).parts:
            found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def copy(root: Path, target: Path) -> Path:
    """A copy of a workspace, its git repositories included."""
    shutil.copytree(root, target, symlinks=True)
    return target
