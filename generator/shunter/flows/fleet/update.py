"""Update: generated files move to another template release, and keep what people wrote in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.regular import is_checkout
from shunter.core.delivery.fleet_report import Row
from shunter.core.trees.standing import words
from shunter.flows.fleet.draft import FOLLOW, UPDATE
from shunter.flows.fleet.leaving import leaving, let_go
from shunter.flows.fleet.planning import refuse_swapped, release_of, release_text, request_for
from shunter.flows.fleet.reconcile import reconcile
from shunter.flows.fleet.reporting import rows_of
from shunter.flows.fleet.scaffold import workspace_files
from shunter.flows.workspace.context import APPLIED_FILE, Context
from shunter.flows.workspace.plans import carry_out, read_now
from shunter.model.data import dataclass, replace
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
    text = release_text(context, workspace, wanted)
    request = request_for(context, workspace, wanted, text, paths, recreate)
    extra = _files(text, only_some=bool(without or paths or recreate))
    only = _asked(context, request.only, {*without, *done})
    found = reconcile(replace(request, as_copier=as_copier, only=only, apart=True, extra=extra))
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
    open_ = {each.unit for each in report.outcomes if each.status is Status.CONFLICT}
    conflicts = [each for plan in busy if plan.repository in open_ for each in _conflicts(plan)]
    conflicts += _left_open(idle)
    findings = (*found.findings, *conflicts)
    stale = check and any(o.status in (Status.PLANNED, Status.CONFLICT) for o in report.outcomes)
    step = f"shunter update --to {wanted}" if stale or (dry_run and busy) else ""
    if conflicts and not (dry_run or check):
        step = "resolve the conflicts, then `git add` and `git commit` in each repository named"
    notices = (*found.notices, *report.notices)
    step = step or report.next_step
    told = Report(report.product, None, findings, report.outcomes, notices, step, answer=not stale)
    return Updated(told, tuple(rows_of(context, found, told, wanted, request.phases.seconds)))


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


def is_updated(context: Context, name: str) -> bool:
    """Whether the newest commit of a repository is one that an update makes."""
    root = next(context.root / spec.folder for spec in context.specs() if spec.name == name)
    return is_checkout(root) and Repository(root).subject().startswith((FOLLOW, UPDATE))


def _conflicts(plan: RepositoryPlan) -> list[Finding]:
    told = ((conflict.path, *words(conflict, plan.root)) for conflict in plan.conflicts)
    return [_conflict(plan, path, what, hint) for path, what, hint in told]


def _left_open(plans: Iterable[RepositoryPlan]) -> Iterator[Finding]:
    """The conflicts that an earlier update, or a merge, has left in repositories where nothing else is to do."""
    for plan in plans:
        if is_checkout(Path(plan.root)):
            status = f"`git -C {quote(plan.root)} status`"
            hint = f"{status} says of what kind it is: keep what is right, then `git add` and `git commit`"
            for path in Repository(Path(plan.root)).conflicted():
                yield _conflict(plan, path, f"{path}: this conflict is not resolved yet", hint)


def _conflict(plan: RepositoryPlan, path: str, what: str, hint: str) -> Finding:
    return Finding("update-conflict", what, Span(f"{plan.repository}/{path}"), Kind.LINT, hint=hint)
