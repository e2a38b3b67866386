"""Which files of a project are written once: Copier's `_skip_if_exists`, read as Copier reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from unicodedata import normalize

from shunter.core.trees.patterns import spec_of


@lru_cache(256)
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """A predicate on a project's paths from gitignore patterns (Copier's documentation, "skip_if_exists").

    Raises ShunterError for patterns with too many stars.
    """
    spec = spec_of(normalize("NFD", pattern) for pattern in patterns)
    return lambda path: bool(spec.match_file(path))
