"""Patterns of a template set: gitignore's, and none that takes for ever."""

from __future__ import annotations

import pytest

from shunter.core.trees.patterns import MOST, spec_of
from shunter.model.errors import ShunterError

LONG = "a" * 250


def test_they_are_those_of_gitignore() -> None:
    spec = spec_of(["/charts/**/*.yaml", "!keep.yaml", "*-once-*"])
    found = ["charts/a/b.yaml", "charts/keep.yaml", "x/charts/a.yaml", "deep/a-once-b"]
    assert [path for path in found if spec.match_file(path)] == ["charts/a/b.yaml", "deep/a-once-b"]


def test_what_is_allowed_ends() -> None:
    assert not spec_of(["a*" * MOST + "b"]).match_file(LONG)
    assert spec_of(["a*" * MOST]).match_file(LONG)


@pytest.mark.parametrize("pattern", ["a*" * 40 + "b", "**/" * 9 + "x", "fine\n" + "a*" * (MOST + 1)])
def test_what_would_never_end_is_refused(pattern: str) -> None:
    with pytest.raises(ShunterError, match="has more than 4 stars"):
        spec_of(["*.yaml", pattern])
