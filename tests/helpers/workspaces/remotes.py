"""A workspace of five small repositories, each with a real bare repository as its remote, and clones of all of it."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from helpers.workspaces.workspaces import copy, shared

WORKSPACE = """\
name: shop
layout: {code: multi, charts: mono, envs: multi}
services:
  orders: {archetype: rest-api, team: alice}
environments:
  tst: {stage: develop}
  pre: {stage: staging, promotes-from: tst}
"""
NAMES = ("shop", "orders", "shop-charts", "shop-tst", "shop-pre")
"""The repositories as the workspace plans them."""
ORDER = ("shop-charts", "orders", "shop", "shop-tst", "shop-pre")
"""What is referenced before what refers to it."""


class Remotes:
    """Bare repositories in `folder`/remotes, and workspaces that were cloned from them; `ours` is one of all."""

    def __init__(self, folder: Path) -> None:
        for part in shared("remotes", _make).iterdir():
            copy(part, folder / part.name)
        self.folder = folder
        self.ours = folder / "ours" / "shop"

    def of(self, name: str) -> Path:
        """The bare repository of that name."""
        return self.folder / "remotes" / f"{name}.git"

    def cloned(self, who: str, *, without: tuple[str, ...] = (), options: tuple[str, ...] = ()) -> Path:
        """A workspace with every repository checked out but those named; its root."""
        root = self.folder / who / "shop"
        for name in NAMES:
            if name not in without:
                git(self.folder, "clone", "-q", *options, f"file://{self.of(name)}", str(checkout(root, name)))
        return root

    def moved(self, name: str, files: dict[str, bytes | str | None], *, branch: str = "main") -> None:
        """Somebody else commits to a repository and pushes it."""
        place = self.folder / "somebody" / name
        if not place.exists():
            git(self.folder, "clone", "-q", str(self.of(name)), str(place))
        git(place, "checkout", "-q", "-B", branch, f"origin/{branch}")
        commit_all(place, files, f"somebody's change of {name}")
        git(place, "push", "-q", "origin", branch)

    def head(self, name: str, branch: str = "main") -> str:
        """The commit of a branch of the bare repository; empty where there is no such branch."""
        return git(self.of(name), "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")


def _make(folder: Path) -> None:
    for name in NAMES:
        files = {"shunter.yaml": WORKSPACE, ".gitignore": "/*/\n"} if name == "shop" else {"README.md": f"{name}\n"}
        start, bare, root = folder / "start" / name, folder / "remotes" / f"{name}.git", folder / "ours/shop"
        make_repo(start, files)
        git(folder, "clone", "-q", "--bare", str(start), str(bare))
        git(folder, "clone", "-q", str(bare), str(checkout(root, name)))
        # By a path from the checkout, so that all of it can be copied.
        up = "../.." if name == "shop" else "../../.."
        git(checkout(root, name), "remote", "set-url", "origin", f"{up}/remotes/{name}.git")


def checkout(root: Path, name: str) -> Path:
    """Where a repository of the workspace at `root` is checked out."""
    return root if name == "shop" else root / name
