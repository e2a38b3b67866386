"""The currencies of checks and runs: spans, findings, outcomes and the report that every output is made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shunter.model.data import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: line and column count from 1, `end` is the column after the last character on that line.

    `text` is the whole source line, without its line end, so that a printer needs no second look at the file.
    Line 0 stands for the file as a whole.
    """

    path: str
    line: int = 0
    column: int = 0
    end: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace what `span` covers by `replacement`: the unit of a fix."""

    span: Span
    replacement: str


class Kind(StrEnum):
    """A verdict is what Helm itself refuses, or shunter in its own files; a lint is what someone will regret."""

    VERDICT = "verdict"
    LINT = "lint"


class Severity(StrEnum):
    """Errors make a run answer no (exit 1), warnings do so only under --strict, notes never."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One root cause, where it stands, and what to do about it.

    `key` is the path in the values (strings for maps, integers for lists); `notes` are lines such as
    `schema: orders 1.5.0, values.schema.json#/properties/image`; `related` are other places that matter.
    """

    rule: str
    message: str
    span: Span
    kind: Kind = Kind.VERDICT
    severity: Severity = Severity.ERROR
    key: tuple[str | int, ...] = ()
    notes: tuple[str, ...] = ()
    related: tuple[tuple[str, Span], ...] = ()
    hint: str = ""
    fix: tuple[TextEdit, ...] = ()


class Status(StrEnum):
    """What became of one unit of work."""

    DONE = "done"
    PLANNED = "planned"
    NOOP = "noop"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one repository, archive or environment. `detail` is one line for a person.

    `paths` are the files of a repository that were, or are to be, committed; `commit` is that commit's id.
    """

    unit: str
    status: Status
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run. The exit code and every `-o` format come from this alone.

    `product` is what goes to stdout as it is (manifests, a diff, a table); `data` is the same for `-o json|yaml`;
    `next_step` is the command to type next, if there is an obvious one. `answer` is False where the run's answer
    is no although no finding says so (`diff` found differences, `--check` found something out of date).
    """

    product: str = ""
    data: Any = None
    findings: tuple[Finding, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    notices: tuple[str, ...] = ()
    next_step: str = ""
    answer: bool = True

    def all_findings(self) -> tuple[Finding, ...]:
        """Findings of the run and of its outcomes, in order."""
        return self.findings + tuple(finding for outcome in self.outcomes for finding in outcome.findings)

    def exit_code(self, *, strict: bool = False) -> int:
        """0 done, 1 the answer is no, 2 something failed."""
        if any(outcome.status is Status.FAILED for outcome in self.outcomes):
            return 2
        refusing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
        no = any(finding.severity in refusing for finding in self.all_findings())
        no = no or any(outcome.status in (Status.CONFLICT, Status.REFUSED) for outcome in self.outcomes)
        return 1 if no or not self.answer else 0
