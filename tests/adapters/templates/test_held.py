"""Line ends that git converts are no change of a person's."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, write
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
