"""The short way of `validate FILE...`: where all was judged before and nothing was found, nothing else is imported."""

from __future__ import annotations

import sys

from shunter.adapters.named_files import summary, valid_before
from shunter.adapters.verdict_cache import Verdicts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shunter.cli.parse import Line

_HARMLESS = {"files", "strict", "quiet", "directory", "color"}
"""What may be given: the answer "nothing was found" is the same with it, or says so in other words."""


def answer(line: Line) -> tuple[bool, Verdicts | None]:
    """Whether this line of `validate` is answered, and the cache as far as it was looked at, for the long way."""
    asked = line.arguments
    if line.problem or line.help or not asked.files or line.given - _HARMLESS:
        return False, None
    verdicts = Verdicts()
    charts = valid_before(asked.directory, asked.files, verdicts)
    if charts and not asked.quiet:
        try:
            sys.stderr.write(summary(charts, 0) + "\n")
        except (AttributeError, OSError):
            return False, verdicts  # stderr is closed, or its disk full: the long way copes with that
    return charts > 0, verdicts
