"""What each repository lacks: the first half of every change of a fleet, and all of a plan of one.

It imports nothing that merges or writes: `update --plan` needs only this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any

from shunter.adapters.git.fresh import refuse_taken
from shunter.adapters.git.repository import PlannedRepository, require_git
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.render import RenderRequest, Renders, render_many
from shunter.core.workspace.answers import NAME, Recorded, merge_answers
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project, RepositorySpec, Workspace
from shunter.flows.fleet.draft import Draft, Job, is_due
from shunter.flows.fleet.migrating import Target, migrates, own_files
from shunter.flows.fleet.recreating import asked_of
from shunter.flows.workspace.context import WORKSPACE_FILE, require_checkout
from shunter.flows.workspace.phases import Phases
from shunter.flows.workspace.recorded import recorded
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree, object_ids
from shunter.model.progress import Progress, unseen

if TYPE_CHECKING:
    from shunter.flows.fleet.renaming import Renaming
    from shunter.flows.workspace.archives import Archives


@dataclass(frozen=True, slots=True)
class Request:
    """What `reconcile` brings about: `workspace` at template `release`, from what was `applied` last.

    `extra` are further changes to the workspace's repository (shunter.yaml itself); `only` names repositories to
    limit the work to; `written` are first contents of a person's files, by path in their repository; `message` is
    the commits' subject; `force` deletes what no commit holds; `renaming` is what has another name than in `applied`;
    `recreate` are files of the templates to make again, which somebody has deleted; with `as_copier`, files are merged
    as `copier update` merges them, and migrations are not followed. `progress` hears how far it is, and `phases` in
    what. With `trust`, templates of others may run programs. Repositories that are `apart` are refused one by one.
    """

    root: Path
    workspace: Workspace
    release: str
    archives: Archives
    message: str
    bare: Path | None
    applied: Workspace | None = None
    extra: Mapping[str, FileState | None] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    written: Mapping[str, bytes] = field(default_factory=dict)
    force: bool = False
    renaming: Renaming | None = None
    as_copier: bool = False
    recreate: tuple[Path, ...] = ()
    trust: bool = False
    apart: bool = False
    progress: Progress = unseen
    phases: Phases = field(default_factory=Phases)

    @property
    def target(self) -> Target:
        """The release that projects are brought to."""
        source, guesses = self.workspace.templates_source, self.renaming is None
        return Target(source, self.release, self.bare, not self.as_copier, guesses)

    def asks_for(self, spec: RepositorySpec) -> bool:
        """Whether a repository is to be worked on."""
        return not self.only or spec.folder == "." or spec.name in self.only


def drafted(request: Request) -> list[Draft]:
    """What each repository lacks: its projects that are missing, or not as the workspace wants them."""
    require_git()
    applied = _applied_answers(request.applied)
    specs = plan_repositories(request.workspace)
    return [_draft(request, spec, applied) for spec in specs if request.asks_for(spec)]


def _draft(request: Request, spec: RepositorySpec, applied: Mapping[tuple[str, str], Mapping[str, Any]]) -> Draft:
    renaming = request.renaming
    root = renaming.place(spec) if renaming else request.root / spec.folder
    exists = is_checkout(root)
    draft = Draft(spec, PlannedRepository(root), DiskTree(root) if exists else MemoryTree({}))
    with draft.refused_alone(request.apart):
        _refuse_missing(root, was_made=("repository", root.name) in applied)
        if renaming and exists:
            draft.moved = renaming.moved(draft.repository, spec)
            draft.notices += renaming.left(spec)
        _find_jobs(request, draft, applied)
    if draft.refused:
        draft.jobs.clear()
        return draft
    if draft.jobs and exists:
        draft.read |= object_ids(draft.disk, [WORKSPACE_FILE] if spec.folder == "." else [])
        draft.repository.head()  # before the files that the changes follow from are read
    return draft


def _find_jobs(request: Request, draft: Draft, applied: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Note what is to be done to the projects of a repository, by what they record."""
    renaming, spec, root = request.renaming, draft.spec, draft.repository.root
    for project in spec.projects:
        was = recorded(draft.tree, project.path, spec.folder)
        name = renaming.rename.former(project).name if renaming else project.name
        name = root.name if project.kind == "repository" else name
        answers = request.target.answers(project, was) if was else {}
        wanted = merge_answers(answers, project.answers, applied.get((project.kind, name)))
        draft.notices += [_kept(spec, project, key, wanted.answers) for key in wanted.kept]
        draft.kept |= {project.path: wanted.kept} if wanted.kept else {}
        wants = Recorded(request.workspace.templates_source, f"v{request.release}", wanted.answers)
        if was != wants or asked_of(request.recreate, draft, project):
            with _recorded_in(draft, project):
                draft.jobs.append(_job(request, project, wanted.answers, was))


@contextmanager
def _recorded_in(draft: Draft, project: Project) -> Iterator[None]:
    """What is raised is the fault of a project's answers file, by its path in the workspace."""
    try:
        yield
    except ShunterError as error:
        raise error.at(normpath(join(draft.spec.folder, project.path, NAME))) from error


def render_jobs(
    request: Request, drafts: Sequence[Draft], wanted: Callable[[Job], Iterable[RenderRequest]], *, trust: bool
) -> Renders:
    """What is `wanted` of all jobs, rendered. Where what a project records cannot be, its repository is refused.

    With `trust`, templates of others may run programs.
    """
    jobs = [job for draft in drafts for job in draft.jobs]
    asked = [(job, each) for job in jobs for each in wanted(job)]
    found = render_many((each for _, each in asked), request.progress, trust=trust, apart=True)
    for job, each in asked:
        if each in found.failed and (each != job.before or each == job.asked):
            raise found.failed[each]  # a fault of the release that all are brought to
    for draft in drafts if found.failed else ():
        with draft.refused_alone(request.apart):
            _refuse_failed(draft, found.failed)
        if draft.refused:
            draft.jobs.clear()
    return found


def _refuse_failed(draft: Draft, failed: Mapping[RenderRequest, ShunterError]) -> None:
    for job in draft.jobs:
        if job.before and job.before in failed and job.before != job.asked:
            with _recorded_in(draft, job.project):
                raise failed[job.before]


def _refuse_missing(root: Path, *, was_made: bool) -> None:
    """A `ShunterError` where a repository that was made is not checked out, or the place of a new one is taken."""
    if was_made:
        require_checkout(root)
    elif not is_checkout(root):
        refuse_taken(root)


def _applied_answers(workspace: Workspace | None) -> dict[tuple[str, str], dict[str, Any]]:
    specs = plan_repositories(workspace) if workspace else ()
    found = {(project.kind, project.name): dict(project.answers) for spec in specs for project in spec.projects}
    for answers in found.values():
        answers.pop("tools_version", None)  # it follows the shunter that runs, which nobody recorded
    return found


def _kept(spec: RepositorySpec, project: Project, key: str, answers: Mapping[str, Any]) -> str:
    place = f"{spec.name}/{project.path}" if project.path != "." else spec.name
    return f"kept: {place} has {key}: {answers[key]} (changed there); shunter.yaml says {project.answers[key]}"


def has_work(request: Request, draft: Draft, job: Job, rendered: Renders) -> bool:
    """Whether a job changes its project: by the template, by a migration, by a rename, or as a file is wanted back."""
    old = rendered.files[job.before] if job.before else {}
    renamed = request.renaming is not None and request.renaming.rename.concerns(job.project)
    due = is_due(draft.spec.name, job, old, rendered.files[job.asked])
    due = due or migrates(job.recorded, rendered.programs[job.asked], request.release)
    if due or renamed or job.recorded is None or asked_of(request.recreate, draft, job.project):
        return True
    return bool(own_files(draft, job.project, request.target.steps(job.project.kind, job.recorded)).changes)


def _job(request: Request, project: Project, desired: Mapping[str, Any], was: Recorded | None) -> Job:
    asked = wanted_render(request, project, desired, "update" if was else "copy")
    if was is None:
        return Job(project, desired, None, asked, None)
    same = was.source == request.workspace.templates_source
    bare, excluding = (request.bare, request.release) if same else (None, "")
    before = RenderRequest.of(was.source, was.release, was.answers, bare, "update", excluding=excluding)
    return Job(project, desired, was, asked, before)


def wanted_render(request: Request, project: Project, answers: Mapping[str, Any], operation: str) -> RenderRequest:
    """What a project with these answers is to look like; `operation` is Copier's word, see `RenderRequest`."""
    known = answers.keys() - project.answers.keys()
    source = request.workspace.templates_source
    return RenderRequest.of(source, request.release, answers, request.bare, operation, known)


def gone(request: Request, drafts: Sequence[Draft]) -> Iterator[tuple[RepositorySpec, Project]]:
    """The projects that were carried out last, and that the workspace does not have any more, with their repositories.

    Those of repositories that nobody asked for are left out.
    """
    kept = {(draft.spec.name, p.kind, p.name) for draft in drafts for p in draft.spec.projects}
    for spec in plan_repositories(request.applied) if request.applied else ():
        if request.asks_for(spec):
            yield from ((spec, each) for each in spec.projects if (spec.name, each.kind, each.name) not in kept)
