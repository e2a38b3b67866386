"""Files that are wanted back: whose they are, and when that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from shunter.adapters.git.repository import PlannedRepository
from shunter.core.workspace.model import Project, RepositorySpec
from shunter.flows.fleet.draft import Draft
from shunter.flows.fleet.recreating import asked_of, without
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

ROOT, APP = Project("repository", "shop", ".", {}), Project("app", "orders", "charts/orders", {})
SPEC = RepositorySpec("shop", ".", (ROOT, APP))
OLD = {"README.md": FileState(b"old"), "b": FileState(b"b")}


def drafted(root: Path, files: dict[str, FileState]) -> Draft:
    return Draft(SPEC, PlannedRepository(root), MemoryTree(files))


def test_a_file_belongs_to_the_innermost_project(tmp_path: Path) -> None:
    paths = [tmp_path / "README.md", tmp_path / "charts/orders/templates/app.yaml", tmp_path.parent / "README.md"]
    assert asked_of(paths, drafted(tmp_path, {}), ROOT) == ["README.md"]
    assert asked_of(paths, drafted(tmp_path, {}), APP) == ["templates/app.yaml"]


def test_a_file_that_is_wanted_back_is_new_to_the_merge(tmp_path: Path) -> None:
    assert without(OLD, OLD, drafted(tmp_path, {}), ROOT, [tmp_path / "README.md"]) == {"b": OLD["b"]}
    assert without(OLD, OLD, drafted(tmp_path, OLD), ROOT, [tmp_path / "charts/orders/b"]) == OLD


def test_a_file_that_is_there_or_that_nobody_makes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="is there"):
        without(OLD, OLD, drafted(tmp_path, OLD), ROOT, [tmp_path / "README.md"])
    with pytest.raises(ShunterError, match=r"no template makes READ\.md") as error:
        without(OLD, OLD, drafted(tmp_path, {}), ROOT, [tmp_path / "READ.md"])
    assert error.value.hint == "did you mean README.md?"
