"""The one exception that a user sees: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.model.data import replace
from shunter.model.findings import Finding, Span


class ShunterError(Exception):
    """shunter cannot go on (exit code 2).

    `message` is one sentence without a full stop; `hint` says what to do; `span` points at the culprit when
    there is one; `notes` are further `name: text` lines below the source line. A refusal by a rule of the catalogue
    names that `rule`, and its `exit_code` is 1. Where a file holds several mistakes, `findings` are all of them, and
    the rest says what the first one does.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        span: Span | None = None,
        notes: tuple[str, ...] = (),
        exit_code: int = 2,
        rule: str = "",
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.span = span
        self.notes = notes
        self.exit_code = exit_code
        self.rule = rule
        self.findings = tuple(findings)

    @property
    def on_one_line(self) -> str:
        """What is wrong, and what to do in brackets behind it."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def at(self, path: str) -> ShunterError:
        """The same error with the file that is at fault, if it names no place yet."""
        span = self.span or Span(path)
        return ShunterError(
            self.message,
            hint=self.hint,
            span=span,
            notes=self.notes,
            exit_code=self.exit_code,
            rule=self.rule,
            findings=self.findings,
        )

    def noted(self, *notes: str) -> ShunterError:
        """The same error with further notes, below its last finding where it has several."""
        found = list(self.findings)
        if found:
            found[-1] = replace(found[-1], notes=(*found[-1].notes, *notes))
        return ShunterError(
            self.message,
            hint=self.hint,
            span=self.span,
            notes=(*self.notes, *notes),
            exit_code=self.exit_code,
            rule=self.rule,
            findings=found,
        )

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> ShunterError:
        """The error for findings, of which there is at least one."""
        first = findings[0]
        return cls(first.message, hint=first.hint, span=first.span, notes=first.notes, findings=findings)
