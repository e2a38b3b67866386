"""The fast path of the commit hooks: where all was judged before and nothing was found, hardly anything is imported."""

from __future__ import annotations

import sys

from shunter.adapters.verdicts.cache import Verdicts
from shunter.adapters.verdicts.questions import summary, valid_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from shunter.adapters.verdicts.memory import Memory
    from shunter.cli.parse import CommandLine

_EVERYWHERE = {"quiet", "directory", "color"}
_ALLOWED: dict[tuple[str, ...], set[str]] = {
    ("validate",): {"files", "strict", *_EVERYWHERE},
    ("lint",): {"strict", *_EVERYWHERE},
    ("lock",): {"check", *_EVERYWHERE},
}
"""Commands that hooks run, and their options and operands with which "nothing was found" is still the whole answer."""


class Answer:
    """Whether a line is answered; if not, what was looked at on the way, for who judges."""

    complete = False
    verdicts: Verdicts | None = None
    memory: Memory | None = None


def answer(line: CommandLine) -> Answer:
    """Answer a line of one of the hooks, if all that it asks was judged before and nothing was found."""
    asked = line.arguments
    allowed = _ALLOWED.get(line.words)
    if allowed is None or line.problem or line.help or line.given - allowed:
        return Answer()
    if line.words == ("validate",):
        return _validated(asked) if asked.files else Answer()
    return _workspace(line.words[0], asked) if line.words == ("lint",) or asked.check else Answer()


def _validated(asked: Any) -> Answer:
    found = Answer()
    found.verdicts = verdicts = Verdicts()

    def nothing_waits() -> bool:
        from shunter.adapters.verdicts.memory import remembered_around

        found.memory = remembered_around(asked.directory)
        return found.memory is not None and found.memory.said("awaited") is not None

    charts = valid_before(asked.directory, asked.files, verdicts, nothing_waits)
    found.complete = charts > 0
    if charts and not asked.quiet:
        try:
            sys.stderr.write(summary(charts, 0) + "\n")
        except (AttributeError, OSError):
            found.complete = False  # stderr is closed, or its disk full: `run` copes with that
    return found


def _workspace(question: str, asked: Any) -> Answer:
    from shunter.adapters.verdicts.memory import remembered_around

    found = Answer()
    found.memory = remembered_around(asked.directory)
    said = found.memory.said(question) if found.memory else None
    if said is not None:
        from shunter.cli.output import colour_wanted, print_report
        from shunter.model.findings import Outcome, Report, Status

        outcomes = tuple(Outcome(unit, Status.NOOP, detail) for unit, detail in said["noop"])
        report = Report(outcomes=outcomes, notices=tuple(said["notices"]))
        print_report(report, asked, colour=colour_wanted(asked.color))
        found.complete = True
    return found
