"""Copies of values files that several environments share, and the digests that they are checked with."""

from __future__ import annotations

import pytest

from shunter.core.workspace.shared_values import COPIES, copies, edited, first_texts
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, MemoryTree, SubTree

HOME = MemoryTree(
    {
        "envs/common.yaml": FileState(b"a: 1\n"),
        "envs/late.yaml": FileState(b"stages/real.yaml", SYMLINK),
        "envs/stages/real.yaml": FileState(b"b: 2\n"),
    }
)
NAMES = ["../common.yaml", "../late.yaml"]


def placed(changes: dict[str, FileState | None]) -> dict[str, FileState]:
    """An environment's repository with these changes of the environment in it."""
    return {f"envs/tst/{name}".replace("tst/../", ""): state for name, state in changes.items() if state}


def test_a_copy_has_the_bytes_and_a_digest_of_them() -> None:
    found = copies(HOME, "envs/tst", NAMES, MemoryTree({}))
    assert found["../common.yaml"] == FileState(b"a: 1\n")
    assert found["../late.yaml"] == FileState(b"b: 2\n")  # no link: it would lead out of that repository
    tree = placed(found)
    assert list(edited(SubTree(MemoryTree(tree), "envs/tst"))) == []
    changed = {**tree, "envs/late.yaml": FileState(b"b: 3\n")}
    (finding,) = edited(SubTree(MemoryTree(changed), "envs/tst"))
    assert (finding.rule, finding.span.path) == ("values-copy", "../late.yaml")


def test_what_is_needed_no_more_goes() -> None:
    there = SubTree(MemoryTree(placed(copies(HOME, "envs/tst", NAMES, MemoryTree({})))), "envs/tst")
    assert copies(HOME, "envs/tst", NAMES[:1], there)["../late.yaml"] is None
    assert copies(HOME, "envs/tst", [], there) == {"../common.yaml": None, "../late.yaml": None, COPIES: None}


def test_a_digest_file_cannot_name_what_is_not_shared() -> None:
    wrong = MemoryTree({COPIES: FileState(b"values.yaml: sha256:0\n"), "values.yaml": FileState(b"a: 1\n")})
    assert list(edited(wrong)) == []
    assert copies(HOME, "envs/tst", [], wrong) == {COPIES: None}


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ShunterError, match=r"envs/none\.yaml is missing in the workspace's repository"):
        copies(HOME, "envs/tst", ["../none.yaml"], MemoryTree({}))


def test_first_lines_name_a_schema_as_seen_from_the_file() -> None:
    found = first_texts(HOME, "tst", "envs/tst", ["../common.yaml", "../../x.yaml"], "envs/tst/s.json")
    assert list(found) == ["x.yaml"]
    state = found["x.yaml"]
    assert state is not None
    assert state.data.startswith(b"# yaml-language-server: $schema=envs/tst/s.json\n")
