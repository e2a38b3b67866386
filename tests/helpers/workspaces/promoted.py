"""The small workspace with a real bare repository as its remote, and clones in which several people promote."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.gitrepo import commit_all, git
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.workspace.context import open_context


def _make(folder: Path) -> None:
    """The bare repository with two trains, of which the second has a newer orders."""
    context = small_workspace(folder / "start" / "shop")
    for version in ("1.0.0", "1.1.0"):
        cut(context, Cut(version), dry_run=False, diff=False)
        if version == "1.0.0":
            publish(context, orders("1.1.0", app_version="7"), "third/orders")
    git(folder, "clone", "-q", "--bare", str(context.root), str(folder / "shop.git"))


class Promoted:
    """The remote in `folder`, and `ours`, a clone of it with the workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bare = copy(shared("promoted", _make) / "shop.git", folder / "shop.git")
        self.ours = self.cloned("ours")

    def cloned(self, who: str, *options: str) -> Path:
        """Another clone."""
        root = self.folder / who / "shop"
        git(self.folder, "clone", "-q", *options, f"file://{self.bare}", str(root))
        return root

    def head(self, branch: str = "main") -> str:
        """The commit of a branch of the remote; empty where there is none."""
        return git(self.bare, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def branches(self) -> list[str]:
        """The branches of the remote."""
        return git(self.bare, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def shown(self, branch: str, path: str) -> str:
        """A file of a branch of the remote."""
        return git(self.bare, "show", f"{branch}:{path}")

    def moved(self, files: dict[str, bytes | str | None], branch: str = "main") -> str:
        """Somebody else commits to the remote; the commit."""
        place = self.folder / "somebody" / "shop"
        if not place.exists():
            self.cloned("somebody")
        git(place, "fetch", "-q")
        git(place, "checkout", "-q", "-B", branch, f"origin/{branch}")
        commit_all(place, files, "somebody's change")
        git(place, "push", "-q", "origin", branch)
        return git(place, "rev-parse", "HEAD")

    def merge(self, branch: str) -> None:
        """Merge a branch on the remote, as a forge does with one commit."""
        place = self.folder / "merger" / "shop"
        if not place.exists():
            self.cloned("merger")
        git(place, "fetch", "-q")
        git(place, "reset", "-q", "--hard", "origin/main")
        git(place, "merge", "-q", "--squash", f"origin/{branch}")
        git(place, "commit", "-q", "-m", f"Merge {branch}")
        git(place, "push", "-q", "origin", "HEAD:main")

    def publish(self, version: str) -> None:
        """A pipeline publishes a chart of orders, and the remote has it."""
        place = self.folder / "publisher" / "shop"
        if not place.exists():
            self.cloned("publisher")
        git(place, "pull", "-q", "--ff-only")
        publish(open_context(place), orders(version))
        git(place, "push", "-q", "origin", "HEAD:main")
