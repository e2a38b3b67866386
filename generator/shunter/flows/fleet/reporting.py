"""The report of an update: a row for each repository, in a file that is true at every moment of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shunter.adapters.system.files import append_file, write_file
from shunter.adapters.system.regular import read_given
from shunter.core.delivery.fleet_report import COMMIT, Row, line_of, read_lines
from shunter.flows.fleet.reconcile import Reconciled
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.files import FileState, RepositoryPlan
from shunter.model.findings import Finding, Report, Status
from shunter.model.wording import counted


class Record:
    """The rows of a run by repository; the latest of each is in `file` as soon as it is known, if there is one.

    A row that was not written yet says that nobody has got there. So a run that was killed leaves a report, too.
    """

    def __init__(self, file: Path | None, rows: Iterable[Row]) -> None:
        self._file = file
        self.rows = {row.repository: row for row in rows}
        self.store()

    def put(self, row: Row) -> None:
        """Note a row, at the end of the file: its last line counts until the run ends."""
        self.rows[row.repository] = row
        if self._file is not None:
            append_file(self._file, line_of(row).encode("utf-8", "backslashreplace"))

    def store(self) -> None:
        """Write the file anew, a line for each repository."""
        if self._file is not None:
            text = "".join(map(line_of, self.rows.values()))
            write_file(self._file, FileState(text.encode("utf-8", "backslashreplace")))


def read_report(file: Path) -> dict[str, Row]:
    """The rows of an earlier run. A `ShunterError` for a file that is none, OSError where it cannot be read."""
    return read_lines(read_given(str(file)).decode("utf-8", "replace"), str(file))


def store(file: Path, text: str) -> None:
    """Write a report for people, or for a program that reads another format."""
    write_file(file, FileState(text.encode("utf-8", "backslashreplace")))


def rows_of(context: Context, found: Reconciled, report: Report, release: str, batch: Mapping[str, float]) -> list[Row]:
    """A row for each plan, in their order. `batch` are seconds that went into all of them: each has an equal part."""
    outcomes = {each.unit: each for each in report.outcomes}
    names = {(context.root / spec.folder).name: spec.name for spec in context.specs()}
    part = {name: seconds / max(len(found.plans), 1) for name, seconds in batch.items()}
    rows = []
    for plan in found.plans:
        outcome = outcomes[plan.repository]
        row = Row(
            repository=names.get(plan.repository, plan.repository),
            status=outcome.status,
            release=release,
            until=COMMIT,
            before=found.before.get(plan.repository, ()),
            detail=outcome.detail,
            branch=context.writing.branch,
            commit=outcome.commit,
            files=outcome.paths or tuple(edit.path for edit in plan.edits),
            conflicts=tuple((each.path, each.kind) for each in plan.conflicts if outcome.status is Status.CONFLICT),
            left=outcome.status not in (Status.DONE, Status.NOOP) or not (context.writing.commit or not plan.edits),
            timings=part | dict(outcome.timings),
        )
        rows.append(row if plan.is_busy else _with_open(row, plan, report.findings))
    return rows


def _with_open(row: Row, plan: RepositoryPlan, findings: Sequence[Finding]) -> Row:
    """The row of a repository in which an earlier update has left conflicts that are not resolved."""
    place = f"{plan.repository}/"
    paths = [
        f.span.path[len(place) :] for f in findings if f.rule == "update-conflict" and f.span.path.startswith(place)
    ]
    if row.conflicts or not paths:
        return row
    told = f"{counted(len(paths), 'conflict')} of an earlier update"
    return replace(
        row, status=Status.CONFLICT, conflicts=tuple((p, "unresolved") for p in paths), left=True, detail=told
    )
