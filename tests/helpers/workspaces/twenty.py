"""A fleet of twenty repositories in which people have worked, and an update that reaches every one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, disk, git, write

ENVIRONMENTS = 15
"""Beside `tst`, `pre` and `pro`, the repository of a service and that of the workspace."""
BEFORE, AFTER = "ci: github", "ci: gitlab"
_EDITED = ("shop-e01", "shop-e05", "shop-e09")
_TORN = ("shop-e02", "shop-e06")
_DELETED, _RENAMED = "shop-e03", "shop-e04"

State = Mapping[str, object]


def make_fleet(folder: Path) -> Path:
    """The workspace `shop` below `folder`, of which `shunter.yaml` says more than was carried out.

    Some files that the update changes were edited, renamed or deleted, two so that they are in conflict, and there is
    work in every state that git knows.
    """
    environments: dict[str, dict[str, str]] = {f"e{number:02}": {} for number in range(ENVIRONMENTS)}
    wanted = {"services": {"orders": {"archetype": "rest-api"}}, "environments": environments}
    (folder / "wanted.json").write_text(json.dumps(wanted))
    ok("new", "shop", "--defaults", "--layout", "multi", "--data-file", "wanted.json", cwd=folder)
    root = folder / "shop"
    for name in _EDITED:
        text = (root / name / "README.md").read_text("utf-8")
        commit_all(root / name, {"README.md": f"{text}\nAsk alice.\n", "logo.bin": bytes(range(256))})
    for name in _TORN:
        text = (root / name / ".github/workflows/ci.yaml").read_text("utf-8")
        commit_all(root / name, {".github/workflows/ci.yaml": f"{text}# mine\n"})
    commit_all(root / _DELETED, {"README.md": None})
    git(root / _RENAMED, "mv", "README.md", "ABOUT.md")
    git(root / _RENAMED, "commit", "-q", "-m", "renamed")
    yaml = (root / "shunter.yaml").read_text("utf-8")
    commit_all(root, {"shunter.yaml": yaml.replace(BEFORE, AFTER)}, "Another CI")
    for repository in repositories(root):
        write(repository, {"untracked.txt": f"work in {repository.name}\n", "staged.txt": "staged\n"})
        git(repository, "add", "staged.txt")
        with (repository / "CODEOWNERS").open("a") as file:
            file.write("\n")
    return root


def repositories(root: Path) -> list[Path]:
    """The workspace's repository, and those in it."""
    return [root, *sorted(found.parent for found in root.glob("*/.git"))]


def states(root: Path) -> dict[str, State]:
    """What a person sees of each repository: files, index, and what the last commit holds."""
    return {each.relative_to(root).as_posix(): _state(each) for each in repositories(root)}


def _state(root: Path) -> State:
    inside = {path: found for path, found in disk(root).items() if not _is_of_another(root, path)}
    assert not list((root / ".git").glob("*.lock*")), root
    return {"disk": inside, "index": git(root, "ls-files", "-s"), "tree": git(root, "rev-parse", "HEAD^{tree}")}


def _is_of_another(root: Path, path: str) -> bool:
    return (root / path.partition("/")[0] / ".git").exists()


def half_done(found: Mapping[str, State], *allowed: Mapping[str, State]) -> list[str]:
    """The repositories that are neither as before nor as after: in none of the `allowed` states."""
    names = {name for each in (found, *allowed) for name in each}
    return sorted(name for name in names if found.get(name) not in [each.get(name) for each in allowed])


def sweep(root: Path) -> None:
    """Remove the folders of repositories in which nothing is."""
    for folder, _, _ in os.walk(root, topdown=False):
        place = Path(folder)
        if ".git" not in place.parts and not any(place.iterdir()):
            place.rmdir()
