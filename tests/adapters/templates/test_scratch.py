"""Trees merged by git in a repository that nobody has."""

from __future__ import annotations

from shunter.adapters.templates.scratch import Scratch
from shunter.model.files import SYMLINK, FileState

LINES = "".join(f"line {number}\n" for number in range(12))


def files(**texts: str) -> dict[str, FileState]:
    return {path: FileState(text.encode()) for path, text in texts.items()}


def test_several_merges_share_a_repository() -> None:
    with Scratch() as scratch:
        first = scratch.merge(files(f="1\n"), files(f="1\n"), files(f="2\n"))
        second = scratch.merge(files(f="1\n"), files(f="mine\n"), files(f="new\n"))
        root = scratch.repository.root
        assert list(first.changes()) == [("f", FileState(b"2\n"))]
        assert list(second.changes()) == []
        assert second.states(second.conflicts()["f"]) == {
            1: FileState(b"1\n"),
            2: FileState(b"mine\n"),
            3: FileState(b"new\n"),
        }
    assert not root.exists()


def test_renames_are_followed() -> None:
    base, ours, theirs = files(old=LINES), files(moved=LINES), files(old=LINES.replace("line 3", "new 3"))
    with Scratch() as scratch:
        followed = scratch.merge(base, ours, theirs)
        assert dict(followed.changes()) == {"moved": theirs["old"]}


def test_a_file_that_git_moves_aside_has_no_number() -> None:
    with Scratch() as scratch:
        merge = scratch.merge({}, files(a="1\n"), {"a/b": FileState(b"2\n")})
        (path,) = merge.merged.stages
        assert merge.name(path) == "a~yours"


def test_a_file_against_a_link_is_one_conflict_at_its_path() -> None:
    base, link = files(f="1\n"), FileState(b"g", SYMLINK)
    with Scratch() as scratch:
        for ours, theirs in ((link, FileState(b"2\n")), (FileState(b"2\n"), link)):
            merge = scratch.merge(base, {"f": ours}, {"f": theirs})
            assert len(merge.merged.stages) == 2
            found = merge.conflicts()
            assert [*found] == ["f"]
            assert merge.states(found["f"]) == {1: base["f"], 2: ours, 3: theirs}
            assert list(merge.changes()) == []
