"""What is going to happen to one repository, before it is a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from posixpath import normpath
from typing import Any, Final

from shunter.adapters.git.refusals import FOLLOWED
from shunter.adapters.git.repository import PlannedRepository
from shunter.adapters.templates.render import RenderRequest
from shunter.core.trees.links import leading_out
from shunter.core.trees.names import alike, disguised
from shunter.core.workspace.answers import Recorded, is_untouched
from shunter.core.workspace.migrate import Changes
from shunter.core.workspace.model import Project, RepositorySpec
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import Aside, Conflict, FileState, OverlayTree, SubTree, Tree
from shunter.model.findings import Finding

FOLLOW: Final = "Follow shunter.yaml"
"""The subject of an update that moves no repository to another template release."""
UPDATE: Final = "Update to template release "
"""How the subject of any other begins; the release follows."""


@dataclass(frozen=True, slots=True)
class Job:
    """One project to be rendered as `asked`; `before` is the render of what it records, None where it is new."""

    project: Project
    desired: Mapping[str, Any]
    recorded: Recorded | None
    asked: RenderRequest
    before: RenderRequest | None

    @property
    def anew(self) -> bool:
        """Whether it is made of another template than before: another language, or another archetype."""
        if self.before is None:
            return False
        now, then = (json.loads(each.answers) for each in (self.asked, self.before))
        return any(name in then and then[name] != now.get(name) for name in ("archetype", "language"))


@dataclass
class Draft:
    """What is going to happen to one repository. `tree` has what is `moved` in its new place; `read` are object ids.

    `kept` are, by a project's path, the answers that were changed there and stay; `aside` is what gives way to files
    that git ignores. What is `standing` is on disk as the release has it, which git may not know. It is `refused`, and
    why.
    """

    spec: RepositorySpec
    repository: PlannedRepository
    disk: Tree
    moved: Changes = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)
    standing: dict[str, FileState] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    notices: list[str] = field(default_factory=list)
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    read: dict[str, str | None] = field(default_factory=dict)
    refused: str = ""
    aside: tuple[Aside, ...] = ()

    @contextmanager
    def refused_alone(self, apart: bool) -> Iterator[None]:
        """Where repositories are `apart`, what is raised refuses this one, and the others go on."""
        try:
            yield
        except ShunterError as error:
            if not apart:
                raise
            if self.spec.folder == ".":
                raise error.noted(FOLLOWED) from error
            place = f"{error.span.path}: " if error.span else ""
            self.refused = f"{place}{error.on_one_line}"

    @property
    def tree(self) -> Tree:
        """The repository with its renamed folders in their new places."""
        return OverlayTree(self.disk, self.moved) if self.moved else self.disk

    @property
    def before(self) -> tuple[str, ...]:
        """The template releases of the projects that change, without their `v`."""
        found = {job.recorded.release.removeprefix("v") for job in self.jobs if job.recorded}
        return tuple(sorted(found))

    def message(self, subject: str, release: str) -> str:
        """The message of its commit: trailers name the releases of an update."""
        if set(self.before) <= {release}:
            return subject
        subject = f"{UPDATE}{release}" if subject == FOLLOW else subject
        trailers = (*(f"Template-From: {each}" for each in self.before), f"Template-To: {release}")
        return "\n".join((subject, "", *trailers))

    def overlay(self, folder: str) -> ProjectFiles:
        """A project's files with the draft's changes laid over them."""
        return ProjectFiles(SubTree(OverlayTree(self.tree, self.changes), folder), folder)

    def put(self, folder: str, files: Mapping[str, FileState | None], *, derived: bool = False) -> None:
        """Lay a project's files into the draft; `derived` ones hold nothing of a person's."""
        prefix = "" if folder == "." else f"{folder}/"
        placed = {normpath(prefix + path): state for path, state in files.items()}
        self.changes |= placed
        self.derived |= placed.keys() if derived else set()


def is_due(repository: str, job: Job, old: Mapping[str, FileState], new: Mapping[str, FileState]) -> bool:
    """Whether a job changes its project, from its old render to the new one.

    If a release changes nothing of it, it stays at its own, and its repository as it is. Raises ShunterError for a
    link that leads out of the repository, and for names that are others', or git's, on another file system.
    """
    hint = "are these the right templates? `templates.source` in shunter.yaml names them"
    for path in leading_out(new, job.project.path):
        message = f"the templates would put a link into {repository} that leads out of it: {path}"
        raise ShunterError(message, hint=hint)
    for path in disguised(new):
        raise ShunterError(f"not a path of a repository: {path!r}, which is `.git` on some file systems", hint=hint)
    for first, second in alike(new):
        message = f"the templates would put {first} and {second} into {repository}: one place on macOS and Windows"
        raise ShunterError(message, hint="the template has to give one of them another name")
    return job.recorded is None or not is_untouched(old, new)
