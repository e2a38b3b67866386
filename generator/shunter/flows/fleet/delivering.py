"""An update on its way to the forge: a branch of its own in every repository, pushed, with its pull request kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.pace import Pace
from shunter.core.delivery.fleet_report import COMMIT, FORMAT, REQUEST, UNTIL, Row, request_text, totals
from shunter.flows.checkouts.kept import on_branch, published, taken_up
from shunter.flows.checkouts.push import PUSHED
from shunter.flows.checkouts.requests import Commits, Opener, text_of_commits
from shunter.flows.checkouts.sync import Checkout
from shunter.flows.fleet.planning import release_of
from shunter.flows.fleet.reporting import Record
from shunter.flows.fleet.update import Updated, is_updated
from shunter.flows.workspace.context import Context, reopened
from shunter.model.data import dataclass, field, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

BRANCH: Final = "update/templates"
"""The branch of pull requests where nobody names another."""


class Run(Protocol):
    """An update to a release, without some repositories, and those that an earlier run has done."""

    def __call__(self, context: Context, release: str, without: Collection[str], done: Collection[str]) -> Updated:
        """What it has made."""


@dataclass(frozen=True, slots=True)
class Way:
    """How far an update goes, `until` what; on which `branch`, and with which report.

    `names` are the repositories that it is about, none: all; `release` is the one to go to, empty: the newest. `file`
    is where rows are written, `known` are those of an earlier run that this one resumes; `pause` is seconds between
    changes at a forge.
    """

    until: str = COMMIT
    branch: str = ""
    names: Collection[str] = ()
    release: str = ""
    file: Path | None = None
    known: Mapping[str, Row] = field(default_factory=dict)
    pause: float = 0.0

    @property
    def done(self) -> set[str]:
        """The repositories in which an earlier run has left nothing to do."""
        far = UNTIL.index(self.until)
        return {name for name, row in self.known.items() if not row.left and UNTIL.index(row.until) >= far}


def resumed(way: Way) -> Way:
    """The way of the run that is resumed: its release and branch, and at least as far. A `ShunterError` for others."""
    rows = tuple(way.known.values())
    if not rows:
        raise ShunterError("the report to resume names no repository", hint="run `shunter update` without --resume")
    first = rows[0]
    for option, asked, was in (("--to", way.release, first.release), ("--branch", way.branch, first.branch)):
        if asked not in ("", was):
            raise ShunterError(f"the report is of {option} {was or '(none)'}", hint=f"leave out {option}")
    until = max(way.until, first.until, key=UNTIL.index)
    return replace(way, release=first.release, branch=first.branch, until=until)


def deliver(context: Context, run: Run, way: Way) -> Report:
    """Run an update on its branch, push what it has made, and keep the pull requests; a report of all.

    A repository that has the branch already goes on there. Where git refuses to check that out, or to push, the
    repository is refused, and the others go on. What an earlier run has done is not done again.
    """
    context, refused = _begun(context, way)
    release = release_of(context.require_workspace(), way.release)
    record = Record(way.file, _expected(context, way, release))
    updated = run(context, release, refused, way.done)
    rows = [*updated.rows, *(_refused(record.rows[name], why) for name, why in refused.items())]
    for row in (_since(way, row) for row in rows if row.repository not in way.done):
        record.rows[row.repository] = replace(row, until=way.until, left=row.left or way.until != COMMIT)
    record.store()
    done: tuple[Checkout, ...] = ()
    try:
        if way.until != COMMIT:
            done = _published(context, way, record)
    finally:
        record.store()
    return _report(context, updated.report, record, done, refused)


def _begun(context: Context, way: Way) -> tuple[Context, dict[str, str]]:
    """The context on the branch of an update, and the repositories that cannot be brought there, with why."""
    branch = way.branch or (BRANCH if way.until == REQUEST else "")
    if not branch or way.until == COMMIT:
        return replace(context, writing=replace(context.writing, branch=branch)), {}
    specs = context.specs()
    home = next((spec.name for spec in specs if spec.folder == "."), "")
    names = {*(way.names or (spec.name for spec in specs))} - way.done | {home}
    refused = taken_up(context, branch, names)
    if home in refused:
        raise ShunterError(f"{home}: {refused[home]}", hint="clear the way there first: all other repositories follow")
    context = reopened(context)
    return replace(context, writing=replace(context.writing, branch=branch)), refused


def _expected(context: Context, way: Way, release: str) -> Sequence[Row]:
    """The rows before anything is done: those of the run that is resumed, and of all that nobody has reached."""
    names = [spec.name for spec in context.specs() if not way.names or spec.name in way.names or spec.folder == "."]
    branch = context.writing.branch
    fresh = {name: Row(name, Status.PLANNED, release, way.until, branch=branch, left=True) for name in names}
    return tuple((fresh | {name: way.known[name] for name in way.done}).values())


def _since(way: Way, row: Row) -> Row:
    """The row of a repository; what the run that is resumed has committed there counts as done by this one."""
    was = way.known.get(row.repository)
    if was is None or row.commit or not was.commit:
        return row
    files = was.files if row.status is Status.NOOP else row.files
    return replace(row, before=was.before, commit=was.commit, files=files)


def _refused(row: Row, why: str) -> Row:
    return replace(row, status=Status.REFUSED, detail=why)


def _published(context: Context, way: Way, record: Record) -> tuple[Checkout, ...]:
    def text(checkout: Checkout, commits: Commits) -> tuple[str, str]:
        row = record.rows[checkout.spec.name]
        return request_text(row, commits) if row.commit else text_of_commits(checkout, commits)

    def heard(checkout: Checkout, seconds: Mapping[str, float]) -> None:
        record.put(_after(record.rows[checkout.spec.name], checkout, seconds))

    names = _to_publish(context, way, record)
    for name in record.rows.keys() - names - way.done:
        row = record.rows[name]
        record.rows[name] = replace(row, left=row.status is not Status.NOOP)
    logins = Logins(Pace(way.pause, context.writing.tell))
    opener = Opener(logins, keeps=True, text=text) if way.until == REQUEST else None
    return published(context, names, opener, heard)


def _to_publish(context: Context, way: Way, record: Record) -> set[str]:
    """What was committed, by this run or the one that it resumes, and what stands on the branch since another one.

    A run that was killed between its last commit and its report has noted none of them.
    """
    branch = context.writing.branch
    stands = {*on_branch(context, branch)} if branch else set()
    stands |= {name for name, row in way.known.items() if row.commit or row.status is Status.DONE}
    unknown = {name for name, row in way.known.items() if row.status is Status.PLANNED}
    stands |= {name for name in unknown if is_updated(context, name)}
    status = {name: row.status for name, row in record.rows.items() if name not in way.done}
    return {name for name, was in status.items() if was is Status.DONE or (was is Status.NOOP and name in stands)}


def _after(row: Row, checkout: Checkout, seconds: Mapping[str, float]) -> Row:
    """The row of a repository with what became of its branch."""
    words = {"opened": "opened ", "updated": "updated ", "link": "open a pull request: "}
    opened = checkout.request
    request = f"{words[opened.state]}{opened.url}" if opened else ""
    pushed = checkout.state == PUSHED
    left = bool(opened and opened.problem) or (checkout.left and not pushed)
    detail = "; ".join(part for part in (row.detail, "pushed" if pushed else "", checkout.detail, request) if part)
    return replace(
        row,
        status=Status.REFUSED if left else Status.DONE if pushed or request else row.status,
        detail=detail,
        pushed=pushed or not checkout.left,
        request=(opened.state, opened.url) if opened else row.request,
        left=left,
        timings={**row.timings, **seconds},
    )


def _report(
    context: Context, report: Report, record: Record, done: Sequence[Checkout], refused: Mapping[str, str]
) -> Report:
    """The report of the update with the rows as they are in the end, and what git and forges have said."""
    names = {(context.root / spec.folder).name: spec.name for spec in context.specs()}
    outcomes = [_with(outcome, record.rows.get(names.get(outcome.unit, ""))) for outcome in report.outcomes]
    outcomes += [Outcome(name, Status.REFUSED, why) for name, why in refused.items()]
    notices = (*report.notices, *(f"{each.spec.name}: {line}" for each in done for line in each.said))
    return replace(report, data=as_data(context, record), outcomes=tuple(outcomes), notices=notices)


def _with(outcome: Outcome, row: Row | None) -> Outcome:
    if row is None:
        return outcome
    return replace(outcome, status=row.status, detail=row.detail, timings=row.timings)


def as_data(context: Context, record: Record) -> dict[str, Any]:
    """The rows as data, with the seconds by phase of all of them."""
    rows = tuple(record.rows.values())
    workspace = context.require_workspace()
    return {
        "format": FORMAT,
        "templates": {"source": workspace.templates_source, "to": rows[-1].release if rows else ""},
        "branch": context.writing.branch,
        "timings": {name: round(seconds, 3) for name, seconds in totals(rows).items()},
        "repositories": [row.data() for row in rows],
    }
