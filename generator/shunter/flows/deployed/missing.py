"""What there is to say of a deployment beyond the verdict on its values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity, Span


class ElsewhereError(Exception):
    """A chart or values that are not in this repository, and nothing is wrong with that."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass
class Missing:
    """What there is to say of a deployment beyond the verdict on its values."""

    span: Span
    wrong: list[Finding] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    keys: bool = False
    """Whether keys of values may be among it."""
    hint: str = ""

    @contextmanager
    def noting(self, span: Span | None = None) -> Iterator[None]:
        """Keep what is raised inside of it, an error of the file at `span`."""
        try:
            yield
        except ElsewhereError as error:
            self.elsewhere.append(str(error))
            self.keys = True
            self.hint = self.hint or error.hint
        except ShunterError as error:
            at = error.span or span or self.span
            self.wrong.append(Finding("stray-values", error.message, at, Kind.LINT, notes=error.notes, hint=error.hint))

    def findings(self) -> Iterator[Finding]:
        yield from self.wrong
        if self.elsewhere:
            message = f"not judged: {'; '.join(dict.fromkeys(self.elsewhere))}"
            yield Finding("unjudged-values", message, self.span, Kind.LINT, Severity.NOTE, hint=self.hint)
