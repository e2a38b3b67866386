"""What git says of a merge: git itself is asked to merge."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.core.trees.merge_output import Merged, read_diff, read_merge

ODD = os.fsdecode(b'caf\xe9 "x"\ty\n')


def printed(root: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def sides(root: Path, ours: dict[str, str | bytes | None], theirs: dict[str, str | bytes | None]) -> Path:
    make_repo(root, {"a": "1\n2\n3\n", "gone": "1\n", ODD: "1\n", "same": "1\n"})
    git(root, "checkout", "-q", "-b", "theirs")
    commit_all(root, theirs)
    git(root, "checkout", "-q", "main")
    commit_all(root, ours)
    return root


def test_a_merge_without_conflicts_is_a_tree(tmp_path: Path) -> None:
    root = sides(tmp_path / "r", {"a": "0\n2\n3\n"}, {"a": "1\n2\n4\n", "new": "x"})
    merged = read_merge(printed(root, "merge-tree", "--write-tree", "-z", "main", "theirs"))
    assert merged == Merged(merged.tree)
    assert git(root, "show", f"{merged.tree}:a") == "0\n2\n4"


def test_conflicts_have_their_stages_and_kinds(tmp_path: Path) -> None:
    root = sides(
        tmp_path / "r",
        {"a": "ours\n", "gone": None, ODD: "ours\n", "both": "ours\n"},
        {"a": "theirs\n", "gone": "2\n", ODD: "theirs\n", "both": "theirs\n"},
    )
    merged = read_merge(printed(root, "merge-tree", "--write-tree", "-z", "main", "theirs"))
    assert merged.kinds == {"a": "contents", "gone": "modify/delete", ODD: "contents", "both": merged.kinds["both"]}
    assert merged.kinds["both"] in ("contents", "add/add")  # git's word changed
    assert {path: sorted(stages) for path, stages in merged.stages.items()} == {
        "a": [1, 2, 3],
        "gone": [1, 3],
        ODD: [1, 2, 3],
        "both": [2, 3],
    }
    mode, object_id = merged.stages["a"][3]
    assert (mode, git(root, "cat-file", "-p", object_id)) == ("100644", "theirs")


def test_a_conflict_of_several_paths_is_one_of_each(tmp_path: Path) -> None:
    root = sides(tmp_path / "r", {"a": None, "ours": "1\n2\n3\n"}, {"a": None, "theirs": "1\n2\n3\n", "gone": None})
    merged = read_merge(printed(root, "merge-tree", "--write-tree", "-z", "main", "theirs"))
    assert merged.kinds == dict.fromkeys(("a", "ours", "theirs"), "rename/rename")
    assert {path: sorted(stages) for path, stages in merged.stages.items()} == {"a": [1], "ours": [2], "theirs": [3]}


def test_a_difference_is_path_mode_and_id(tmp_path: Path) -> None:
    root = sides(tmp_path / "r", {"gone": None, ODD: "2\n", "new": "x"}, {"x": "1"})
    (root / "same").chmod(0o755)
    commit_all(root, {})
    found = {
        path: (mode, object_id)
        for path, mode, object_id in read_diff(printed(root, "diff-tree", "-r", "-z", "main~2", "main"))
    }
    assert found == {
        "gone": ("000000", "0" * 40),
        ODD: ("100644", git(root, "rev-parse", f"main:{ODD}")),
        "new": ("100644", git(root, "rev-parse", "main:new")),
        "same": ("100755", git(root, "rev-parse", "main:same")),
    }
    assert list(read_diff(b"")) == []
