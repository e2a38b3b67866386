"""`--merge copier`: the bytes, modes, markers and stages of `copier update` itself, but for what Copier loses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.fuzz.copier_updates import make
from helpers.oracles.copier import Updated, updated
from helpers.workspaces.gitrepo import make_repo
from shunter.adapters.git.conflicts import conflict_state
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repository
from shunter.model.files import REGULAR, Conflict, FileState

Files = Mapping[str, FileState]


def ours_updated(old: Files, ours: Files, new: Files, root: Path, once: tuple[str, ...] = ()) -> Updated:
    """What `--merge copier` makes of a repository: its files, and the index stages of conflicts."""
    make_repo(root, {path: state.data for path, state in ours.items()})
    for path, state in ours.items():
        (root / path).chmod(0o755 if state.mode != REGULAR else 0o644)
    changes, conflicts = merge_as_copier([Asked(root, [MergeProject(".", old, new, once)])])[0]
    shown = {each.path: conflict_state(each) for each in conflicts}
    files = {path: state for path, state in {**ours, **changes, **shown}.items() if state is not None}
    stages = {
        (each.path, stage): (state.mode, state.object_id())
        for each in conflicts
        for stage, state in ((1, each.base), (2, each.ours), (3, each.theirs))
        if state
    }
    return Updated(files, stages)


def both(old: Files, ours: Files, new: Files, folder: Path, once: tuple[str, ...] = ()) -> tuple[Updated, Updated]:
    theirs = updated(old, ours, new, folder / "copier", once)
    return ours_updated(old, ours, new, folder / "ours", once), theirs


def differences(found: tuple[Updated, Updated]) -> dict[str, object]:
    ours, theirs = found
    paths = {*ours.files, *theirs.files}
    wrong: dict[str, object] = {
        p: (ours.files.get(p), theirs.files.get(p)) for p in paths if ours.files.get(p) != theirs.files.get(p)
    }
    return wrong | ({} if ours.stages == theirs.stages else {"stages": (ours.stages, theirs.stages)})


def text(content: str | bytes) -> FileState:
    return FileState(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("seed", [1])
def test_a_random_project_is_updated_as_copier_updates_it(seed: int, tmp_path: Path) -> None:
    """Each project is sixty files, and each file a case of its own."""
    found = both(*make(seed), tmp_path)
    assert differences(found) == {}
    assert len(found[1].stages) > 10, "there are conflicts"


@pytest.mark.slow  # Copier updates twenty projects
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_random_projects_are_updated_as_copier_updates_them(seed: int, tmp_path: Path) -> None:
    assert differences(both(*make(seed), tmp_path)) == {}


# What Copier 9.19 loses, and we do not. Each test shows the loss: where Copier mends it, the test fails, and goes.


@pytest.mark.slow  # Copier updates a project
def test_copier_writes_over_a_binary_file_that_was_edited(tmp_path: Path) -> None:
    old, mine = {"b": text(b"\0one"), "f": text("1\n")}, {"b": text(b"\0mine"), "f": text("1\n")}
    ours, theirs = both(old, mine, {**old, "f": text("2\n")}, tmp_path)
    assert theirs.files["b"] == old["b"], "lost"
    assert (ours.files["b"], ours.stages) == (mine["b"], {})


@pytest.mark.slow  # Copier updates a project
def test_copier_writes_over_a_binary_file_that_both_edited(tmp_path: Path) -> None:
    old, mine, new = ({"b": text(b"\0" + word)} for word in (b"one", b"mine", b"new"))
    ours, theirs = both(old, mine, new, tmp_path)
    assert (theirs.files["b"], theirs.stages) == (new["b"], {}), "lost"
    assert ours.files["b"] == mine["b"]
    assert {stage for _, stage in ours.stages} == {1, 2, 3}


@pytest.mark.slow  # Copier updates a project
def test_copier_deletes_a_file_that_was_edited(tmp_path: Path) -> None:
    old, mine = {"f": text("1\n"), "g": text("1\n")}, {"f": text("mine\n"), "g": text("1\n")}
    ours, theirs = both(old, mine, {"g": text("1\n")}, tmp_path)
    assert ("f" in theirs.files, theirs.stages) == (False, {}), "lost"
    assert ours.files["f"] == mine["f"]
    assert {stage for _, stage in ours.stages} == {1, 2}


@pytest.mark.slow  # Copier updates a project
def test_copier_drops_what_it_cannot_decode(tmp_path: Path) -> None:
    old = {"f": text("one\ntwo\nthree\n"), "g": text("1\n")}
    mine = {**old, "f": text(b"one\ntwo\ncaf\xe9\n")}
    ours, theirs = both(old, mine, {**old, "g": text("2\n")}, tmp_path)
    assert theirs.files["f"].data == b"one\ntwo\ncaf\n", "lost"
    assert ours.files["f"] == mine["f"]


@pytest.mark.slow  # Copier updates a project
@pytest.mark.parametrize("name", ["tags", "RCS", "CVS"])
def test_copier_never_removes_some_folders(name: str, tmp_path: Path) -> None:
    old = {f"{name}/f": text("1\n"), "g": text("1\n")}
    ours, theirs = both(old, old, {"g": text("1\n")}, tmp_path)
    assert set(theirs.files) == {f"{name}/f", "g"}, "left behind"
    assert set(ours.files) == {"g"}


@pytest.mark.slow  # Copier updates a project
def test_what_is_written_once_is_as_copier_has_it(tmp_path: Path) -> None:
    old = {"values.yaml": text("1\n"), "gone.yaml": text("1\n"), "f": text("1\n")}
    mine = {"values.yaml": text("mine\n"), "f": text("1\n")}
    new = {"values.yaml": text("2\n"), "gone.yaml": text("2\n"), "f": text("2\n")}
    assert differences(both(old, mine, new, tmp_path, ("*.yaml",))) == {}


@pytest.mark.slow  # Copier updates a project
def test_copier_ends_at_a_name_that_git_quotes(tmp_path: Path) -> None:
    mine, new = {"ü": text("mine\n")}, {"ü": text("new\n")}
    with pytest.raises(FileNotFoundError):
        updated({}, mine, new, tmp_path / "copier")
    assert {stage for _, stage in ours_updated({}, mine, new, tmp_path / "ours").stages} == {1, 2, 3}


def test_nothing_is_left_out_of_a_folder_of_a_repository(tmp_path: Path) -> None:
    """Copier's patch is that of a whole repository, and its rejects too; ours is that of the project."""
    root = make_repo(tmp_path, {"envs/a/f": "mine\n", "envs/b/f": "mine\n"})
    project = MergeProject("envs/a", {"f": text("1\n")}, {"f": text("1\n"), "g": text("2\n")})
    assert merge_as_copier([Asked(root, [project])]) == [({"envs/a/g": text("2\n")}, ())]


def test_neighbouring_keys_of_yaml_stay_a_conflict(tmp_path: Path) -> None:
    """Copier knows lines only; the second try, key by key, is that of `safe`."""
    base, mine, new = (text(f"tag: {tag}\nport: {port}\n") for tag, port in ((1, 80), (2, 80), (1, 81)))
    project = MergeProject(".", {"v.yaml": base}, {"v.yaml": new})
    root = make_repo(tmp_path, {"v.yaml": mine.data})
    assert merge_repository(root, [project]) == ({"v.yaml": text("tag: 2\nport: 81\n")}, ())
    assert merge_as_copier([Asked(root, [project])]) == [({}, (Conflict("v.yaml", "contents", base, mine, new),))]
