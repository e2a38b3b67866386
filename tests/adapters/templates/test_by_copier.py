"""A project that Copier itself updates, in a copy: what it has done comes back as changes and conflicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.templates.by_copier import updated_by_copier
from shunter.adapters.templates.isolated import Asked
from shunter.core.templates.config import read_config
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

pytestmark = pytest.mark.slow  # Copier is imported, and updates a project
ANSWERS = "[[ _copier_conf.answers_file ]].jinja"
CONFIG = """\
_subdirectory: project
_envops: {variable_start_string: "[[", variable_end_string: "]]"}
name: {type: str, default: x}
"""
PROGRAMS = """\
_migrations:
  - version: v0.2.0
    command: mv mine.txt moved.txt
_tasks: ["cp readme.md made.txt"]
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """Templates of which release 0.2.0 has a migration and a task."""
    files: dict[str, bytes | str | None] = {
        "copier.yml": CONFIG,
        f"project/{ANSWERS}": "[[ _copier_answers|to_nice_yaml -]]\n",
        "project/readme.md": "one\n",
        "project/run.sh": "echo one\n",
    }
    root = make_repo(tmp_path / "templates", files)
    git(root, "tag", "v0.1.0")
    commit_all(root, {"copier.yml": CONFIG + PROGRAMS, "project/readme.md": "two\n", "project/run.sh": "echo two\n"})
    git(root, "tag", "v0.2.0")
    return root


def project(templates: Path, readme: str = "one\n") -> MemoryTree:
    answers = f"_commit: v0.1.0\n_src_path: {templates}\nname: x\n"
    texts = {".copier-answers.yml": answers, "readme.md": readme, "run.sh": "echo one\n", "mine.txt": "mine\n"}
    return MemoryTree({path: FileState(text.encode()) for path, text in texts.items()})


def test_migrations_and_tasks_run_in_a_copy(templates: Path) -> None:
    assert read_config(MemoryTree({"copier.yml": FileState((CONFIG + PROGRAMS).encode())})).programs == (
        "_tasks",
        "_migrations v0.2.0",
    )
    asked = Asked("0.2.0", {"name": "x"}, "update")
    changes, conflicts = updated_by_copier(project(templates), str(templates), asked, None, trust=True)
    assert conflicts == ()
    assert changes.pop(".copier-answers.yml") is not None
    assert changes == {
        "readme.md": FileState(b"two\n"),
        "run.sh": FileState(b"echo two\n"),
        "mine.txt": None,
        "moved.txt": FileState(b"mine\n"),
        "made.txt": FileState(b"two\n"),
    }


def test_a_conflict_comes_back_with_its_sides(templates: Path) -> None:
    asked = Asked("0.2.0", {"name": "x"}, "update")
    changes, [conflict] = updated_by_copier(project(templates, "ours\n"), str(templates), asked, None, trust=True)
    assert "readme.md" not in changes
    sides = [side.data for side in (conflict.base, conflict.ours, conflict.theirs) if side]
    assert (conflict.path, sides) == ("readme.md", [b"one\n", b"ours\n", b"two\n"])


def test_without_trust_nothing_runs(templates: Path, tmp_path: Path) -> None:
    with pytest.raises(ShunterError, match="want to run programs") as caught:
        updated_by_copier(project(templates), str(templates), Asked("0.2.0", {}, "update"), None, trust=False)
    assert "if you trust them: `--trust`" in caught.value.hint
