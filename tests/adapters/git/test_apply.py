import os
import shlex
import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, snapshot, write
from helpers.workspaces.plans import START, StopError, clash, edit, fresh, killed, plan, raising, usual
from shunter.adapters.git import journal
from shunter.adapters.git.apply import apply, look
from shunter.adapters.git.recovery import recover
from shunter.adapters.git.repository import git_dir
from shunter.adapters.system.files import DiskTree
from shunter.model.errors import ShunterError
from shunter.model.files import Conflict, Edit, FileState, RepositoryPlan, Writing
from shunter.model.findings import Status


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", {**START, ".gitignore": "/fresh/\n/other/\n"})


def test_a_plan_becomes_one_commit_and_nothing_else_moves(home: Path) -> None:
    write(home, {"keep": "uncommitted\n", "untracked": "mine\n", "staged": "mine too\n"})
    git(home, "add", "staged")
    [outcome] = apply([usual(home)], home).outcomes
    assert (outcome.unit, outcome.status) == ("home", Status.DONE)
    assert git(home, "status", "--porcelain") == "M keep\nA  staged\n?? untracked"
    assert git(home, "log", "--format=%s %an") == "Change home Tess Ter\nstart Tess Ter"
    assert git(home, "diff", "--name-status", "HEAD^", "HEAD").split() == [
        *("A", "dir", "D", "dir/only", "M", "edit", "D", "flip", "A", "flip/deep/er"),
        *("D", "gone", "A", "link", "M", "mode"),
    ]
    assert outcome.paths == tuple(git(home, "show", "--format=", "--name-only").splitlines())
    assert outcome.commit == git(home, "rev-parse", "HEAD")
    assert disk(home)["edit"] == ("-", b"new\xff\0\r\n")
    assert disk(home)["mode"] == ("x", b"#!\n")
    assert git(home, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert list((home / ".git/shunter").iterdir()) == [home / ".git/shunter/lock"]
    assert git(home, "fsck", "--no-dangling") == ""


def test_nothing_to_do_is_no_commit(home: Path) -> None:
    before = snapshot(home)
    assert [outcome.status for outcome in apply([plan(home)], home).outcomes] == [Status.NOOP]
    write(home, {"edit": "different\n"})
    [outcome] = apply([plan(home, edit(home, "edit", b"old\n"))], home).outcomes
    assert (outcome.status, outcome.detail) == (Status.DONE, "1 file")
    assert snapshot(home) == before


def test_several_repositories_and_a_new_one(home: Path) -> None:
    other = make_repo(home / "other", START)
    outcomes = apply([usual(home), usual(other), fresh(home / "fresh")], home).outcomes
    assert [outcome.unit for outcome in outcomes] == ["home", "other", "fresh"]
    for root in (home, other, home / "fresh"):
        assert git(root, "status", "--porcelain") == ""
        assert git(root, "log", "-1", "--format=%s") == f"Change {root.name}"
    assert disk(home / "fresh") == {"README": ("-", b"hello\n"), "bin/run": ("x", b"#!\n")}
    assert git(home / "fresh", "diff-files", "--name-only") == ""


def test_a_conflict_leaves_files_and_index_as_a_merge_does(home: Path) -> None:
    [outcome] = apply([clash(home)], home).outcomes
    assert (outcome.status, outcome.detail) == (Status.CONFLICT, "resolve and commit: edit, keep, gone")
    assert git(home, "status", "--porcelain").splitlines() == ["UU edit", "UD gone", "UU keep", "M  mode"]
    assert (home / "edit").read_text() == ("<<<<<<< before updating\nold\n=======\ntheirs\n>>>>>>> after updating\n")
    assert (home / "keep").read_text() == "kept\n"
    assert (home / "gone").read_text() == "bye\n"
    assert git(home, "cat-file", "-p", ":3:keep") == "\0theirs"
    assert git(home, "log", "--format=%s") == "start"
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "resolved")
    with pytest.raises(ShunterError, match="the current commit of home changed"):
        apply([RepositoryPlan("home", str(home), "0" * 40, (edit(home, "x", b""),))], home)


def test_a_conflict_under_a_templates_new_name_takes_the_persons_file_along(home: Path) -> None:
    ours = DiskTree(home).get("edit")
    renamed = Conflict("renamed", "content", FileState(b"base\n"), ours, FileState(b"theirs\n"))
    apply([plan(home, edit(home, "edit", None), conflicts=(renamed,))], home)
    assert git(home, "status", "--porcelain").splitlines() == ["D  edit", "UU renamed"]
    assert "old\n" in (home / "renamed").read_text()


def refused(plans: list[RepositoryPlan], home: Path, match: str) -> None:
    roots = {home, *(Path(each.root) for each in plans)}
    before = [snapshot(root) if git_dir(root) else disk(root) for root in sorted(roots)]
    with pytest.raises(ShunterError, match=match):
        apply(plans, home)
    assert [snapshot(root) if git_dir(root) else disk(root) for root in sorted(roots)] == before
    assert not [name for root in roots for name in names(root.parent) if "shunter" in name]


def test_a_file_that_changed_meanwhile_stops_everything(home: Path) -> None:
    other = make_repo(home / "other", START)
    plans = [usual(home), fresh(home / "other" / "fresh"), usual(other)]
    write(other, {"edit": "typed just now\n"})
    refused([plans[0], plans[2]], home, "edit changed while shunter was working")
    write(other, {"edit": "old\n", "dir/only": None, "link": "typed just now\n"})
    refused([plans[0], plans[2]], home, "dir/only changed")


def test_a_moved_head_stops_everything(home: Path) -> None:
    plans = [usual(home)]
    commit_all(home, {"unrelated": ""})
    refused(plans, home, "the current commit of home changed")


def test_a_taken_place_for_a_new_repository_stops_everything(home: Path) -> None:
    plans = [usual(home), fresh(home / "fresh")]
    write(home, {"fresh/mine": "x"})
    refused(plans, home, "fresh is not empty")


def test_edits_stay_inside_the_repository(home: Path, tmp_path: Path) -> None:
    (home / "out").symlink_to(tmp_path)
    refused([plan(home, Edit("out/x", None, FileState(b"")))], home, "behind the symbolic link out")
    refused([plan(home, Edit(".git/config", None, FileState(b"")))], home, "not a path of a repository")
    refused([plan(home, Edit("a/../../x", None, FileState(b"")))], home, "not a path of a repository")


def test_a_folder_in_the_way_is_put_back_with_everything_else(home: Path) -> None:
    write(home, {"zone/mine": "untracked\n"})
    other = make_repo(home / "other", {"zone/x": "1"})
    blocked = plan(other, Edit("zone", None, FileState(b"")))
    refused([usual(home), fresh(home / "fresh"), blocked], home, "cannot write .*zone")


def test_two_runs_keep_apart(home: Path) -> None:
    other = make_repo(home / "other", START)
    for root in (home, other):
        with (
            journal.locked(journal.folder_of(root / ".git"), root),
            pytest.raises(ShunterError, match=rf"another shunter run \(process {os.getpid()}\) is at work in {root}"),
        ):
            apply([usual(home), usual(other)], home)


def test_a_linked_worktree_keeps_its_own_journal(home: Path, tmp_path: Path) -> None:
    git(home, "worktree", "add", "-q", "-b", "side", "../side")
    before = snapshot(home)["disk"]
    apply([usual(tmp_path / "side")], tmp_path / "side")
    assert git(tmp_path / "side", "status", "--porcelain") == ""
    assert (home / ".git/worktrees/side/shunter/lock").exists()
    assert snapshot(home)["disk"] == before


def make_case(folder: Path) -> tuple[Path, list[RepositoryPlan]]:
    """A workspace with a person's unfinished work in it, and plans for three repositories, one of them new."""
    home = make_repo(folder / "home", {**START, ".gitignore": "/fresh/\n/other/\n"})
    other = make_repo(home / "other", START)
    write(home, {"keep": "uncommitted\n", "untracked": "mine\n", "edit": "uncommitted too\n"})
    write(other, {"staged": "mine\n"})
    git(other, "add", "staged")
    return home, [usual(home), fresh(home / "fresh"), clash(other)]


@pytest.mark.slow  # each step fails in repositories of its own
def test_an_exception_at_any_step_puts_everything_back(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    before = [snapshot(root) for root in (home, home / "other", home / "fresh")]
    status = git(home, "status", "--porcelain"), git(home / "other", "status", "--porcelain")
    for at in range(1000):
        try:
            apply(plans, home, on_step=raising(at))
        except StopError:
            assert [snapshot(root) for root in (home, home / "other", home / "fresh")] == before, at
            assert (git(home, "status", "--porcelain"), git(home / "other", "status", "--porcelain")) == status
            assert not list((home / ".git/shunter").glob("journal*"))
            assert not list(home.rglob(".git/shunter/undo"))
        else:
            break
    assert at > 15


def test_ctrl_c_says_what_was_undone(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)

    def interrupted(step: str) -> None:
        if step.endswith(": index"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        apply(plans, home, on_step=interrupted)
    assert caught.value.__notes__ == ["undone: home, fresh, other are as before"]


def test_a_new_branch_is_made_everywhere_and_an_undone_run_takes_it_back(home: Path) -> None:
    other = make_repo(home / "other", START)
    git(other, "switch", "-q", "--detach")
    before = snapshot_of(home), snapshot_of(other)
    with pytest.raises(StopError):
        apply([usual(home), usual(other)], home, Writing(branch="topic"), on_step=raising(24))
    assert (snapshot_of(home), snapshot_of(other)) == before
    apply([usual(home), usual(other)], home, Writing(branch="topic"))
    for root in (home, other):
        assert git(root, "symbolic-ref", "--short", "HEAD") == "topic"
        assert git(root, "log", "-1", "--format=%s", "main") == "start"
    apply([plan(home, edit(home, "edit", b"more"))], home, Writing(branch="topic"))
    assert git(home, "rev-list", "--count", "main..topic") == "2", "who is on it goes on"
    git(home, "switch", "-q", "main")
    with pytest.raises(ShunterError, match="already has a branch `topic`"):
        apply([plan(home, edit(home, "edit", b"more"))], home, Writing(branch="topic"))
    with pytest.raises(ShunterError, match=r"`a\.\.b` is not a name for a branch"):
        apply([plan(home, edit(home, "edit", b"more"))], home, Writing(branch="a..b"))


def snapshot_of(root: Path) -> tuple[object, ...]:
    head = (root / ".git/HEAD").read_text()
    return disk(root), head, git(root, "ls-files", "-s"), git(root, "for-each-ref")


def test_a_full_disk_undoes_everything(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        home = make_repo(small / "home", dict(START))
        before = snapshot(home), git(home, "status", "--porcelain")
        noise = os.urandom(700_000)  # fits as a file; as a file and as an object of git it does not
        for files in ({"new": noise}, {"edit": noise, "new": noise}):
            with pytest.raises((ShunterError, OSError)):
                apply([plan(home, *(edit(home, path, data) for path, data in files.items()))], home)
            assert (snapshot(home), git(home, "status", "--porcelain")) == before
            assert not list(home.glob(".git/*.lock"))
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("staged", [False, True])
def test_what_a_person_did_to_a_file_that_is_written_anew_is_kept(staged: bool, home: Path) -> None:
    write(home, {"edit": "theirs\n"})
    if staged:
        git(home, "add", "edit")
    done = apply([plan(home, edit(home, "edit", b"derived\n"), edit(home, "new", b"x\n"))], home)
    [notice] = done.notices
    kept = Path(notice.rpartition(": ")[2])
    assert notice.startswith("home: edit is written anew; what was changed there is kept: ")
    assert kept.read_text() == "theirs\n"
    assert git(home, "show", "HEAD:edit") == "derived"
    assert git(home, "status", "--porcelain") == ""


def test_what_was_kept_survives_a_kill_after_the_last_commit(home: Path) -> None:
    write(home, {"edit": "theirs\n"})
    found = False
    for at in range(4, 20):
        if found := killed(
            lambda on_step: apply([plan(home, edit(home, "edit", b"derived\n"))], home, on_step=on_step), at
        ) and bool(git(home, "log", "-1", "--format=%s") == "Change home"):
            break
    assert found
    done = recover(home)
    assert done is not None
    [note] = done.notes
    assert Path(note.rpartition(": ")[2]).read_text() == "theirs\n"


def test_taking_back_a_change_is_no_part_of_the_commit(home: Path) -> None:
    write(home, {"edit": "theirs\n"})
    wanted = plan(home, edit(home, "edit", b"old\n"), edit(home, "new", b"x\n"))
    [seen] = look([wanted], Writing()).surveys
    [outcome] = apply([wanted], home).outcomes
    assert seen.paths == outcome.paths == ("new",)


def test_staged_work_that_goes_along_is_named(home: Path) -> None:
    write(home, {"keep": "mine\n"})
    git(home, "add", "keep")
    done = apply([plan(home, edit(home, "keep", b"mine, and ours\n", shared=True))], home)
    assert done.notices == ("home: keep has staged changes of yours: they are committed with it",)


def test_what_is_staged_and_not_committed_is_committed_first(home: Path) -> None:
    wanted = plan(home, edit(home, "edit", b"one\n"), edit(home, "new", b"x\n"))
    apply([wanted], home, Writing(commit=False))
    with pytest.raises(ShunterError, match=r"staged with --no-commit in .* is not committed yet") as caught:
        apply([plan(home, edit(home, "keep", b"two\n"))], home)
    command = caught.value.hint.splitlines()[0]
    assert command.startswith("git -C ")
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    apply([plan(home, edit(home, "keep", b"two\n"))], home)
    assert git(home, "log", "--format=%s").splitlines() == ["Change home", "Change home", "start"]
