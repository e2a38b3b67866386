"""What a project's answers file records, and whether it is out of date."""

from __future__ import annotations

from posixpath import join, normpath

from shunter.core.workspace.answers import Recorded, read_answers
from shunter.core.workspace.model import Project
from shunter.flows.workspace.own_files import schema_of
from shunter.flows.workspace.projects import ANSWERS_FILE
from shunter.model.files import SubTree, Tree


def recorded(tree: Tree, folder: str, repository: str = ".") -> Recorded | None:
    """What the answers file in `folder` says, or None where there is none; errors name it below `repository`."""
    state = SubTree(tree, folder).get(ANSWERS_FILE)
    path = normpath(join(repository, folder, ANSWERS_FILE))
    return read_answers(state.data, path, schema_of("answers")) if state else None


def outdated(project: Project, was: Recorded | None, source: str, release: str) -> bool:
    """Whether the project's recorded answers, source or release differ from what the workspace wants."""
    if was is None or (was.source, was.release) != (source, f"v{release}"):
        return True
    return any(was.answers.get(key) != value for key, value in project.answers.items())
