"""An environment that is to run something else: what it is now, the judgement of what it would be, and the commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from posixpath import join, normpath

from shunter import __version__
from shunter.adapters.git.repository import PlannedRepository
from shunter.core.charts.pins import Pin
from shunter.core.rules.paste import paste_ready
from shunter.core.trains.entry import Why, advance
from shunter.core.trains.plan import Plan
from shunter.core.trains.state import State, with_cars
from shunter.flows.packaging.derive import Changes, environment_files, record_files
from shunter.flows.release.release import Release, release_of
from shunter.flows.validation.histories import unexplained
from shunter.flows.validation.judge import judge_release
from shunter.flows.validation.report import without_secrets
from shunter.flows.validation.schema_diff import explained
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes
from shunter.flows.workspace.projects import ANSWERS_FILE, RECORD_FILE, ProjectFiles, files_of
from shunter.flows.workspace.trains import Trains
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Input, RepositoryPlan, SubTree, Tree, object_ids
from shunter.model.findings import Finding, Kind, Report, Severity, Span

_GUARDED = (ANSWERS_FILE, RECORD_FILE, "Chart.yaml", ".helmignore")
"""Files of an environment that a promotion reads or keeps lines of, besides its values."""


@dataclass(frozen=True, slots=True)
class Target:
    """An environment that is to change, as it was before anything was judged: its files, and the record they carry.

    Without `values`, a person's uncommitted values files are neither judged nor committed. `values_before` takes the
    place of values files on disk.
    """

    site: Site
    files: ProjectFiles
    record: State
    repository: PlannedRepository
    inputs: tuple[Input, ...] = ()
    values: bool = True
    values_before: Mapping[str, FileState | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.site.name

    def judged(self) -> ProjectFiles:
        """The files that the new charts are judged with."""
        head = self.repository.head()
        if self.values or head is None:
            return self.files.with_changes(self.values_before) if self.values_before else self.files
        committed = SubTree(self.repository.tree(head), self.site.folder)
        return self.files.with_changes({name: committed.get(name) for name in self.files.values_files})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A target with what it is to run, judged: nothing speaks against it but `findings`, which refuse it.

    `becomes` is the release that was judged and not refused.
    """

    target: Target
    plan: Plan
    why: Why
    changes: Changes = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    product: str = ""
    notices: tuple[str, ...] = ()
    becomes: Release | None = None


def target_of(context: Context, name: str, *, values: bool = True) -> Target:
    """The environment to change, at the commit that it has before anything else is read."""
    context.require_workspace()
    site = context.site("environment", name)
    repository = PlannedRepository(site.root)
    repository.head()
    files = files_of(context, site)
    inputs = inputs_of(files.tree, site.folder, (*(files.values_files if values else ()), *_GUARDED))
    return Target(site, files, recorded(files), repository, inputs, values)


def recorded(files: ProjectFiles) -> State:
    """The record of an environment. Raises ShunterError where it has none."""
    if files.record is None:
        raise ShunterError(f"{files.label} has no train record", hint="shunter lock")
    return files.record


def refuse_unexplained(trains: Trains, *environments: ProjectFiles) -> tuple[Finding, ...]:
    """What is wrong with the histories of these environments, which nobody may go on from.

    Raises ShunterError where a record is another one by now: its history was read after somebody else's change.
    """
    found = tuple(finding for files in environments for finding in unexplained(files, trains))
    for files in environments if found else ():
        if ProjectFiles(files.tree, files.label).record != files.record:
            message = f"{files.label}/{RECORD_FILE} changed while shunter was working"
            raise ShunterError(message, hint="nothing was written: run the command again")
    return found


def refused(target: Target, planned: Plan) -> tuple[Finding, ...]:
    """Why a plan is not carried out, car by car."""
    place = Span(f"{target.files.label}/{RECORD_FILE}")
    return tuple(
        Finding(each.rule, f"{target.name}: {each.reason}", place, Kind.LINT, Severity.ERROR, hint=each.opens)
        for each in planned.refusals
    )


def judge_arrival(
    context: Context, target: Target, planned: Plan, why: Why, archives: Archives, *, force: bool = False
) -> Arrival:
    """What the target would be by a plan that nobody refuses, judged with its own values.

    With `force` errors of the judgement do not refuse it, and the entry names their rules.
    """
    state = with_cars(target.record, planned.cars, planned.base)
    if found := refused(target, planned) or tuple(_rewritten(archives, state)):
        return Arrival(target, planned, why, findings=found)
    files = target.files
    changes = environment_files(files.tree, files.answers, state, archives)
    becomes = release_of(context, target.site, of=target.judged().with_derived(changes, state))
    # What is vendored comes from archives that were verified just now.
    judged = judge_release(context, becomes, verify=False)
    errors = _errors(judged)
    if errors and not force:
        errors = explained(errors, files.chart, becomes.chart)
        return Arrival(target, planned, why, findings=errors, product=paste_ready(errors))
    warnings = sum(finding.severity is Severity.WARNING for finding in judged)
    rules = tuple(sorted({*planned.forced, *(error.rule for error in errors)}))
    evidence = {"shunter": __version__} | ({"warnings": warnings} if warnings else {})
    why = replace(why, forced=rules, allowed=planned.allowed, values=_blobs(target), evidence=evidence)
    # Nobody sees it in values or manifests, and the upgrade that it stops is some promotion from now.
    notices = tuple(found.message for found in judged if found.rule == "release-size" and found not in errors)
    changes = changes | dict(target.values_before)
    return Arrival(target, planned, why, changes=changes, notices=notices, becomes=becomes)


def _blobs(target: Target) -> dict[str, str]:
    """The blob ids of the values files that were judged, by path as the environment names them.

    They are git's own, since a filter may stand between a file and its blob.
    """
    files = target.judged()
    names = {normpath(join(target.site.folder, name)): normpath(name) for name in target.files.values_files}
    known = target.repository.staged_ids([*names]) if target.values else {}
    own = object_ids(files.tree, names.values())
    found = {name: known.get(path) or own[name] for path, name in names.items()}
    return {name: object_id for name, object_id in found.items() if object_id}


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return without_secrets(finding for finding in findings if finding.severity is Severity.ERROR)


def _rewritten(archives: Archives, state: State) -> Iterator[Finding]:
    archives.gather(state.pins.values())
    for pin in state.pins.values():
        held = archives.fetch(pin.name, pin.version).pin
        if (held.digest, held.content) != (pin.digest, pin.content):
            yield _other_digest(pin, held)


def _other_digest(pin: Pin, found: Pin) -> Finding:
    return Finding(
        "digest-mismatch",
        f"{pin.name} {pin.version} in the registry is not the chart that the train was cut with",
        Span(".shunter/registry" if not pin.source else pin.source),
        Kind.LINT,
        notes=(f"train: {pin.digest}", f"registry: {found.digest}"),
        hint="do not deploy it: restore the archive, or package a new version and cut a new train",
    )


def write_arrival(
    context: Context, arrival: Arrival, subject: str, *, next_step: str, dry_run: bool, diff: bool
) -> Report:
    """Make the commit of an arrival that nothing refuses."""
    target, planned, why = arrival.target, arrival.plan, arrival.why
    state, entry = advance(target.record, planned.cars, planned.base, why)
    changes = {**arrival.changes, **record_files(state, [entry])} if entry else dict(target.values_before)
    lines = (*map(str, planned.moves), *map(str, planned.stays), *_said(why))
    message = "\n".join((subject, "", *lines)).rstrip()

    def judge(plan: RepositoryPlan, tree: Tree) -> str:
        committed = ProjectFiles(SubTree(tree, target.site.folder), target.files.label)
        found = _errors(judge_release(context, release_of(context, target.site, of=committed)))
        return found[0].message if found and not why.forced else ""

    noop = _unmoved(target.name, planned, why, state)
    plan = plan_of(target, changes, message)
    report = carry_out([plan], context, dry_run=dry_run, diff=diff, next_step=next_step, noop=noop, judge=judge)
    outcomes = tuple(replace(outcome, unit=target.name) for outcome in report.outcomes)
    product = report.product if diff else arrival.product
    return replace(report, outcomes=outcomes, product=product, notices=(*report.notices, *arrival.notices))


def _unmoved(name: str, planned: Plan, why: Why, state: State) -> str:
    """Why nothing moves: what stays and by whose word, or that it is all there."""
    if planned.stays:
        return f"nothing moves in {name}: " + "; ".join(f"{stay.alias} stays, {stay.reason}" for stay in planned.stays)
    what = why.train or (f"what {why.source} has" if why.source else state.train or "these charts")
    if why.only or why.without:
        cars = ", ".join(why.only) or f"all but {', '.join(why.without)}"
        return f"{name} runs {cars} of {what} already"
    return f"{name} runs {what} already"


def _said(why: Why) -> Iterator[str]:
    if why.forced:
        yield f"Forced: {', '.join(why.forced)}"
    if why.text:
        yield f"Why: {why.text}"


def told(moves: str, pasted: str) -> str:
    """What was to move, and what a person may paste into values files; then the moves are comments in that."""
    return "".join(f"# {line}" for line in moves.splitlines(keepends=True)) + pasted if pasted else moves


def plan_of(target: Target, changes: Changes, message: str) -> RepositoryPlan:
    """The commit of these changes of a target's folder, which goes on from the record that was read."""
    prefix = f"{target.site.folder}/"
    state = target.files.tree.get(RECORD_FILE)
    return plan_changes(
        target.site.root,
        {prefix + path: state for path, state in changes.items()},
        message,
        inputs=target.inputs,
        before={f"{prefix}{RECORD_FILE}": state.object_id() if state else None},
        repository=target.repository,
    )
