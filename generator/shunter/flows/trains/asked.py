"""What open promotions and trains name: by the branches that ask for them, as a checkout has fetched them last."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shunter.adapters.git.repository import GitTree, Repository
from shunter.core.trains.file import FOLDER
from shunter.core.trains.model import Train
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.own_files import train_from
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import SubTree

PROMOTIONS: Final = "promote"
"""The first part of the names of branches that shunter keeps, one for each environment."""
TRAINS: Final = "train"
"""The same of those for trains."""


def promotions_to(site: Site) -> list[ProjectFiles]:
    """An environment as each branch that is asked for has it; what nobody can read is left out."""
    found = (ProjectFiles(SubTree(tree, site.folder), site.name) for tree in _trees(site.root, PROMOTIONS, site.name))
    return [files for files in found if _is_readable(files)]


def trains_asked(context: Context) -> list[Train]:
    """The trains that are on branches of their own."""
    found: list[Train] = []
    for tree in _trees(context.root, TRAINS, "*"):
        for path in tree.paths(FOLDER):
            state = tree.get(path) if path.endswith(".yaml") and path.count("/") == 1 else None
            try:
                found += [train_from(state.data, path)] if state else []
            except ShunterError:
                continue
    return found


def _trees(root: Path, prefix: str, name: str) -> list[GitTree]:
    repository = Repository(root)
    refs = (f"refs/heads/{prefix}/{name}", f"refs/remotes/*/{prefix}/{name}")
    commits = repository.git("for-each-ref", "--format=%(objectname)", "--", *refs).text.split()
    return [repository.tree(commit) for commit in dict.fromkeys(commits)]


def _is_readable(files: ProjectFiles) -> bool:
    try:
        return files.record is not None and files.entries is not None
    except ShunterError:
        return False
