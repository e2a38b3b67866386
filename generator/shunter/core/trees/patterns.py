"""Patterns of a template set, as gitignore reads them, that can be matched in a moment whatever a path is called.

They become regular expressions, and each star of one multiplies what a name can cost: forty of them never end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pathspec import PathSpec

from shunter.model.errors import ShunterError

MOST: Final = 4
"""Runs of stars in one pattern: a name of 250 characters takes a fifth of a second then, and with one more ten."""
_STARS: Final = re.compile(r"\*+")


def spec_of(patterns: Iterable[str]) -> PathSpec[Any]:
    """What matches these patterns. Raises ShunterError for one with too many stars."""
    found = list(patterns)
    for pattern in found:
        if any(len(_STARS.findall(line)) > MOST for line in pattern.splitlines()):
            shown = pattern if len(pattern) < 80 else f"{pattern[:80]}..."
            raise ShunterError(
                f"the templates' pattern `{shown}` has more than {MOST} stars",
                hint="who makes the templates has to say it in several patterns",
            )
    return PathSpec.from_lines("gitignore", found)
