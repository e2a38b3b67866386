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
from shunter.adapters.templates.merge import MergeProject
from shunter.model.files import REGULAR, FileState

Files = Mapping[str, FileState]


def ours_updated(old: Files, ours: Files, new: Files, root: Path, once: tuple[str, ...] = ()) -> Updated:
    """What `--merge copier` makes of a repository: its files, and the index stages of conflicts."""
    make_repo(root, {path: state.data for path, state in ours.items()})
    for path, state in ours.items():
        (root / path).chmod(0o755 if state.mode != REGULAR else 0o644)
    changes, conflicts = merge_as_copier(root, [MergeProject(".", old, new, once)])
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
    wrong: dict[str, object] = {p: (ours.files.get(p), theirs.files.get(p)) for p in paths if ours.files.get(p) != theirs.files.get(p)}
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
