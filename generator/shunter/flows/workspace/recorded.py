"""What a project's answers file records, and whether it is out of date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shunter.core.workspace.answers import read_answers
from shunter.core.workspace.model import Project
from shunter.flows.workspace.projects import ANSWERS_FILE
from shunter.model.files import SubTree, Tree


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a project's answers file says: the template's source and release, and the answers."""

    source: str
    release: str
    answers: Mapping[str, Any]


def recorded(tree: Tree, folder: str) -> Recorded | None:
    """What the answers file in `folder` says, or None where there is none."""
    state = SubTree(tree, folder).get(ANSWERS_FILE)
    return Recorded(*read_answers(state.data)) if state else None


def outdated(project: Project, was: Recorded | None, source: str, release: str) -> bool:
    """Whether the project's recorded answers, source or release differ from what the workspace wants."""
    if was is None or (was.source, was.release) != (source, f"v{release}"):
        return True
    return any(was.answers.get(key) != value for key, value in project.answers.items())
