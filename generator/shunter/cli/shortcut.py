"""The short way of `validate FILE...`: where all was judged before and nothing was found, nothing else is imported."""

from __future__ import annotations

import sys

from shunter.adapters.verdicts.cache import Verdicts
from shunter.adapters.verdicts.questions import summary, valid_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def answer(argv: Sequence[str]) -> tuple[bool, Verdicts | None]:
    """Whether this command line is answered, and the cache as far as it was looked at, for the long way."""
    words: list[str] = []
    directory, quiet = ".", False
    rest = iter(argv)
    for argument in rest:
        if argument == "-C":
            directory = next(rest, "")
        elif argument in ("-q", "--quiet"):
            quiet = True
        elif argument.startswith("-") and argument != "--strict":
            return False, None
        else:
            words.append(argument)
    words = [word for word in words if word != "--strict"]
    if words[:1] != ["validate"] or not words[1:]:
        return False, None
    verdicts = Verdicts()
    charts = valid_before(directory, words[1:], verdicts)
    if charts and not quiet:
        sys.stderr.write(summary(charts, 0) + "\n")
    return charts > 0, verdicts
