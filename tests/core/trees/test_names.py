"""Names that are one file, or git's own, on some file systems."""

from __future__ import annotations

import pytest

from shunter.core.trees.names import alike, disguised


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("README.md", "readme.md"),
        ("a/B/c", "A/b/C"),
        ("stra\u00dfe", "STRASSE"),
        ("\u00e9", "e\u0301"),
        ("\u00c9", "e\u0301"),
        ("docs/", "Docs"),
    ],
)
def test_names_that_one_file_has_on_some_systems(first: str, second: str) -> None:
    assert [*alike([f"{first}x" if first.endswith("/") else first, "other", second])] == [(first, second)]


def test_names_that_every_system_tells_apart() -> None:
    assert [*alike(["b", "a.b", "a/b", "A/c", "e", "\u00e9"])] == []


@pytest.mark.parametrize(
    "path",
    [
        *(".git/hooks/x", ".GIT/config", "a/.git", "git~1/hooks/x", ".git. /x", ".git::$INDEX_ALLOCATION/x"),
        *("a\\.git\\x", ".g\u200cit/hooks/x", "\ufeff.Git/x"),
    ],
)
def test_what_some_system_takes_for_gits_own(path: str) -> None:
    assert [*disguised([path, "README.md"])] == [path]


def test_what_no_system_takes_for_gits_own() -> None:
    names = [".gitignore", ".github/workflows/ci.yaml", ".gitlab-ci.yml", "git/x", "a.git", "digit~1", ".gitattributes"]
    assert [*disguised(names)] == []
