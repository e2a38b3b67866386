"""Files that git ignores are a person's: no update merges them, and nothing of them gets into git's objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.drafting import SPECS
from helpers.workspaces.fleets import Fleet
from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, write
from helpers.workspaces.transcript import refusals
from shunter.adapters.git.apply import apply
from shunter.adapters.git.repository import PlannedRepository, Repository
from shunter.adapters.system.files import DiskTree
from shunter.flows.fleet.draft import Draft
from shunter.flows.fleet.sparing import spare
from shunter.model.files import Conflict, Edit, FileState, RepositoryPlan

MINE, THEIRS = FileState(b"SECRET=mine\n"), FileState(b"secret=template\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository that ignores `.env`, of which there is one."""
    root = make_repo(tmp_path / "orders", {".gitignore": ".env\n", "tracked": "1"})
    write(root, {".env": MINE.data})
    return root


def draft(root: Path, **changes: FileState | None) -> Draft:
    found = Draft(SPECS[0], PlannedRepository(root), DiskTree(root))
    found.changes |= changes
    return found


def test_what_is_ignored_gives_way_to_nothing(root: Path) -> None:
    found = draft(root, tracked=THEIRS, **{"new.env": THEIRS})
    found.conflicts = (Conflict(".env", "contents", None, MINE, THEIRS), Conflict("f", "contents", None, MINE, THEIRS))
    spare(found, found=True)
    assert {*found.changes} == {"tracked", "new.env"}
    assert [each.path for each in found.conflicts] == ["f"]
    [aside] = found.aside
    assert (aside.path, aside.state) == (".env", THEIRS)
    assert Path(aside.target).is_relative_to(root / ".git/shunter/kept")
    [finding] = found.findings
    assert (finding.span.path, aside.target in finding.hint) == (f"{SPECS[0].name}/.env", True)
    assert found.notices == []


def test_what_is_ignored_and_as_the_release_has_it_is_not_committed(root: Path) -> None:
    found = draft(root)
    found.standing |= {".env": MINE, "tracked": FileState(b"1")}
    spare(found, found=True)
    assert (found.standing, found.findings) == ({"tracked": FileState(b"1")}, [])


def test_who_hears_no_findings_gets_a_notice(root: Path) -> None:
    found = draft(root, **{".env": THEIRS})
    spare(found, found=False)
    assert (found.changes, found.findings) == ({}, [])
    assert "git ignores it, so it stays as it is" in found.notices[0]


def test_what_is_equal_gone_or_an_answers_file_is_left_to_others(root: Path) -> None:
    write(root, {".gitignore": ".env\n.copier-answers.yml\n", ".copier-answers.yml": "x"})
    found = draft(root, **{".env": MINE, ".copier-answers.yml": THEIRS})
    spare(found, found=True)
    assert {*found.changes} == {".env", ".copier-answers.yml"}
    gone = draft(root)
    gone.conflicts = (Conflict(".env", "modify/delete", MINE, MINE, None),)
    spare(gone, found=True)
    assert [*gone.conflicts, *gone.aside] == []
    assert gone.findings[0].hint == "the template does not have it any more"


def test_what_is_kept_aside_is_written_with_the_rest(root: Path) -> None:
    found = draft(root, **{".env": THEIRS})
    spare(found, found=True)
    edit = Edit("new", None, FileState(b"new\n"))
    apply([RepositoryPlan("r", str(root), Repository(root).head(), (edit,), message="x", aside=found.aside)], root)
    assert Path(found.aside[0].target).read_bytes() == THEIRS.data
    assert disk(root)[".env"] == ("-", MINE.data)


@pytest.mark.parametrize(("way", "clean"), [("safe", True), ("safe", False), ("copier", False)])
def test_an_update_leaves_an_ignored_file_alone(way: str, clean: bool, tmp_path: Path) -> None:
    """In a repository that does not track a template's file any more, but has it, with something of its own in it."""
    fleet = Fleet(tmp_path)
    root, path = fleet.checkout("shop-tst"), "envs/tst/README.md"
    text = (root / path).read_bytes()
    mine = b"token: 123\n" + text if clean else text + b"\ntoken: 123\n"
    git(root, "rm", "-q", "--cached", path)
    commit_all(root, {".gitignore": f"{path}\n"})
    write(root, {path: mine})
    [block] = refusals(shunter("update", "--to", "0.2.0", "--merge", way, cwd=fleet.root))
    assert (block.rule, block.place) == ("update-conflict", f"shop-tst/{path}")
    assert (root / path).read_bytes() == mine
    kept = Path(block.hint.rpartition(" ")[2]).read_bytes()
    assert b"Of v0.2.0." in kept
    assert (b"token" in kept) == clean
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "-1", "--format=%s") == "Update to template release 0.2.0"
    holding = Repository(root).try_git("cat-file", "-e", FileState(mine).object_id())
    assert holding.returncode, "nothing of it is in git's objects"
    assert "nothing to do" in ok("update", "--to", "0.2.0", "--merge", way, cwd=fleet.root).err
