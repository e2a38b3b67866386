"""`--merge copier`: the bytes, modes, markers and stages of `copier update` itself, but for what Copier loses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.fuzz.copier_updates import make
from helpers.oracles.copier import Updated, both, text
from helpers.workspaces.gitrepo import make_repo
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repository
from shunter.model.files import Conflict, FileState

Files = Mapping[str, FileState]


def differences(found: tuple[Updated, Updated]) -> dict[str, object]:
    ours, theirs = found
    paths = {*ours.files, *theirs.files}
    wrong: dict[str, object] = {
        p: (ours.files.get(p), theirs.files.get(p)) for p in paths if ours.files.get(p) != theirs.files.get(p)
    }
    return wrong | ({} if ours.stages == theirs.stages else {"stages": (ours.stages, theirs.stages)})


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


@pytest.mark.slow  # Copier updates a project
def test_what_is_written_once_is_as_copier_has_it(tmp_path: Path) -> None:
    old = {"values.yaml": text("1\n"), "gone.yaml": text("1\n"), "f": text("1\n")}
    mine = {"values.yaml": text("mine\n"), "f": text("1\n")}
    new = {"values.yaml": text("2\n"), "gone.yaml": text("2\n"), "f": text("2\n")}
    assert differences(both(old, mine, new, tmp_path, ("*.yaml",))) == {}


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
