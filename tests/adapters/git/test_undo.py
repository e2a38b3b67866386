"""One repository's part taken back: ours goes, what others did stays and is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot, write
from helpers.workspaces.plans import edit, killed, plan
from shunter.adapters.git import journal
from shunter.adapters.git.apply import apply
from shunter.adapters.git.journal import Change
from shunter.adapters.git.undo import ours, undo


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", {"a": "old\n", "b": "gone\n", "mine": "1\n"})


def steps_of(folder: Path) -> list[str]:
    root = make_repo(folder, {"a": "old\n", "b": "gone\n", "mine": "1\n"})
    steps: list[str] = []
    apply([plan(root, edit(root, "a", b"new\n"), edit(root, "b", None))], root, on_step=steps.append)
    return steps


def interrupted(home: Path, tmp_path: Path, step: str) -> Change:
    """What a run that was killed after a step says of this repository in its journal."""
    steps = steps_of(tmp_path / "reference" / "home")
    at = steps.index(f"home: {step}")
    plans = [plan(home, edit(home, "a", b"new\n"), edit(home, "b", None))]
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), at)
    found = journal.load(journal.folder_of(home / ".git"))
    assert found is not None
    return found.changes[0]


@pytest.mark.parametrize("step", ["a", "b", "index", "ref"])
def test_it_is_as_it_was(step: str, home: Path, tmp_path: Path) -> None:
    before = snapshot(home)
    change = interrupted(home, tmp_path, step)
    assert (ours(change) is not None) == (step == "ref")
    assert undo(change, live=False) == ()
    after = snapshot(home)
    assert {key: after[key] for key in after if key not in ("refs", "log")} == {
        key: before[key] for key in before if key not in ("refs", "log")
    }
    assert git(home, "rev-parse", "HEAD") == change.head


def test_a_commit_on_top_stays_with_the_command_that_takes_ours_back(home: Path, tmp_path: Path) -> None:
    change = interrupted(home, tmp_path, "ref")
    write(home, {"mine": "2\n"})
    git(home, "commit", "--quiet", "--all", "-m", "Mine")
    (note,) = undo(change, live=False)
    assert "has moved on" in note
    assert f"revert {git(home, 'rev-parse', 'HEAD~1')[:12]}" in note
    assert git(home, "log", "-1", "--format=%s") == "Mine"


def test_a_file_that_somebody_wrote_since_stays(home: Path, tmp_path: Path) -> None:
    change = interrupted(home, tmp_path, "a")
    write(home, {"a": "theirs\n"})
    (note,) = undo(change, live=False)
    assert "is not what shunter wrote, and stays; as it was before: " in note
    assert (home / "a").read_text() == "theirs\n"
    assert Path(note.partition("before: ")[2]).read_text() == "old\n"
    assert (home / "b").exists()
