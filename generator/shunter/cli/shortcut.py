"""The fast path of `validate FILE...`: where all was judged before and nothing was found, nothing else is imported."""

from __future__ import annotations

import sys

from shunter.adapters.verdicts.cache import Verdicts
from shunter.adapters.verdicts.questions import summary, valid_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shunter.cli.parse import CommandLine

_ALLOWED = {"files", "strict", "quiet", "directory", "color"}
"""Options and operands with which "nothing was found" is still the whole answer."""


def answer(line: CommandLine) -> tuple[bool, Verdicts | None]:
    """Whether this line of `validate` is answered, and the cache as far as it was looked at, for who judges."""
    asked = line.arguments
    if line.problem or line.help or not asked.files or line.given - _ALLOWED:
        return False, None
    verdicts = Verdicts()
    charts = valid_before(asked.directory, asked.files, verdicts)
    if charts and not asked.quiet:
        try:
            sys.stderr.write(summary(charts, 0) + "\n")
        except (AttributeError, OSError):
            return False, verdicts  # stderr is closed, or its disk full: `run` copes with that
    return charts > 0, verdicts
