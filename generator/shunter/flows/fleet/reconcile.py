"""From a workspace to plans: what is missing is rendered, what differs is merged, what is gone is removed.

`new`, `add`, `remove` and `update` are this one flow on different inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from posixpath import join, normpath

from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repositories, touched
from shunter.adapters.templates.render import RenderRequest, Renders
from shunter.core.trains.state import State
from shunter.core.workspace.layout import origin_url, plan_repositories
from shunter.core.workspace.model import Project
from shunter.flows.fleet.by_copier import by_copier
from shunter.flows.fleet.draft import Draft, Job
from shunter.flows.fleet.drafting import Request, drafted, gone, has_work, render_jobs
from shunter.flows.fleet.laying import follow_answers, refuse_overwriting, remove_project, share
from shunter.flows.fleet.migrating import carried_over
from shunter.flows.fleet.recreating import without
from shunter.flows.fleet.sparing import spare
from shunter.flows.packaging.derive import Changes, app_files, environment_files
from shunter.flows.workspace.context import APPLIED_FILE, WORKSPACE_FILE
from shunter.flows.workspace.plans import inputs_of, plan_changes
from shunter.model.data import dataclass, field, replace
from shunter.model.files import FileState, Move, RepositoryPlan, object_ids
from shunter.model.findings import Finding
from shunter.model.progress import NOTHING, stepwise, when_interrupted

Files = Mapping[str, FileState]


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
    wanted = {**draft.standing, **draft.moved, **draft.changes}
    changes = {path: state for path, state in wanted.items() if path not in open_paths}
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
        unmerged=draft.standing.keys(),
    )
    origin = origin_url(request.workspace, draft.spec.name)
    return replace(plan, origin=origin, closing=frozenset({APPLIED_FILE}), aside=draft.aside)


def _render(request: Request, drafts: Sequence[Draft]) -> tuple[str, ...]:
    """Put what the templates give into the drafts; what is to be told of them."""
    request.phases.begin("render")
    rendered = render_jobs(request, drafts, _sides, trust=request.trust)
    request.phases.begin("merge")
    for draft in drafts:
        draft.jobs = [job for job in draft.jobs if has_work(request, draft, job, rendered)]
        _place_fresh(request, draft, rendered.files)
    _merge(request, {draft.spec.name: draft for draft in drafts}, rendered)
    return rendered.notices


def _sides(job: Job) -> Iterator[RenderRequest]:
    yield job.asked
    if job.before:
        yield job.before


def _place_fresh(request: Request, draft: Draft, rendered: Mapping[RenderRequest, Files]) -> None:
    for job in draft.jobs:
        if job.recorded is None:
            files = rendered[job.asked]
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
        draft.standing |= _standing(draft, projects[draft.spec.name])
        if request.renaming:
            # A rename is no update: where both sides changed a line, the person's stays, and a person looks at it.
            draft.notices += [
                f"{draft.spec.name}/{each.path} may name {request.renaming.rename.old}" for each in conflicts
            ]
        else:
            draft.conflicts = (*draft.conflicts, *conflicts)
    for draft in drafts.values():
        spare(draft, found=request.apart)


def _standing(draft: Draft, projects: Sequence[MergeProject]) -> Files:
    """Files that a release changes, and that are on disk as it has them: git may not know of it."""
    changed = (
        (normpath(join(each.path, name)), state)
        for each in projects
        for name, state in each.new.items()
        if each.old.get(name) != state
    )
    return {path: state for path, state in changed if draft.read.get(path) == state.object_id()}


def _to_merge(request: Request, draft: Draft, rendered: Renders) -> list[MergeProject]:
    projects = []
    for job in draft.jobs:
        if job.recorded is not None and job.before is not None:
            asked, before = job.asked, job.before
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
            projects.append(MergeProject(job.project.path, old, new, rendered.once[asked], job.anew))
    if projects:
        draft.read |= object_ids(draft.disk, touched(projects))
    return projects


def _remove(request: Request, drafts: Sequence[Draft]) -> None:
    known = {draft.spec.name: draft for draft in drafts}
    for spec, project in gone(request, drafts):
        moved = request.renaming is not None and request.renaming.rename.leaves(project)
        if spec.name in known and not moved and not known[spec.name].refused:
            with known[spec.name].refused_alone(request.apart):
                remove_project(known[spec.name], project, force=request.force)


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
    if draft.refused:
        return
    touched = {job.project.path for job in draft.jobs}
    if request.renaming:
        for project in draft.spec.projects:
            draft.put(project.path, request.renaming.rewritten(draft.overlay(project.path), project))
    follow_answers(draft)
    for project in stepwise(request.progress, draft.spec.projects, lambda project: f"derive {project.name}"):
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
