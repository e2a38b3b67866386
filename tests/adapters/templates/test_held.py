"""Line ends that git converts are no change of a person's."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.held import as_held
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repositories
from shunter.model.files import FileState

LF, CRLF = FileState(b"one\ntwo\nthree\n"), FileState(b"one\r\ntwo\r\nthree\r\n")
NEW = FileState(b"one\ntwo\n3\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository in which git holds `f` with LF, and the working tree has CRLF."""
    root = make_repo(tmp_path / "r", {"f": LF.data, "p/f": LF.data, ".gitattributes": "* text=auto\n"})
    write(root, {"f": CRLF.data, "p/f": CRLF.data})
    git(root, "add", "--all")
    assert git(root, "status", "--porcelain") == ""
    return root


def test_a_file_is_as_git_holds_it(root: Path) -> None:
    assert as_held(root, {"f": (LF, CRLF)}) == {"f": LF}
    (root / "f").unlink()
    write(root, {"f": CRLF.data})
    assert as_held(root, {"f": (LF, CRLF)}) == {"f": LF}, "written again, which git's index cannot know"
    assert as_held(root, {"f": (CRLF, CRLF)}) == {}, "the template has CRLF itself"
    write(root, {"f": b"one\r\nmine\r\nthree\r\n"})
    assert as_held(root, {"f": (LF, FileState(b"one\r\nmine\r\nthree\r\n"))}) == {}, "changed, and not staged"


def test_where_git_converts_nothing_crlf_is_a_change(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"f": CRLF.data})
    assert as_held(root, {"f": (LF, CRLF)}) == {}, "git holds it as it is on disk"


@pytest.mark.parametrize("merge", [merge_repositories, merge_as_copier])
@pytest.mark.parametrize("folder", [".", "p"])
def test_a_merge_meets_no_line_end(merge: object, folder: str, root: Path) -> None:
    assert callable(merge)
    changes, conflicts = merge([Asked(root, [MergeProject(folder, {"f": LF}, {"f": NEW})])])[0]
    path = "f" if folder == "." else f"{folder}/f"
    assert (changes, conflicts) == ({path: NEW}, ())


ENCODED = "* text=auto\nf working-tree-encoding=UTF-16LE-BOM\n"
TURN = "tr a-z n-za-m"


@pytest.mark.parametrize(
    ("attributes", "text", "held"),
    [
        (ENCODED, "one\ntwo\nthree\n".encode("utf-16"), LF.data),
        ("f ident\n", b"$Id: 0123$\nmine\n", b"$Id$\nmine\n"),
        ("f filter=turn\n", b"mine\n", None),
    ],
)
def test_what_git_holds_counts_but_for_what_a_filter_makes(
    attributes: str, text: bytes, held: bytes | None, tmp_path: Path
) -> None:
    root = make_repo(tmp_path / "r", {".gitattributes": attributes})
    git(root, "config", "filter.turn.clean", TURN)
    git(root, "config", "filter.turn.smudge", TURN)
    commit_all(root, {"f": text})
    found = as_held(root, {"f": (LF, FileState(text))})
    assert {path: state.data for path, state in found.items()} == ({"f": held} if held else {})


@pytest.mark.parametrize("merge", [merge_repositories, merge_as_copier])
@pytest.mark.parametrize("mine", ["", "mine\n"])
def test_crlf_of_a_template_that_git_holds_with_lf(merge: object, mine: str, tmp_path: Path) -> None:
    """In a clone the file has LF, as `* text=auto eol=lf` says: nobody has changed each of its lines."""
    assert callable(merge)
    text = LF.data.decode() + mine
    root = make_repo(tmp_path / "r", {"p/f": text, ".gitattributes": "* text=auto eol=lf\n"})
    new = FileState(b"1\r\ntwo\r\nthree\r\n")
    changes, conflicts = merge([Asked(root, [MergeProject("p", {"f": CRLF}, {"f": new})])])[0]
    assert (changes, conflicts) == ({"p/f": FileState(b"1\ntwo\nthree\n" + mine.encode())}, ())
    commit_all(root, {".gitattributes": None}, "git converts nothing")
    changes, conflicts = merge([Asked(root, [MergeProject("p", {"f": CRLF}, {"f": new})])])[0]
    assert (dict(changes), len(conflicts)) == ({}, 1), "every line is another"
