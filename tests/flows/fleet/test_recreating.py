"""Files that are wanted back: whose they are, and when that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from shunter.core.workspace.model import Project, RepositorySpec
from shunter.flows.fleet.recreating import asked_of, without
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

ROOT, APP = Project("repository", "shop", ".", {}), Project("app", "orders", "charts/orders", {})
SPEC = RepositorySpec("shop", ".", (ROOT, APP))
OLD = {"README.md": FileState(b"old"), "b": FileState(b"b")}


def test_a_file_belongs_to_the_innermost_project(tmp_path: Path) -> None:
    paths = [tmp_path / "README.md", tmp_path / "charts/orders/templates/app.yaml", tmp_path.parent / "README.md"]
    assert asked_of(paths, tmp_path, SPEC, ROOT) == ["README.md"]
    assert asked_of(paths, tmp_path, SPEC, APP) == ["templates/app.yaml"]


def test_a_file_that_is_wanted_back_is_new_to_the_merge() -> None:
    assert without(OLD, OLD, ["README.md"], MemoryTree({})) == {"b": OLD["b"]}
    assert without(OLD, OLD, [], MemoryTree(OLD)) == OLD


def test_a_file_that_is_there_or_that_nobody_makes_is_refused() -> None:
    with pytest.raises(ShunterError, match="is there"):
        without(OLD, OLD, ["README.md"], MemoryTree(OLD))
    with pytest.raises(ShunterError, match=r"no template makes READ\.md") as error:
        without(OLD, OLD, ["READ.md"], MemoryTree({}))
    assert error.value.hint == "did you mean README.md?"
