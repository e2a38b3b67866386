"""What becomes of each file, decided without git wherever two of three sides agree."""

from __future__ import annotations

import pytest

from shunter.core.trees.copier_update import Decided, Sides, decide
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, FileState

A, B, C = (FileState(data) for data in (b"a\n", b"b\n", b"c\n"))
LINK, BINARY = FileState(b"a", SYMLINK), FileState(b"\0")
CASES: list[tuple[tuple[FileState | None, FileState | None, FileState | None], Decided]] = [
    ((A, A, A), Decided()),
    ((A, A, B), Decided({"f": B})),
    ((A, B, A), Decided()),
    ((A, B, B), Decided()),
    ((A, B, C), Decided(left={"f": Sides(A, B, C)})),
    ((A, None, B), Decided()),
    ((A, A, None), Decided({"f": None})),
    ((A, B, None), Decided(conflicts=[Conflict("f", "modify/delete", A, B, None)])),
    ((None, None, A), Decided({"f": A})),
    ((None, A, A), Decided()),
    ((None, A, B), Decided(left={"f": Sides(FileState(b""), A, B)})),
    ((A, BINARY, B), Decided(conflicts=[Conflict("f", "binary", A, BINARY, B)])),
    ((A, LINK, B), Decided(conflicts=[Conflict("f", "binary", A, LINK, B)])),
    ((A, LINK, None), Decided()),
    ((A, A, FileState(A.data, EXECUTABLE)), Decided({"f": FileState(A.data, EXECUTABLE)})),
]


@pytest.mark.parametrize(("sides", "expected"), CASES)
def test_each_combination(sides: tuple[FileState | None, ...], expected: Decided) -> None:
    old, ours, new = ({"f": side} if side else {} for side in sides)
    assert decide(old, ours, new, lambda _: False) == expected


def test_what_is_written_once_stays_and_comes_back() -> None:
    once = lambda path: path == "f"  # noqa: E731
    assert decide({"f": A}, {"f": B}, {"f": C}, once) == Decided()
    assert decide({"f": A}, {}, {"f": C}, once) == Decided({"f": C})


def test_the_answers_file_is_always_written_anew() -> None:
    name = ".copier-answers.yml"
    assert decide({name: A}, {name: B}, {name: C}, lambda _: False) == Decided({name: C})
