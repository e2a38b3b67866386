"""A template set of an organisation with its tags, and an update that leaves no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo
from helpers.workspaces.template_history import change_templates, make_templates
from shunter.adapters.templates.sets import template_set, tried
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    root = make_templates(tmp_path / "templates")
    (root / "history/templates.fast-import").unlink()
    make_repo(root, {"README.md": "not of a release"})
    git(root, "tag", "v1.0.0")
    git(root, "tag", "other")
    return root


def test_a_set_has_the_tags_of_its_repository_and_what_its_folder_has(templates: Path) -> None:
    with template_set(templates) as found:
        assert found.tags == ("v1.0.0",)
        assert found.holds("1.0.0")
    change_templates(templates)
    with template_set(templates) as found:
        assert not found.holds("1.0.0")
        found.add("1.1.0")
        assert found.holds("1.1.0")
    assert not found.bare.exists()
    assert git(templates, "tag").split() == ["other", "v1.0.0"]


def test_a_folder_without_templates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match=r"copier\.yml"), template_set(tmp_path):
        pass


def test_an_update_is_tried_with_ignored_files_too() -> None:
    old = {name: FileState(text) for name, text in ((".gitignore", b"*\n"), ("a", b"1\n2\n3\n"), ("values.yaml", b"x"))}
    new = {**old, "a": FileState(b"1\n2\n4\n"), "values.yaml": FileState(b"y")}
    ours = {**old, "a": FileState(b"0\n2\n3\n"), "own": FileState(b"o")}
    files, conflicts = tried(ours, old, new, ("/values.yaml",))
    assert conflicts == ()
    assert files == {**ours, "a": FileState(b"0\n2\n4\n")}
    files, (conflict,) = tried({**ours, "a": FileState(b"1\n2\n5\n")}, old, new, ("/values.yaml",))
    assert conflict.path == "a"
    assert b"<<<<<<< " in files["a"].data
