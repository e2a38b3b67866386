"""Update: generated files move to another template release, and keep what people wrote in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from shunter.adapters.git import remote
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import exists, is_checkout
from shunter.adapters.templates.history import CANONICAL_SOURCE, bare_for, releases
from shunter.core.charts.versions import newest_first, parse, require_exact
from shunter.core.delivery.fleet_report import Row
from shunter.core.goyaml.edit import edit
from shunter.core.workspace.model import RepositorySpec, Workspace
from shunter.flows.fleet.draft import FOLLOW
from shunter.flows.fleet.leaving import leaving, let_go
from shunter.flows.fleet.reconcile import Request, reconcile
from shunter.flows.fleet.rename import refuse_swapped
from shunter.flows.fleet.reporting import rows_of
from shunter.flows.fleet.scaffold import workspace_files
from shunter.flows.fleet.targets import Shard, as_data, targets
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import APPLIED_FILE, Context, workspace_from
from shunter.flows.workspace.plans import carry_out, read_now
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, RepositoryPlan
from shunter.model.findings import Finding, Kind, Report, Span, Status


@dataclass(frozen=True, slots=True)
class Updated:
    """The report of an update, and a row for each repository."""

    report: Report
    rows: tuple[Row, ...]


def update(
    context: Context,
    paths: Sequence[Path],
    *,
    release: str,
    check: bool,
    dry_run: bool,
    diff: bool,
    force: bool = False,
    as_copier: bool = False,
    recreate: Sequence[Path] = (),
    without: Collection[str] = (),
    done: Collection[str] = (),
) -> Updated:
    """Bring repositories (all, or those that hold `paths`) to a template release: the newest, or `release`.

    Those whose names are in `without` are left out, and those that are `done` by an earlier run; the workspace's own
    never is.

    With `force`, a name that is gone from shunter.yaml is removed even while another has come. With `as_copier`, files
    are merged as `copier update` merges them: renames and migrations are not followed. `recreate` are files of the
    templates that somebody has deleted, to be made again, in their repositories alone. A conflict leaves git's
    markers and an unmerged index in its repository, makes no commit there, and is a finding.
    """
    workspace = context.require_workspace()
    read = read_now(context.root, DiskTree(context.root), (APPLIED_FILE,))
    if not force:
        refuse_swapped(workspace, context.applied())
    wanted = release_of(workspace, release)
    request = _request(context, workspace, wanted, paths, recreate, some=bool(without))
    only = _asked(context, request.only, {*without, *done})
    found = reconcile(replace(request, as_copier=as_copier, only=only, apart=True))
    plans = found.plans
    busy = [plan for plan in plans if plan.is_busy]
    gone = leaving(context, found.dropped)
    moving = tuple(each.move for each in gone)
    noop = f"is at {wanted}"
    report = carry_out(
        plans, context, dry_run=dry_run, diff=diff, noop=noop, check=check, moving=moving, read=read, apart=True
    )
    report = let_go(context, report, gone, dry_run=dry_run or check)
    idle = [plan for plan in plans if not plan.is_busy]
    findings = (*found.findings, *(each for plan in busy for each in _conflicts(plan)), *_left_open(idle))
    stale = check and any(o.status in (Status.PLANNED, Status.CONFLICT) for o in report.outcomes)
    step = f"shunter update --to {wanted}" if stale or (dry_run and busy) else ""
    if findings and not (dry_run or check):
        step = "resolve the conflicts, then `git add` and `git commit` in each repository named"
    notices = (*found.notices, *report.notices)
    step = step or report.next_step
    told = Report(report.product, None, findings, report.outcomes, notices, step, answer=not stale)
    return Updated(told, tuple(rows_of(context, found, told, wanted, request.phases.seconds)))


def planned(context: Context, paths: Sequence[Path], *, release: str, shard: Shard) -> Report:
    """What `update` would do, project by project, as the report's data. Writes nothing."""
    workspace = context.require_workspace()
    refuse_swapped(workspace, context.applied())
    wanted = release_of(workspace, release)
    found, notices = targets(_request(context, workspace, wanted, paths))
    data = as_data(found, workspace.templates_source, (workspace.templates_release, wanted), shard)
    return Report(data=data, notices=notices)


def _request(
    context: Context,
    workspace: Workspace,
    release: str,
    paths: Sequence[Path],
    recreate: Sequence[Path] = (),
    *,
    some: bool = False,
) -> Request:
    paths = [*paths, *(next(each for each in path.parents if exists(each)) for path in recreate)]
    text = context.text
    if release != workspace.templates_release:
        text = edit(text, [(["templates", "release"], release)])
    return Request(
        root=context.root,
        workspace=workspace_from(text),
        release=release,
        archives=open_archives(context),
        message=_subject(workspace, release),
        bare=bare_for(workspace.templates_source),
        applied=context.applied(),
        extra=_files(text, only_some=some or bool(paths)),
        only=repositories_of(paths, context.root, context.specs()),
        recreate=tuple(recreate),
        progress=context.writing.progress,
        trust=context.writing.trust,
    )


def _asked(context: Context, asked: frozenset[str], without: Collection[str]) -> frozenset[str]:
    """The repositories that are asked for (none: all) but for some; none again for all."""
    if not without:
        return asked
    home = frozenset(spec.name for spec in context.specs() if spec.folder == ".")
    return (asked or frozenset(spec.name for spec in context.specs())) - set(without) | home


def _files(text: bytes, *, only_some: bool) -> Mapping[str, FileState | None]:
    """The workspace's own files; it counts as carried out when every repository has followed."""
    files = workspace_files(text)
    return {path: state for path, state in files.items() if not (only_some and path == APPLIED_FILE)}


def _subject(workspace: Workspace, release: str) -> str:
    if release == workspace.templates_release:
        return FOLLOW
    return f"Update to template release {release}"


def release_of(workspace: Workspace, asked: str) -> str:
    """The template release that is asked for, or the newest. A `ShunterError` for one that nobody knows."""
    known, here = _known_releases(workspace.templates_source), workspace.templates_release
    if here not in known:
        hint = (
            "install a newer shunter"
            if workspace.templates_source == CANONICAL_SOURCE
            else f"known: {', '.join(known)}"
        )
        raise ShunterError(f"this workspace follows template release {here}, which is not known here", hint=hint)
    if asked:
        require_exact(asked, "--to")
        if asked not in known:
            raise ShunterError(f"there is no template release {asked}", hint=f"known: {', '.join(known)}")
        return asked
    return newest_first(known)[0]


def _known_releases(source: str) -> list[str]:
    bare = bare_for(source)
    if bare is not None:
        return releases(bare)
    done = remote.tags(source)
    if done.returncode:
        raise ShunterError(
            f"cannot read the templates at {source}",
            hint="is the URL right, and reachable?",
            notes=tuple(f"git: {line}" for line in done.complaints),
        )
    tags = [line.rpartition("refs/tags/")[2] for line in done.text.splitlines()]
    return [tag.removeprefix("v") for tag in tags if tag.startswith("v") and parse(tag) is not None]


def _conflicts(plan: RepositoryPlan) -> list[Finding]:
    return [
        _conflict(plan, conflict.path, f"the template and a person changed the same lines ({conflict.kind})")
        for conflict in plan.conflicts
    ]


def _left_open(plans: Iterable[RepositoryPlan]) -> Iterator[Finding]:
    """The conflicts that an earlier update, or a merge, has left in repositories where nothing else is to do."""
    for plan in plans:
        if is_checkout(Path(plan.root)):
            for path in Repository(Path(plan.root)).conflicted():
                yield _conflict(plan, path, "this conflict is not resolved yet")


def _conflict(plan: RepositoryPlan, path: str, what: str) -> Finding:
    return Finding(
        "update-conflict",
        f"{path}: {what}",
        Span(f"{plan.repository}/{path}"),
        Kind.LINT,
        hint="both versions are in the file: keep what is right, then git add and git commit",
    )


def repositories_of(paths: Iterable[Path], root: Path, specs: Sequence[RepositorySpec]) -> frozenset[str]:
    """Names of the repositories that hold these paths."""
    names = set()
    for path in paths:
        inside = [spec for spec in specs if (root / spec.folder).resolve() in (path, *path.parents)]
        if not inside or not (exists(path) or path == (root / inside[-1].folder).resolve()):
            raise ShunterError(f"{path} is in no repository of this workspace", hint="name a repository's folder")
        names.add(max(inside, key=lambda spec: len((root / spec.folder).parts)).name)
    return frozenset(names)
