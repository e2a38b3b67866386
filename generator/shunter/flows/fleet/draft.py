"""What is going to happen to one repository, before it is a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from posixpath import normpath
from typing import Any, Final

from shunter.adapters.git.repository import PlannedRepository
from shunter.core.packaging.umbrella import FULL_SCHEMA
from shunter.core.trees.links import leading_out
from shunter.core.workspace.answers import Recorded, is_untouched
from shunter.core.workspace.image import named_image, with_image
from shunter.core.workspace.layout import is_shared, plan_repositories
from shunter.core.workspace.model import Project, RepositorySpec, Workspace
from shunter.core.workspace.shared_values import copies, first_texts
from shunter.flows.fleet.renaming import VALUES
from shunter.flows.packaging.derive import Changes
from shunter.flows.workspace.plans import object_ids, uncommitted
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import Conflict, FileState, OverlayTree, SubTree, Tree
from shunter.model.findings import Finding

FOLLOW: Final = "Follow shunter.yaml"
"""The subject of an update that moves no repository to another template release."""


@dataclass(frozen=True, slots=True)
class Job:
    """One project that has to be rendered: `recorded` is None where it is new."""

    project: Project
    desired: Mapping[str, Any]
    recorded: Recorded | None


@dataclass
class Draft:
    """What is going to happen to one repository. `tree` has what is `moved` in its new place; `read` are object ids.

    `kept` are, by a project's path, the answers that were changed there and stay. It is `refused`, and why.
    """

    spec: RepositorySpec
    repository: PlannedRepository
    disk: Tree
    moved: Changes = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)
    conflicts: tuple[Conflict, ...] = ()
    notices: list[str] = field(default_factory=list)
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    read: dict[str, str | None] = field(default_factory=dict)
    refused: str = ""

    @contextmanager
    def refused_alone(self, apart: bool) -> Iterator[None]:
        """Where repositories are `apart`, what is raised refuses this one, and the others go on."""
        try:
            yield
        except ShunterError as error:
            if not apart or self.spec.folder == ".":
                raise
            self.refused = error.on_one_line

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
        subject = f"Update to template release {release}" if subject == FOLLOW else subject
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
    link that leads out of the repository.
    """
    for path in leading_out(new, job.project.path):
        message = f"the templates would put a link into {repository} that leads out of it: {path}"
        raise ShunterError(message, hint="are these the right templates? `templates.source` in shunter.yaml names them")
    return job.recorded is None or not is_untouched(old, new)


def follow_images(draft: Draft) -> None:
    """Let app charts' values name their image as their new answers do, where they name it as their old ones did."""
    for job in draft.jobs:
        if job.project.kind != "app" or job.recorded is None:
            continue
        folder, was, now = job.project.path, named_image(job.recorded.answers), named_image(job.desired)
        draft.read |= object_ids(draft.disk, [f"{folder}/{VALUES}"])
        state = draft.overlay(folder).tree.get(VALUES)
        if state is not None:
            draft.put(folder, {VALUES: replace(state, data=with_image(state.data, was, now))})


def remove_project(draft: Draft, project: Project, *, force: bool) -> None:
    """Delete what git tracks of a project: other files stay, and what no commit holds is not lost silently."""
    changed = uncommitted(draft.repository, project.path)
    if changed and not force:
        raise ShunterError(
            f"{draft.spec.name}/{changed[0]} would be deleted, and no commit holds it as it is",
            hint="commit it, so that git keeps it, or delete it with --force",
        )
    gone = draft.repository.tracked(project.path)
    draft.changes |= dict.fromkeys(gone)
    draft.derived |= set(gone) if force else set()


def refuse_overwriting(draft: Draft, project: Project, files: Mapping[str, FileState]) -> None:
    """Raises ShunterError where a file of a new project is there already, and is another one."""
    there = SubTree(draft.tree, project.path)
    taken = [path for path, state in files.items() if there.get(path) not in (None, state)]
    if taken:
        raise ShunterError(
            f"{draft.spec.name}/{project.path} already holds {len(taken)} of the files to write, such as {taken[0]}",
            hint="move them away first; shunter never overwrites a file that a person wrote",
        )


def share(workspace: Workspace, drafts: Sequence[Draft], home: Draft | None) -> None:
    """Make the values files that environments share where there are none, and copies of them where each has one."""
    several = workspace.layout.envs == "multi" and home is not None
    for draft in drafts:
        holder = home if several and home else draft
        for project in (job.project for job in draft.jobs if job.project.kind == "environment"):
            files = draft.overlay(project.path)
            names = [name for name in files.values_files if is_shared(name)]
            schema = f"{project.path}/{FULL_SCHEMA}"
            holder.changes |= first_texts(holder.overlay(".").tree, project.name, project.path, names, schema)
            if several:
                draft.put(project.path, copies(holder.overlay(".").tree, project.path, names, files.tree), derived=True)


def applied_answers(workspace: Workspace | None) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers that `workspace` gives each project, by kind and name; none without one."""
    specs = plan_repositories(workspace) if workspace else ()
    found = {(project.kind, project.name): dict(project.answers) for spec in specs for project in spec.projects}
    for answers in found.values():
        answers.pop("tools_version", None)  # it follows the shunter that runs, which nobody recorded
    return found


def kept(spec: RepositorySpec, project: Project, key: str, answers: Mapping[str, Any]) -> str:
    """The line about an answer that was changed in a repository, and stays."""
    place = f"{spec.name}/{project.path}" if project.path != "." else spec.name
    return f"kept: {place} has {key}: {answers[key]} (changed there); shunter.yaml says {project.answers[key]}"
