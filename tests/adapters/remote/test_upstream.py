"""How far a checkout is from the branch that it follows: git says it, or the repository's own files where it is plain."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.reads import git_processes
from helpers.workspaces.gitrepo import commit_all, git, make_repo, write
from shunter.adapters.remote.upstream import Behind, Standing, all_behind, standing


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository that others clone."""
    return make_repo(tmp_path / "origin", {"a": "0"})


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    """A clone that is one commit behind, as it has fetched."""
    git(tmp_path, "clone", "-q", str(origin), "clone")
    commit_all(origin, {"a": "1"})
    git(tmp_path / "clone", "fetch", "-q")
    return tmp_path / "clone"


def behind(root: Path) -> Behind | None:
    return all_behind([root]).get(root)


def asked(root: Path) -> int:
    """How many git processes the question takes."""
    with git_processes() as started:
        all_behind([root])
    return len(started)


def test_standing_is_what_git_status_says(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    assert standing(clone) == Standing("main", head, "origin/main", 0, 1)
    git(clone, "config", "status.aheadBehind", "false")
    write(clone, {"a": "edited", "untracked": ""})
    assert standing(clone) == Standing("main", head, "origin/main", 0, 1, dirty=True)
    git(clone, "checkout", "-q", "--detach")
    assert standing(clone) == Standing(None, head, dirty=True)
    git(clone, "checkout", "-q", "-b", "alone")
    assert standing(clone) == Standing("alone", head, dirty=True)
    git(clone, "branch", "-q", "--set-upstream-to=origin/main")
    git(clone, "update-ref", "-d", "refs/remotes/origin/main")
    assert standing(clone) == Standing("alone", head, "origin/main", dirty=True)


def test_standing_before_the_first_commit(origin: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "empty.git")
    git(tmp_path, "clone", "-q", "empty.git", "clone")
    assert standing(tmp_path / "clone") == Standing("main", None, "origin/main")
    git(origin, "push", "-q", str(tmp_path / "empty.git"), "main")
    git(tmp_path / "clone", "fetch", "-q")
    assert standing(tmp_path / "clone") == Standing("main", None, "origin/main", 0, 1)


def test_standing_names_an_operation(clone: Path) -> None:
    git(clone, "merge", "-q", "--no-ff", "--no-commit", "origin/main")
    assert standing(clone).operation == "merge"


def test_behind_is_counted_and_costs_one_process(clone: Path) -> None:
    assert behind(clone) == Behind("origin/main", 1)
    assert asked(clone) == 1
    commit_all(clone, {"b": "1"})
    assert behind(clone) == Behind("origin/main", 1)
    git(clone, "merge", "-q", "origin/main")
    assert behind(clone) is None


@pytest.mark.parametrize("packed", [False, True])
def test_in_step_costs_no_process(clone: Path, packed: bool) -> None:
    git(clone, "merge", "-q", "--ff-only", "origin/main")
    if packed:
        git(clone, "pack-refs", "--all")
    assert (behind(clone), asked(clone)) == (None, 0)
    git(clone, "checkout", "-q", "--detach")
    assert (behind(clone), asked(clone)) == (None, 0)
    git(clone, "checkout", "-q", "-b", "alone", "--no-track")
    assert (behind(clone), asked(clone)) == (None, 0)


def test_packed_refs_and_linked_worktrees(clone: Path, tmp_path: Path) -> None:
    git(clone, "pack-refs", "--all")
    assert behind(clone) == Behind("origin/main", 1)
    git(clone, "worktree", "add", "-q", "-b", "topic", "--track", str(tmp_path / "linked"), "origin/main")
    assert (behind(tmp_path / "linked"), asked(tmp_path / "linked")) == (None, 0)
    git(tmp_path / "linked", "reset", "-q", "--hard", "main")
    assert behind(tmp_path / "linked") == Behind("origin/main", 1)


@pytest.mark.parametrize("name", ["a/b", 'quo"te', "back.slash", "ümlaut", "-minus", "x]y"])
def test_branches_of_any_name(clone: Path, name: str) -> None:
    if git(clone, "check-ref-format", f"refs/heads/{name}") == "":
        git(clone, "update-ref", f"refs/heads/{name}", "main")
        git(clone, "symbolic-ref", "HEAD", f"refs/heads/{name}")
        git(clone, "config", f"branch.{name}.remote", "origin")
        git(clone, "config", f"branch.{name}.merge", "refs/heads/main")
        assert behind(clone) == Behind("origin/main", 1)


def test_what_the_files_leave_open_git_answers(clone: Path, tmp_path: Path) -> None:
    """An included file, a key as git also reads it, a mapping of refs of one's own, a local branch as upstream."""
    config = clone / ".git/config"
    plain = config.read_text()
    parts = plain.partition('[branch "main"]')
    (tmp_path / "more").write_text("".join(parts[1:]))
    config.write_text(f"{parts[0]}[include]\n\tpath = {tmp_path}/more\n")
    assert behind(clone) == Behind("origin/main", 1)
    config.write_text(plain.replace("remote = origin", 'REMOTE = "origin" # mine').replace("[branch ", "[Branch "))
    assert behind(clone) == Behind("origin/main", 1)
    config.write_text(plain.replace("refs/remotes/origin/*", "refs/remotes/elsewhere/*"))
    git(clone, "fetch", "-q")
    git(clone, "update-ref", "-d", "refs/remotes/origin/main")
    assert behind(clone) == Behind("elsewhere/main", 1)
    config.write_text(plain)
    git(clone, "update-ref", "refs/heads/local", "refs/remotes/elsewhere/main")
    git(clone, "config", "branch.main.remote", ".")
    git(clone, "config", "branch.main.merge", "refs/heads/local")
    assert behind(clone) == Behind("local", 1)
    git(clone, "merge", "-q", "--ff-only", "local")
    assert (behind(clone), asked(clone)) == (None, 0)


def test_a_folder_without_a_repository_is_left_out(tmp_path: Path) -> None:
    assert all_behind([tmp_path]) == {}
