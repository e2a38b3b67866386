"""Files of the templates that a person has deleted, and wants back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from shunter.core.workspace.model import Project, RepositorySpec
from shunter.flows.fleet.draft import Draft
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, SubTree
from shunter.model.wording import nearest

Files = Mapping[str, FileState]


def asked_of(paths: Iterable[Path], draft: Draft, project: Project) -> list[str]:
    """Which of these paths belong to a project of a repository, as paths in the project."""
    root = draft.repository.root
    folder = (root / project.path).resolve()
    return [path.relative_to(folder).as_posix() for path in paths if _owner(path, root, draft.spec) == project]


def _owner(path: Path, root: Path, spec: RepositorySpec) -> Project | None:
    around = [project for project in spec.projects if (root / project.path).resolve() in path.parents]
    return max(around, key=lambda project: len((root / project.path).parts), default=None)


def without(old: Files, new: Files, draft: Draft, project: Project, paths: Iterable[Path]) -> Files:
    """The old render of a project without the files that are wanted back: to the merge they are new ones.

    Raises ShunterError for a file that is there, or that the templates do not make.
    """
    names, files = asked_of(paths, draft, project), SubTree(draft.tree, project.path)
    for name in names:
        if files.get(name) is not None:
            raise ShunterError(f"{name} is there: there is nothing to recreate", hint="delete it first, or edit it")
        if name not in new:
            meant = nearest(name, new)
            raise ShunterError(
                f"no template makes {name}", hint=f"did you mean {meant}?" if meant else "check the path"
            )
    return {path: state for path, state in old.items() if path not in names}
