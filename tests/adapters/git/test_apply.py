import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, disk, git, make_repo, snapshot, write
from shunter.adapters.git import journal
from shunter.adapters.git.apply import apply, apply_new, recover
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.system import process
from shunter.adapters.system.files import DiskTree, temporary_name
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, SYMLINK, Conflict, Edit, FileState, RepositoryPlan
from shunter.model.findings import Status

START = {"keep": "kept\n", "edit": "old\n", "gone": "bye\n", "dir/only": "x\n", "flip": "a file\n", "mode": "#!\n"}


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def edit(root: Path, path: str, after: FileState | bytes | None) -> Edit:
    before = DiskTree(root).get(path)
    state = FileState(after) if isinstance(after, bytes) else after
    return Edit(path, before.object_id() if before else None, state)


def plan(root: Path, *edits: Edit, conflicts: tuple[Conflict, ...] = ()) -> RepositoryPlan:
    head = Repository(root).head() if (root / ".git").exists() else None
    return RepositoryPlan(root.name, str(root), head, edits, conflicts, message=f"Change {root.name}")


def usual(root: Path) -> RepositoryPlan:
    """Edits of every kind, a folder in place of a file and the other way round among them."""
    return plan(
        root,
        edit(root, "edit", b"new\xff\0\r\n"),
        edit(root, "gone", None),
        edit(root, "dir/only", None),
        edit(root, "dir", b"a file now\n"),
        edit(root, "flip", None),
        edit(root, "flip/deep/er", b"a folder now\n"),
        edit(root, "mode", FileState(b"#!\n", EXECUTABLE)),
        edit(root, "link", FileState(b"keep", SYMLINK)),
    )


def clash(root: Path) -> RepositoryPlan:
    """A plan with a clean edit, a conflict in text, one in a binary file and a file deleted by the template."""
    ours = {path: DiskTree(root).get(path) for path in ("edit", "keep", "gone")}
    text = Conflict("edit", "content", FileState(b"base\n"), ours["edit"], FileState(b"theirs\n"))
    binary = Conflict("keep", "content", FileState(b"\0base"), ours["keep"], FileState(b"\0theirs", EXECUTABLE))
    deleted = Conflict("gone", "modify/delete", FileState(b"base\n"), ours["gone"], None)
    return plan(root, edit(root, "mode", b"changed\n"), conflicts=(text, binary, deleted))


def fresh(root: Path) -> RepositoryPlan:
    return plan(root, edit(root, "README", b"hello\n"), edit(root, "bin/run", FileState(b"#!\n", EXECUTABLE)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", {**START, ".gitignore": "/fresh/\n/other/\n"})


def test_a_plan_becomes_one_commit_and_nothing_else_moves(home: Path) -> None:
    write(home, {"keep": "uncommitted\n", "untracked": "mine\n", "staged": "mine too\n"})
    git(home, "add", "staged")
    [outcome] = apply([usual(home)], home)
    assert (outcome.unit, outcome.status) == ("home", Status.DONE)
    assert git(home, "status", "--porcelain") == "M keep\nA  staged\n?? untracked"
    assert git(home, "log", "--format=%s %an") == "Change home Tess Ter\nstart Tess Ter"
    assert git(home, "diff", "--name-status", "HEAD^", "HEAD").split() == [
        *("A", "dir", "D", "dir/only", "M", "edit", "D", "flip", "A", "flip/deep/er"),
        *("D", "gone", "A", "link", "M", "mode"),
    ]
    assert disk(home)["edit"] == ("-", b"new\xff\0\r\n")
    assert disk(home)["mode"] == ("x", b"#!\n")
    assert git(home, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert list((home / ".git/shunter").iterdir()) == [home / ".git/shunter/lock"]
    assert git(home, "fsck", "--no-dangling") == ""


def test_a_plan_goes_onto_the_current_branch_or_a_detached_head(home: Path) -> None:
    git(home, "switch", "-q", "-c", "develop")
    apply([plan(home, edit(home, "x", b"1"))], home)
    git(home, "switch", "-q", "--detach")
    apply([plan(home, edit(home, "x", b"2"))], home)
    assert git(home, "log", "--format=%s") == "Change home\nChange home\nstart"
    assert git(home, "rev-parse", "develop") == git(home, "rev-parse", "HEAD^")


def test_uncommitted_content_of_an_edited_file_travels_along(home: Path) -> None:
    write(home, {"edit": "mine, uncommitted\n"})
    apply([plan(home, edit(home, "edit", b"mine, uncommitted\nand new\n"))], home)
    assert git(home, "status", "--porcelain") == ""
    assert git(home, "show", "HEAD:edit") == "mine, uncommitted\nand new"


def test_nothing_to_do_is_no_commit(home: Path) -> None:
    before = snapshot(home)
    assert [outcome.status for outcome in apply([plan(home)], home)] == [Status.NOOP]
    write(home, {"edit": "different\n"})
    [outcome] = apply([plan(home, edit(home, "edit", b"old\n"))], home)
    assert (outcome.status, outcome.detail) == (Status.DONE, "1 file")
    assert snapshot(home) == before


def test_several_repositories_and_a_new_one(home: Path) -> None:
    other = make_repo(home / "other", START)
    outcomes = apply([usual(home), usual(other), fresh(home / "fresh")], home)
    assert [outcome.unit for outcome in outcomes] == ["home", "other", "fresh"]
    for root in (home, other, home / "fresh"):
        assert git(root, "status", "--porcelain") == ""
        assert git(root, "log", "-1", "--format=%s") == f"Change {root.name}"
    assert disk(home / "fresh") == {"README": ("-", b"hello\n"), "bin/run": ("x", b"#!\n")}
    assert git(home / "fresh", "diff-files", "--name-only") == ""


def test_a_conflict_leaves_files_and_index_as_a_merge_does(home: Path) -> None:
    [outcome] = apply([clash(home)], home)
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


def test_content_that_only_the_index_holds_is_not_lost(home: Path) -> None:
    write(home, {"edit": "staged only\n"})
    git(home, "add", "edit")
    write(home, {"edit": "on disk\n"})
    refused([usual(home)], home, "edit is staged with other content")


def test_an_unresolved_conflict_is_not_overwritten(home: Path) -> None:
    apply([clash(home)], home)
    refused([plan(home, edit(home, "edit", b"over it"))], home, "edit has an unresolved merge conflict")


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
    with (
        journal.locked(journal.folder_of(home / ".git"), home),
        pytest.raises(ShunterError, match=rf"another shunter run \(process {os.getpid()}\) is at work in"),
    ):
        apply([usual(home)], home)


def test_a_killed_run_holds_the_lock_while_its_last_program_runs(home: Path) -> None:
    folder = journal.folder_of(home / ".git")
    child = os.fork()
    if not child:
        with journal.locked(folder, home):
            process.run(["sh", "-c", "touch running; sleep 0.3; touch ended"], home)
        os._exit(0)
    while not (home / "running").exists():
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with pytest.raises(ShunterError, match="another shunter run"), journal.locked(folder, home, patience=0):
        pass
    with journal.locked(folder, home, patience=10):
        assert (home / "ended").exists()


def test_a_linked_worktree_keeps_its_own_journal(home: Path, tmp_path: Path) -> None:
    git(home, "worktree", "add", "-q", "-b", "side", "../side")
    before = snapshot(home)["disk"]
    apply([usual(tmp_path / "side")], tmp_path / "side")
    assert git(tmp_path / "side", "status", "--porcelain") == ""
    assert (home / ".git/worktrees/side/shunter/lock").exists()
    assert snapshot(home)["disk"] == before


class StopError(Exception):
    pass


def raising(at: int) -> Callable[[str], None]:
    steps: Iterator[int] = iter(range(10_000))

    def on_step(_: str) -> None:
        if next(steps) == at:
            raise StopError

    return on_step


def killing(at: int) -> Callable[[str], None]:
    steps: Iterator[int] = iter(range(10_000))

    def on_step(_: str) -> None:
        if next(steps) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_step


def killed(action: Callable[[Callable[[str], None]], object], at: int) -> bool:
    """Run `action` in a child that is killed -9 at its step number `at`; False when it ended before that."""
    child = os.fork()
    if not child:
        try:
            action(killing(at))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def make_case(folder: Path) -> tuple[Path, list[RepositoryPlan]]:
    """A workspace with a person's unfinished work in it, and plans for three repositories, one of them new."""
    home = make_repo(folder / "home", {**START, ".gitignore": "/fresh/\n/other/\n"})
    other = make_repo(home / "other", START)
    write(home, {"keep": "uncommitted\n", "untracked": "mine\n", "edit": "uncommitted too\n"})
    write(other, {"staged": "mine\n"})
    git(other, "add", "staged")
    return home, [usual(home), fresh(home / "fresh"), clash(other)]


def states(home: Path) -> list[object]:
    roots = (home, home / "other", home / "fresh")
    seen = [snapshot(root) for root in roots]
    for root, state in zip(roots, seen, strict=True):
        assert ".shunter" not in repr(state), root
    return [{key: value for key, value in state.items() if key not in ("refs", "log")} for state in seen]


@pytest.fixture
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


@pytest.mark.usefixtures("fixed_time")
def test_an_exception_at_any_step_puts_everything_back(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    before = [snapshot(root) for root in (home, home / "other", home / "fresh")]
    for at in range(1000):
        try:
            apply(plans, home, on_step=raising(at))
        except StopError:
            assert [snapshot(root) for root in (home, home / "other", home / "fresh")] == before, at
            assert not list((home / ".git/shunter").glob("journal*"))
        else:
            break
    assert at > 15


@pytest.mark.usefixtures("fixed_time")
def test_a_kill_at_any_step_ends_before_or_after_and_never_between(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path / "reference")
    before = states(home)
    apply(plans, home)
    after = states(home)
    seen = set()
    for at in range(1000):
        home, plans = make_case(tmp_path / str(at))
        alive = not killed(lambda on_step, plans=plans, home=home: apply(plans, home, on_step=on_step), at)
        said = recover(home)
        state = states(home)
        assert state in (before, after), at
        assert recover(home) is None
        seen.add((state == after, (said or "").partition(":")[0]))
        if alive:
            break
    assert seen == {
        (False, "cleaned up after an interrupted run"),
        (True, "finished an interrupted run"),
        (True, ""),
    }
    assert at > 15


def test_recovery_never_touches_what_a_person_wrote_since(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 6)
    write(home, {"edit": "typed after the kill\n"})
    before = snapshot(home)
    with pytest.raises(ShunterError, match="home/edit was edited after a run of shunter was interrupted") as caught:
        recover(home)
    assert str(home / ".git/shunter/journal.json") in caught.value.hint
    with pytest.raises(ShunterError, match="was edited after"):
        apply([plan(home, edit(home, "x", b""))], home)
    assert snapshot(home) == before
    write(home, {"edit": "uncommitted too\n"})
    assert recover(home) == "finished an interrupted run: home, other, fresh"


def test_recovery_removes_a_half_written_file(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 6)
    temporary_name(home / "edit").write_bytes(b"ha")
    assert recover(home) is not None
    states(home)


def test_recovery_never_leaves_commits_of_a_person_behind(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    assert killed(lambda on_step: apply(plans, home, on_step=on_step), 4)
    git(home, "commit", "-q", "--allow-empty", "-m", "mine")
    with pytest.raises(ShunterError, match="has new commits since"):
        recover(home)
    assert git(home, "log", "-1", "--format=%s") == "mine"


def test_recovery_undoes_what_can_no_longer_be_finished(tmp_path: Path) -> None:
    home, plans = make_case(tmp_path)
    before = states(home)
    commit_file = home / ".git/objects"
    known = set(commit_file.rglob("*"))
    assert killed(lambda on_step: apply(plans[:1], home, on_step=on_step), 4)
    commit = git(home, "rev-parse", "refs/worktree/shunter/next")
    lost = commit_file / commit[:2] / commit[2:]
    assert lost not in known
    lost.unlink()
    assert recover(home) == "undid an interrupted run: home"
    assert states(home) == before


def test_a_damaged_journal_is_a_clear_error(home: Path) -> None:
    write(home, {".git/shunter/journal.json": '{"format": 1, "ready"'})
    with pytest.raises(ShunterError, match=r"journal\.json is damaged"):
        recover(home)
    write(home, {".git/shunter/journal.json": '{"format": 99}'})
    with pytest.raises(ShunterError, match="another release"):
        recover(home)


def workspace(target: Path) -> list[RepositoryPlan]:
    nested = [
        RepositoryPlan(name, str(target / name), None, (Edit("x", None, FileState(name.encode())),)) for name in "ab"
    ]
    return [*nested, RepositoryPlan("shop", str(target), None, (Edit(".gitignore", None, FileState(b"/a/\n/b/\n")),))]


def test_a_new_workspace_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "sh[o]p"
    outcomes = apply_new(workspace(target), target)
    assert [outcome.unit for outcome in outcomes] == ["a", "b", "shop"]
    assert sorted(disk(target)) == [".gitignore", "a/x", "b/x"]
    for root in (target, target / "a", target / "b"):
        assert git(root, "status", "--porcelain") == ""
        assert git(root, "rev-list", "--count", "HEAD") == "1"
    assert names(target.parent) == ["sh[o]p"]
    with pytest.raises(ShunterError, match="is not empty"):
        apply_new(workspace(target), target)


def test_a_new_workspace_may_take_an_empty_folder_but_no_file(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    apply_new(workspace(tmp_path / "shop"), tmp_path / "shop")
    assert (tmp_path / "shop/a/x").read_text() == "a"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ShunterError, match="is not empty"):
        apply_new(workspace(tmp_path / "file"), tmp_path / "file")


def test_a_new_workspace_that_fails_or_is_killed_leaves_nothing_at_its_place(tmp_path: Path) -> None:
    target = tmp_path / "shop"
    for at in range(3):
        with pytest.raises(StopError):
            apply_new(workspace(target), target, on_step=raising(at))
        assert names(tmp_path) == []
        assert killed(lambda on_step: apply_new(workspace(target), target, on_step=on_step), at)
        assert not target.exists()
        assert len(names(tmp_path)) == 1
    apply_new(workspace(target), target)
    assert names(tmp_path) == ["shop"]
