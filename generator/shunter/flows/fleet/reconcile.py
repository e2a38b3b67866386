"""From a workspace to plans: what is missing is rendered, what differs is merged, what is gone is removed.

`new`, `add`, `remove` and `update` are this one flow on different inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shunter.adapters.git.fresh import refuse_taken
from shunter.adapters.git.repository import PlannedRepository, require_git
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repositories, touched
from shunter.adapters.templates.render import RenderRequest, Renders, render_many
from shunter.core.trains.state import State
from shunter.core.workspace.answers import Recorded, merge_answers
from shunter.core.workspace.layout import origin_url, plan_repositories
from shunter.core.workspace.model import Project, RepositorySpec, Workspace
from shunter.flows.fleet.by_copier import by_copier, migrates
from shunter.flows.fleet.draft import (
    Draft,
    Job,
    applied_answers,
    follow_images,
    is_due,
    kept,
    refuse_overwriting,
    remove_project,
    share,
)
from shunter.flows.fleet.migrating import Target, carried_over, own_files
from shunter.flows.fleet.recreating import asked_of, without
from shunter.flows.fleet.renaming import Renaming
from shunter.flows.packaging.derive import Changes, app_files, environment_files
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.context import APPLIED_FILE, WORKSPACE_FILE, require_checkout
from shunter.flows.workspace.phases import Phases
from shunter.flows.workspace.plans import inputs_of, object_ids, plan_changes
from shunter.flows.workspace.recorded import recorded
from shunter.model.data import dataclass, field, replace
from shunter.model.files import FileState, MemoryTree, Move, RepositoryPlan
from shunter.model.findings import Finding
from shunter.model.progress import NOTHING, Progress, stepwise, unseen, when_interrupted

Files = Mapping[str, FileState]
_CLOSING = frozenset({APPLIED_FILE})


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What is to be done, the workspace's own repository first, and what a person should know, or do, about it.

    `dropped` are checkouts that no longer belong to the workspace, `moves` those that are renamed. `before` has, by
    repository, the template releases of the projects that change.
    """

    plans: tuple[RepositoryPlan, ...]
    notices: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    dropped: tuple[Path, ...] = ()
    moves: tuple[Move, ...] = ()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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


@when_interrupted(NOTHING)
def reconcile(request: Request) -> Reconciled:
    """The plans that bring every repository to what the workspace says. Writes nothing."""
    request.phases.begin("plan")
    drafts = drafted(request)
    told = _render(request, drafts)
    request.phases.begin("plan")
    _remove(request, drafts)
    home = next((draft for draft in drafts if draft.spec.folder == "."), None)
    share(request.workspace, drafts, home)
    if home is not None:
        home.changes |= request.extra
        home.derived |= request.extra.keys() - {WORKSPACE_FILE}
        _package_library(request, home)
    for draft in drafts:
        _derive(request, draft)
    plans = tuple(_plan(request, draft) for draft in drafts)
    request.phases.begin("")
    before = {plan.repository: draft.before for plan, draft in zip(plans, drafts, strict=True)}
    notices = (*told, *(notice for draft in drafts for notice in draft.notices))
    moves = request.renaming.moves(tuple(draft.spec for draft in drafts)) if request.renaming else ()
    findings = tuple(finding for draft in drafts for finding in draft.findings)
    return Reconciled(plans, notices, findings, tuple(_dropped(request, moves)), moves, before)


def drafted(request: Request) -> list[Draft]:
    """What each repository lacks: its projects that are missing, or not as the workspace wants them."""
    require_git()
    applied = applied_answers(request.applied)
    specs = plan_repositories(request.workspace)
    return [_draft(request, spec, applied) for spec in specs if request.asks_for(spec)]


def _dropped(request: Request, moves: Sequence[Move]) -> Iterator[Path]:
    if request.applied is None or request.only:
        return
    kept = {request.root / spec.folder for spec in plan_repositories(request.workspace)}
    kept |= {Path(move.root) for move in moves}
    for spec in plan_repositories(request.applied):
        root = request.root / spec.folder
        if root not in kept and is_checkout(root):
            yield root


def _plan(request: Request, draft: Draft) -> RepositoryPlan:
    open_paths = {conflict.path for conflict in draft.conflicts}
    changes = {path: state for path, state in (draft.moved | draft.changes).items() if path not in open_paths}
    if draft.refused:
        return RepositoryPlan(draft.repository.root.name, str(draft.repository.root), None, refused=draft.refused)
    plan = plan_changes(
        draft.repository.root,
        changes,
        draft.message(request.message, request.release),
        tree=draft.disk,
        conflicts=draft.conflicts,
        before=draft.read,
        repository=draft.repository,
        inputs=inputs_of(draft.tree, ".", [WORKSPACE_FILE]) if draft.spec.folder == "." else (),
        shared=changes.keys() - draft.derived,
    )
    return replace(plan, origin=origin_url(request.workspace, draft.spec.name), closing=_CLOSING)


def _draft(request: Request, spec: RepositorySpec, applied: Mapping[tuple[str, str], Mapping[str, Any]]) -> Draft:
    renaming = request.renaming
    root = renaming.place(spec) if renaming else request.root / spec.folder
    if ("repository", root.name) in applied:
        require_checkout(root)
    exists = is_checkout(root)
    if not exists:
        refuse_taken(root)
    draft = Draft(spec, PlannedRepository(root), DiskTree(root) if exists else MemoryTree({}))
    if renaming and exists:
        draft.moved = renaming.moved(draft.repository, spec)
        draft.notices += renaming.left(spec)
    for project in spec.projects:
        was = recorded(draft.tree, project.path)
        name = renaming.rename.former(project).name if renaming else project.name
        name = root.name if project.kind == "repository" else name
        answers = request.target.answers(project, was) if was else {}
        wanted = merge_answers(answers, project.answers, applied.get((project.kind, name)))
        draft.notices += [kept(spec, project, key, wanted.answers) for key in wanted.kept]
        draft.kept |= {project.path: wanted.kept} if wanted.kept else {}
        wants = Recorded(request.workspace.templates_source, f"v{request.release}", wanted.answers)
        if was != wants or asked_of(request.recreate, draft, project):
            draft.jobs.append(Job(project, wanted.answers, was))
    if draft.jobs and exists:
        draft.read |= object_ids(draft.disk, [WORKSPACE_FILE] if spec.folder == "." else [])
        draft.repository.head()  # before the files that the changes follow from are read
    return draft


def _render(request: Request, drafts: Sequence[Draft]) -> tuple[str, ...]:
    """Put what the templates give into the drafts; what is to be told of them."""
    wanted: list[RenderRequest] = []
    for draft in drafts:
        for job in draft.jobs:
            wanted.append(new_request(request, job))
            if job.recorded:
                wanted.append(old_request(request, job.recorded))
    request.phases.begin("render")
    rendered = render_many(wanted, request.progress, trust=request.trust)
    request.phases.begin("merge")
    for draft in drafts:
        draft.jobs = [job for job in draft.jobs if has_work(request, draft, job, rendered)]
        _place_fresh(request, draft, rendered.files)
    _merge(request, {draft.spec.name: draft for draft in drafts}, rendered)
    return rendered.notices


def has_work(request: Request, draft: Draft, job: Job, rendered: Renders) -> bool:
    """Whether a job changes its project: by the template, by a migration, by a rename, or as a file is wanted back."""
    asked = new_request(request, job)
    old = rendered.files[old_request(request, job.recorded)] if job.recorded else {}
    renamed = request.renaming is not None and request.renaming.rename.concerns(job.project)
    due = is_due(draft.spec.name, job, old, rendered.files[asked])
    due = due or migrates(job, rendered.programs[asked], request.release)
    if due or renamed or job.recorded is None or asked_of(request.recreate, draft, job.project):
        return True
    return bool(own_files(draft, job.project, request.target.steps(job.project.kind, job.recorded)).changes)


def new_request(request: Request, job: Job) -> RenderRequest:
    """What a job's project is to look like."""
    operation = "update" if job.recorded else "copy"
    return RenderRequest.of(request.workspace.templates_source, request.release, job.desired, request.bare, operation)


def old_request(request: Request, was: Recorded) -> RenderRequest:
    """What a project looked like by what it records."""
    bare = request.bare if was.source == request.workspace.templates_source else None
    return RenderRequest.of(was.source, was.release, was.answers, bare, "update")


def _place_fresh(request: Request, draft: Draft, rendered: Mapping[RenderRequest, Files]) -> None:
    for job in draft.jobs:
        if job.recorded is None:
            files = rendered[new_request(request, job)]
            with draft.refused_alone(request.apart):
                refuse_overwriting(draft, job.project, files)
            draft.put(job.project.path, files)
            written = {path: FileState(data) for path, data in request.written.items() if path in draft.changes}
            draft.changes |= written


def _merge(request: Request, drafts: Mapping[str, Draft], rendered: Renders) -> None:
    """Merge the projects of all repositories at once: git is asked for them together."""
    projects = {name: _to_merge(request, draft, rendered) for name, draft in drafts.items()}
    busy = [drafts[name] for name, found in projects.items() if found]
    merge = merge_as_copier if request.as_copier else merge_repositories
    asked = [Asked(draft.repository.root, projects[draft.spec.name], draft.moved) for draft in busy]
    for draft, (changes, conflicts) in zip(busy, merge(asked), strict=True):
        draft.changes |= changes
        if request.renaming:
            # A rename is no update: where both sides changed a line, the person's stays, and a person looks at it.
            draft.notices += [
                f"{draft.spec.name}/{each.path} may name {request.renaming.rename.old}" for each in conflicts
            ]
        else:
            draft.conflicts = (*draft.conflicts, *conflicts)


def _to_merge(request: Request, draft: Draft, rendered: Renders) -> list[MergeProject]:
    projects = []
    for job in draft.jobs:
        if job.recorded is not None:
            asked, before = new_request(request, job), old_request(request, job.recorded)
            new = rendered.files[asked]
            aim = (request.workspace.templates_source, request.release, request.bare)
            if by_copier(draft, job, rendered.programs[asked], aim, trust=request.trust):
                continue
            steps = request.target.steps(job.project.kind, job.recorded)
            steps += request.target.renames(rendered.places[before], rendered.places[asked])
            old = carried_over(draft, job.project, steps, rendered.files[before])
            old = without(old, new, draft, job.project, request.recreate)
            if request.renaming and request.renaming.rename.concerns(job.project):
                draft.moved, old = request.renaming.with_package(draft.moved, job.project, old, new)
            projects.append(MergeProject(job.project.path, old, new, rendered.once[asked]))
    if projects:
        draft.read |= object_ids(draft.disk, touched(projects))
    return projects


def _remove(request: Request, drafts: Sequence[Draft]) -> None:
    known = {draft.spec.name: draft for draft in drafts}
    for spec, project in gone(request, drafts):
        moved = request.renaming is not None and request.renaming.rename.leaves(project)
        if spec.name in known and not moved:
            with known[spec.name].refused_alone(request.apart):
                remove_project(known[spec.name], project, force=request.force)


def gone(request: Request, drafts: Sequence[Draft]) -> Iterator[tuple[RepositorySpec, Project]]:
    """The projects that were carried out last, and that the workspace does not have any more, with their repositories.

    Those of repositories that nobody asked for are left out.
    """
    kept = {(draft.spec.name, p.kind, p.name) for draft in drafts for p in draft.spec.projects}
    for spec in plan_repositories(request.applied) if request.applied else ():
        if request.asks_for(spec):
            yield from ((spec, each) for each in spec.projects if (spec.name, each.kind, each.name) not in kept)


def _package_library(request: Request, home: Draft) -> None:
    project = next(p for p in home.spec.projects if p.kind == "library")
    chart = home.overlay(project.path).packed
    if request.archives.has(*chart.key) or home.conflicts:
        return
    packed = chart.packed()
    request.archives.pending[chart.key] = packed
    directory = request.workspace.registries.directory
    home.put(directory, request.archives.directory.plan_publish([packed]).edits, derived=True)


def _derive(request: Request, draft: Draft) -> None:
    touched = {job.project.path for job in draft.jobs}
    if request.renaming:
        for project in draft.spec.projects:
            draft.put(project.path, request.renaming.rewritten(draft.overlay(project.path), project))
    follow_images(draft)
    for project in stepwise(request.progress, draft.spec.projects, lambda project: f"derive {project.path}"):
        blocked = any(conflict.path.startswith(f"{project.path}/") for conflict in draft.conflicts)
        if project.path in touched and not blocked and (derive := _DERIVERS.get(project.kind)):
            draft.put(project.path, derive(request, draft, project), derived=True)


def _derive_app(request: Request, draft: Draft, project: Project) -> Changes:
    return app_files(draft.overlay(project.path), request.archives)


def _derive_environment(request: Request, draft: Draft, project: Project) -> Changes:
    files = draft.overlay(project.path)
    record = files.record or State()
    return environment_files(files.tree, files.answers, record, request.archives)


_DERIVERS: Mapping[str, Callable[[Request, Draft, Project], Changes]] = {
    "app": _derive_app,
    "environment": _derive_environment,
}
