"""A workspace that follows templates of its own, with three releases, and a bare repository for each of its repositories."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.cli import ok
from helpers.workspaces.copier_templates import git as by_templates
from helpers.workspaces.copier_templates import make_template_repository
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import ONE_SERVICE, copy, shared


class Fleet:
    """A copy in `folder`: the workspace `root`, and bare repositories in `folder`/remotes. It is at release 0.1.0.

    Release 0.2.0 adds a line to the README of each environment, and 0.3.0 another.
    """

    def __init__(self, folder: Path) -> None:
        made, self.templates = shared("fleet", _make), _templates()
        copy(made / "shop", folder / "shop")
        copy(made / "remotes", folder / "remotes")
        self.folder, self.root = folder, folder / "shop"

    def checkout(self, name: str) -> Path:
        """Where a repository is checked out."""
        return self.root if name == "shop" else self.root / name

    def remote(self, name: str) -> Path:
        """The bare repository."""
        return self.folder / "remotes" / f"{name}.git"

    def head(self, name: str, branch: str) -> str:
        """The commit of a branch of a bare repository; empty where there is no such branch."""
        return git(self.remote(name), "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")


def _templates() -> Path:
    """The templates, at a place that answers files may name."""
    return shared("fleet-templates", _released) / "source"


def _released(folder: Path) -> None:
    templates = make_template_repository(folder / "source")
    readme = templates / "templates/environment/README.md.jinja"
    for release in ("v0.2.0", "v0.3.0"):
        readme.write_text(f"{readme.read_text('utf-8')}\nOf {release}.\n", "utf-8")
        by_templates(templates, "commit", "--quiet", "--all", "--message", release)
        by_templates(templates, "tag", release)


def _make(folder: Path) -> None:
    (folder / "data.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "multi"), "utf-8")
    made = ("-d", f"templates.source={_templates()}", "-d", "templates.release=0.1.0")
    ok("new", "shop", "--defaults", "--data-file", "data.yaml", *made, cwd=folder)
    for place in (folder / "shop", *(each.parent for each in (folder / "shop").glob("*/.git"))):
        bare = folder / "remotes" / f"{place.name}.git"
        git(folder, "clone", "-q", "--bare", str(place), str(bare))
        up = "../remotes" if place.name == "shop" else "../../remotes"
        git(place, "remote", "add", "origin", f"{up}/{bare.name}")
        git(place, "fetch", "-q", "origin")
        git(place, "branch", "-q", "--set-upstream-to=origin/main", "main")
        git(place, "remote", "set-head", "origin", "main")
