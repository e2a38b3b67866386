"""A checkout moves by one rename with its plan's commit, or not at all, wherever a run fails or is killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import disk, git, make_repo, snapshot, write
from helpers.workspaces.plans import StopError, edit, killed, plan, raising
from shunter.adapters.git import moves
from shunter.adapters.git.apply import apply
from shunter.adapters.git.recovery import carry_on, pending, recover, show, take_back
from shunter.model.errors import ShunterError
from shunter.model.files import Move, Writing


def make(folder: Path) -> Path:
    """A home with two checkouts in it, of which one has a linked worktree beside and one inside of it."""
    home = make_repo(folder / "home", {"a": "1\n", ".shunter/a": "", ".gitignore": "/gone\n/old\n/new\n"})
    for name in ("gone", "old"):
        make_repo(home / name, {"b": "1\n", ".gitignore": "/inside\n/.venv\n"})
    git(home / "gone", "worktree", "add", "-q", "-b", "one", str(folder / "beside"))
    git(home / "gone", "worktree", "add", "-q", "-b", "two", str(home / "gone/inside"))
    write(home, {"gone/.venv/mine": "x", "old/.venv/mine": "y"})
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make(tmp_path)


def going(home: Path) -> tuple[Move, ...]:
    kept = moves.place_for(home, "gone")
    return Move(str(home / "gone"), str(kept)), Move(str(home / "old"), str(home / "new"))


def run(home: Path, on_step: Callable[[str], None] = lambda _: None) -> None:
    plans = [plan(home / "old", edit(home / "old", "b", b"2\n")), plan(home, edit(home, "a", b"2\n"))]
    apply(plans, home, moving=going(home), on_step=on_step)


def state(home: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for folder in (home, home / "gone", home / "old", home / "new", home / moves.REMOVED / "gone"):
        if (folder / ".git").exists():
            found[folder.relative_to(home).as_posix()] = snapshot(folder)
            found[f"{folder.name} worktrees"] = git(folder, "worktree", "list", "--porcelain").count("prunable")
    found["beside"] = git(home.parent / "beside", "status", "--porcelain", "--branch")
    return found


def test_a_checkout_moves_with_all_that_is_in_it(home: Path) -> None:
    before = disk(home / "gone")
    run(home)
    kept = home / moves.REMOVED / "gone"
    assert {path for path, state in disk(kept).items() if before[path] != state} == {"inside/.git"}
    assert moves.removed(home) == ("gone",)
    assert not (home / "gone").exists()
    assert not (home / "old").exists()
    assert git(home / "new", "show", "HEAD:b") == "2"
    assert (home / "new/.venv/mine").read_text() == "y"
    assert git(home, "status", "--porcelain", "--untracked-files=all") == ""
    for linked, branch in ((kept / "inside", "two"), (home.parent / "beside", "one")):
        assert git(linked, "branch", "--show-current") == branch
    assert "prunable" not in git(kept, "worktree", "list", "--porcelain")
    make_repo(home / "gone", {})
    assert moves.place_for(home, "gone").name == "gone-2"


@pytest.mark.slow  # each step fails in a checkout of its own
def test_a_run_that_fails_or_is_killed_moves_nothing_or_all(home: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    run(make(tmp_path / "reference"), steps.append)
    assert "old: moved" in steps
    after = state(tmp_path / "reference/home")
    for at in range(len(steps)):
        shutil.rmtree(tmp_path / "home")
        shutil.rmtree(tmp_path / "beside")
        before = state(make(tmp_path))
        if at % 3 == 0:
            with pytest.raises(StopError):
                run(home, raising(at))
            assert state(home) == before or steps[at] == "done", steps[at]
            continue
        assert killed(lambda on_step: run(home, on_step), at)
        assert pending(home) or steps[at] == "done"
        recover(home)
        found = state(home)
        assert found.keys() in (before.keys(), after.keys()), steps[at]
        assert found == before or [*found] == [*after], steps[at]
        assert not pending(home)


def test_an_interrupted_move_is_shown_and_taken_back(home: Path) -> None:
    before = state(home)
    assert killed(lambda on_step: run(home, on_step), 4)
    assert {part.repository for part in show(home)} == {"old", "home"}
    assert (home / "new").exists()
    take_back(home)
    assert state(home) == before


def test_an_interrupted_move_is_finished(home: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    run(make(tmp_path / "reference"), steps.append)
    assert killed(lambda on_step: run(home, on_step), steps.index("home: index"))
    carry_on(home, Writing())
    assert git(home / "new", "show", "HEAD:b") == git(home, "show", "HEAD:a") == "2"
    assert moves.removed(home) == ("gone",)
    assert not pending(home)


def test_a_linked_worktree_moves_as_git_moves_it(tmp_path: Path) -> None:
    home, main = make_repo(tmp_path / "home", {".gitignore": "/wt\n"}), make_repo(tmp_path / "main", {"a": "1\n"})
    git(main, "worktree", "add", "-q", "-b", "linked", str(home / "wt"))
    move = Move(str(home / "wt"), str(moves.place_for(home, "wt")))
    with pytest.raises(StopError):
        apply([], home, moving=[move], on_step=raising(1))
    assert git(home / "wt", "branch", "--show-current") == "linked"
    git(main, "worktree", "lock", str(home / "wt"))
    with pytest.raises(ShunterError, match="locked worktree"):
        apply([], home, moving=[move])
    git(main, "worktree", "unlock", str(home / "wt"))
    apply([], home, moving=[move])
    assert move.target in git(main, "worktree", "list", "--porcelain")
    assert git(Path(move.target), "status", "--porcelain") == ""


def test_what_cannot_be_renamed_is_refused(home: Path, tmp_path: Path) -> None:
    target = moves.place_for(home, "gone")
    (home / "link").symlink_to(home / "gone")
    with pytest.raises(ShunterError, match="symbolic link to a checkout"):
        moves.refuse_move(Move(str(home / "link"), str(target)))
    with pytest.raises(ShunterError, match="which exists"):
        moves.refuse_move(Move(str(home / "gone"), str(home / "old")))
    (home / "gone/.git/index.lock").touch()
    with pytest.raises(ShunterError, match="another git is at work"):
        moves.refuse_move(Move(str(home / "gone"), str(target)))
    git(tmp_path, "clone", "-q", "--separate-git-dir", str(tmp_path / "apart"), str(home / "old"), "separate")
    with pytest.raises(ShunterError, match="lies elsewhere"):
        moves.refuse_move(Move(str(tmp_path / "separate"), str(target)))
    (home / moves.REMOVED).symlink_to(tmp_path)
    with pytest.raises(ShunterError, match="symbolic link"):
        moves.place_for(home, "gone")


def test_another_file_system_is_refused(home: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or not os.access(other, os.W_OK) or other.stat().st_dev == home.stat().st_dev:
        pytest.skip("there is no second file system here")
    move = Move(str(home / "old"), str(other / f"shunter-{os.getpid()}" / "old"))
    with pytest.raises(ShunterError, match="different file systems") as caught:
        apply([], home, moving=[move])
    assert caught.value.hint.startswith("move it yourself")
    assert (home / "old/b").exists()


def test_a_rename_that_the_system_refuses_late_undoes_all(home: Path) -> None:
    """A folder of the way is made a file while the run is under way."""
    before = state(home)

    def on_step(step: str) -> None:
        if step == "gone: moved":
            (home / "new").mkdir()
            (home / "new/mine").touch()

    with pytest.raises(OSError, match="not empty"):
        run(home, on_step)
    shutil.rmtree(home / "new")
    assert state(home) == before
