"""What is said of a conflict is true of the file, and of git's index; tests/flows/fleet/test_update.py follows the words."""

from __future__ import annotations

import pytest

from shunter.core.trees.standing import is_no_text, words
from shunter.model.files import SYMLINK, Conflict, FileState

A, B, C = (FileState(data) for data in (b"a\n", b"b\n", b"c\n"))
LINK, BINARY = FileState(b"a", SYMLINK), FileState(b"\0")
BOTH, MINE, THEIRS = "both versions are in the file", "yours is in its place", "the template's is in the file"
CASES = [
    (Conflict("f", "contents", A, B, C), "f: the template and a person changed the same lines (contents)", BOTH),
    (Conflict("f", "contents", None, B, C), "changed the same lines", BOTH),
    (Conflict("f", "binary", A, BINARY, C), "lines cannot be merged (binary)", MINE),
    (Conflict("f", "distinct modes", A, LINK, C), "lines cannot be merged", "`git -C /r checkout --theirs -- f`"),
    (Conflict("f", "contents", LINK, B, LINK), "lines cannot be merged", MINE),
    (
        Conflict("f", "modify/delete", A, B, None),
        "the template deletes what a person changed",
        "`git -C /r rm f` does not",
    ),
    (Conflict("f", "rename/rename", None, B, None), "only yours has this name", "yours is in the file"),
    (Conflict("f", "rename/rename", None, None, C), "only the template's has this name", THEIRS),
    (Conflict("x~template", "file/directory", None, None, C), "the template's x, where you have", "rm 'x~template'`"),
    (Conflict("x~yours", "file/directory", None, B, None), "yours was x, where the template has a folder", "x~yours"),
    (Conflict("x~yours", "contents", A, B, C), "x~yours: the template and a person changed the same lines", BOTH),
]


@pytest.mark.parametrize(("conflict", "what", "hint"), CASES)
def test_each_kind(conflict: Conflict, what: str, hint: str) -> None:
    said = words(conflict, "/r")
    assert what in said[0]
    assert hint in said[1]
    assert (BOTH in said[1]) == (hint == BOTH), "only where there are markers"


def test_text_is_what_git_takes_for_text() -> None:
    late = FileState(b"a" * 8000 + b"\0")
    assert [is_no_text(each) for each in (A, LINK, BINARY, late)] == [False, True, True, False]
