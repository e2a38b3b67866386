"""What copier.yml says, as Copier itself reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import write
from shunter.core.templates.config import NeedsCopier, due, read_config
from shunter.model.files import FileState, MemoryTree

FILES = {
    "copier.yml": """\
_subdirectory: one
_exclude: [a]
first: 1
---
!include parts/*.yml
---
_exclude: [b]
_subdirectory: two
second: {default: x, secret: true}
_secret_questions: [first]
""",
    "parts/q.yml": "third: {type: int, default: 3}\n---\nfirst: {default: 2}\n",
    "parts/deep/r.yml": "fourth: 4\n",
}


def tree(files: dict[str, str]) -> MemoryTree:
    return MemoryTree({path: FileState(text.encode()) for path, text in files.items()})


def test_documents_are_one_the_last_wins_and_lists_add_up(tmp_path: Path) -> None:
    found = read_config(tree(FILES))
    assert dict(found.questions) == {
        "first": {"default": 2},
        "third": {"type": "int", "default": 3},
        "second": {"default": "x", "secret": True},
    }
    assert (found.exclude, found.subdirectory, found.secret) == (("a", "b"), "two", frozenset(("first", "second")))
    write(tmp_path, dict(FILES))
    from copier._template import Template  # the only place that can be asked

    theirs = Template(str(tmp_path))
    assert {**theirs.questions_data["third"]} == {**found.questions["third"]}
    assert list(theirs.questions_data) == list(found.questions)
    assert (theirs.exclude, theirs.subdirectory, theirs.secret_questions) == (("a", "b"), "two", {"first", "second"})


def test_without_a_questionnaire_copiers_own_excludes_count() -> None:
    found = read_config(tree({"x": ""}))
    assert "copier.yml" in found.exclude
    assert found.suffix == ".jinja"
    assert not found.questions
    assert read_config(tree({"copier.yaml": "_subdirectory: t"})).exclude == ()


def test_what_only_copier_knows_is_named() -> None:
    found = read_config(tree({"copier.yml": "_external_data: {a: b}\n_skip_if_exists: [a]\n"}))
    assert (found.unknown, found.skip_if_exists) == ("_external_data", ("a",))
    assert not read_config(tree({"copier.yml": "_migrations: []\n"})).unknown


@pytest.mark.parametrize(
    "files",
    [
        {"copier.yml": "_envops: {finalize: x}"},
        {"copier.yml": "_envops: [x]"},
        {"copier.yml": "_templates_suffix: ''"},
        {"copier.yml": "_templates_suffix: .a.b"},
        {"copier.yml": "_exclude: text"},
        {"copier.yml": "_subdirectory: [a]"},
        {"copier.yml": "yes: 1"},
        {"copier.yml": "!include ../outside.yml"},
        {"copier.yml": "!include /etc/*.yml"},
        {"copier.yml": "!include [a]"},
        {"copier.yml": "", "copier.yaml": ""},
        {"copier.YML": ""},
    ],
)
def test_the_unusual_is_left_to_copier(files: dict[str, str]) -> None:
    with pytest.raises(NeedsCopier):
        read_config(tree(files))


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        ("_tasks: [make]\n", ("_tasks",)),
        ("_tasks: []\n_migrations: []\n", ()),
        ("_migrations: [{version: v1.0.0, before: [a]}, {command: b}, c, {version: 2, command: d}]\n",
         ("_migrations v1.0.0", "_migrations ", "_migrations ", "_migrations 2")),
    ],
)  # fmt: skip
def test_programs_are_told(text: str, programs: tuple[str, ...]) -> None:
    assert read_config(tree({"copier.yml": text})).programs == programs


@pytest.mark.parametrize(
    ("programs", "before", "after", "setting"),
    [
        ((), "0.1.0", "0.2.0", ""),
        (("_tasks",), "0.1.0", "0.2.0", "_tasks"),
        (("_migrations v0.2.0",), "0.1.0", "0.2.0", "_migrations"),
        (("_migrations 0.2",), "0.2.0", "0.3.0", ""),
        (("_migrations v0.2.0",), "0.2.0", "0.2.0", ""),
        (("_migrations v0.3.0",), "0.1.0", "0.2.0", ""),
        (("_migrations v0.10.0",), "0.9.0", "0.11.0", "_migrations"),
        (("_migrations ",), "0.2.0", "0.2.0", "_migrations"),
        (("_migrations v0.2.0rc1",), "0.2.0", "0.3.0", "_migrations"),
    ],
)
def test_a_migration_runs_where_its_version_is_passed(
    programs: tuple[str, ...], before: str, after: str, setting: str
) -> None:
    assert due(programs, before, after) == setting
