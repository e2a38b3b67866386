"""What an update renders and a copy does not: recorded answers, and what the next release excludes, as Copier has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.fuzz.repositories import Template
from helpers.oracles.updates import laid
from helpers.workspaces.gitrepo import git
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repositories
from shunter.adapters.templates.render import RenderRequest, render_many
from shunter.core.goyaml.document import read
from shunter.core.workspace.answers import as_copier
from shunter.model.files import FileState

ANSWERS = ".copier-answers.yml"
TEMPLATE = {
    "[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|to_nice_yaml ]]",
    "shown.jinja": "[[ q ]] [[ q is string ]], [[ after ]]\n",
}
HEAD: dict[str, Any] = {
    "_subdirectory": "",
    "_exclude": ["copier.yml", ".git"],
    "_envops": {
        "block_start_string": "[%", "block_end_string": "%]", "comment_start_string": "[#", "comment_end_string": "#]",
        "variable_start_string": "[[", "variable_end_string": "]]",
    },
    "after": {"type": "str", "default": "after [[ q ]]", "when": "[[ false ]]"},
}  # fmt: skip
STR = {"type": "str", "default": "5"}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "asked, of another type": (STR, {"type": "yaml", "default": "other"}, "7"),
    "not asked, of another type": (STR, {"type": "yaml", "default": "other", "ask": False}, "7"),
    "not asked, a yes or no": (STR, {"type": "bool", "default": True, "ask": False}, "no"),
    "no number any more": (STR, {"type": "int", "default": 9}, "seven"),
    "none of the choices any more": (STR, {"type": "str", "default": "b", "choices": ["a", "b"]}, "c"),
    "refused by a validator": (
        STR,
        {"type": "str", "default": "b", "validator": "[% if q == 'c' %]no[% endif %]"},
        "c",
    ),
    "hidden now": (STR, {"type": "str", "default": "hidden", "when": False}, "c"),
    "hidden, with no default": (STR, {"type": "str", "when": False}, "c"),
    "as it was": (STR, {"type": "str", "default": "other"}, "c"),
}


def release(question: dict[str, Any]) -> dict[str, FileState]:
    config = json.dumps({**HEAD, "q": question, "after": HEAD["after"]})
    return {
        **{path: FileState(text.encode()) for path, text in TEMPLATE.items()},
        "copier.yml": FileState(config.encode()),
    }


def project(bare: Path, answers: dict[str, Any], root: Path) -> dict[str, Any]:
    """A project of release 1.0.0 in a repository at `root`; the answers that it records."""
    first = RenderRequest.of(str(bare), "1.0.0", answers, bare)
    rendered = render_many([first]).files[first]
    Repository.init(root)
    for path, state in rendered.items():
        write_file(root / path, state)
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "made")
    recorded = as_copier(read(rendered[ANSWERS].data, ANSWERS)).value or {}
    return {key: value for key, value in recorded.items() if not key.startswith("_")}


def files(root: Path) -> dict[str, FileState]:
    tree = DiskTree(root)
    return {path: state for path in tree.paths() if (state := tree.get(path)) is not None}


def by_copier(root: Path) -> dict[str, FileState]:
    import copier

    copier.run_update(root, settings=copier.Settings(), defaults=True, overwrite=True, quiet=True, vcs_ref="v2.0.0")
    return files(root)


@pytest.mark.slow  # Copier updates a project each
@pytest.mark.parametrize("name", CASES)
def test_a_recorded_answer_is_taken_as_copier_takes_it(name: str, tmp_path: Path) -> None:
    before, after, answer = CASES[name]
    bare = laid(Template(release(before), release(after), {}), tmp_path / "template.git")
    known = project(bare, {"q": answer}, tmp_path / "project")
    theirs = by_copier(tmp_path / "project")
    asked = RenderRequest.of(str(bare), "2.0.0", known, bare, "update", known)
    found = render_many([asked])
    assert found.notices == ()
    assert found.files[asked] == theirs


def test_what_is_wanted_now_is_no_answer_of_then(tmp_path: Path) -> None:
    """What shunter.yaml says is an answer that is given: a hidden question has it, and a wrong one is an error."""
    hidden = release({"type": "str", "default": "hidden", "when": False})
    bare = laid(Template(hidden, hidden, {}), tmp_path / "template.git")
    asked = RenderRequest.of(str(bare), "2.0.0", {"q": "wanted"}, bare, "update")
    assert render_many([asked]).files[asked]["shown"].data == b"wanted True, after wanted\n"


@pytest.mark.slow  # Copier updates a project
@pytest.mark.parametrize("engine", ["ours", "copier"])
def test_what_a_release_excludes_from_then_on_a_project_keeps(engine: str, tmp_path: Path) -> None:
    """A pattern that says nothing for the recorded answers excludes nothing: that file is deleted."""
    question = {"type": "str", "default": "x"}
    old = release(question) | {name: FileState(b"text\n") for name in ("kept", "gone", "dir/kept")}
    if engine == "copier":  # which our engine leaves to Copier itself
        config = json.loads(old["copier.yml"].data) | {"many": {"type": "str", "multiselect": True, "choices": ["a"]}}
        old["copier.yml"] = FileState(json.dumps(config | {"many": config["many"] | {"default": "[a]"}}).encode())
    config = json.loads(old["copier.yml"].data)
    config["_exclude"] += ["kept", "dir", "[% if q != 'x' %]gone[% endif %]", "[% if q == 'x' %]never[% endif %]"]
    new = {path: state for path, state in old.items() if path != "gone"} | {
        "copier.yml": FileState(json.dumps(config).encode())
    }
    bare = laid(Template(old, new, {}), tmp_path / "template.git")
    known = project(bare, {"q": "x"}, tmp_path / "project")
    before = files(tmp_path / "project")
    assert {"kept", "gone", "dir/kept"} <= before.keys()
    wants = [
        RenderRequest.of(str(bare), "1.0.0", known, bare, "update", excluding="2.0.0"),
        RenderRequest.of(str(bare), "2.0.0", known, bare, "update", known),
    ]
    found = render_many(wants)
    assert bool(found.notices) == (engine == "copier")
    merged = [MergeProject(".", found.files[wants[0]], found.files[wants[1]], ())]
    results = [merge([Asked(tmp_path / "project", merged)])[0] for merge in (merge_as_copier, merge_repositories)]
    theirs = by_copier(tmp_path / "project")
    for changes, conflicts in results:
        now = {path: state for path, state in (before | changes).items() if state is not None}
        assert (now, conflicts) == (theirs, ())
    assert "gone" not in theirs
    assert {"kept", "dir/kept"} <= theirs.keys()
