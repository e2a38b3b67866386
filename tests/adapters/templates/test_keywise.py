"""The second try for YAML files, with git's merge of lines as the first."""

from __future__ import annotations

import subprocess
from pathlib import Path

from helpers.fuzz.yaml_sides import Maker, text_of
from helpers.workspaces.gitrepo import make_repo
from shunter.adapters.git.conflicts import conflict_state
from shunter.adapters.templates.keywise import by_key
from shunter.adapters.templates.merge import MergeProject, merge_repository
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, FileState

BASE = "image: a\ntag: 1\nport: 80\nhost: x\n"


def conflict(base: str, ours: str, theirs: str, path: str = "v.yaml") -> Conflict:
    return Conflict(path, "contents", FileState(base.encode()), FileState(ours.encode()), FileState(theirs.encode()))


def shown(found: Conflict) -> str:
    state = conflict_state(found)
    assert state is not None
    return state.data.decode()


def test_neighbouring_keys_are_no_conflict() -> None:
    one = conflict(BASE, BASE.replace("tag: 1", "tag: 2  # mine"), BASE.replace("port: 80", "port: 81"))
    assert "<<<<<<<" in shown(one)
    changes, left = by_key({"other": None}, [one])
    assert left == ()
    assert changes == {"other": None, "v.yaml": FileState(b"image: a\ntag: 2  # mine\nport: 81\nhost: x\n")}


def test_markers_stand_around_the_keys_with_two_values() -> None:
    one = conflict(BASE, BASE.replace("tag: 1\nport: 80", "tag: 2\nport: 90"), BASE.replace("tag: 1", "tag: 3"))
    changes, (left,) = by_key({}, [one])
    assert changes == {}
    assert left.kind == "contents: tag"
    assert (left.base, left.ours, left.theirs) == (one.base, one.ours, one.theirs)
    assert shown(left) == (
        "image: a\n<<<<<<< before updating\ntag: 2\n=======\ntag: 3\n>>>>>>> after updating\nport: 90\nhost: x\n"
    )


def test_what_is_no_yaml_of_two_sides_stays_as_it_is() -> None:
    state = FileState(b"a: 1\n")
    others = [
        conflict("a: 1\n", "a: 2\n", "a: 3\n", "README.md"),
        conflict("a: 1\n", "{{- if }}\n", "a: 3\n"),
        Conflict("v.yaml", "modify/delete", state, None, FileState(b"a: 2\n")),
        Conflict("v.yaml", "contents", state, FileState(b"a", SYMLINK), state),
    ]
    assert by_key({}, others) == ({}, tuple(others))


def test_two_files_of_a_person_under_one_name_stay_a_conflict(tmp_path: Path) -> None:
    """The template gives a.yaml the name of the person's b.yaml: comments of neither are dropped for the other's."""
    base = "".join(f"k{number}: {number}\n" for number in range(9))
    mine = {name: base.replace("k3", f"# of {name}\nk3").encode() for name in ("a.yaml", "b.yaml")}
    root = make_repo(tmp_path, mine)
    old, new = ({name: FileState(base.encode())} for name in ("a.yaml", "b.yaml"))
    changes, (left,) = merge_repository(root, [MergeProject(".", old, new)])
    assert changes == {"a.yaml": None}
    assert "<<<<<<< before updating\n# of b.yaml\n=======\n# of a.yaml\n>>>>>>> after updating\n" in shown(left)


def test_the_mode_is_that_of_the_side_that_changed_it() -> None:
    one = conflict(BASE, BASE.replace("tag: 1", "tag: 2"), BASE.replace("port: 80", "port: 81"))
    assert one.theirs is not None
    one = Conflict(one.path, one.kind, one.base, one.ours, FileState(one.theirs.data, EXECUTABLE))
    changes, _ = by_key({}, [one])
    found = changes["v.yaml"]
    assert found is not None
    assert found.mode == EXECUTABLE


def test_where_git_merges_lines_its_bytes_stand(tmp_path: Path) -> None:
    """Random edits of both sides: git's result is taken as it is, and the second try only takes conflicts away."""
    texts = []
    for seed in range(25):
        maker = Maker(seed)
        base = maker.tree()
        texts.append([text_of(each) for each in (base, maker.edited(base, 2), maker.edited(base, 2))])
    root = make_repo(tmp_path / "r", {f"{number}.yaml": ours for number, (_, ours, _) in enumerate(texts)})
    project = MergeProject(
        ".",
        {f"{number}.yaml": FileState(base.encode()) for number, (base, _, _) in enumerate(texts)},
        {f"{number}.yaml": FileState(theirs.encode()) for number, (_, _, theirs) in enumerate(texts)},
    )
    changes, conflicts = merge_repository(root, [project])
    clean = 0
    for number, sides in enumerate(texts):
        for name, text in zip(("base", "ours", "theirs"), sides, strict=True):
            (tmp_path / name).write_text(text, "utf-8")
        merge_file = ["git", "merge-file", "-p", "ours", "base", "theirs"]
        done = subprocess.run(merge_file, cwd=tmp_path, capture_output=True, text=True, check=False)
        if done.returncode:
            continue
        clean += 1
        found = changes.get(f"{number}.yaml", FileState(sides[1].encode()))
        assert found is not None
        assert found.data.decode() == done.stdout, number
    assert 5 < clean < 25
    assert len(conflicts) < 25 - clean
