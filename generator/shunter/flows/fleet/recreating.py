"""Files of the templates that a person has deleted, and wants back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shunter.core.workspace.model import Project, RepositorySpec
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Tree
from shunter.model.wording import nearest


def asked_of(paths: Iterable[Path], root: Path, spec: RepositorySpec, project: Project) -> list[str]:
    """Which of these paths belong to a project of the repository at `root`, as paths in the project."""
    folder = (root / project.path).resolve()
    return [path.relative_to(folder).as_posix() for path in paths if _owner(path, root, spec) == project]


def _owner(path: Path, root: Path, spec: RepositorySpec) -> Project | None:
    around = [project for project in spec.projects if (root / project.path).resolve() in path.parents]
    return max(around, key=lambda project: len((root / project.path).parts), default=None)


def without(
    old: Mapping[str, FileState], new: Mapping[str, FileState], names: Sequence[str], files: Tree
) -> Mapping[str, FileState]:
    """The old render without the files that are wanted back: to the merge they are new ones.

    Raises ShunterError for a file that is there, or that the templates do not make.
    """
    for name in names:
        if files.get(name) is not None:
            raise ShunterError(f"{name} is there: there is nothing to recreate", hint="delete it first, or edit it")
        if name not in new:
            meant = nearest(name, new)
            raise ShunterError(
                f"no template makes {name}", hint=f"did you mean {meant}?" if meant else "check the path"
            )
    return {path: state for path, state in old.items() if path not in names}
